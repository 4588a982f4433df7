//! Whoever an identity provider vouches for: known since the first time, or made known now, with a personal team.
//!
//! Ids are derived from the identity and every step changes nothing when it is repeated, so two instances that see
//! somebody for the first time at once bring about one person. The identity is linked last: whoever is linked is
//! complete.

use touchstone_commands::team::CreateTeam;
use touchstone_commands::user::{LinkIdentity, RegisterUser};
use touchstone_identity::{Identity, Untrusted};
use touchstone_kernel::{Actor, Command, Handle, Kind, Meta, Receipt, Rejection, Visible};
use touchstone_queries::user;
use touchstone_vocabulary::{TeamId, UserId};
use uuid::Uuid;

use crate::app::{App, Dispatch};
use crate::error::ApiError;

const UNVERIFIED: &str =
    "the identity provider does not vouch for the e-mail address; verify it there first, or ask the operator";
/// Somebody who is registered here.
pub struct Person {
    pub user: UserId,
    pub email: String,
}

/// The person behind an identity.
pub async fn person(app: &App, identity: &Identity) -> Result<Person, ApiError> {
    if let Some((user, email)) = user::by_identity(&app.db, &identity.digest).await? {
        return Ok(Person { user, email });
    }
    let user = registered(app, identity).await?;
    let linked = send(app, None, LinkIdentity { user, identity: identity.digest.clone() }).await?;
    seen(app, linked).await?;
    Ok(Person { user, email: identity.email.clone() })
}

/// Registers somebody under a derived id, or finds the user whose address it is. An address that nobody vouches for is
/// nobody's: invites are accepted by it.
async fn registered(app: &App, identity: &Identity) -> Result<UserId, ApiError> {
    if !identity.is_email_verified {
        return Err(ApiError::Forbidden(UNVERIFIED.to_owned()));
    }
    let user = UserId(derived("user", &identity.digest));
    let register = RegisterUser {
        id: user,
        email: identity.email.clone(),
        given_name: identity.given_name.clone(),
        family_name: identity.family_name.clone(),
    };
    match send(app, None, register).await {
        Ok(_) => {}
        Err(Rejection::Refused { kind: Kind::Conflict, .. }) => {
            let known = user::id_by_email(&app.db, &identity.email).await?;
            return known.ok_or_else(|| ApiError::unavailable("the read models are behind the event log"));
        }
        Err(Rejection::Refused { kind: Kind::Invalid, .. }) => {
            return Err(ApiError::Unauthorized(Untrusted::Incomplete.to_string()));
        }
        Err(rejection) => return Err(rejection.into()),
    }
    let team = TeamId(derived("personal-team", &identity.digest));
    let found = CreateTeam {
        id: team,
        founder: user,
        name: personal(identity),
        description: None,
        is_single_user: true,
        among: Vec::new(),
    };
    let founded = send(app, Some(team), found).await?;
    seen(app, founded).await?;
    Ok(user)
}

fn derived(what: &str, identity: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("touchstone:identity/{identity}/{what}").as_bytes())
}

/// What somebody's personal team is called.
fn personal(identity: &Identity) -> String {
    let local = identity.email.split('@').next().unwrap_or_default();
    if identity.given_name.is_empty() { local.to_owned() } else { identity.given_name.clone() }
}

async fn send<C: Command>(app: &App, team: Option<TeamId>, command: C) -> Result<Receipt, Rejection>
where
    dyn Dispatch: Handle<C>,
{
    let meta = Meta::alone(Actor::System("identity"), team, app.clock.now(), app.clock.new_id());
    Handle::<C>::handle(app.dispatch.as_ref(), command, meta).await
}

/// What comes next asks the read models.
async fn seen(app: &App, receipt: Receipt) -> Result<(), ApiError> {
    match app.seen(receipt).await?.visible {
        Visible::Yes => Ok(()),
        Visible::Behind => Err(ApiError::unavailable("the read models are behind the event log")),
    }
}
