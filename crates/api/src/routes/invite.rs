//! Invites: offered by a team's admins, answered by whoever owns the e-mail address.

use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use touchstone_commands::invite::{
    AcceptInvite, Addressee, CreateInvite, DeclineInvite, ExpireInvite, RevokeInvite,
};
use touchstone_commands::team::Admit;
use touchstone_queries::invite::{self, InviteView, Viewer};
use touchstone_queries::user;
use touchstone_vocabulary::{InviteId, InviteStatus, TeamId, TeamRole, fold_key};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::user::roles;
use crate::app::{App, Sent};
use crate::body::Body;
use crate::caller::Caller;
use crate::error::{ApiError, Fault};
use crate::page::Id;
use crate::present::{Find, Present};
use crate::reply::{Answer, Counted, Deleted, Reply, Versioned};
use crate::seat::Seat;

pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(create))
        .routes(routes!(show, revoke))
        .routes(routes!(of_team))
        .routes(routes!(of_status))
        .routes(routes!(accept))
        .routes(routes!(decline))
}

const NOUN: &str = "invite";

impl Versioned for InviteView {
    fn version(&self) -> i64 {
        self.stream_version
    }
}

/// An invite that the caller may see, wherever it belongs.
struct Seen {
    team: TeamId,
    id: InviteId,
    view: InviteView,
    is_addressee: bool,
}

fn viewer(app: &App, caller: &Caller) -> Viewer {
    Viewer {
        user: caller.user,
        email: caller.email.clone(),
        governs: caller.is_admin(),
        now: app.clock.now(),
    }
}

impl Find for Seen {
    async fn find(app: &App, caller: &Caller, id: &Id) -> Result<Self, ApiError> {
        let (missing, id) = (|| ApiError::missing(NOUN), id.of(NOUN)?);
        let view = invite::by_id(&app.db, &viewer(app, caller), id).await?.ok_or_else(missing)?;
        let team = view.team_id.parse().map_err(|_| missing())?;
        let is_addressee = fold_key(&view.email) == fold_key(&caller.email);
        Ok(Self { team, id, view, is_addressee })
    }
}

impl Seen {
    /// The caller as whom the invite is addressed to, in the name of the team that offers.
    fn addressee(&self, caller: &Caller) -> Result<(Caller, Addressee), ApiError> {
        if !self.is_addressee {
            return Err(ApiError::Forbidden("this invite is addressed to somebody else".to_owned()));
        }
        let addressee = Addressee { user: caller.user, email: caller.email.clone() };
        Ok((caller.in_team(self.team), addressee))
    }

    /// The invite as it is now: its end is shown even where the read models are behind.
    async fn shown(self, app: &App, sent: Sent, status: InviteStatus) -> Answer<InviteView> {
        let now = invite::of_team_by_id(&app.db, self.team, self.id, app.clock.now()).await?;
        let view = now.unwrap_or(self.view);
        sent.show(Some(InviteView { status: status.as_str().to_owned(), ..view }))
    }
}

/// An offer of membership.
#[derive(Deserialize, ToSchema)]
#[schema(as = CreateInviteRequest)]
struct New {
    /// The caller's team when null.
    #[schema(required)]
    team_id: Option<String>,
    #[schema(required)]
    email: Option<String>,
    #[schema(schema_with = roles)]
    team_role: Option<TeamRole>,
}

/// Offers membership in a team that the caller administers, for 14 days.
#[utoipa::path(post, path = "/v1/invites", operation_id = "post_invites", tag = "Invite", request_body = New,
    responses((status = 200, body = InviteView)))]
async fn create(State(app): State<Arc<App>>, caller: Caller, Body(new): Body<New>) -> Answer<InviteView> {
    let email = new.email.ok_or_else(|| ApiError::invalid("email", "must be an e-mail address"))?;
    let email = email.trim().to_owned();
    let admin = Seat::named(&app, &caller, new.team_id.as_deref()).await?.admin()?;
    let (team, role) = (admin.team, new.team_role.unwrap_or(TeamRole::User));
    // What is over stands in nobody's way, also where that was not recorded yet.
    for id in invite::overdue(&app.db, team, &email, app.clock.now()).await? {
        let _ = app.send(&admin.onward(), ExpireInvite { team, id }).await?;
    }
    let addressee = user::id_by_email(&app.db, &email).await?;
    let (id, now) = (InviteId(app.clock.new_id()), app.clock.now().secs());
    let command = CreateInvite { team, id, email: email.clone(), role, addressee };
    let sent = app.send(&admin, command).await?;
    let id = sent.id().parse().unwrap_or(id);
    let (by, role) = (admin.user.to_string(), role.as_str().to_owned());
    let made = InviteView {
        invite_id: id.to_string(),
        team_id: team.to_string(),
        team_role: role,
        user_id: addressee.map(|user| user.to_string()).unwrap_or_default(),
        email,
        status: InviteStatus::Pending.as_str().to_owned(),
        created_at: now,
        created_by: by.clone(),
        updated_at: now,
        updated_by: by,
        stream_version: sent.receipt.version,
    };
    let view = invite::of_team_by_id(&app.db, team, id, app.clock.now()).await?;
    sent.show(Some(view.unwrap_or(made)))
}

