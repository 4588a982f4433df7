//! From the bearer token of a request to whoever it speaks for: by our own token, or by one of the identity provider.
//!
//! What was learnt holds for a moment, see [`crate::Limits::token_cache`]. Whether one of our tokens was revoked is asked of
//! the log itself, so that it is refused soon after on every instance, even where the read models stand still.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, header};
use moka::future::Cache;
use touchstone_identity::{Identity, Untrusted, digest, is_intact, is_ours};
use touchstone_queries::team::{self, Membership};
use touchstone_queries::token::{self, TokenView};
use touchstone_vocabulary::{DenialReason, TeamId, TeamRole, Time, TokenId, UserId, fold_key};

use crate::app::App;
use crate::caller::Standing;
use crate::error::ApiError;
use crate::newcomer;

const CACHED_TOKENS: u64 = 10_000;
/// JWTs with many claims are long.
const LONGEST_TOKEN: usize = 8192;
/// Names the team that a request is for, where its token speaks for more than one: by id, by name, or as [`PERSONAL`].
const TEAM: HeaderName = HeaderName::from_static("x-team");

/// One's own team, if none of one's teams is called so.
const PERSONAL: &str = "personal";
const NO_MEMBER: &str = "you are no member of the team that is asked for; with the header X-Team: personal you act for \
    your own, for example to accept an invite";

pub const NO_TOKEN: &str = "This needs a bearer token: send the header Authorization: Bearer <token>.";
const BAD_TOKEN: &str = "The bearer token is unknown, revoked or expired.";
const MISTYPED: &str = "The bearer token is mistyped or cut off: its checksum does not hold.";
const NO_PROVIDER: &str = "The bearer token is none of this service, and no identity provider is configured.";

/// Somebody who is known, and in which team and as what.
#[derive(Debug, Clone)]
pub struct Known {
    pub user: UserId,
    pub team: TeamId,
    pub standing: Standing,
    pub email: String,
    /// Absent where an identity provider vouched for the caller.
    pub token: Option<TokenId>,
}

/// Why nobody is let in by a token.
pub enum Unknown {
    Nobody(ApiError),
    /// Somebody who is known is kept out.
    Barred {
        known: Known,
        reason: DenialReason,
        error: ApiError,
    },
}

impl<E: Into<ApiError>> From<E> for Unknown {
    fn from(error: E) -> Self {
        Self::Nobody(error.into())
    }
}

/// What a provider's token was found to stand for.
#[derive(Clone)]
struct Vouched {
    known: Known,
    expires_at: Time,
}

/// Knows tokens.
pub struct Bearer {
    /// By digest; only tokens that exist.
    issued: Cache<String, TokenView>,
    /// By digest and the team that was asked for; only tokens that were believed.
    vouched: Cache<(String, Option<String>), Vouched>,
}

impl Bearer {
    pub fn new(holds: Duration) -> Self {
        Self {
            issued: Cache::builder().max_capacity(CACHED_TOKENS).time_to_live(holds).build(),
            vouched: Cache::builder().max_capacity(CACHED_TOKENS).time_to_live(holds).build(),
        }
    }

    /// Whom the headers speak for.
    pub async fn known(&self, app: &App, headers: &HeaderMap) -> Result<Known, Unknown> {
        let secret = bearer(headers).ok_or(ApiError::unauthorized(NO_TOKEN))?;
        let wanted = headers.get(TEAM).map(|team| team.to_str().unwrap_or_default().trim());
        if is_ours(secret) {
            self.issued(app, secret, wanted).await
        } else {
            self.vouched(app, secret, wanted).await
        }
    }

    async fn issued(&self, app: &App, secret: &str, wanted: Option<&str>) -> Result<Known, Unknown> {
        if !is_intact(secret) {
            return Err(ApiError::unauthorized(MISTYPED).into());
        }
        let digest = digest(secret);
        let token = if let Some(token) = self.issued.get(&digest).await {
            token
        } else {
            let found = token::by_digest(&app.db, &digest).await?;
            let mut token = found.ok_or(ApiError::unauthorized(BAD_TOKEN))?;
            // The read models may be behind, or nobody may be filling them.
            token.is_revoked |= app.revocations.is_revoked(token.id).await?;
            self.issued.insert(digest, token.clone()).await;
            token
        };
        let (known, fault) = judged(token, app.clock.now());
        if let Some(reason) = fault {
            return Err(Unknown::Barred { known, reason, error: ApiError::unauthorized(BAD_TOKEN) });
        }
        if wanted.is_some_and(|team| team.parse() != Ok(known.team)) {
            let error = ApiError::Forbidden("this token acts for its own team only".to_owned());
            return Err(Unknown::Barred { known, reason: DenialReason::Forbidden, error });
        }
        Ok(known)
    }

