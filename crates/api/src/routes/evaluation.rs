//! Evaluations: ask for one, watch it, steer it.

mod create;

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use touchstone_commands::evaluation::{
    CancelEvaluation, DeleteEvaluation, RenameEvaluation, ScoreEvaluation,
};
use touchstone_queries::evaluation::{
    self, EvaluationFilter, EvaluationItemView, EvaluationScoreView, EvaluationView, SortBy,
};
use touchstone_queries::response_error::{self, ErrorSummaryView};
use touchstone_vocabulary::{Direction, EvaluationId, Hub, Page};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::body::Body;
use crate::caller::{Caller, Gate};
use crate::error::ApiError;
use crate::events;
use crate::page::{FromParameters, Id, Parameters, Query};
use crate::present::{Find, Present};
use crate::reply::{Answer, Counted, Paged, Reply, Versioned, one_of};
pub use create::EvaluationRequest;

pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, rename))
        .routes(routes!(metadata))
        .routes(routes!(score))
        .routes(routes!(cancel))
        .routes(routes!(delete))
        .routes(routes!(response_errors))
        .routes(routes!(history))
}

const NOUN: &str = "evaluation";

impl Versioned for EvaluationView {
    fn version(&self) -> i64 {
        self.stream_version
    }
}

/// An evaluation of the caller's team.
impl Find for EvaluationId {
    async fn find(app: &App, caller: &Caller, id: &Id) -> Result<Self, ApiError> {
        present(app, caller, id.of(NOUN)?).await
    }
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Of the person who asked for it.
    user_email: Option<String>,
    #[param(required = false)]
    status: Vec<String>,
    #[param(required = false, default = 10, minimum = 1, maximum = 1000)]
    limit: i64,
    #[param(required = false, default = 0, minimum = 0, maximum = 1_000_000)]
    offset: i64,
    /// `created_at`, `completed_at`, `name`, `status`, `score`, `hub` or `model`.
    #[param(required = false, default = "created_at", value_type = String)]
    sort_by: SortBy,
    /// `ASC` or `DESC`.
    #[param(required = false, default = "DESC", value_type = String)]
    sort_order: Direction,
    /// Part of the name, whatever its case.
    name: Option<String>,
    hub: Option<String>,
    model: Option<String>,
    /// Unix seconds: not created before.
    created_at: Option<i64>,
    /// Unix seconds: over by then.
    completed_at: Option<i64>,
    /// At least one of these.
    #[param(required = false)]
    tags: Vec<String>,
    agent_configuration_id: Option<String>,
}

impl FromParameters for Which {
    fn read(given: &mut Parameters) -> Self {
        let Page { limit, offset } = given.page(10, 1000);
        let sorts = "created_at, completed_at, name, status, score, hub, model";
        let ever = 0..=i64::from(u32::MAX) * 4;
        Self {
            user_email: given.text("user_email"),
            status: given.many("status"),
            limit,
            offset,
            sort_by: given.word("sort_by", sorts).unwrap_or_default(),
            sort_order: given.direction(),
            name: given.text("name"),
            hub: given.text("hub"),
            model: given.text("model"),
            created_at: given.whole("created_at", &ever),
            completed_at: given.whole("completed_at", &ever),
            tags: given.many("tags"),
            agent_configuration_id: given.text("agent_configuration_id"),
        }
    }
}

impl Which {
    /// `None` when nothing can match, because no such hub exists.
    fn filter(self) -> Option<EvaluationFilter> {
        let hub = match self.hub {
            Some(hub) => Some(hub.parse::<Hub>().ok()?),
            None => None,
        };
        Some(EvaluationFilter {
            user_email: self.user_email,
            status: self.status,
            name: self.name,
            hub,
            model: self.model,
            created_from: self.created_at,
            completed_until: self.completed_at,
            tags: self.tags,
            agent_configuration_id: self.agent_configuration_id,
        })
    }
}

