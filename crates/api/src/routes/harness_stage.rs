//! Stages: custom harnesses as drafts. The client invents the harness's uuid, so that of an unknown harness there are
//! simply no stages yet.

mod chat;
pub mod file;
mod generate;
mod inputs;

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use serde::Deserialize;
use touchstone_commands::harness_stage::{CreateStage, DeleteStage, Draft, Function, UpdateStage};
use touchstone_files::Key;
use touchstone_queries::harness_stage::{self, HarnessStageFilter, HarnessStageView};
use touchstone_vocabulary::{CustomId, HarnessId, Hub, Page, Source, StageId, StageStatus};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, SchemaType, Type};
use utoipa::{IntoParams, ToSchema, openapi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::inputs::Inputs;
use crate::app::App;
use crate::body::Body;
use crate::caller::Caller;
use crate::error::{ApiError, Fault};
use crate::page::{FromParameters, Id, Parameters, Query};
use crate::reply::{Answer, Deleted, Reply, Totalled, Versioned, length};
pub use chat::Talk;
pub use generate::Asked as Order;

pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(usual))
        .routes(routes!(all))
        .routes(routes!(of_harness, create))
        .routes(routes!(show, update, delete))
        .merge(file::router())
        .merge(generate::router())
}

const NOUN: &str = "stage";

impl Versioned for HarnessStageView {
    fn version(&self) -> i64 {
        self.stream_version
    }
}

/// The stage that a path names, found before anything else of the request is looked at.
struct Staged {
    harness: CustomId,
    id: StageId,
    view: HarnessStageView,
}

impl FromRequestParts<Arc<App>> for Staged {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let missing = || ApiError::missing(NOUN);
        let caller = Caller::from_request_parts(parts, app).await?;
        // There may be more of it: the file of a stage.
        let path = Path::<Vec<String>>::from_request_parts(parts, app).await;
        let Path(path) = path.map_err(|_| missing())?;
        let [harness, id, ..] = path.as_slice() else { return Err(missing()) };
        let (harness, id) = (invented(harness)?, id.parse().map_err(|_| missing())?);
        let view = harness_stage::by_id(&app.db, caller.team, harness, id).await?;
        Ok(Self { harness, id, view: view.ok_or_else(missing)? })
    }
}

/// The uuid of a custom harness, with or without the prefix under which it is listed.
fn invented(text: &str) -> Result<CustomId, ApiError> {
    HarnessId::named(text).uuid().map(CustomId).ok_or_else(|| ApiError::missing(NOUN))
}

fn list_of(words: Vec<&'static str>) -> openapi::Array {
    let word = ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).enum_values(Some(words));
    ArrayBuilder::new().items(word).build()
}

fn words() -> Vec<&'static str> {
    Source::ALL.iter().map(|source| source.as_str()).collect()
}

fn sources() -> openapi::Array {
    list_of(words())
}

fn word_of() -> openapi::Object {
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).enum_values(Some(words())).build()
}

fn statuses() -> openapi::Array {
    list_of(StageStatus::ALL.iter().map(|status| status.as_str()).collect())
}

/// What a harness is to be made from. What is absent or null was not said, or stays.
#[derive(Deserialize, ToSchema)]
#[schema(as = CreateOrUpdateStageRequest)]
struct Asked {
    #[schema(schema_with = sources)]
    harness_types: Option<Vec<Source>>,
    harness_name: Option<String>,
    agent_system_prompt: Option<String>,
    rag_params: Option<Knowledge>,
    function_route_params: Option<Callee>,
    persona_params: Option<Personas>,
    /// A model that may help with the making …
    base_model_name: Option<String>,
    /// … and the hub where it is.
    hub_name: Option<String>,
    max_output_tokens: Option<i64>,
}

/// Where the knowledge lies.
#[derive(Deserialize, ToSchema)]
#[schema(as = RagParams)]
struct Knowledge {
    bucket_name: String,
}

/// A function that the agent calls. Schemas are JSON or the text of a Python literal; they are read, never evaluated.
#[derive(Deserialize, ToSchema)]
#[schema(as = FunctionRouteParams)]
struct Callee {
    input_schema: String,
    output_schema: String,
    #[schema(required)]
    function_route: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = PersonaParams)]
struct Personas {
    persona_ids: Vec<String>,
}

