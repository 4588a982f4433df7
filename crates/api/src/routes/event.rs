//! The public event door: a request of a known type runs the same command, with the same checks, as the operation that
//! it stands for. Nothing that a caller sends is ever recorded as an event.

use std::sync::Arc;

use axum::extract::State;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use touchstone_commands::evaluation::{CancelEvaluation, DeleteEvaluation};
use touchstone_vocabulary::EvaluationId;
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::{ToSchema, openapi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::body::Body;
use crate::caller::Caller;
use crate::error::{ApiError, Fault, Step};
use crate::reply::Answer;

pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(post))
}

const CANCEL: &str = "CANCEL_EVALUATION";
const DELETE: &str = "DELETE_EVALUATION";

/// Types that ask for something which this door does not do.
const OTHER_COMMANDS: &[&str] = &[
    "LOGIN_COMPLETE",
    "START_EVALUATION",
    "START_DETECTION",
    "EXECUTE_SYNC_DETECTION",
    "CREATE_EVALUATION",
    "CREATE_HARNESS_CONFIG",
    "CREATE_HARNESS_CONFIG_CHAT",
];

/// Types by which a worker of the service would report. Nobody with a team's token is one.
const NOTICES: &[&str] = &[
    "EVALUATION_CREATED",
    "EVALUATION_COMPLETED",
    "TEST_CREATED",
    "TEST_COMPLETED",
    "TEST_ERROR",
    "REQUEST_COMPLETED",
    "DETECTION_COMPLETED",
    "WORKER_READY",
    "PROBE_DETECTION_COMPLETE",
    "PROBE_DETECTION_ERROR",
    "SYNC_DETECTION_COMPLETED",
    "DETECTION_TERMINAL_ERROR",
    "PROBE_CREATED",
    "PROBE_COMPLETIONS_DONE",
    "PROBE_ERROR",
];

fn types() -> openapi::Object {
    let all = [CANCEL, DELETE].iter().chain(OTHER_COMMANDS).chain(NOTICES).copied();
    ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::String))
        .enum_values(Some(all.collect::<Vec<_>>()))
        .description(Some("Only CANCEL_EVALUATION and DELETE_EVALUATION are understood."))
        .build()
}

/// A request by its type.
#[derive(Deserialize, ToSchema)]
#[schema(as = EventRequest)]
#[expect(dead_code, reason = "what the server gives itself is described and never read")]
struct Asked {
    #[serde(rename = "type")]
    #[schema(schema_with = types)]
    kind: String,
    /// `evaluation_id` says which one.
    #[schema(value_type = Option<Object>)]
    data: Option<Map<String, Value>>,
    /// Ignored, like all that follows: the server gives its own.
    #[schema(value_type = Option<String>)]
    id: Option<IgnoredAny>,
    #[schema(value_type = Option<f64>)]
    created_at: Option<IgnoredAny>,
    #[schema(value_type = Option<String>)]
    created_by: Option<IgnoredAny>,
    #[schema(value_type = Option<String>)]
    status: Option<IgnoredAny>,
    #[schema(value_type = Option<Object>)]
    metadata: Option<IgnoredAny>,
}

/// The request as it was understood.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Event)]
struct Understood {
    #[serde(rename = "type")]
    #[schema(schema_with = types)]
    kind: String,
    id: String,
    /// Seconds, with fractions.
    created_at: f64,
    created_by: String,
    status: String,
    #[schema(value_type = Object)]
    data: Map<String, Value>,
    #[schema(value_type = Option<Object>)]
    metadata: Option<Map<String, Value>>,
}

/// Runs the command that a type names.
#[utoipa::path(post, path = "/v1/events", operation_id = "post_events", tag = "Events",
    request_body = Asked, responses((status = 200, body = Understood)))]
async fn post(State(app): State<Arc<App>>, caller: Caller, Body(asked): Body<Asked>) -> Answer<Understood> {
    let (team, data) = (caller.team, asked.data.unwrap_or_default());
    let sent = match asked.kind.as_str() {
        CANCEL => app.send(&caller, CancelEvaluation { team, id: evaluation(&data)? }).await?,
        DELETE => app.send(&caller, DeleteEvaluation { team, id: evaluation(&data)? }).await?,
        other => return Err(refused(other)),
    };
    let id = app.clock.new_id().to_string();
    let created_at = seconds(app.clock.now().micros());
    let (created_by, status) = (String::new(), String::new());
    Ok(sent.reply(Understood { kind: asked.kind, id, created_at, created_by, status, data, metadata: None }))
}

fn evaluation(data: &Map<String, Value>) -> Result<EvaluationId, ApiError> {
    let field = |kind, msg: &str| {
        let loc = ["body", "data", "evaluation_id"].map(|step| Step::Field(step.to_owned())).to_vec();
        ApiError::Invalid(vec![Fault { loc, msg: msg.to_owned(), kind }])
    };
    match data.get("evaluation_id") {
        None | Some(Value::Null) => Err(field("missing", "Field required")),
        Some(Value::String(id)) => id.parse().map_err(|_| ApiError::missing("evaluation")),
        Some(_) => Err(field("value_error", "The value must be a string")),
    }
}

fn refused(kind: &str) -> ApiError {
    if NOTICES.contains(&kind) {
        return ApiError::Forbidden("this type is reserved for workers of the service".to_owned());
    }
    ApiError::Invalid(vec![Fault::new("body", "type", format!("must be one of {CANCEL}, {DELETE}"))])
}

/// Exact up to the microsecond for a few centuries.
#[expect(clippy::cast_precision_loss, reason = "microseconds since 1970 stay far below 2^53")]
fn seconds(micros: i64) -> f64 {
    micros as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notices_are_forbidden_and_other_types_are_told_what_is_understood() {
        for kind in NOTICES {
            assert!(matches!(refused(kind), ApiError::Forbidden(_)), "{kind}");
        }
        for kind in OTHER_COMMANDS.iter().chain(&["WHATEVER"]) {
            let ApiError::Invalid(faults) = refused(kind) else { panic!("{kind}") };
            assert!(faults[0].msg.contains(DELETE) && faults[0].msg.contains(CANCEL));
        }
    }

    #[test]
    fn all_types_of_the_contract_are_named_once() {
        let mut all: Vec<_> = [CANCEL, DELETE].iter().chain(OTHER_COMMANDS).chain(NOTICES).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 24);
    }

    #[test]
    fn an_evaluation_must_be_named_and_one_of_another_form_is_missing() {
        let of = |value: Value| {
            let Value::Object(data) = value else { panic!() };
            evaluation(&data)
        };
        assert!(matches!(of(serde_json::json!({})), Err(ApiError::Invalid(_))));
        assert!(matches!(of(serde_json::json!({"evaluation_id": 7})), Err(ApiError::Invalid(_))));
        assert!(matches!(of(serde_json::json!({"evaluation_id": "x"})), Err(ApiError::Missing(_))));
    }
}
