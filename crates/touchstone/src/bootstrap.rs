//! Users, teams and tokens made by the operator: on the first start and by `token create`.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use rand::TryRngCore;
use rand::rngs::OsRng;
use touchstone_aggregates::reservation::Reservation;
use touchstone_aggregates::team::{Team, TeamStream};
use touchstone_aggregates::token::{Grant, Token};
use touchstone_commands::team::{CreateTeam, RemoveMember, SetMember};
use touchstone_commands::token::{IssueToken, RevokeToken};
use touchstone_commands::user::{RegisterUser, address_stream};
use touchstone_event_store::Store;
use touchstone_kernel::{Actor, Clock, Command, Global, Handle, Meta, Receipt};
use touchstone_vocabulary::{TeamId, TeamRole, Time, TokenId, UserId, fold_key};
use uuid::Uuid;

/// How long a first start may take.
const FIRST_START: Duration = Duration::from_secs(30);

/// What the operator asks for.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    pub email: String,
    /// Name of a team, made when absent, or id of an existing one.
    pub team: String,
    /// Without a role, a member keeps the one held and somebody new becomes a `user`; the founder of a team its admin.
    pub role: Option<TeamRole>,
    /// For a part of the installation and not for a person.
    pub is_service: bool,
    pub expires_at: Option<Time>,
}

/// A token as its owner gets it, once.
pub struct Issued {
    pub token: String,
    pub id: TokenId,
    pub user: UserId,
    pub team: TeamId,
    /// A service has none.
    pub role: Option<TeamRole>,
    /// Where the last event stands that makes it valid.
    pub receipt: Receipt,
}

/// The user of an e-mail address that nobody has yet. Derived, so that naming somebody twice means the same person; a
/// service is nobody's other self.
fn user_id(email: &str, is_service: bool) -> UserId {
    let kind = if is_service { "service" } else { "user" };
    let name = format!("touchstone:{kind}/{}", fold_key(email));
    UserId(Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()))
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
    let meta = Meta::alone(Actor::System("operator"), Some(team), clock.now(), clock.new_id());
    Ok(store.handle(command, meta).await?)
}

/// Whoever has an address, by the log and not by read models, which may be behind or away.
async fn holder(store: &Store, email: &str) -> Result<Option<UserId>> {
    let held = store.load::<Reservation>(&address_stream(email)).await?.state;
    Ok(match held {
        Reservation::Held(holder) => holder
            .strip_prefix("user:")
            .and_then(|stream| stream.parse::<Global<UserId>>().ok())
            .map(|id| id.0),
        Reservation::Absent | Reservation::Free => None,
    })
}

/// The user of a wish, registered where absent.
async fn user(store: &Store, clock: &dyn Clock, team: TeamId, wish: &Wish) -> Result<UserId> {
    let derived = user_id(&wish.email, wish.is_service);
    if let Some(known) = holder(store, &wish.email).await? {
        let person_as_service = wish.is_service && known != derived;
        ensure!(!person_as_service, "{} is a person's address; a service needs one of its own", wish.email);
        let service_as_person = !wish.is_service && known == user_id(&wish.email, true);
        ensure!(!service_as_person, "{} is a service's address; a person needs another", wish.email);
        return Ok(known);
    }
    let given_name = wish.email.split('@').next().unwrap_or_default().to_owned();
    let register =
        RegisterUser { id: derived, email: wish.email.clone(), given_name, family_name: String::new() };
    let _ = send(store, clock, team, register).await?;
    Ok(derived)
}

/// Makes user and team where absent, membership, and a token.
pub async fn issue(store: &Store, clock: &dyn Clock, wish: &Wish) -> Result<Issued> {
    let team = team_id(&wish.team);
    let exists = matches!(store.load::<Team>(&TeamStream(team)).await?.state, Team::Active(_));
    if !exists && (wish.team.parse::<TeamId>().is_ok() || wish.is_service) {
        bail!(
            "there is no team {}; give the name of one that exists, or make it with a person's token",
            wish.team
        );
    }
    let user = user(store, clock, team, wish).await?;
    if !exists {
        let found = CreateTeam {
            id: team,
            founder: user,
            name: wish.team.clone(),
            description: None,
            is_single_user: false,
            among: Vec::new(),
        };
        let _ = send(store, clock, team, found).await?;
    }
    let held = store.load::<Team>(&TeamStream(team)).await?.state.role(user);
    let role = if wish.is_service { None } else { Some(wish.role.or(held).unwrap_or(TeamRole::User)) };
    if let Some(role) = role {
        let _ = send(store, clock, team, SetMember { team, user, role }).await?;
    }
    let mut secret = [0_u8; 32];
    OsRng.try_fill_bytes(&mut secret).context("the system gives no random numbers")?;
    let token = touchstone_identity::mint(secret);
    let digest = touchstone_identity::digest(&token);
    let id = touchstone_identity::token_id(&digest);
    let issue =
        IssueToken { id, user, team, digest, expires_at: wish.expires_at, is_service: wish.is_service };
    let receipt = send(store, clock, team, issue).await?;
    Ok(Issued { token, id, user, team, role, receipt })
}