impl Asked {
    fn draft(self) -> Result<Draft, ApiError> {
        let hub = self.hub_name.map(|name| name.parse::<Hub>()).transpose().map_err(|_| {
            let all: Vec<&str> = Hub::ALL.iter().map(|hub| hub.as_str()).collect();
            ApiError::invalid("hub_name", format!("must be one of {}", all.join(", ")))
        })?;
        let tokens = self.max_output_tokens.map(u32::try_from).transpose().ok();
        let max_output_tokens = tokens
            .filter(|tokens| *tokens != Some(0))
            .ok_or_else(|| ApiError::invalid("max_output_tokens", "must be at least 1"))?;
        Ok(Draft {
            name: self.harness_name.map(Into::into),
            sources: self.harness_types,
            system_prompt: self.agent_system_prompt.map(Into::into),
            bucket: self.rag_params.map(|rag| rag.bucket_name.into()),
            function: self.function_route_params.map(|route| Function {
                input_schema: route.input_schema.into(),
                output_schema: route.output_schema.into(),
                route: route.function_route.map(Into::into),
            }),
            personas: self.persona_params.map(|personas| personas.persona_ids),
            model: self.base_model_name,
            hub,
            max_output_tokens,
        })
    }
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Any of these.
    #[param(required = false, schema_with = statuses)]
    status: Vec<String>,
    /// A user's id.
    created_by: Option<String>,
    #[param(required = false, default = 100, minimum = 1, maximum = 1000)]
    limit: i64,
    #[param(required = false, default = 0, minimum = 0, maximum = 1_000_000)]
    offset: i64,
}

impl FromParameters for Which {
    fn read(given: &mut Parameters) -> Self {
        let Page { limit, offset } = given.page(100, 1000);
        Self { status: given.many("status"), created_by: given.text("created_by"), limit, offset }
    }
}

impl Which {
    fn filter(self) -> Result<HarnessStageFilter, ApiError> {
        for word in &self.status {
            word.parse::<StageStatus>().map_err(|unknown| {
                let msg = format!("must be one of {}", unknown.allowed);
                ApiError::Invalid(vec![Fault::new("query", "status", msg)])
            })?;
        }
        Ok(HarnessStageFilter { harness: None, status: self.status, created_by: self.created_by })
    }
}

/// What is asked for when nobody says: no kind of prompts, and of each that is switched on the usual number.
#[utoipa::path(get, path = "/v1/harness-configs/custom/eval-config-inputs",
    operation_id = "get_harness_configs_custom_eval_config_inputs", tag = "Harness",
    responses((status = 200, body = Inputs)))]
async fn usual() -> Answer<Inputs> {
    Ok(Reply::now(Inputs::default()))
}

/// The team's stages, newest first.
#[utoipa::path(get, path = "/v1/harness-config-stages", operation_id = "get_harness_config_stages",
    tag = "Harness Staging", params(Which), responses((status = 200, body = Totalled<HarnessStageView>)))]
async fn all(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(which): Query<Which>,
) -> Answer<Totalled<HarnessStageView>> {
    let page = Page { limit: which.limit, offset: which.offset };
    listed(&app, &caller, &which.filter()?, page).await
}

/// The stages of one harness, newest first.
#[utoipa::path(get, path = "/v1/harness-configs/{harness_config_id}/stages",
    operation_id = "get_harness_configs_stages", tag = "Harness", params(("harness_config_id" = String, Path)),
    responses((status = 200, body = Totalled<HarnessStageView>)))]
async fn of_harness(
    State(app): State<Arc<App>>,
    caller: Caller,
    id: Id,
) -> Answer<Totalled<HarnessStageView>> {
    let page = Page { limit: 1000, offset: 0 };
    match invented(id.text()) {
        Ok(harness) => {
            let filter = HarnessStageFilter { harness: Some(harness), ..HarnessStageFilter::default() };
            listed(&app, &caller, &filter, page).await
        }
        // One of the catalogue was never a draft.
        Err(_) => Ok(Reply::now(Totalled::cut(Vec::new(), page))),
    }
}

async fn listed(
    app: &App,
    caller: &Caller,
    filter: &HarnessStageFilter,
    page: Page,
) -> Answer<Totalled<HarnessStageView>> {
    let (results, total) = harness_stage::list(&app.db, caller.team, filter, page).await?;
    Ok(Reply::now(Totalled { count: length(&results), results, total }))
}

/// Begins a draft of the harness whose uuid the client chose.
#[utoipa::path(post, path = "/v1/harness-configs/{harness_config_id}/stages",
    operation_id = "post_harness_configs_stages", tag = "Harness", params(("harness_config_id" = String, Path)),
    request_body = Asked, responses((status = 200, body = HarnessStageView)))]
