//! What came of harnesses in an evaluation.

use std::sync::Arc;

use axum::extract::State;
use touchstone_queries::harness::{self, HarnessView};
use touchstone_vocabulary::EvaluationId;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::evaluation::present;
use crate::app::App;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::page::{FromParameters, Id, Parameters, Query};
use crate::reply::{Answer, Counted, Reply, one};

pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show))
}

/// Which results of an evaluation.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OfEvaluation {
    pub evaluation_id: String,
    /// Result ids or catalogue ids.
    #[param(required = false)]
    pub ids: Vec<String>,
}

impl FromParameters for OfEvaluation {
    fn read(given: &mut Parameters) -> Self {
        Self { evaluation_id: given.required("evaluation_id"), ids: given.many("ids") }
    }
}

impl OfEvaluation {
    /// The evaluation, if the team has it.
    pub async fn evaluation(&self, app: &App, caller: &Caller) -> Result<EvaluationId, ApiError> {
        let id = self.evaluation_id.parse().map_err(|_| ApiError::missing("evaluation"))?;
        present(app, caller, id).await
    }
}

/// The harnesses of an evaluation with their scores.
#[utoipa::path(get, path = "/v1/harness", operation_id = "get_harness", tag = "Harness", params(OfEvaluation),
    responses((status = 200, body = Counted<HarnessView>)))]
async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(of): Query<OfEvaluation>,
) -> Answer<Counted<HarnessView>> {
    let id = of.evaluation(&app, &caller).await?;
    Ok(Reply::now(Counted::new(harness::of_evaluation(&app.db, caller.team, id, &of.ids).await?)))
}

/// One harness of one evaluation.
#[utoipa::path(get, path = "/v1/harness/{id}", operation_id = "get_harness_by_id", tag = "Harness",
    params(("id" = String, Path)), responses((status = 200, body = HarnessView)))]
async fn show(State(app): State<Arc<App>>, caller: Caller, id: Id) -> Answer<HarnessView> {
    one(harness::by_id(&app.db, caller.team, id.of("harness")?).await?, "harness")
}
