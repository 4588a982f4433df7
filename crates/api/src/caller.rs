//! Who calls. The guard stands before every route: token first, then role, then everything else.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use data_encoding::HEXLOWER;
use moka::future::Cache;
use sha2::{Digest, Sha256};
use touchstone_kernel::Idempotency;
use touchstone_queries::token::{self, TokenView};
use touchstone_vocabulary::{TeamId, TeamRole, UserId};
use uuid::Uuid;

use crate::app::App;
use crate::body::{discard, gathered};
use crate::error::{ApiError, Fault};
use crate::frame::RequestId;
use crate::policy::{self, Rule};

const CACHED_TOKENS: u64 = 10_000;
const LONGEST_TOKEN: usize = 4096;
const LONGEST_KEY: usize = 255;
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The person behind a request, in the team that the token names.
#[derive(Debug, Clone)]
pub struct Caller {
    pub user: UserId,
    pub team: TeamId,
    pub role: TeamRole,
    pub email: String,
    pub(crate) correlation: Uuid,
    pub(crate) idempotency: Option<Idempotency>,
    /// From `If-Match`: the version that the thing must still have.
    pub(crate) expected: Option<i64>,
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().cloned().ok_or(ApiError::Unauthorized(NO_TOKEN))
    }
}

const NO_TOKEN: &str = "This needs a bearer token: send the header Authorization: Bearer <token>.";
const BAD_TOKEN: &str = "The bearer token is unknown, revoked or expired.";

/// Admits requests.
pub struct Gate {
    app: Arc<App>,
    /// By digest; only tokens that exist.
    known: Cache<String, TokenView>,
}

impl Gate {
    pub fn new(app: Arc<App>) -> Self {
        let known = Cache::builder().max_capacity(CACHED_TOKENS).time_to_live(app.limits.token_cache).build();
        Self { app, known }
    }

    async fn admit(&self, mut request: Request) -> Result<Request, ApiError> {
        let path = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str).unwrap_or_default();
        let rule = policy::rule(request.method(), path);
        if rule == Some(Rule::Open) {
            return Ok(request);
        }
        let token = self.token(request.headers()).await?;
        let Some(rule) = rule else {
            return Err(ApiError::Forbidden("no rule admits anybody to this operation".to_owned()));
        };
        if !rule.admits(token.role) {
            return Err(ApiError::Forbidden("this needs the role admin in your team".to_owned()));
        }
        if announced(request.headers()) > self.app.limits.body_bytes {
            let limit = self.app.limits.body_bytes;
            discard(request.into_body().into_data_stream(), limit).await;
            return Err(ApiError::TooLarge(limit));
        }
        let idempotency = self.idempotency(&mut request).await?;
        let expected = expected(request.headers());
        let correlation = match request.extensions().get::<RequestId>() {
            Some(RequestId(id)) => *id,
            None => self.app.clock.new_id(),
        };
        request.extensions_mut().insert(Caller {
            user: token.user,
            team: token.team,
            role: token.role,
            email: token.email,
            correlation,
            idempotency,
            expected,
        });
        Ok(request)
    }

    async fn token(&self, headers: &HeaderMap) -> Result<TokenView, ApiError> {
        let secret = bearer(headers).ok_or(ApiError::Unauthorized(NO_TOKEN))?;
        let digest = token_digest(secret);
        let token = if let Some(token) = self.known.get(&digest).await {
            token
        } else {
            let found = token::by_digest(&self.app.db, &digest).await?;
            let token = found.ok_or(ApiError::Unauthorized(BAD_TOKEN))?;
            self.known.insert(digest, token.clone()).await;
            token
        };
        let now = self.app.clock.now().secs();
        if token.is_revoked || token.expires_at.is_some_and(|end| end <= now) {
            return Err(ApiError::Unauthorized(BAD_TOKEN));
        }
        Ok(token)
    }

    /// The key of a repeatable request with a digest of all that it asks for.
    async fn idempotency(&self, request: &mut Request) -> Result<Option<Idempotency>, ApiError> {
        if matches!(*request.method(), Method::GET | Method::HEAD) {
            return Ok(None);
        }
        let Some(key) = request.headers().get(IDEMPOTENCY_KEY) else { return Ok(None) };
        let key = key
            .to_str()
            .ok()
            .filter(|key| !key.is_empty() && key.len() <= LONGEST_KEY)
            .ok_or_else(|| {
                let msg = format!("must be 1 to {LONGEST_KEY} visible ASCII characters");
                ApiError::Invalid(vec![Fault::new("header", "idempotency-key", msg)])
            })?
            .to_owned();
        let limit = self.app.limits.body_bytes;
        let body = std::mem::replace(request.body_mut(), Body::empty());
        let bytes = gathered(body, limit).await?;
        let mut hasher = blake3::Hasher::new();
        for part in [request.method().as_str(), &request.uri().to_string()] {
            hasher.update(&(part.len() as u64).to_be_bytes()).update(part.as_bytes());
        }
        hasher.update(&bytes);
        *request.body_mut() = Body::from(bytes);
        Ok(Some(Idempotency { key, digest: hasher.finalize().to_hex().to_string() }))
    }
}

/// Lets a request through to its route with its [`Caller`], or answers in the route's stead.
pub async fn guard(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    match gate.admit(request).await {
        Ok(request) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

/// How a token is stored and looked up: SHA-256, hex.
pub fn token_digest(secret: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(secret.as_bytes()))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, secret) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let secret = secret.trim();
    let plausible = scheme.eq_ignore_ascii_case("bearer") && (1..=LONGEST_TOKEN).contains(&secret.len());
    plausible.then_some(secret)
}

/// The version in `If-Match`. `*` asks only that the thing exists, which every command does anyway; a tag that is none
/// of ours equals no version.
fn expected(headers: &HeaderMap) -> Option<i64> {
    let tag = headers.get(header::IF_MATCH)?.to_str().unwrap_or_default().trim();
    if tag == "*" {
        return None;
    }
    let version =
        tag.strip_prefix("\"v").and_then(|rest| rest.strip_suffix('"')).and_then(|n| n.parse().ok());
    Some(version.unwrap_or(-1))
}

fn announced(headers: &HeaderMap) -> usize {
    headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

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

    #[test]
    fn a_precondition_is_a_version_and_a_strange_one_holds_for_nothing() {
        let with = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_MATCH, HeaderValue::from_static(value));
            expected(&headers)
        };
        assert_eq!(expected(&HeaderMap::new()), None);
        assert_eq!((with("\"v17\""), with("*")), (Some(17), None));
        for strange in ["v17", "\"17\"", "W/\"v17\"", "\"v1\", \"v2\"", ""] {
            assert_eq!(with(strange), Some(-1), "{strange}");
        }
    }

    #[test]
    fn tokens_are_looked_up_by_their_sha_256() {
        assert_eq!(token_digest("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
