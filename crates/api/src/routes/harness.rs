//! Harnesses: those of the catalogue, and what came of them in an evaluation.

use std::sync::Arc;

use axum::extract::State;
use serde::Serialize;
use touchstone_queries::harness::{self, HarnessView};
use touchstone_vocabulary::{Direction, EvaluationId, Page};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::{IntoParams, ToSchema, openapi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::evaluation::present;
use crate::app::App;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::page::{FromParameters, Id, Parameters, Query};
use crate::reply::{Answer, Counted, Reply, Totalled, one};
use crate::suite::{self, HarnessConfigView};

pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(configs))
        .routes(routes!(versions))
        .routes(routes!(config))
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

/// What harnesses of the catalogue can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    CreatedAt,
    Name,
    Id,
}

impl std::str::FromStr for Sort {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "created_at" => Ok(Self::CreatedAt),
            "name" => Ok(Self::Name),
            "id" => Ok(Self::Id),
            _ => Err(()),
        }
    }
}

fn sorts() -> openapi::Object {
    ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::String))
        .enum_values(Some(["created_at", "name", "id"]))
        .default(Some("created_at".into()))
        .build()
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    #[param(required = false)]
    harness_type: Vec<String>,
    #[param(value_type = Option<bool>, default = false)]
    with_stages: bool,
    /// Every harness of the catalogue is everybody's, so this finds nothing.
    user_id: Option<String>,
    #[param(required = false, default = 100, minimum = 1, maximum = 10_000)]
    limit: i64,
    #[param(required = false, default = 0, minimum = 0, maximum = 1_000_000)]
    offset: i64,
    /// All versions when absent.
    version: Option<String>,
    #[param(required = false, schema_with = sorts)]
    sort_by: Sort,
    /// `ASC` or `DESC`.
    #[param(required = false, default = "DESC", value_type = String)]
    sort_order: Direction,
}

impl FromParameters for Which {
    fn read(given: &mut Parameters) -> Self {
        let Page { limit, offset } = given.page(100, 10_000);
        Self {
            harness_type: given.many("harness_type"),
            with_stages: given.flag("with_stages").unwrap_or(false),
            user_id: given.text("user_id"),
            limit,
            offset,
            version: given.text("version"),
            sort_by: given.word("sort_by", "created_at, name, id").unwrap_or(Sort::CreatedAt),
            sort_order: given.direction(),
        }
    }
}

/// A harness of the catalogue, and the stages of its making where they are asked for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HarnessConfigWithStaging)]
struct WithStages {
    harness_config: HarnessConfigView,
    staging: Option<Stages>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StagingResponse)]
struct Stages {
    results: Vec<Stage>,
    count: i64,
}

/// A step in the making of a custom harness; those of the catalogue have none.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HarnessConfigStage)]
struct Stage {
    created_by: String,
    created_at: i64,
    id: String,
    harness_config_id: Option<String>,
    harness_name: Option<String>,
    team_id: Option<String>,
    status: String,
    status_message: Option<String>,
    agent_system_prompt: Option<String>,
    started_at: Option<i64>,
    completed_at: Option<i64>,
    harness_config_version: Option<String>,
    harness_types: Option<Vec<String>>,
    #[schema(value_type = Option<Object>)]
    rag_params: Option<serde_json::Value>,
    #[schema(value_type = Option<Object>)]
    function_route_params: Option<serde_json::Value>,
    #[schema(value_type = Option<Object>)]
    persona_params: Option<serde_json::Value>,
    base_model_name: Option<String>,
    hub_name: Option<String>,
    max_output_tokens: Option<i64>,
}

impl WithStages {
    fn new(harness_config: HarnessConfigView, with_stages: bool) -> Self {
        Self { harness_config, staging: with_stages.then(|| Stages { results: Vec::new(), count: 0 }) }
    }
}

/// The harnesses that can be asked for.
#[utoipa::path(get, path = "/v1/harness-configs", operation_id = "get_harness_configs", tag = "Harness",
    params(Which), responses((status = 200, body = Totalled<WithStages>)))]
