//! The public event door: a request of a known type runs the same command, with the same checks, as the operation that
//! it stands for. What asks for nothing is kept as a notice. Nothing that a caller sends becomes an event of its own.

use std::sync::Arc;

use axum::extract::State;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use touchstone_commands::evaluation::{CancelEvaluation, DeleteEvaluation, RequestStart};
use touchstone_commands::notice::ReceiveNotice;
use touchstone_kernel::Visible;
use touchstone_vocabulary::{EvaluationId, NoticeId, TeamRole};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::{ToSchema, openapi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::evaluation::EvaluationRequest;
use super::harness_stage::{Order, Talk};
use crate::app::App;
use crate::body::{Body, parsed};
use crate::caller::{Caller, Standing};
use crate::error::{ApiError, Fault, Step};
use crate::policy::Rule;
use crate::reply::{Answer, Reply};

pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(post))
}

/// What a type stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Cancel,
    Delete,
    Create,
    Start,
    Generate,
    Chat,
    /// An operation that is not served yet.
    Later,
    /// Somebody's notice: kept.
    Notice,
    /// The notice of a worker, which a team must not be able to forge.
    Report,
}

/// Every type of the contract.
const TYPES: [(&str, Meaning); 24] = [
    ("DELETE_EVALUATION", Meaning::Delete),
    ("CANCEL_EVALUATION", Meaning::Cancel),
    ("CREATE_EVALUATION", Meaning::Create),
    ("START_EVALUATION", Meaning::Start),
    ("START_DETECTION", Meaning::Later),
    ("EXECUTE_SYNC_DETECTION", Meaning::Later),
    ("CREATE_HARNESS_CONFIG", Meaning::Generate),
    ("CREATE_HARNESS_CONFIG_CHAT", Meaning::Chat),
    ("LOGIN_COMPLETE", Meaning::Notice),
    ("EVALUATION_CREATED", Meaning::Report),
    ("EVALUATION_COMPLETED", Meaning::Report),
    ("TEST_CREATED", Meaning::Report),
    ("TEST_COMPLETED", Meaning::Report),
    ("TEST_ERROR", Meaning::Report),
    ("REQUEST_COMPLETED", Meaning::Report),
    ("DETECTION_COMPLETED", Meaning::Report),
    ("WORKER_READY", Meaning::Report),
    ("PROBE_DETECTION_COMPLETE", Meaning::Report),
    ("PROBE_DETECTION_ERROR", Meaning::Report),
    ("SYNC_DETECTION_COMPLETED", Meaning::Report),
    ("DETECTION_TERMINAL_ERROR", Meaning::Report),
    ("PROBE_CREATED", Meaning::Report),
    ("PROBE_COMPLETIONS_DONE", Meaning::Report),
    ("PROBE_ERROR", Meaning::Report),
];

impl Meaning {
    fn of(kind: &str) -> Result<Self, ApiError> {
        let found = TYPES.iter().find(|(word, _)| *word == kind).map(|(_, meaning)| *meaning);
        found.ok_or_else(not_understood)
    }

    /// Whether somebody may ask for this.
    fn check(self, caller: &Caller) -> Result<(), ApiError> {
        let demand = match (self, caller.standing) {
            (Self::Notice, _)
            // Like the operations that they stand for.
            | (Self::Cancel | Self::Delete | Self::Generate | Self::Chat, Standing::Member(_))
            | (Self::Create | Self::Start | Self::Later, Standing::Member(TeamRole::Admin))
            | (Self::Report, Standing::Service) => return Ok(()),
            (Self::Cancel | Self::Delete | Self::Generate | Self::Chat, Standing::Service) => Rule::Member.demand(),
            (Self::Create | Self::Start | Self::Later, Standing::Member(TeamRole::User) | Standing::Service) => {
                "this type needs the role admin in your team"
            }
            (Self::Report, Standing::Member(_)) => "this type is reserved for workers of the service",
        };
        Err(ApiError::Forbidden(demand.to_owned()))
    }
}

fn not_understood() -> ApiError {
    let understood = TYPES.iter().filter(|(_, meaning)| *meaning != Meaning::Later);
    let words: Vec<&str> = understood.map(|(word, _)| *word).collect();
    ApiError::invalid("type", format!("must be one of {}", words.join(", ")))
}

