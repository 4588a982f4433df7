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

/// A file of a stage, without the address at which it can be brought.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = CategorizedFileUpload)]
pub struct StageFileView {
    #[schema(required = false)]
    pub id: String,
    pub created_by: String,
    pub team_id: String,
    #[schema(required = false)]
    pub created_at: i64,
    #[schema(required = false)]
    pub file_name: Option<String>,
    /// A media type.
    #[schema(required = false)]
    pub file_type: Option<String>,
    /// Bytes.
    #[schema(required = false)]
    pub file_size: Option<i64>,
    /// Only in the answer to whoever asks for an upload.
    #[schema(required = false)]
    pub upload_url: Option<String>,
    #[schema(required = false)]
    pub upload_expiration: Option<i64>,
    /// Who keeps it: the service itself.
    #[schema(required = false)]
    pub provider: Option<String>,
    /// MD5 in base64.
    #[schema(required = false)]
    pub checksum: Option<String>,
    #[schema(required = false)]
    pub object_key: Option<String>,
    /// Whether it came in and is what it was said to be.
    #[schema(required = false)]
    pub is_verified: bool,
    #[schema(required = false)]
    pub verified_at: Option<i64>,
    /// What the harness gets from it.
    #[schema(required = false)]
    pub category: String,
}

/// Who keeps files: the service itself.
const PROVIDER: &str = "touchstone";

#[derive(sqlx::FromRow)]
struct FileRow {
    team_id: String,
    id: String,
    category: String,
    name: String,
    media: String,
    size: i64,
    checksum: String,
    expires_at: i64,
    created_by: String,
    created_at: i64,
    verified_at: Option<i64>,
}

impl FileRow {
    fn view(self) -> StageFileView {
        StageFileView {
            object_key: Some(format!("{}/{}", self.team_id, self.id)),
            id: self.id,
            created_by: self.created_by,
            team_id: self.team_id,
            created_at: self.created_at,
            file_name: Some(self.name),
            file_type: Some(self.media),
            file_size: Some(self.size),
            upload_url: None,
            upload_expiration: Some(self.expires_at),
            provider: Some(PROVIDER.to_owned()),
            checksum: Some(self.checksum),
            is_verified: self.verified_at.is_some(),
            verified_at: self.verified_at,
            category: self.category,
        }
    }
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

/// The files of a stage, newest first.
pub async fn files(db: &Db, team: TeamId, id: StageId) -> Result<Vec<StageFileView>, ReadError> {
    let (text, args) = Sql::new(
        "select team_id, id, category, name, media, size, checksum, expires_at, created_by, created_at, verified_at \
         from rm_harness_stage_file where team_id = ",
    )
    .bind(team.to_string())
    .push(" and stage_id = ")
    .bind(id.to_string())
    .push(" order by ordinal desc")
    .parts();
    let rows: Vec<FileRow> = db.team(team).all(&text, args).await?;
    Ok(rows.into_iter().map(FileRow::view).collect())
}
