//! What came of probes in an evaluation.

use std::sync::Arc;

use axum::extract::State;
use touchstone_queries::probe::{self, ProbeView};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::harness::OfEvaluation;
use crate::app::App;
use crate::caller::Caller;
use crate::page::{Id, Query};
use crate::reply::{Answer, Counted, Reply, one};

pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show))
}

/// The probes of an evaluation with their scores.
#[utoipa::path(get, path = "/v1/probes", operation_id = "get_probes", tag = "Probe", params(OfEvaluation),
    responses((status = 200, body = Counted<ProbeView>)))]
async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(of): Query<OfEvaluation>,
) -> Answer<Counted<ProbeView>> {
    let id = of.evaluation(&app, &caller).await?;
    Ok(Reply::now(Counted::new(probe::of_evaluation(&app.db, caller.team, id, &of.ids).await?)))
}

/// One probe of one evaluation.
#[utoipa::path(get, path = "/v1/probes/{id}", operation_id = "get_probes_by_id", tag = "Probe",
    params(("id" = String, Path)), responses((status = 200, body = ProbeView)))]
async fn show(State(app): State<Arc<App>>, caller: Caller, id: Id) -> Answer<ProbeView> {
    one(probe::by_id(&app.db, caller.team, id.of("probe")?).await?, "probe")
}
