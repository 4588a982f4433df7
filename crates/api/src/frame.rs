//! What surrounds every request: its id, its metrics, and the log entry of a server's fault.

use std::any::Any;
use std::error::Error;
use std::fmt::Write as _;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use touchstone_kernel::Clock;
use uuid::Uuid;

use crate::error::{ApiError, Cause, Detail};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TRACE_PARENT: HeaderName = HeaderName::from_static("traceparent");
const LONGEST_ID: usize = 128;

/// Names what a request brings about in the events that come of it.
#[derive(Debug, Clone, Copy)]
pub struct Correlation(pub Uuid);

/// The id that the client gave its request, where it can stand in a header and a log line as it is.
fn given(headers: &HeaderMap) -> Option<&str> {
    let id = headers.get(REQUEST_ID)?.to_str().ok()?;
    let plain = id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':'));
    (plain && (1..=LONGEST_ID).contains(&id.len())).then_some(id)
}

/// The trace that the request is a part of, as W3C's Trace Context names it.
fn trace(headers: &HeaderMap) -> Option<Uuid> {
    let parts: Vec<&str> = headers.get(TRACE_PARENT)?.to_str().ok()?.split('-').collect();
    let (&version, &trace) = (parts.first()?, parts.get(1)?);
    let is_hex = |text: &str| text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if version == "ff" || version.len() != 2 || trace.len() != 32 || !is_hex(version) || !is_hex(trace) {
        return None;
    }
    u128::from_str_radix(trace, 16).ok().filter(|id| *id != 0).map(Uuid::from_u128)
}

/// An id that a client chose as a uuid: itself where it is one.
fn derived(id: &str) -> Uuid {
    id.parse()
        .unwrap_or_else(|_| Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("touchstone:request/{id}").as_bytes()))
}

#[derive(Serialize)]
struct ServerFault {
    detail: &'static str,
    id: String,
}

pub async fn frame(State(clock): State<Arc<dyn Clock>>, mut request: Request, next: Next) -> Response {
    let start = clock.now();
    let id = given(request.headers()).map_or_else(|| clock.new_id().to_string(), str::to_owned);
    let correlation = trace(request.headers()).unwrap_or_else(|| derived(&id));
    let method = request.method().to_string();
    let path = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    request.extensions_mut().insert(Correlation(correlation));
    let mut response = next.run(request).await;
    if let Some(Cause(cause)) = response.extensions_mut().remove::<Cause>() {
        tracing::error!(%id, %correlation, %method, %path, status = response.status().as_u16(), cause = %chain(&*cause), "request failed");
        response = faulted(response, id.clone());
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if path.starts_with("/v1") {
        // What somebody sees with a token is nobody else's.
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
    let status = response.status().as_u16().to_string();
    let seconds = clock.now().since(start).as_secs_f64();
    metrics::counter!("touchstone_http_requests_total", "method" => method.clone(), "path" => path.clone(), "status" => status)
        .increment(1);
    metrics::histogram!("touchstone_http_request_seconds", "method" => method, "path" => path)
        .record(seconds);
    response
}

/// The same status and headers, with a body that tells an id and nothing else.
fn faulted(response: Response, id: String) -> Response {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    #[test]
    fn a_plain_id_is_taken_over_and_any_other_is_not() {
        for plain in ["a", "01J-x_y.z:7", "0190a000-0000-7000-8000-000000000000", &"a".repeat(128)] {
            assert_eq!(given(&headers(REQUEST_ID, plain)), Some(plain));
        }
        for strange in ["", "a b", "a\"b", "a,b", "<x>", "%0d%0a", &"a".repeat(129)] {
            assert_eq!(given(&headers(REQUEST_ID, strange)), None, "{strange}");
        }
    }

    #[test]
    fn a_uuid_stays_what_it_is_and_the_same_word_is_the_same_uuid() {
        let id = "0190a000-0000-7000-8000-000000000000";
        assert_eq!(derived(id).to_string(), id);
        assert_eq!(derived("a"), derived("a"));
        assert_ne!(derived("a"), derived("b"));
    }

    #[test]
    fn a_trace_is_told_by_its_well_formed_parent() {
        let id = "4bf92f3577b34da6a3ce929d0e0e4736";
        let parent = |text: &str| trace(&headers(TRACE_PARENT, text));
        assert_eq!(parent(&format!("00-{id}-00f067aa0ba902b7-01")).unwrap().simple().to_string(), id);
        assert!(parent(&format!("cc-{id}-00f067aa0ba902b7-01-later")).is_some());
        let zero = "0".repeat(32);
        for strange in
            ["", "00", &format!("ff-{id}-x"), &format!("00-{zero}-x"), &format!("00-{}-x", &id[1..])]
        {
            assert_eq!(parent(strange), None, "{strange}");
        }
    }
}
