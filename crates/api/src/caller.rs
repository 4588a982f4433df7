//! Who calls. The guard stands before every route: token first, then role, then everything else.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;
use touchstone_kernel::{Actor, Idempotency, Repeatable};
use touchstone_vault::VaultError;
use touchstone_vocabulary::{DenialReason, TeamId, TeamRole, UserId};
use uuid::Uuid;

use crate::app::{App, to_its_end};
use crate::bearer::{Bearer, Known, NO_TOKEN, Unknown};
use crate::body::{discard, gathered};
use crate::error::{ApiError, Fault};
use crate::frame::Correlation;
use crate::policy::{self, Row, Rule};
use crate::rate::Rates;
use crate::repeat;
use crate::witness::{Attempt, Witness};

const LONGEST_KEY: usize = 255;
/// Whose data key tells repeated requests by their tags. Made before anybody asks, so that nobody waits for it.
pub const REQUESTS: &str = "request";
/// How soon an answer that goes on notices that its caller may no longer have it, beside what [`Bearer`] remembers.
const LOOK_EVERY: Duration = Duration::from_secs(1);
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// What a caller is to the team that the token names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Member(TeamRole),
    /// A part of an installation with a token of its own: nobody's colleague.
    Service,
}

/// Who is behind a request, in the team that the token names.
#[derive(Debug, Clone)]
pub struct Caller {
    pub user: UserId,
    pub team: TeamId,
    pub standing: Standing,
    pub email: String,
    pub(crate) correlation: Uuid,
    pub(crate) idempotency: Option<Idempotency>,
    /// From `If-Match`: the version that the thing must still have.
    pub(crate) expected: Option<i64>,
    /// How many commands came of this request so far.
    pub(crate) turns: Arc<AtomicU32>,
}

impl Caller {
    /// Whether the token carries the rights of an admin.
    pub const fn is_admin(&self) -> bool {
        matches!(self.standing, Standing::Member(TeamRole::Admin))
    }

    /// The same caller in the name of another team, whose own stream decides what may be done there.
    pub(crate) fn in_team(&self, team: TeamId) -> Self {
        Self { team, ..self.clone() }
    }

    /// The same caller for what follows of a request: neither repeatable nor conditional by itself.
    pub(crate) fn onward(&self) -> Self {
        Self { idempotency: None, expected: None, turns: Arc::default(), ..self.clone() }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().cloned().ok_or(ApiError::unauthorized(NO_TOKEN))
    }
}

/// Admits requests.
pub struct Gate {
    app: Arc<App>,
    bearer: Bearer,
    witness: Witness,
    rates: Option<Rates>,
    /// Of requests that are answered at once.
    places: Semaphore,
}

impl Gate {
    pub fn new(app: Arc<App>, witness: Witness) -> Self {
        let bearer = Bearer::new(app.limits.token_cache);
        let rates = app.edge.rates.then(|| Rates::new(&app.limits));
        let places = Semaphore::new(app.limits.requests);
        Self { app, bearer, witness, rates, places }
    }

    /// The caller behind a request, as far as the token tells.
    async fn known(
        &self,
        operation: &'static str,
        headers: &HeaderMap,
        from: Option<IpAddr>,
    ) -> Result<Known, ApiError> {
        match self.bearer.known(&self.app, headers).await {
            Ok(known) => {
                if let Some(token) = known.token {
                    self.witness.used(token, self.app.clock.now());
                }
                Ok(known)
            }
            Err(Unknown::Nobody(error)) => {
                if matches!(error, ApiError::Unauthorized(_)) {
                    metrics::counter!("touchstone_unknown_tokens_total").increment(1);
                    self.failed(from)?;
                }
                Err(error)
            }
            Err(Unknown::Barred { known, reason, error }) => {
                self.denied(&known, operation, reason);
                self.failed(from)?;
                Err(error)
            }
        }
    }

    fn failed(&self, from: Option<IpAddr>) -> Result<(), ApiError> {
        match (&self.rates, from) {
            (Some(rates), Some(from)) => rates.failed(from).map_err(ApiError::TooMany),
            _ => Ok(()),
        }
    }

    fn denied(&self, known: &Known, operation: &'static str, reason: DenialReason) {
        let at = self.app.clock.now();
        self.witness.denied(Attempt {
            team: known.team,
            user: known.user,
            token: known.token,
            operation,
            reason,
            at,
        });
    }

    async fn admit(&self, known: Known, row: &Row, request: &mut Request) -> Result<(), ApiError> {
        if let Some(rates) = &self.rates {
            let who = known.token.map_or(known.user.0, |token| token.0);
            rates.asked(row.kind(), who).map_err(ApiError::TooMany)?;
        }
        if !row.rule.admits(known.standing) {
            return Err(ApiError::Forbidden(row.rule.demand().to_owned()));
        }
        let limit = self.app.limits.body_bytes;
        if announced(request.headers()) > limit {
            let body = std::mem::replace(request.body_mut(), Body::empty());
            discard(body.into_data_stream(), limit).await;
            return Err(ApiError::TooLarge(limit));
        }
        let idempotency = self.idempotency(request).await?;
        let expected = expected(request.headers());
        let correlation = match request.extensions().get::<Correlation>() {
            Some(Correlation(id)) => *id,
            None => self.app.clock.new_id(),
        };
        let Known { user, team, standing, email, token: _ } = known;
        request.extensions_mut().insert(Caller {
            user,
            team,
            standing,
            email,
            correlation,
            idempotency,
            expected,
            turns: Arc::default(),
        });
        Ok(())
    }

