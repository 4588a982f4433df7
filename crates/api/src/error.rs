//! The only type that knows HTTP statuses.
//!
//! Refusals become 4xx with one sentence for the caller. A fault of the server carries its cause to the outermost
//! layer, which logs it once and answers with an id.

use std::error::Error;
use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use touchstone_benchmarks::Unreachable;
use touchstone_kernel::{Kind, Rejection, Unavailable};
use touchstone_queries::ReadError;
use touchstone_vault::VaultError;
use utoipa::ToSchema;

/// A step to the place of a fault: a field, or a position in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Step {
    Field(String),
    Position(usize),
}

/// One thing that is wrong with a request. Never holds what was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ValidationError)]
pub struct Fault {
    /// `body`, `query`, `path` or `header`, then the way to the field.
    pub loc: Vec<Step>,
    pub msg: String,
    #[serde(rename = "type")]
    pub kind: &'static str,
}

impl Fault {
    pub fn new(place: &str, field: &str, msg: impl Into<String>) -> Self {
        let loc = vec![Step::Field(place.to_owned()), Step::Field(field.to_owned())];
        Self { loc, msg: msg.into(), kind: "value_error" }
    }

    /// A required field that is not there.
    pub fn missing(place: &str, field: &str) -> Self {
        Self { kind: "missing", ..Self::new(place, field, "Field required") }
    }

    /// Of the body as a whole.
    pub fn body(msg: impl Into<String>, kind: &'static str) -> Self {
        Self { loc: vec![Step::Field("body".to_owned())], msg: msg.into(), kind }
    }
}

/// The body of a 422.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HTTPValidationError)]
pub struct Faults {
    pub detail: Vec<Fault>,
}

/// The body of every other refusal.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ErrorDetail)]
pub struct Detail {
    pub detail: String,
}

/// Why there is no 200.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    #[error("{0}")]
    Unauthorized(String),
    #[error("{0}")]
    Forbidden(String),
    #[error("{0}")]
    Missing(String),
    #[error("the request is not valid")]
    Invalid(Vec<Fault>),
    #[error("{0}")]
    Conflict(String),
    /// The thing was changed since the caller read it.
    #[error("{0}")]
    Stale(String),
    /// The same request is being carried out.
    #[error("a request with this Idempotency-Key is being carried out; ask again in a moment")]
    InFlight,
    /// Too much was asked in the last minute.
    #[error("too many requests; ask again in {} s", seconds(*.0))]
    TooMany(Duration),
    /// The team has as much of something as it may have.
    #[error("{what}; ask again in {} s", seconds(*wait))]
    Full { what: String, wait: Duration },
    /// The team's files are as many bytes as may be kept.
    #[error("the files of the team may have {0} bytes together; remove some")]
    NoRoom(u64),
    /// More is being asked at once than can be answered.
    #[error("the server is busy; ask again in a moment")]
    Busy,
    /// The answer took too long.
    #[error("there was no answer within {0} s; what was begun is finished all the same")]
    Late(u64),
    #[error("the body is longer than {0} bytes")]
    TooLarge(usize),
    /// Trying again later may help.
    #[error("a store cannot be reached")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    #[error("the server is at fault")]
    Internal(#[source] Box<dyn Error + Send + Sync>),
}

/// The cause of a 5xx, on its way to the layer that logs it.
#[derive(Clone)]
pub struct Cause(pub Arc<dyn Error + Send + Sync>);

impl ApiError {
    /// 401.
    pub fn unauthorized(text: &str) -> Self {
        Self::Unauthorized(text.to_owned())
    }

    /// 404, the same for what is unknown and what is another team's.
    pub fn missing(noun: &str) -> Self {
        Self::Missing(format!("there is no such {noun}"))
    }

    /// 422 about one field of the body.
    pub fn invalid(field: &str, msg: impl Into<String>) -> Self {
        Self::Invalid(vec![Fault::new("body", field, msg)])
    }

    /// The same fault in an element of a list of the body.
    #[must_use]
    pub fn at(self, field: &str, place: usize) -> Self {
        match self.inside(field) {
            Self::Invalid(mut faults) => {
                for fault in faults.iter_mut().filter(|fault| fault.loc.len() > 1) {
                    fault.loc.insert(2, Step::Position(place));
                }
                Self::Invalid(faults)
            }
            other => other,
        }
    }

