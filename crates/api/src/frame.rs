//! What surrounds every request: its id, its metrics, and the log entry of a server's fault.

use std::any::Any;
use std::error::Error;
use std::fmt::Write as _;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use touchstone_kernel::Clock;
use uuid::Uuid;

use crate::error::{ApiError, Cause, Detail};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Names one request in answers, logs and the events that come of it.
#[derive(Debug, Clone, Copy)]
pub struct RequestId(pub Uuid);

#[derive(Serialize)]
struct ServerFault {
    detail: &'static str,
    id: Uuid,
}

pub async fn frame(State(clock): State<Arc<dyn Clock>>, mut request: Request, next: Next) -> Response {
    let (id, start) = (clock.new_id(), clock.now());
    let method = request.method().to_string();
    let path = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    request.extensions_mut().insert(RequestId(id));
    let mut response = next.run(request).await;
    if let Some(Cause(cause)) = response.extensions_mut().remove::<Cause>() {
        tracing::error!(%id, %method, %path, status = response.status().as_u16(), cause = %chain(&*cause), "request failed");
        response = faulted(response, id);
    }
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let status = response.status().as_u16().to_string();
    let seconds = clock.now().since(start).as_secs_f64();
    metrics::counter!("touchstone_http_requests_total", "method" => method.clone(), "path" => path.clone(), "status" => status)
        .increment(1);
    metrics::histogram!("touchstone_http_request_seconds", "method" => method, "path" => path)
        .record(seconds);
    response
}

/// The same status and headers, with a body that tells an id and nothing else.
fn faulted(response: Response, id: Uuid) -> Response {
    let detail = if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        "The server cannot answer just now. Try again; if it persists, quote the id to the operator."
    } else {
        "The server failed. Quote the id to the operator, whose log tells the cause."
    };
    let (mut parts, _) = response.into_parts();
    let (fresh, body) = Json(ServerFault { detail, id }).into_response().into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.extend(fresh.headers);
    Response::from_parts(parts, body)
}

fn chain(error: &(dyn Error + Send + Sync)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        // Writing to a String cannot fail.
        let _ = write!(text, ": {source}");
        next = source.source();
    }
    text
}

/// The text of a panic may hold what was worked on, so it is told nowhere; the process's panic hook logs the place.
pub fn panicked(_: Box<dyn Any + Send + 'static>) -> Response<Body> {
    ApiError::internal("a handler panicked").into_response()
}

pub async fn unknown_path() -> Response {
    (StatusCode::NOT_FOUND, Json(Detail { detail: "Not Found".to_owned() })).into_response()
}

pub async fn wrong_method() -> Response {
    (StatusCode::METHOD_NOT_ALLOWED, Json(Detail { detail: "Method Not Allowed".to_owned() })).into_response()
}