async fn configs(Query(which): Query<Which>) -> Answer<Totalled<WithStages>> {
    let page = Page { limit: which.limit, offset: which.offset };
    let all = chosen(&which).into_iter().map(|config| WithStages::new(config, which.with_stages)).collect();
    Ok(Reply::now(Totalled::cut(all, page)))
}

fn chosen(which: &Which) -> Vec<HarnessConfigView> {
    let mut found = suite::harness_configs(which.version.as_deref());
    found.retain(|config| {
        which.user_id.is_none()
            && (which.harness_type.is_empty() || which.harness_type.contains(&config.harness_type))
    });
    // Stable, so that what is equal stays in the catalogue's order.
    match which.sort_by {
        Sort::CreatedAt => {}
        Sort::Name => found.sort_by(|a, b| a.name.cmp(&b.name)),
        Sort::Id => found.sort_by(|a, b| a.id.cmp(&b.id)),
    }
    if which.sort_by != Sort::CreatedAt && which.sort_order == Direction::Descending {
        found.reverse();
    }
    found
}

/// The versions of the catalogue, newest first.
#[utoipa::path(get, path = "/v1/harness-configs/versions", operation_id = "get_harness_configs_versions",
    tag = "Harness", responses((status = 200, body = Counted<String>)))]
async fn versions() -> Answer<Counted<String>> {
    Ok(Reply::now(Counted::new(suite::versions())))
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct At {
    version: String,
    #[param(value_type = Option<bool>, default = false)]
    with_stages: bool,
}

impl FromParameters for At {
    fn read(given: &mut Parameters) -> Self {
        Self { version: given.required("version"), with_stages: given.flag("with_stages").unwrap_or(false) }
    }
}

/// One harness, by its id with or without the prefix `vijil.harnesses.`.
#[utoipa::path(get, path = "/v1/harness-configs/{harness_config_id}", operation_id = "get_harness_configs_by_id",
    tag = "Harness", params(("harness_config_id" = String, Path), At),
    responses((status = 200, body = Totalled<WithStages>)))]
async fn config(id: Id, Query(at): Query<At>) -> Answer<Totalled<WithStages>> {
    let full = suite::harness_id(id.text());
    let found =
        suite::harness_configs(Some(&at.version)).into_iter().find(|config| config.id == full.as_str());
    let all = found.map(|config| vec![WithStages::new(config, at.with_stages)]);
    one(all.map(|all| Totalled::cut(all, Page { limit: 1, offset: 0 })), "harness")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(query: &str) -> Vec<String> {
        chosen(&Which::read(&mut Parameters::of(query))).into_iter().map(|config| config.id).collect()
    }

    #[test]
    fn the_catalogue_is_filtered_by_type_and_version() {
        let (old, new) = (ids("version=1.0.0"), ids("version=1.1.0"));
        assert!(old.contains(&"vijil.harnesses.security_Small".to_owned()));
        assert_eq!(ids("version=1.0.0&harness_type=DIMENSION"), old);
        assert_eq!(ids(""), [new.clone(), old].concat(), "all versions, newest first");
        assert_eq!(
            ids("version=1.1.0&harness_type=AUDIT"),
            ["vijil.harnesses.owasp", "vijil.harnesses.gdpr"]
        );
        let kinds: usize = touchstone_vocabulary::HarnessType::ALL
            .iter()
            .map(|kind| ids(&format!("version=1.1.0&harness_type={kind}")).len())
            .sum();
        assert_eq!(kinds, new.len());
        for none in ["version=9.9.9", "harness_type=NONE", "user_id=x"] {
            assert!(ids(none).is_empty(), "{none}");
        }
    }

    #[test]
    fn names_and_ids_sort_both_ways() {
        let mut up = ids("sort_by=id&sort_order=ASC");
        assert!(up.is_sorted());
        up.reverse();
        assert_eq!(ids("sort_by=id"), up);
    }
}