    /// The key of a repeatable request with a digest of all that it asks for, secrets included: nobody can try texts out
    /// on it who has only the database.
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
        let body = std::mem::replace(request.body_mut(), Body::empty());
        let bytes = gathered(body, &self.app.limits).await?;
        let mut hasher = blake3::Hasher::new();
        for part in [request.method().as_str(), &request.uri().to_string()] {
            hasher.update(&(part.len() as u64).to_be_bytes()).update(part.as_bytes());
        }
        hasher.update(&bytes);
        *request.body_mut() = Body::from(bytes);
        let sealing = self.app.vault.data_key_or_create(REQUESTS).await?.ok_or(VaultError::Altered)?;
        let tag = blake3::Hash::from_bytes(sealing.tag(hasher.finalize().as_bytes()));
        Ok(Some(Idempotency { key, digest: tag.to_hex().to_string() }))
    }

    /// All that is done for a request after its token was found good, the reading of its body included, within the time
    /// of its operation.
    async fn within(
        &self,
        row: &Row,
        work: impl Future<Output = Result<Response, ApiError>>,
    ) -> Result<Response, ApiError> {
        let seconds = row.seconds(&self.app.limits);
        tokio::time::timeout(Duration::from_secs(seconds), work).await.unwrap_or(Err(ApiError::Late(seconds)))
    }

    /// Admits a request and has its route answer.
    async fn admitted(
        &self,
        known: Known,
        row: &Row,
        mut request: Request,
        next: Next,
    ) -> Result<Response, ApiError> {
        self.admit(known, row, &mut request).await?;
        self.answered(request, next).await
    }

    /// Has the route answer. A write is carried out to its end whether or not the client still listens, and one with an
    /// idempotency key once.
    async fn answered(&self, request: Request, next: Next) -> Result<Response, ApiError> {
        let repeatable = request.extensions().get::<Caller>().and_then(|caller| self.repeatable(caller));
        let is_read = request.method().is_safe();
        let requests = Arc::clone(&self.app.requests);
        let work = next.run(request);
        if is_read {
            return Ok(work.await);
        }
        to_its_end(async move {
            Ok(match repeatable {
                Some(repeatable) => repeat::once(requests.as_ref(), &repeatable, work).await,
                None => work.await,
            })
        })
        .await
    }

    /// The same where the address is the credential: one that permits nothing counts like a token that is unknown.
    async fn signed(
        &self,
        row: &Row,
        request: Request,
        next: Next,
        from: Option<IpAddr>,
    ) -> Result<Response, ApiError> {
        let response = self.within(row, self.answered(request, next)).await?;
        if response.status() == StatusCode::FORBIDDEN {
            self.failed(from)?;
        }
        Ok(response)
    }

    /// Comes to its end when the caller would no longer be let in with these headers. For answers that go on.
    pub(crate) async fn departure(self: Arc<Self>, caller: Caller, headers: HeaderMap) {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let known = self.bearer.known(&self.app, &headers).await;
            let is_the_same = |known: &Known| {
                (known.user, known.team) == (caller.user, caller.team) && Rule::Member.admits(known.standing)
            };
            // Where the store is away, the client may come back.
            if !known.is_ok_and(|known| is_the_same(&known)) {
                return;
            }
        }
    }

    fn repeatable(&self, caller: &Caller) -> Option<Repeatable> {
        Some(Repeatable {
            team: caller.team,
            actor: Actor::User(caller.user),
            idempotency: caller.idempotency.clone()?,
            attempt: self.app.clock.new_id(),
            at: self.app.clock.now(),
        })
    }
}

/// Lets a request through to its route with its [`Caller`], or answers in the route's stead. Whoever is known and is
/// denied something is remembered, also when it is the route that denies it.
pub async fn guard(State(gate): State<Arc<Gate>>, mut request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str).unwrap_or_default();
    let row = policy::row_of(request.method(), path);
    if row.is_some_and(|row| row.rule == Rule::Open) {
        return next.run(request).await;
    }
    let operation = row.map_or("-", |row| row.operation);
    let Ok(_place) = gate.places.try_acquire() else { return ApiError::Busy.into_response() };
    let from = gate.app.edge.client(request.extensions(), request.headers());
    if let Some(row) = row.filter(|row| row.rule == Rule::Signed) {
        return gate.signed(row, request, next, from).await.unwrap_or_else(IntoResponse::into_response);
    }
    let known = match gate.known(operation, request.headers(), from).await {
        Ok(known) => known,
        Err(error) => return error.into_response(),
    };
    request.extensions_mut().insert(Arc::clone(&gate));
    let answered = match row {
        Some(row) => gate.within(row, gate.admitted(known.clone(), row, request, next)).await,
        None => Err(ApiError::Forbidden("no rule admits anybody to this operation".to_owned())),
    };
    let response = answered.unwrap_or_else(IntoResponse::into_response);
    if response.status() == StatusCode::FORBIDDEN {
        gate.denied(&known, operation, DenialReason::Forbidden);
    }
    response
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
}