/// Another name.
#[derive(Deserialize, ToSchema)]
#[schema(as = UpdateEvaluationRequest)]
struct NewName {
    name: String,
}

/// An evaluation that was accepted.
#[derive(Serialize, ToSchema)]
#[schema(as = EvaluationCreatedResponse)]
struct Created {
    id: String,
    status: &'static str,
}

/// How an evaluation was ended.
#[derive(Serialize, ToSchema)]
#[schema(as = EndedEvaluationResponse)]
struct Ended {
    evaluation_id: String,
    status: &'static str,
    message: &'static str,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct Causes {
    /// Most causes that are told.
    #[param(required = false, default = 10, minimum = 1, maximum = 1000)]
    limit: i64,
}

impl FromParameters for Causes {
    fn read(given: &mut Parameters) -> Self {
        Self { limit: given.whole("limit", &(1..=1000)).unwrap_or(10) }
    }
}

/// The team's evaluations, newest first.
#[utoipa::path(get, path = "/v1/evaluations", operation_id = "get_evaluations", tag = "Evaluation", params(Which),
    responses((status = 200, body = Paged<EvaluationItemView>)))]
async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(which): Query<Which>,
) -> Answer<Paged<EvaluationItemView>> {
    let page = Page { limit: which.limit, offset: which.offset };
    let (sort, order) = (which.sort_by, which.sort_order);
    let Some(filter) = which.filter() else { return Ok(Reply::now(Paged::new(Vec::new(), 0, page))) };
    let (results, count) = evaluation::list(&app.db, caller.team, &filter, sort, order, page).await?;
    Ok(Reply::now(Paged::new(results, count, page)))
}

/// Asks for an evaluation under an id that the client chooses. The same request again answers the same.
#[utoipa::path(post, path = "/v1/evaluations", operation_id = "post_evaluations", tag = "Evaluation",
    request_body = EvaluationRequest, responses((status = 200, body = Created)))]
async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(request): Body<EvaluationRequest>,
) -> Answer<Created> {
    let (id, sent) = request.send(&app, &caller).await?;
    Ok(sent.reply(Created { id: id.to_string(), status: "CREATED" }))
}

/// One evaluation with its counts.
#[utoipa::path(get, path = "/v1/evaluations/{id}", operation_id = "get_evaluations_by_id", tag = "Evaluation",
    params(("id" = String, Path)), responses((status = 200, body = EvaluationView)))]
async fn show(State(app): State<Arc<App>>, caller: Caller, id: Id) -> Answer<EvaluationView> {
    one_of(evaluation::by_id(&app.db, caller.team, id.of(NOUN)?).await?, NOUN)
}

/// One evaluation with all that was asked for.
#[utoipa::path(get, path = "/v1/evaluations/metadata/{id}", operation_id = "get_evaluations_metadata_by_id",
    tag = "Evaluation", params(("id" = String, Path)), responses((status = 200, body = EvaluationView)))]
async fn metadata(State(app): State<Arc<App>>, caller: Caller, id: Id) -> Answer<EvaluationView> {
    one_of(evaluation::with_metadata(&app.db, caller.team, id.of(NOUN)?).await?, NOUN)
}

/// Gives an evaluation another name.
#[utoipa::path(put, path = "/v1/evaluations/{id}", operation_id = "put_evaluations_by_id", tag = "Evaluation",
    params(("id" = String, Path)), request_body = NewName, responses((status = 200, body = EvaluationView)))]
async fn rename(
    State(app): State<Arc<App>>,
    caller: Caller,
    Present(id): Present<EvaluationId>,
    Body(NewName { name }): Body<NewName>,
) -> Answer<EvaluationView> {
    let team = caller.team;
    let sent = app.send(&caller, RenameEvaluation { team, id, name: name.clone() }).await?;
    let view = evaluation::by_id(&app.db, team, id).await?;
    sent.show(view.map(|view| EvaluationView { name: Some(name), ..view }))
}

