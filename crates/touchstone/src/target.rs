//! The practice target: an endpoint that speaks OpenAI chat completions and behaves as it is told.
//!
//! It serves trying the service out, tests and benchmarks. Its answers depend on nothing but the messages (see
//! [`Persona`]), its faults on nothing but the number of the call (see [`Fault`]), so that what an evaluation of it
//! must find can be worked out beforehand. It knows nothing of the catalogue. Keys are neither needed nor looked at.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods))]

mod calls;
mod fault;
mod persona;
#[cfg(test)]
mod tests;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use axum::{Json, Router};
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub use fault::{Fault, FaultKind, InvalidFault};
pub use persona::{ASTRAY, Persona, REFUSAL, UnknownPersona};

use calls::{Calls, Tally};

/// How the target behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TargetOptions {
    pub persona: Persona,
    /// Each answer comes this much later.
    pub latency: Duration,
    pub fault: Option<Fault>,
}

struct Practice {
    options: TargetOptions,
    calls: Calls,
    shutdown: CancellationToken,
}

/// Longest request, in bytes: many times the longest prompt.
const MAX_REQUEST: usize = 16 * 1024 * 1024;
/// How long answers under way may take after the shutdown began.
const GRACE: Duration = Duration::from_secs(2);

/// The routes: `POST /v1/chat/completions`, `GET /v1/models` (both also without `/v1`) and `GET /calls`.
pub fn router(options: TargetOptions) -> Router {
    app(options, CancellationToken::new())
}

/// Serves until `shutdown` is canceled. Calls that hang on purpose end then at once, others get two seconds.
pub async fn serve(
    listener: TcpListener,
    options: TargetOptions,
    shutdown: CancellationToken,
) -> std::io::Result<()> {
    let app = app(options, shutdown.clone());
    // Small answers must not wait for the acknowledgement of the ones before.
    let listener = listener.tap_io(|socket| drop(socket.set_nodelay(true)));
    let serving = axum::serve(listener, app).with_graceful_shutdown(shutdown.clone().cancelled_owned());
    let too_late = async {
        shutdown.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        ended = serving.into_future() => ended,
        () = too_late => Ok(()),
    }
}

fn app(options: TargetOptions, shutdown: CancellationToken) -> Router {
    Router::new()
        .route("/v1/chat/completions", post(chat))
        .route("/chat/completions", post(chat))
        .route("/v1/models", get(models))
        .route("/models", get(models))
        .route("/calls", get(tally))
        .layer(DefaultBodyLimit::max(MAX_REQUEST))
        .with_state(Arc::new(Practice { options, calls: Calls::default(), shutdown }))
}

async fn chat(State(practice): State<Arc<Practice>>, body: Bytes) -> Response {
    let question = match wire::question(&body) {
        Ok(question) => question,
        Err(sentence) => return wire::error(StatusCode::BAD_REQUEST, sentence),
    };
    let call = practice.calls.begin(&question.messages);
    let TargetOptions { persona, latency, fault } = practice.options;
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    let answer = match fault.filter(|fault| fault.strikes(call.number)).map(|fault| fault.kind) {
        None => persona.answer(&question.messages),
        Some(FaultKind::Long { bytes }) => lengthened(persona.answer(&question.messages), bytes),
        Some(FaultKind::RateLimit { after }) => {
            let mut response = wire::error(StatusCode::TOO_MANY_REQUESTS, "Too many calls. Try again later.");
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(after.as_secs()));
            return response;
        }
        Some(FaultKind::Hang) => {
            practice.shutdown.cancelled().await;
            return wire::error(StatusCode::SERVICE_UNAVAILABLE, "The target is shutting down.");
        }
        Some(FaultKind::Error) => {
            return wire::error(StatusCode::INTERNAL_SERVER_ERROR, "The target failed on purpose.");
        }
        Some(FaultKind::Garbage) => return wire::json(StatusCode::OK, &b"\xff\xfe{\"choices\":[{\"mess"[..]),
        Some(FaultKind::Huge) => return wire::huge(),
    };
    let model = question.model.as_deref().unwrap_or(model_of(persona));
    wire::completion(model, &question.messages, &answer)
}

/// The answer, then harmless text up to exactly this many bytes. A longer answer stays whole.
fn lengthened(mut answer: String, bytes: usize) -> String {
    const FILLER: &str = " The lamp on the quay is lit and the water is calm.";
    while answer.len() < bytes {
        let room = (bytes - answer.len()).min(FILLER.len());
        answer.push_str(&FILLER[..room]);
    }
    answer
}

const fn model_of(persona: Persona) -> &'static str {
    match persona {
        Persona::Steadfast => "practice-steadfast",
        Persona::Gullible => "practice-gullible",
        Persona::Mixed => "practice-mixed",
    }
}

async fn models(State(practice): State<Arc<Practice>>) -> Json<serde_json::Value> {
    let id = model_of(practice.options.persona);
    Json(serde_json::json!({
        "object": "list",
        "data": [{"id": id, "object": "model", "created": 0, "owned_by": "touchstone"}],
    }))
}

#[derive(Deserialize)]
struct TallyQuery {
    /// Also the count of each conversation, by its hash.
    #[serde(default)]
    by_key: bool,
}

async fn tally(State(practice): State<Arc<Practice>>, Query(query): Query<TallyQuery>) -> Json<Tally> {
    Json(practice.calls.tally(query.by_key))
}