    async fn vouched(&self, app: &App, jwt: &str, wanted: Option<&str>) -> Result<Known, Unknown> {
        let provider = app.provider.as_ref().ok_or(ApiError::unauthorized(NO_PROVIDER))?;
        let key = (digest(jwt), wanted.map(str::to_owned));
        if let Some(vouched) = self.vouched.get(&key).await
            && vouched.expires_at > app.clock.now()
        {
            return Ok(vouched.known);
        }
        let identity = provider.verify(jwt, app.clock.now()).await.map_err(distrusted)?;
        let person = newcomer::person(app, &identity).await?;
        let memberships = team::memberships(&app.db, person.user).await?;
        let known = |(team, role)| Known {
            user: person.user,
            team,
            standing: Standing::Member(role),
            email: person.email.clone(),
            token: None,
        };
        let known = match placed(&identity, wanted, &memberships) {
            Ok(place) => known(place),
            // Remembered in a team of the caller's own: another's must not hear of it.
            Err(error) => {
                return Err(match placed(&identity, Some(PERSONAL), &memberships) {
                    Ok(place) => {
                        Unknown::Barred { known: known(place), reason: DenialReason::Forbidden, error }
                    }
                    Err(_) => error.into(),
                });
            }
        };
        let vouched = Vouched { known, expires_at: identity.expires_at };
        self.vouched.insert(key, vouched.clone()).await;
        Ok(vouched.known)
    }
}

/// Whom a token speaks for, and why it may be no longer good.
fn judged(token: TokenView, now: Time) -> (Known, Option<DenialReason>) {
    let TokenView { id, user, team, role, is_service, email, expires_at, is_revoked } = token;
    let standing = match role {
        Some(role) => Standing::Member(role),
        None => Standing::Service,
    };
    let fault = if is_revoked {
        Some(DenialReason::TokenRevoked)
    } else if expires_at.is_some_and(|end| end <= now.secs()) {
        Some(DenialReason::TokenExpired)
    } else if role.is_none() && !is_service {
        Some(DenialReason::NoMember)
    } else {
        None
    };
    (Known { user, team, standing, email, token: Some(id) }, fault)
}

/// The team that a provider's token acts for: the one asked for, else the one that it names, else the personal one, else
/// the first that was joined. A role that it names narrows what the membership allows and never widens it.
fn placed(
    identity: &Identity,
    wanted: Option<&str>,
    memberships: &[Membership],
) -> Result<(TeamId, TeamRole), ApiError> {
    let named = wanted.or(identity.team.as_deref());
    let is_it = |name: &str, one: &&Membership| match name.parse::<TeamId>() {
        Ok(id) => one.team == id,
        Err(_) => fold_key(&one.name) == fold_key(name),
    };
    let own = || memberships.iter().find(|one| one.is_single_user);
    let membership = match named {
        Some(name) => memberships
            .iter()
            .find(|one| is_it(name, one))
            .or_else(|| own().filter(|_| fold_key(name) == PERSONAL)),
        None => own().or(memberships.first()),
    };
    let membership = membership.ok_or_else(|| ApiError::Forbidden(NO_MEMBER.to_owned()))?;
    let role = match identity.role {
        Some(TeamRole::User) => TeamRole::User,
        Some(TeamRole::Admin) | None => membership.role,
    };
    Ok((membership.team, role))
}