fn types() -> openapi::Object {
    ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::String))
        .enum_values(Some(TYPES.map(|(word, _)| word)))
        .description(Some(
            "CANCEL_EVALUATION, DELETE_EVALUATION, CREATE_HARNESS_CONFIG and CREATE_HARNESS_CONFIG_CHAT are open to every \
             member, other commands to admins, reports of workers to services, LOGIN_COMPLETE to all. Detections are not \
             asked for here.",
        ))
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
    /// `evaluation_id` says which one; to create one, its whole request.
    #[schema(value_type = Option<Object>)]
    data: Option<Map<String, Value>>,
    /// A notice that comes again under the same uuid is kept once. For others the server gives its own.
    id: Option<String>,
    /// Ignored, like all that follows: the server gives its own.
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

/// Runs the command that a type names, or keeps what only tells something.
#[utoipa::path(post, path = "/v1/events", operation_id = "post_events", tag = "Events",
    request_body = Asked, responses((status = 200, body = Understood)))]
async fn post(State(app): State<Arc<App>>, caller: Caller, Body(asked): Body<Asked>) -> Answer<Understood> {
    let meaning = Meaning::of(&asked.kind)?;
    meaning.check(&caller)?;
    let data = asked.data.unwrap_or_default();
    let id = asked.id.and_then(|id| id.parse().ok()).unwrap_or_else(|| app.clock.new_id());
    let (visible, metadata) = run(&app, &caller, meaning, NoticeId(id), &asked.kind, &data).await?;
    let created_at = app.clock.now().secs_f64();
    let (created_by, status) = (String::new(), String::new());
    let understood =
        Understood { kind: asked.kind, id: id.to_string(), created_at, created_by, status, data, metadata };
    Ok(Reply { visible, ..Reply::now(understood) })
}

/// What came of a request, and what it answers beside what was asked.
type Outcome = (Visible, Option<Map<String, Value>>);

async fn run(
    app: &App,
    caller: &Caller,
    meaning: Meaning,
    id: NoticeId,
    kind: &str,
    data: &Map<String, Value>,
) -> Result<Outcome, ApiError> {
    let team = caller.team;
    let body = || Value::Object(data.clone());
    let sent = match meaning {
        Meaning::Cancel => app.send(caller, CancelEvaluation { team, id: evaluation(data)? }).await,
        Meaning::Delete => app.send(caller, DeleteEvaluation { team, id: evaluation(data)? }).await,
        Meaning::Start => app.send(caller, RequestStart { team, id: evaluation(data)? }).await,
        Meaning::Create => {
            let request: EvaluationRequest = parsed(body(), &["data"])?;
            request.send(app, caller).await.map(|(_, sent)| sent).map_err(|error| error.inside("data"))
        }
        Meaning::Generate => {
            let order: Order = parsed(body(), &["data"])?;
            order.send(app, caller).await.map_err(|error| error.inside("data"))
        }
        Meaning::Chat => {
            let talk: Talk = parsed(body(), &["data"])?;
            let Reply { body, visible, .. } =
                talk.turn(app, caller).await.map_err(|error| error.inside("data"))?;
            let answer =
                [("message", body.message), ("response_type", body.response_type.as_str().to_owned())];
            let answer = answer.map(|(key, value)| (key.to_owned(), Value::String(value)));
            return Ok((visible, Some(answer.into_iter().collect())));
        }
        Meaning::Notice | Meaning::Report => {
            let notice = ReceiveNotice { team, id, kind: kind.to_owned(), data: data.clone() };
            app.send(caller, notice).await
        }
        Meaning::Later => Err(not_understood()),
    }?;
    Ok((sent.visible, None))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::caller;

    fn allowed(meaning: Meaning) -> [bool; 3] {
        let standings =
            [Standing::Member(TeamRole::Admin), Standing::Member(TeamRole::User), Standing::Service];
        standings.map(|standing| meaning.check(&Caller { standing, ..caller() }).is_ok())
    }

    #[test]
    fn members_stop_and_delete_admins_create_and_services_only_tell() {
        for meaning in [Meaning::Cancel, Meaning::Delete] {
            assert_eq!(allowed(meaning), [true, true, false], "{meaning:?}");
        }
        for meaning in [Meaning::Create, Meaning::Start, Meaning::Later] {
            assert_eq!(allowed(meaning), [true, false, false], "{meaning:?}");
        }
        assert_eq!(allowed(Meaning::Notice), [true, true, true]);
        assert_eq!(allowed(Meaning::Report), [false, false, true]);
    }

    #[test]
    fn all_types_of_the_contract_are_named_once_and_others_are_told_what_is_understood() {
        let mut words: Vec<&str> = TYPES.iter().map(|(word, _)| *word).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), 24);
        let Err(ApiError::Invalid(faults)) = Meaning::of("WHATEVER") else { panic!() };
        assert!(faults[0].msg.contains("DELETE_EVALUATION") && !faults[0].msg.contains("START_DETECTION"));
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
