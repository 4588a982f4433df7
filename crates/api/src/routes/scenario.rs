//! Scenarios: those of the team and of the catalogue, and what came of them in an evaluation.

use std::sync::Arc;

use axum::extract::State;
use touchstone_queries::harness_config::{self, ScenarioConfigView};
use touchstone_queries::scenario::{self, ScenarioView};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::harness::OfEvaluation;
use crate::app::App;
use crate::caller::Caller;
use crate::page::{FromParameters, Id, Parameters, Query};
use crate::reply::{Answer, Counted, Reply, one};
use crate::suite;

pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show)).routes(routes!(configs))
}

/// The scenarios of an evaluation with their scores.
#[utoipa::path(get, path = "/v1/scenarios", operation_id = "get_scenarios", tag = "Scenario", params(OfEvaluation),
    responses((status = 200, body = Counted<ScenarioView>)))]
async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(of): Query<OfEvaluation>,
) -> Answer<Counted<ScenarioView>> {
    let id = of.evaluation(&app, &caller).await?;
    Ok(Reply::now(Counted::new(scenario::of_evaluation(&app.db, caller.team, id, &of.ids).await?)))
}

/// One scenario of one evaluation.
#[utoipa::path(get, path = "/v1/scenarios/{id}", operation_id = "get_scenarios_by_id", tag = "Scenario",
    params(("id" = String, Path)), responses((status = 200, body = ScenarioView)))]
async fn show(State(app): State<Arc<App>>, caller: Caller, id: Id) -> Answer<ScenarioView> {
    one(scenario::by_id(&app.db, caller.team, id.of("scenario")?).await?, "scenario")
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// All when absent.
    #[param(required = false)]
    ids: Vec<String>,
    /// All versions when absent.
    #[param(value_type = String, required = false)]
    version: Option<String>,
}

impl FromParameters for Which {
    fn read(given: &mut Parameters) -> Self {
        Self { ids: given.many("ids"), version: given.text("version") }
    }
}

/// The team's scenarios, newest first, then those of the catalogue.
#[utoipa::path(get, path = "/v1/scenario-configs", operation_id = "get_scenario_configs", tag = "Scenario", params(Which),
    responses((status = 200, body = Counted<ScenarioConfigView>)))]
async fn configs(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(which): Query<Which>,
) -> Answer<Counted<ScenarioConfigView>> {
    let version = which.version.as_deref();
    let mut found = harness_config::scenarios(&app.db, caller.team, &which.ids, version).await?;
    let standard = suite::scenario_configs(&app.benchmarks.newest().await?, version).into_iter();
    found.extend(standard.filter(|config| which.ids.is_empty() || which.ids.contains(&config.id)));
    Ok(Reply::now(Counted::new(found)))
}