/// Ends a token, named by its id or by its own text.
pub async fn revoke(store: &Store, clock: &dyn Clock, named: &str) -> Result<TokenId> {
    let id = if touchstone_identity::is_ours(named) {
        ensure!(touchstone_identity::is_intact(named), "this token is mistyped or cut off");
        touchstone_identity::token_id(&touchstone_identity::digest(named))
    } else {
        named.parse().context("name the token by its id, or give the token itself")?
    };
    let (Token::Active(Grant { team, .. }) | Token::Revoked(Grant { team, .. })) =
        store.load::<Token>(&Global(id)).await?.state
    else {
        bail!("there is no such token; `touchstone token list` shows them");
    };
    let _ = send(store, clock, team, RevokeToken { id }).await?;
    Ok(id)
}

/// Ends somebody's membership in a team, and with it what his tokens for that team are good for.
pub async fn remove(store: &Store, clock: &dyn Clock, email: &str, team: &str) -> Result<UserId> {
    let team = team_id(team);
    let user = holder(store, email).await?.with_context(|| format!("nobody has the address {email}"))?;
    let _ = send(store, clock, team, RemoveMember { team, user }).await?;
    Ok(user)
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
    let wish = Wish {
        email: "admin@localhost".to_owned(),
        team: "default".to_owned(),
        role: Some(TeamRole::Admin),
        ..Wish::default()
    };
    let issued = issue(store, clock, &wish).await?;
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
    use touchstone_event_store::Database;
    use touchstone_vault::{KeyEncryptionKey, Vault};

    use super::*;
    use crate::clock::SystemClock;

    #[test]
    fn the_same_address_or_name_is_the_same_person_or_team() {
        assert_eq!(user_id("Ada@Example.org ", false), user_id("ada@example.org", false));
        assert_ne!(user_id("ada@example.org", true), user_id("ada@example.org", false));
        assert_eq!(team_id("Harbour"), team_id("harbour"));
        let id = team_id("harbour");
        assert_eq!(team_id(&id.to_string()), id);
    }

    async fn store() -> Store {
        let database = Database::memory();
        let vault = Vault::new(database.vault_tables(), KeyEncryptionKey::random());
        Store::open(database, vault).await.unwrap()
    }

    fn wish(email: &str, team: &str) -> Wish {
        Wish { email: email.into(), team: team.into(), ..Wish::default() }
    }

    #[tokio::test]
    async fn a_founder_is_admin_others_are_users_and_roles_are_kept() {
        let store = store().await;
        let issue = async |wish: Wish| issue(&store, &SystemClock, &wish).await;
        let ada = issue(wish("ada@example.org", "Harbour")).await.unwrap();
        let bo = issue(wish("bo@example.org", "harbour")).await.unwrap();
        assert_eq!((ada.role, bo.role), (Some(TeamRole::Admin), Some(TeamRole::User)));
        let again = issue(wish(" ADA@example.org".trim(), "Harbour")).await.unwrap();
        assert_eq!((again.user, again.role), (ada.user, ada.role));
        assert!(issue(wish("x@example.org", &Uuid::nil().to_string())).await.is_err());
        assert!(issue(wish("nobody", "Harbour")).await.is_err());
    }

    #[tokio::test]
    async fn a_service_is_no_person_and_no_member() {
        let store = store().await;
        let issue = async |wish: Wish| issue(&store, &SystemClock, &wish).await;
        let service = |email: &str| Wish { is_service: true, ..wish(email, "Harbour") };
        assert!(issue(service("ci@example.org")).await.is_err(), "a service founds no team");
        issue(wish("ada@example.org", "Harbour")).await.unwrap();
        let ci = issue(service("ci@example.org")).await.unwrap();
        let team = store.load::<Team>(&TeamStream(ci.team)).await.unwrap().state;
        assert_eq!((ci.role, team.role(ci.user)), (None, None));
        assert!(issue(service("ada@example.org")).await.is_err());
        assert!(issue(wish("ci@example.org", "Harbour")).await.is_err());
    }

    #[tokio::test]
    async fn a_token_is_revoked_by_its_id_or_by_itself() {
        let store = store().await;
        let clock = &SystemClock;
        for by_text in [false, true] {
            let issued = issue(&store, clock, &wish("ada@example.org", "Harbour")).await.unwrap();
            let named = if by_text { issued.token.clone() } else { issued.id.to_string() };
            for _ in 0..2 {
                assert_eq!(revoke(&store, clock, &named).await.unwrap(), issued.id);
            }
            let state = store.load::<Token>(&Global(issued.id)).await.unwrap().state;
            assert!(matches!(state, Token::Revoked(_)));
        }
        for unknown in [&Uuid::nil().to_string(), "x", "tst_x", &touchstone_identity::mint([1; 32])] {
            assert!(revoke(&store, clock, unknown).await.is_err(), "{unknown}");
        }
    }
}