async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    id: Id,
    Body(asked): Body<Asked>,
) -> Answer<HarnessStageView> {
    let (team, harness) = (caller.team, invented(id.text())?);
    let id = StageId(app.clock.new_id());
    let sent = app.send(&caller, CreateStage { team, id, harness, draft: asked.draft()? }).await?;
    let view = harness_stage::by_id(&app.db, team, harness, sent.id().parse().unwrap_or(id)).await?;
    sent.show(view)
}

/// One stage.
#[utoipa::path(get, path = "/v1/harness-configs/{harness_config_id}/stages/{staging_id}",
    operation_id = "get_harness_configs_stages_by_id", tag = "Harness",
    params(("harness_config_id" = String, Path), ("staging_id" = String, Path)),
    responses((status = 200, body = HarnessStageView)))]
async fn show(staged: Staged) -> Answer<HarnessStageView> {
    let version = staged.view.version();
    Ok(Reply::now(staged.view).version(version))
}

/// Changes a draft. Null keeps what was said; once its harness is being made nothing changes any more.
#[utoipa::path(put, path = "/v1/harness-configs/{harness_config_id}/stages/{staging_id}",
    operation_id = "put_harness_configs_stages_by_id", tag = "Harness",
    params(("harness_config_id" = String, Path), ("staging_id" = String, Path)), request_body = Asked,
    responses((status = 200, body = HarnessStageView)))]
async fn update(
    State(app): State<Arc<App>>,
    caller: Caller,
    Staged { harness, id, view: _ }: Staged,
    Body(asked): Body<Asked>,
) -> Answer<HarnessStageView> {
    let team = caller.team;
    let sent = app.send(&caller, UpdateStage { team, id, harness, changes: asked.draft()? }).await?;
    sent.show(harness_stage::by_id(&app.db, team, harness, id).await?)
}

/// Removes a stage and its files. A harness that was made of it stays.
#[utoipa::path(delete, path = "/v1/harness-configs/{harness_config_id}/stages/{staging_id}",
    operation_id = "delete_harness_configs_stages_by_id", tag = "Harness",
    params(("harness_config_id" = String, Path), ("staging_id" = String, Path)),
    responses((status = 200, body = Deleted)))]
async fn delete(
    State(app): State<Arc<App>>,
    caller: Caller,
    Staged { harness, id, view: _ }: Staged,
) -> Answer<Deleted> {
    let team = caller.team;
    let files = harness_stage::files(&app.db, team, id).await?;
    let sent = app.send(&caller, DeleteStage { team, id, harness }).await?;
    for file in files.iter().filter_map(|file| file.id.parse().ok()) {
        app.files.forget(Key { team, file }).await?;
    }
    Ok(sent.reply(Deleted::new(id.to_string())))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn draft(body: Value) -> Result<Draft, ApiError> {
        serde_json::from_value::<Asked>(body).unwrap().draft()
    }

    fn field(body: Value) -> String {
        let Err(ApiError::Invalid(faults)) = draft(body) else { panic!("accepted") };
        serde_json::to_value(&faults[0].loc).unwrap()[1].as_str().unwrap().to_owned()
    }

    #[test]
    fn what_is_null_or_absent_is_not_said() {
        assert_eq!(draft(json!({})).unwrap(), Draft::default());
        let nothing = json!({"rag_params": null, "hub_name": null, "harness_config_version": "1.0.X"});
        assert_eq!(draft(nothing).unwrap(), Draft::default());
        let said = draft(json!({"hub_name": "openai", "harness_types": ["PERSONA"], "max_output_tokens": 9}));
        let said = said.unwrap();
        assert_eq!((said.hub, said.max_output_tokens), (Some(Hub::OpenAi), Some(9)));
    }

    #[test]
    fn a_hub_that_is_none_and_a_length_below_one_are_named() {
        assert_eq!(field(json!({"hub_name": "nowhere"})), "hub_name");
        for tokens in [json!(0), json!(-1), json!(1_i64 << 40)] {
            assert_eq!(field(json!({"max_output_tokens": tokens})), "max_output_tokens");
        }
    }

    #[test]
    fn a_harness_is_named_with_and_without_its_prefix() {
        let uuid = "5f0e5d2c-40a8-4d0c-9b51-0d4bb5d2d9aa";
        let bare = invented(uuid).unwrap();
        assert_eq!(invented(&format!("vijil.harnesses.{uuid}")).unwrap(), bare);
        assert!(matches!(invented("vijil.harnesses.security"), Err(ApiError::Missing(_))));
    }
}
