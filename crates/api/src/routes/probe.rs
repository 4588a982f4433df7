//! Probes: those of the catalogue, and what came of them in an evaluation.

use std::sync::Arc;

use axum::extract::State;
use touchstone_queries::probe::{self, ProbeView};
use touchstone_vocabulary::Page;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::harness::OfEvaluation;
use crate::app::App;
use crate::caller::Caller;
use crate::page::{FromParameters, Id, Parameters, Query};
use crate::reply::{Answer, Counted, Reply, Totalled, one};
use crate::suite::{self, ProbeConfigView};

pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show)).routes(routes!(configs))
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

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// All when absent.
    #[param(required = false)]
    ids: Vec<String>,
    /// All versions when absent.
    #[param(value_type = String, required = false)]
    version: Option<String>,
    #[param(required = false, default = 100, minimum = 1, maximum = 1000)]
    limit: i64,
    #[param(required = false, default = 0, minimum = 0, maximum = 1_000_000)]
    offset: i64,
}

impl FromParameters for Which {
    fn read(given: &mut Parameters) -> Self {
        let Page { limit, offset } = given.page(100, 1000);
        Self { ids: given.many("ids"), version: given.text("version"), limit, offset }
    }
}

/// The probes of the catalogue.
#[utoipa::path(get, path = "/v1/probe-configs", operation_id = "get_probe_configs", tag = "Probe", params(Which),
    responses((status = 200, body = Totalled<ProbeConfigView>)))]
async fn configs(Query(which): Query<Which>) -> Answer<Totalled<ProbeConfigView>> {
    let mut found = suite::probe_configs(which.version.as_deref());
    found.retain(|config| which.ids.is_empty() || which.ids.contains(&config.id));
    Ok(Reply::now(Totalled::cut(found, Page { limit: which.limit, offset: which.offset })))
}