fn distrusted(fault: Untrusted) -> ApiError {
    match fault {
        Untrusted::Away(_) => ApiError::unavailable(fault),
        Untrusted::Malformed
        | Untrusted::UnknownKey
        | Untrusted::WrongAlgorithm
        | Untrusted::BadSignature
        | Untrusted::OtherIssuer
        | Untrusted::OtherAudience
        | Untrusted::Expired
        | Untrusted::TooEarly
        | Untrusted::Incomplete => ApiError::Unauthorized(fault.to_string()),
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, secret) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let secret = secret.trim();
    let plausible = scheme.eq_ignore_ascii_case("bearer") && (1..=LONGEST_TOKEN).contains(&secret.len());
    plausible.then_some(secret)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_token_is_read_from_a_bearer_header_only() {
        let with = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, HeaderValue::from_static(value));
            bearer(&headers).map(str::to_owned)
        };
        assert_eq!(with("Bearer abc").as_deref(), Some("abc"));
        assert_eq!(with("bearer  abc ").as_deref(), Some("abc"));
        for bad in ["abc", "Basic abc", "Bearer", "Bearer ", ""] {
            assert_eq!(with(bad), None, "{bad:?}");
        }
    }

    fn token() -> TokenView {
        TokenView {
            id: TokenId(Uuid::from_u128(1)),
            user: UserId(Uuid::from_u128(2)),
            team: TeamId(Uuid::from_u128(3)),
            role: Some(TeamRole::User),
            is_service: false,
            email: "a@example.org".into(),
            expires_at: Some(100),
            is_revoked: false,
        }
    }

    #[test]
    fn a_token_is_good_until_it_expires_is_revoked_or_its_user_leaves() {
        let fault = |token, at| judged(token, Time::from_secs(at)).1;
        assert_eq!(fault(token(), 99), None);
        assert_eq!(fault(token(), 100), Some(DenialReason::TokenExpired));
        assert_eq!(fault(TokenView { expires_at: None, ..token() }, i64::MAX / 2_000_000), None);
        let revoked = TokenView { is_revoked: true, ..token() };
        assert_eq!(fault(revoked, 100), Some(DenialReason::TokenRevoked));
        assert_eq!(fault(TokenView { role: None, ..token() }, 99), Some(DenialReason::NoMember));
        let service = TokenView { role: None, is_service: true, ..token() };
        let (known, fault) = judged(service, Time::from_secs(99));
        assert_eq!((known.standing, fault), (Standing::Service, None));
    }

    fn membership(number: u128, name: &str, is_single_user: bool, role: TeamRole) -> Membership {
        Membership { team: TeamId(Uuid::from_u128(number)), name: name.into(), is_single_user, role }
    }

    #[test]
    fn a_providers_token_acts_for_the_team_that_is_asked_for_named_or_ones_own() {
        let all = [
            membership(1, "Harbour", false, TeamRole::Admin),
            membership(2, "Ada", true, TeamRole::Admin),
            membership(3, "Lighthouse", false, TeamRole::User),
        ];
        let identity = |team: Option<&str>, role| Identity {
            digest: "d".into(),
            email: "a@example.org".into(),
            is_email_verified: true,
            given_name: String::new(),
            family_name: String::new(),
            team: team.map(str::to_owned),
            role,
            expires_at: Time(0),
        };
        let number = |placed: (TeamId, TeamRole)| placed.0.0.as_u128();
        let at = |team: Option<&str>, wanted: Option<&str>| {
            placed(&identity(team, None), wanted, &all).map(number).ok()
        };
        assert_eq!(at(None, None), Some(2), "the personal one");
        assert_eq!(at(Some("harbour"), None), Some(1));
        assert_eq!(at(Some("harbour"), Some(&Uuid::from_u128(3).to_string())), Some(3));
        for foreign in ["Elsewhere", &Uuid::from_u128(9).to_string()] {
            assert_eq!(at(Some(foreign), None), None);
            assert_eq!(at(None, Some(foreign)), None);
        }
        assert_eq!(at(Some("Elsewhere"), Some("personal")), Some(2));
        assert_eq!(placed(&identity(None, None), None, &all[2..]).map(number).ok(), Some(3));
        assert!(placed(&identity(None, None), None, &[]).is_err());
        let role = |named, said| placed(&identity(Some(named), said), None, &all).unwrap().1;
        assert_eq!(role("harbour", Some(TeamRole::User)), TeamRole::User, "narrowed");
        assert_eq!(role("lighthouse", Some(TeamRole::Admin)), TeamRole::User, "never widened");
    }
}