    /// The same fault one level deeper, when a body holds what was read as a body.
    #[must_use]
    pub fn inside(self, field: &str) -> Self {
        match self {
            Self::Invalid(mut faults) => {
                for fault in faults.iter_mut().filter(|fault| !fault.loc.is_empty()) {
                    fault.loc.insert(1, Step::Field(field.to_owned()));
                }
                Self::Invalid(faults)
            }
            other => other,
        }
    }

    pub fn unavailable(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable(cause.into())
    }

    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }
}

impl From<Rejection> for ApiError {
    fn from(rejection: Rejection) -> Self {
        match rejection {
            Rejection::Refused { kind: Kind::Invalid, field: Some(field), message } => {
                Self::invalid(field, message)
            }
            Rejection::Refused { kind: Kind::Invalid, field: None, message } => {
                Self::Invalid(vec![Fault::body(message, "value_error")])
            }
            Rejection::Refused { kind: Kind::Missing, message, .. } => Self::Missing(message),
            Rejection::Refused { kind: Kind::Forbidden, message, .. } => Self::Forbidden(message),
            Rejection::Refused { kind: Kind::Conflict, message, .. } => Self::Conflict(message),
            Rejection::Contended => Self::Conflict(rejection.to_string()),
            Rejection::Stale => Self::Stale(rejection.to_string()),
            Rejection::KeyReused => {
                Self::Invalid(vec![Fault::new("header", "idempotency-key", rejection.to_string())])
            }
            Rejection::Unavailable(_) => Self::unavailable(rejection),
            Rejection::Corrupt(_) => Self::internal(rejection),
        }
    }
}

impl From<ReadError> for ApiError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Unavailable(_) => Self::unavailable(error),
            ReadError::Data(_) => Self::internal(error),
        }
    }
}

impl From<Unavailable> for ApiError {
    fn from(error: Unavailable) -> Self {
        Self::unavailable(error)
    }
}

impl From<Unreachable> for ApiError {
    fn from(error: Unreachable) -> Self {
        Self::unavailable(error)
    }
}

impl From<VaultError> for ApiError {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Unavailable(_) => Self::unavailable(error),
            VaultError::KeyFile { .. }
            | VaultError::InvalidKey
            | VaultError::KeyMissing { .. }
            | VaultError::WrongKey
            | VaultError::Altered => Self::internal(error),
        }
    }
}

fn detail(status: StatusCode, text: impl Display) -> Response {
    (status, Json(Detail { detail: text.to_string() })).into_response()
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        match self {
            Self::Unauthorized(text) => {
                let challenge = [(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))];
                (challenge, detail(StatusCode::UNAUTHORIZED, text)).into_response()
            }
            Self::Forbidden(text) => detail(StatusCode::FORBIDDEN, text),
            Self::Missing(text) => detail(StatusCode::NOT_FOUND, text),
            Self::Conflict(text) => detail(StatusCode::CONFLICT, text),
            Self::Stale(text) => detail(StatusCode::PRECONDITION_FAILED, text),
            Self::InFlight => (later(1), detail(StatusCode::CONFLICT, self)).into_response(),
            Self::TooMany(wait) | Self::Full { wait, .. } => {
                (later(seconds(wait)), detail(StatusCode::TOO_MANY_REQUESTS, self)).into_response()
            }
            Self::Busy | Self::Late(_) => {
                (later(1), detail(StatusCode::SERVICE_UNAVAILABLE, self)).into_response()
            }
            Self::TooLarge(_) | Self::NoRoom(_) => detail(StatusCode::PAYLOAD_TOO_LARGE, self),
            Self::Invalid(faults) => {
                (StatusCode::UNPROCESSABLE_ENTITY, Json(Faults { detail: faults })).into_response()
            }
            Self::Unavailable(_) => (later(1), fault(StatusCode::SERVICE_UNAVAILABLE, self)).into_response(),
            Self::Internal(_) => fault(StatusCode::INTERNAL_SERVER_ERROR, self),
        }
    }
}

/// When to ask again, in seconds.
fn later(seconds: u64) -> [(HeaderName, HeaderValue); 1] {
    [(header::RETRY_AFTER, HeaderValue::from(seconds))]
}

/// Whole seconds after which a wait is over.
fn seconds(wait: Duration) -> u64 {
    wait.as_secs() + 1
}

fn fault(status: StatusCode, error: ApiError) -> Response {
    let mut response = status.into_response();
    response.extensions_mut().insert(Cause(Arc::new(error)));
    response
}