/// Works the scores of an ended evaluation out again.
#[utoipa::path(post, path = "/v1/evaluations/{id}/score", operation_id = "post_evaluations_score",
    tag = "Evaluation", params(("id" = String, Path)), responses((status = 200, body = EvaluationScoreView)))]
async fn score(State(app): State<Arc<App>>, caller: Caller, id: Id) -> Answer<EvaluationScoreView> {
    let (team, id) = (caller.team, id.of(NOUN)?);
    let sent = app.send(&caller, ScoreEvaluation { team, id }).await?;
    sent.show(evaluation::score(&app.db, team, id).await?)
}

/// Stops an evaluation. What was scored stays.
#[utoipa::path(post, path = "/v1/evaluations/{id}/cancel", operation_id = "post_evaluations_cancel",
    tag = "Evaluation", params(("id" = String, Path)), responses((status = 200, body = Ended)))]
async fn cancel(State(app): State<Arc<App>>, caller: Caller, id: Id) -> Answer<Ended> {
    let id: EvaluationId = id.of(NOUN)?;
    let sent = app.send(&caller, CancelEvaluation { team: caller.team, id }).await?;
    let message = "The evaluation is canceled; what was scored stays.";
    Ok(sent.reply(Ended { evaluation_id: id.to_string(), status: "CANCELED", message }))
}

/// Hides an evaluation with everything under it and makes its texts unreadable.
#[utoipa::path(post, path = "/v1/evaluations/{id}/delete", operation_id = "post_evaluations_delete",
    tag = "Evaluation", params(("id" = String, Path)), responses((status = 200, body = Ended)))]
async fn delete(State(app): State<Arc<App>>, caller: Caller, id: Id) -> Answer<Ended> {
    let id: EvaluationId = id.of(NOUN)?;
    let sent = app.send(&caller, DeleteEvaluation { team: caller.team, id }).await?;
    let message = "The evaluation and everything under it are deleted.";
    Ok(sent.reply(Ended { evaluation_id: id.to_string(), status: "DELETED", message }))
}

/// What went wrong in an evaluation, most frequent causes first.
#[utoipa::path(get, path = "/v1/evaluations/{evaluation_id}/response-errors",
    operation_id = "get_evaluations_response_errors", tag = "Evaluation",
    params(("evaluation_id" = String, Path), Causes), responses((status = 200, body = Counted<ErrorSummaryView>)))]
async fn response_errors(
    State(app): State<Arc<App>>,
    caller: Caller,
    Present(id): Present<EvaluationId>,
    Query(causes): Query<Causes>,
) -> Answer<Counted<ErrorSummaryView>> {
    let results = response_error::of_evaluation(&app.db, caller.team, id, causes.limit).await?;
    Ok(Reply::now(Counted::new(results)))
}

/// The recorded events of an evaluation as server-sent events: first the past, then what happens. The id of a message
/// is the event's place in the log; with the header Last-Event-ID the stream goes on after that place. It ends when the
/// evaluation is deleted, or its token no longer lets the caller in.
#[utoipa::path(get, path = "/v1/evaluations/{id}/events", operation_id = "get_evaluations_events",
    tag = "Evaluation", params(("id" = String, Path), ("last-event-id" = Option<i64>, Header)),
    responses((status = 200, body = events::Shown, content_type = "text/event-stream")))]
async fn history(
    State(app): State<Arc<App>>,
    caller: Caller,
    Present(id): Present<EvaluationId>,
    Extension(gate): Extension<Arc<Gate>>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (after, heartbeat, team) = (events::resumed(&headers), app.limits.heartbeat, caller.team);
    let departure = gate.departure(caller, headers);
    Ok(events::sse(Arc::clone(&app.history), team, id, after, heartbeat, departure).into_response())
}

/// The id, if the team has that evaluation.
pub async fn present(app: &App, caller: &Caller, id: EvaluationId) -> Result<EvaluationId, ApiError> {
    if evaluation::exists(&app.db, caller.team, id).await? { Ok(id) } else { Err(ApiError::missing(NOUN)) }
}