/// One invite, for its addressee and the team's admins.
#[utoipa::path(get, path = "/v1/invites/{invite_id}", operation_id = "get_invites_by_id", tag = "Invite",
    params(("invite_id" = String, Path)), responses((status = 200, body = Counted<InviteView>)))]
async fn show(Present(seen): Present<Seen>) -> Answer<Counted<InviteView>> {
    let version = seen.view.version();
    Ok(Reply::now(Counted::new(vec![seen.view])).version(version))
}

/// Takes an offer back.
#[utoipa::path(delete, path = "/v1/invites/{invite_id}", operation_id = "delete_invites_by_id", tag = "Invite",
    params(("invite_id" = String, Path)), responses((status = 200, body = Deleted)))]
async fn revoke(
    State(app): State<Arc<App>>,
    caller: Caller,
    Present(Seen { team, id, .. }): Present<Seen>,
) -> Answer<Deleted> {
    let admin = match Seat::of(&app, &caller, team).await {
        Ok(seat) => seat.admin()?,
        // Its addressee, who sees it without belonging to the team.
        Err(ApiError::Missing(_)) => {
            return Err(ApiError::Forbidden("only admins of the team take an invite back".to_owned()));
        }
        Err(error) => return Err(error),
    };
    let sent = app.send(&admin, RevokeInvite { team, id }).await?;
    Ok(sent.reply(Deleted::new(id.to_string())))
}

/// All invites of a team that the caller administers, newest first.
#[utoipa::path(get, path = "/v1/invites/team/{team_id}", operation_id = "get_invites_team_by_id", tag = "Invite",
    params(("team_id" = String, Path)), responses((status = 200, body = Counted<InviteView>)))]
async fn of_team(State(app): State<Arc<App>>, Present(seat): Present<Seat>) -> Answer<Counted<InviteView>> {
    let admin = seat.admin()?;
    let invites = invite::of_team(&app.db, admin.team, app.clock.now()).await?;
    Ok(Reply::now(Counted::new(invites)))
}

/// The invites of this status that are addressed to the caller or were made by teams that the caller administers.
#[utoipa::path(get, path = "/v1/invites/status/{status}", operation_id = "get_invites_status_by_status",
    tag = "Invite", params(("status" = String, Path)), responses((status = 200, body = Counted<InviteView>)))]
async fn of_status(State(app): State<Arc<App>>, caller: Caller, word: Id) -> Answer<Counted<InviteView>> {
    let status: InviteStatus = word.text().parse().map_err(|_| {
        let all: Vec<&str> = InviteStatus::ALL.iter().map(|status| status.as_str()).collect();
        ApiError::Invalid(vec![Fault::new("path", "status", format!("must be one of {}", all.join(", ")))])
    })?;
    let invites = invite::of_status(&app.db, &viewer(&app, &caller), status).await?;
    Ok(Reply::now(Counted::new(invites)))
}

/// Accepts an offer. The caller is a member when this answers. Accepting again answers the same.
#[utoipa::path(post, path = "/v1/invites/{invite_id}/accept", operation_id = "post_invites_accept", tag = "Invite",
    params(("invite_id" = String, Path)), responses((status = 200, body = InviteView)))]
async fn accept(
    State(app): State<Arc<App>>,
    caller: Caller,
    Present(seen): Present<Seen>,
) -> Answer<InviteView> {
    let (there, by) = seen.addressee(&caller)?;
    let (team, id) = (seen.team, seen.id);
    let accepted = app.send(&there, AcceptInvite { team, id, by }).await?;
    // What follows by itself, done at once: the answer waits for it.
    let admitted = app.send(&there.onward(), Admit { team, invite: id }).await?;
    seen.shown(&app, accepted.and(&admitted), InviteStatus::Accepted).await
}

/// Turns an offer down.
#[utoipa::path(post, path = "/v1/invites/{invite_id}/decline", operation_id = "post_invites_decline",
    tag = "Invite", params(("invite_id" = String, Path)), responses((status = 200, body = InviteView)))]
async fn decline(
    State(app): State<Arc<App>>,
    caller: Caller,
    Present(seen): Present<Seen>,
) -> Answer<InviteView> {
    let (there, by) = seen.addressee(&caller)?;
    let sent = app.send(&there, DeclineInvite { team: seen.team, id: seen.id, by }).await?;
    seen.shown(&app, sent, InviteStatus::Declined).await
}
