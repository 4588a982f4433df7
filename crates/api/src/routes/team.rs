//! Teams. A token acts for one of them; its owner sees all that he belongs to.

use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use touchstone_commands::team::{CreateTeam, DeleteTeam, UpdateTeam};
use touchstone_kernel::{Command, Idempotency, State as _, StreamRange};
use touchstone_queries::team::{self, TeamView};
use touchstone_queries::user::{self, MemberFilter, UserView};
use touchstone_vocabulary::{Page, TeamId};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::app::App;
use crate::body::Body;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::page::{FromParameters, Id, Parameters, Query};
use crate::present::{Find as _, Present};
use crate::reply::{Answer, Paged, Reply, Versioned, one_of};
use crate::seat::Seat;

pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, update, delete))
        .routes(routes!(users))
}

const NOUN: &str = "team";
/// Events of one read.
const BATCH: usize = 256;

impl Versioned for TeamView {
    fn version(&self) -> i64 {
        self.stream_version
    }
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct Part {
    #[param(required = false, default = 10, minimum = 1, maximum = 1000)]
    limit: i64,
    #[param(required = false, default = 0, minimum = 0, maximum = 1_000_000)]
    offset: i64,
}

impl FromParameters for Part {
    fn read(given: &mut Parameters) -> Self {
        let Page { limit, offset } = given.page(10, 1000);
        Self { limit, offset }
    }
}

/// The teams that the caller belongs to, oldest first.
#[utoipa::path(get, path = "/v1/teams", operation_id = "get_teams", tag = "Teams", params(Part),
    responses((status = 200, body = Vec<TeamView>)))]
async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(part): Query<Part>,
) -> Answer<Vec<TeamView>> {
    let page = Page { limit: part.limit, offset: part.offset };
    Ok(Reply::now(team::of_user(&app.db, caller.user, page).await?))
}

/// A team to be.
#[derive(Deserialize, ToSchema)]
#[schema(as = CreateTeamRequest)]
struct New {
    /// Different from those of the caller's other teams.
    name: String,
    description: Option<String>,
}

/// The caller's teams, for names that must differ.
async fn teams(app: &App, caller: &Caller) -> Result<Vec<TeamId>, ApiError> {
    let memberships = team::memberships(&app.db, caller.user).await?;
    Ok(memberships.into_iter().map(|membership| membership.team).collect())
}

/// A repeated request means the same team, in whose name its key is remembered. Another request under the same key, which
/// is free again after a day, means another.
fn new_id(app: &App, caller: &Caller) -> TeamId {
    TeamId(match &caller.idempotency {
        Some(Idempotency { key, digest }) => {
            Uuid::new_v5(&caller.user.0, format!("team/{digest}/{key}").as_bytes())
        }
        None => app.clock.new_id(),
    })
}

/// Founds a team with the caller as its admin. The token goes on acting for its own team.
#[utoipa::path(post, path = "/v1/teams", operation_id = "post_teams", tag = "Teams", request_body = New,
    responses((status = 200, body = TeamView)))]
async fn create(State(app): State<Arc<App>>, caller: Caller, Body(new): Body<New>) -> Answer<TeamView> {
    let id = new_id(&app, &caller);
    let command = CreateTeam {
        id,
        founder: caller.user,
        name: new.name.clone(),
        description: new.description.clone(),
        is_single_user: false,
        among: teams(&app, &caller).await?,
    };
    let sent = app.send(&caller.in_team(id), command).await?;
    if !sent.receipt.changed {
        // Founded more than a day ago, and perhaps called something else since.
        return sent.show(team::by_id(&app.db, id).await?);
    }
    let view = TeamView {
        id: sent.team().to_owned(),
        name: new.name,
        is_single_user: false,
        description: new.description.filter(|text| !text.is_empty()),
        stream_version: sent.receipt.version,
    };
    Ok(sent.reply_with_version(view))
}

/// One of the caller's teams.
#[utoipa::path(get, path = "/v1/teams/{id}", operation_id = "get_teams_by_id", tag = "Teams",
    params(("id" = String, Path)), responses((status = 200, body = TeamView)))]
async fn show(State(app): State<Arc<App>>, Present(seat): Present<Seat>) -> Answer<TeamView> {
    one_of(team::by_id(&app.db, seat.team()).await?, NOUN)
}

/// Another name or description; what is absent or null stays.
#[derive(Deserialize, ToSchema)]
#[schema(as = UpdateTeamRequest)]
struct Change {
    name: Option<String>,
    description: Option<String>,
}

