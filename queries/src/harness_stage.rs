//! Drafts of custom harnesses, newest first: clients look for theirs among the first hundred.

use serde::Serialize;
use serde_json::{Value, json};
use touchstone_read_store::{Db, ReadError};
use touchstone_vocabulary::{CustomId, Page, StageId, TeamId};
use utoipa::ToSchema;

use crate::sql::{Count, Sql, parsed};

/// One stage.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = HarnessConfigStage)]
pub struct HarnessStageView {
    pub created_by: String,
    pub created_at: i64,
    pub id: String,
    pub harness_config_id: Option<String>,
    pub harness_name: Option<String>,
    pub team_id: Option<String>,
    pub status: String,
    pub status_message: Option<String>,
    pub agent_system_prompt: Option<String>,
    pub started_at: Option<i64>,
    pub completed_at: Option<i64>,
    pub harness_config_version: Option<String>,
    pub harness_types: Option<Vec<String>>,
    #[schema(value_type = Option<Object>)]
    pub rag_params: Option<Value>,
    #[schema(value_type = Option<Object>)]
    pub function_route_params: Option<Value>,
    #[schema(value_type = Option<Object>)]
    pub persona_params: Option<Value>,
    pub base_model_name: Option<String>,
    pub hub_name: Option<String>,
    pub max_output_tokens: Option<i64>,
    /// Sequence of the last event of its stream.
    #[serde(skip)]
    pub stream_version: i64,
}

/// Which stages. An empty list or `None` filters nothing.
#[derive(Debug, Clone, Default)]
pub struct HarnessStageFilter {
    pub harness: Option<CustomId>,
    pub status: Vec<String>,
    pub created_by: Option<String>,
}

#[derive(sqlx::FromRow)]
struct StageRow {
    team_id: String,
    id: String,
    harness_id: String,
    status: String,
    status_message: Option<String>,
    harness_version: Option<String>,
    name: Option<String>,
    sources: Option<String>,
    system_prompt: Option<String>,
    bucket: Option<String>,
    function: Option<String>,
    personas: Option<String>,
    model: Option<String>,
    hub: Option<String>,
    max_output_tokens: Option<i64>,
    created_by: String,
    created_at: i64,
    started_at: Option<i64>,
    completed_at: Option<i64>,
    stream_version: i64,
}

const SELECT: &str = "select team_id, id, harness_id, status, status_message, harness_version, name, sources, \
    system_prompt, bucket, function, personas, model, hub, max_output_tokens, created_by, created_at, \
    started_at, completed_at, stream_version from rm_harness_stage where team_id = ";

fn view(row: StageRow) -> HarnessStageView {
    HarnessStageView {
        created_by: row.created_by,
        created_at: row.created_at,
        id: row.id,
        harness_config_id: Some(row.harness_id),
        harness_name: row.name,
        team_id: Some(row.team_id),
        status: row.status,
        status_message: row.status_message,
        agent_system_prompt: row.system_prompt,
        started_at: row.started_at,
        completed_at: row.completed_at,
        harness_config_version: row.harness_version,
        harness_types: row.sources.as_deref().map(parsed),
        rag_params: row.bucket.map(|bucket| json!({"bucket_name": bucket})),
        function_route_params: row.function.as_deref().map(parsed),
        persona_params: row.personas.as_deref().map(|ids| json!({"persona_ids": parsed::<Vec<String>>(ids)})),
        base_model_name: row.model,
        hub_name: row.hub,
        max_output_tokens: row.max_output_tokens,
        stream_version: row.stream_version,
    }
}

fn filtered(start: &str, team: TeamId, filter: &HarnessStageFilter) -> Sql {
    Sql::new(start)
        .bind(team.to_string())
        .when(" and harness_id = ", filter.harness.map(|id| id.to_string()), "")
        .among(" and status", &filter.status, "")
        .when(" and created_by = ", filter.created_by.as_deref(), "")
}

/// A page of a team's stages, newest first, and how many match in all.
pub async fn list(
    db: &Db,
    team: TeamId,
    filter: &HarnessStageFilter,
    page: Page,
) -> Result<(Vec<HarnessStageView>, i64), ReadError> {
    let (text, args) =
        filtered("select count(*) as n from rm_harness_stage where team_id = ", team, filter).parts();
    let total = db.team(team).one::<Count>(&text, args).await?.map_or(0, |count| count.n);
    let (text, args) = filtered(SELECT, team, filter)
        .push(" order by ordinal desc limit ")
        .bind(page.limit.max(0))
        .push(" offset ")
        .bind(page.offset.max(0))
        .parts();
    let rows: Vec<StageRow> = db.team(team).all(&text, args).await?;
    Ok((rows.into_iter().map(view).collect(), total))
}

/// One stage, whichever harness it is of.
pub async fn anywhere(db: &Db, team: TeamId, id: StageId) -> Result<Option<HarnessStageView>, ReadError> {
    let (text, args) =
        Sql::new(SELECT).bind(team.to_string()).push(" and id = ").bind(id.to_string()).parts();
    Ok(db.team(team).one::<StageRow>(&text, args).await?.map(view))
}

/// One stage of this harness.
pub async fn by_id(
    db: &Db,
    team: TeamId,
    harness: CustomId,
    id: StageId,
) -> Result<Option<HarnessStageView>, ReadError> {
    let (text, args) = Sql::new(SELECT)
        .bind(team.to_string())
        .push(" and harness_id = ")
        .bind(harness.to_string())
        .push(" and id = ")
        .bind(id.to_string())
        .parts();
    Ok(db.team(team).one::<StageRow>(&text, args).await?.map(view))
}
