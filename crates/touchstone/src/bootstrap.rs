//! Users, teams and tokens made by the operator: on the first start and by `token create`.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use data_encoding::HEXLOWER;
use rand::TryRngCore;
use rand::rngs::OsRng;
use touchstone_aggregates::team::{Team, TeamStream};
use touchstone_commands::team::{CreateTeam, SetMember};
use touchstone_commands::token::IssueToken;
use touchstone_commands::user::RegisterUser;
use touchstone_event_store::Store;
use touchstone_kernel::{Actor, Clock, Command, Handle, Meta, Receipt};
use touchstone_vocabulary::{TeamId, TeamRole, TokenId, UserId, fold_key};
use uuid::Uuid;

/// Every token starts with this, so that scanners recognise one that leaked.
pub const TOKEN_PREFIX: &str = "tst_";

/// How long a first start may take.
const FIRST_START: Duration = Duration::from_secs(30);

/// A token as its owner gets it, once.
pub struct Issued {
    pub token: String,
    pub user: UserId,
    pub team: TeamId,
    pub role: TeamRole,
    /// Where the last event stands that makes it valid.
    pub receipt: Receipt,
}

/// The user of an e-mail address. Derived, so that naming somebody twice means the same person.
pub fn user_id(email: &str) -> UserId {
    UserId(Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("touchstone:user/{}", fold_key(email)).as_bytes()))
}

/// The team of a name that was made on the command line, or of an id.
pub fn team_id(name_or_id: &str) -> TeamId {
    name_or_id.parse().unwrap_or_else(|_| {
        TeamId(Uuid::new_v5(
            &Uuid::NAMESPACE_URL,
            format!("touchstone:team/{}", fold_key(name_or_id)).as_bytes(),
        ))
    })
}

async fn send<C: Command>(store: &Store, clock: &dyn Clock, team: TeamId, command: C) -> Result<Receipt>
where
    Store: Handle<C>,
{
    let meta = Meta {
        actor: Actor::System("operator"),
        team: Some(team),
        at: clock.now(),
        command: clock.new_id(),
        correlation: clock.new_id(),
        causation: None,
        idempotency: None,
        expected: None,
    };
    Ok(store.handle(command, meta).await?)
}

/// Makes user and team where absent, membership, and a token. Without a role, a member keeps the one held and
/// somebody new becomes a `user`.
pub async fn issue(
    store: &Store,
    clock: &dyn Clock,
    email: &str,
    team_name: &str,
    role: Option<TeamRole>,
) -> Result<Issued> {
    let (user, team) = (user_id(email), team_id(team_name));
    let given_name = email.split('@').next().unwrap_or_default().to_owned();
    let register = RegisterUser { id: user, email: email.to_owned(), given_name, family_name: String::new() };
    let _ = send(store, clock, team, register).await?;
    if team_name.parse::<TeamId>().is_ok() {
        let known = store.load::<Team>(&TeamStream(team)).await?;
        anyhow::ensure!(known.version > 0, "there is no team {team}; give a name to make one");
    } else {
        let found = CreateTeam { id: team, name: team_name.to_owned(), is_single_user: false };
        let _ = send(store, clock, team, found).await?;
    }
    let known = store.load::<Team>(&TeamStream(team)).await?.state;
    let held = match &known {
        Team::Active { members } => members.get(&user).copied(),
        Team::Absent => None,
    };
    let role = role.or(held).unwrap_or(TeamRole::User);
    let _ = send(store, clock, team, SetMember { team, user, role }).await?;
    let mut secret = [0_u8; 32];
    OsRng.try_fill_bytes(&mut secret).context("the system gives no random numbers")?;
    let token = format!("{TOKEN_PREFIX}{}", HEXLOWER.encode(&secret));
    let digest = touchstone_api::token_digest(&token);
    let id = TokenId(clock.new_id());
    let receipt = send(store, clock, team, IssueToken { id, user, team, digest, expires_at: None }).await?;
    Ok(Issued { token, user, team, role, receipt })
}

/// On an empty store: an admin in the team `default`, whose token is written to `admin.token` for the owner only.
/// The receipt tells where the token becomes valid.
///
/// Of several processes that start together on one store, the one that holds the lease does it.
pub async fn first_start(
    store: &Store,
    clock: &dyn Clock,
    owner: Uuid,
    data_dir: &Path,
) -> Result<Option<Receipt>> {
    let admin = TeamStream(team_id("default"));
    if store.log().head().await?.0 > 0
        || store.lease("first-start", owner, FIRST_START).await?.is_none()
        || store.load::<Team>(&admin).await?.version > 0
    {
        return Ok(None);
    }
    let issued = issue(store, clock, "admin@localhost", "default", Some(TeamRole::Admin)).await?;
    let path = data_dir.join("admin.token");
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&path)
        .with_context(|| format!("{} cannot be written", path.display()))?;
    writeln!(file, "{}", issued.token)?;
    tracing::info!(path = %path.display(), "a token for the first admin was written");
    Ok(Some(issued.receipt))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_address_or_name_is_the_same_person_or_team() {
        assert_eq!(user_id("Ada@Example.org "), user_id("ada@example.org"));
        assert_eq!(team_id("Harbour"), team_id("harbour"));
        let id = team_id("harbour");
        assert_eq!(team_id(&id.to_string()), id);
    }
}