/// Gives a team another name or description.
#[utoipa::path(put, path = "/v1/teams/{id}", operation_id = "put_teams_by_id", tag = "Teams",
    params(("id" = String, Path)), request_body = Change, responses((status = 200, body = TeamView)))]
async fn update(
    State(app): State<Arc<App>>,
    Present(seat): Present<Seat>,
    Body(change): Body<Change>,
) -> Answer<TeamView> {
    let admin = seat.admin()?;
    let (id, Change { name, description }) = (admin.team, change);
    let among = teams(&app, &admin).await?;
    let command =
        UpdateTeam { id, by: admin.user, name: name.clone(), description: description.clone(), among };
    let sent = app.send(&admin, command).await?;
    let view = team::by_id(&app.db, id).await?;
    sent.show(view.map(|view| TeamView {
        name: name.unwrap_or(view.name),
        description: description.or(view.description).filter(|text| !text.is_empty()),
        ..view
    }))
}

/// Ends a team for everybody, with its invites, keys and running evaluations. Tells what it was.
#[utoipa::path(delete, path = "/v1/teams/{id}", operation_id = "delete_teams_by_id", tag = "Teams",
    params(("id" = String, Path)), responses((status = 200, body = TeamView)))]
async fn delete(State(app): State<Arc<App>>, caller: Caller, id: Id) -> Answer<TeamView> {
    let admin = match Seat::find(&app, &caller, &id).await {
        Err(ApiError::Missing(_)) if caller.idempotency.is_some() => {
            return deleted_before(&app, &caller.in_team(id.of(NOUN)?)).await;
        }
        found => found?.admin()?,
    };
    let view = team::by_id(&app.db, admin.team).await?.ok_or_else(|| ApiError::missing(NOUN))?;
    let sent = app.send(&admin, DeleteTeam { id: admin.team }).await?;
    Ok(sent.reply(view))
}

type Team = <DeleteTeam as Command>::On;

/// Answers a deletion that comes again because its answer was lost: nobody has a seat in that team any more, but the
/// command's receipt is there, for this caller and this key, and the log tells what the team was.
async fn deleted_before(app: &App, caller: &Caller) -> Answer<TeamView> {
    let id = caller.team;
    let sent = app.send(caller, DeleteTeam { id }).await.map_err(|error| match error {
        ApiError::Missing(_) => ApiError::missing(NOUN),
        other => other,
    })?;
    let range = StreamRange { context: Team::STREAM, stream: sent.receipt.stream.clone(), prefix: false };
    let (mut team, mut after) = (Team::default(), 0);
    loop {
        let past = app.history.read(vec![range.clone()], after, BATCH).await?;
        let Some(last) = past.last() else { break };
        after = last.envelope.seq;
        for recorded in past.iter().filter(|recorded| recorded.envelope.sequence < sent.receipt.version) {
            team.apply(&recorded.event().map_err(ApiError::internal)?);
        }
    }
    let Team::Active(facts) = team else { return Err(ApiError::missing(NOUN)) };
    let view = TeamView {
        id: id.to_string(),
        name: facts.name.text.open().cloned().unwrap_or_default(),
        is_single_user: facts.is_single_user,
        description: facts
            .description
            .as_ref()
            .and_then(|text| text.open().cloned())
            .filter(|text| !text.is_empty()),
        stream_version: sent.receipt.version,
    };
    Ok(sent.reply(view))
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct Members {
    /// `ACTIVE` or `INACTIVE`; another word finds nobody.
    status: Option<String>,
    /// `admin` or `user`; another word finds nobody.
    team_role: Option<String>,
    #[param(required = false, default = 10, minimum = 1, maximum = 1000)]
    limit: i64,
    #[param(required = false, default = 0, minimum = 0, maximum = 1_000_000)]
    offset: i64,
}

impl FromParameters for Members {
    fn read(given: &mut Parameters) -> Self {
        let Page { limit, offset } = given.page(10, 1000);
        Self { status: given.text("status"), team_role: given.text("team_role"), limit, offset }
    }
}

/// The members of one of the caller's teams, with their roles in it.
#[utoipa::path(get, path = "/v1/teams/{id}/users", operation_id = "get_teams_users", tag = "Teams",
    params(("id" = String, Path), Members), responses((status = 200, body = Paged<UserView>)))]
async fn users(
    State(app): State<Arc<App>>,
    Present(seat): Present<Seat>,
    Query(which): Query<Members>,
) -> Answer<Paged<UserView>> {
    let page = Page { limit: which.limit, offset: which.offset };
    let filter = MemberFilter { status: which.status, role: which.team_role };
    let (results, count) = user::page(&app.db, seat.team(), &filter, page).await?;
    Ok(Reply::now(Paged::new(results, count, page)))
}
