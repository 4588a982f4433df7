//! How the process is doing, for machines that watch it. Open to all: nothing here is a team's.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(healthz))
        .routes(routes!(livez))
        .routes(routes!(readyz))
        .routes(routes!(metrics))
}

type Words = BTreeMap<String, String>;

fn judged(state: Result<Words, Words>) -> Response {
    match state {
        Ok(words) => Json(words).into_response(),
        Err(words) => (StatusCode::SERVICE_UNAVAILABLE, Json(words)).into_response(),
    }
}

/// Whether the event log can be reached.
#[utoipa::path(get, path = "/healthz", operation_id = "get_healthz", tag = "Monitoring",
    responses((status = 200, body = BTreeMap<String, String>), (status = 503, body = BTreeMap<String, String>)))]
async fn healthz(State(app): State<Arc<App>>) -> Response {
    judged(app.status.healthy().await)
}

/// Whether the process runs.
#[utoipa::path(get, path = "/livez", operation_id = "get_livez", tag = "Monitoring",
    responses((status = 200, body = BTreeMap<String, String>)))]
async fn livez() -> Response {
    judged(Ok(Words::from([("status".to_owned(), "ok".to_owned())])))
}

/// Whether requests should be sent to this process.
#[utoipa::path(get, path = "/readyz", operation_id = "get_readyz", tag = "Monitoring",
    responses((status = 200, body = BTreeMap<String, String>), (status = 503, body = BTreeMap<String, String>)))]
async fn readyz(State(app): State<Arc<App>>) -> Response {
    judged(app.status.ready().await)
}

/// Metrics in Prometheus' text format, or as one JSON object where JSON is asked for.
#[utoipa::path(get, path = "/metrics", operation_id = "get_metrics", tag = "Monitoring",
    responses((status = 200, content((String = "text/plain"), (Value = "application/json")))))]
async fn metrics(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let text = app.status.metrics();
    let wants_json = headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("application/json"));
    if wants_json {
        return Json(object(&text)).into_response();
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}

/// Each series, with its labels, to its value; null for what JSON has no number for.
fn object(text: &str) -> Map<String, Value> {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.trim().rsplit_once(' '))
        .map(|(series, value)| (series.to_owned(), value.parse::<f64>().map_or(Value::Null, Value::from)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_series_becomes_a_number() {
        let text = "# TYPE a counter\na{x=\"1 2\"} 3\n\nb 0.5\nc NaN\n";
        let want = serde_json::json!({"a{x=\"1 2\"}": 3.0, "b": 0.5, "c": null});
        assert_eq!(Value::Object(object(text)), want);
    }
}
