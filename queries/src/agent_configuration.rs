//! Agent configurations and their files.

use std::collections::BTreeMap;

use serde::Serialize;
use touchstone_read_store::{Db, ReadError};
use touchstone_vocabulary::{AgentConfigurationId, AgentStatus, TeamId};
use utoipa::ToSchema;

use crate::sql::{Sql, parsed};

/// What stands for a secret that is not kept.
pub const SECRET: &str = "********";

/// A named target of a team.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = AgentConfiguration)]
pub struct AgentConfigurationView {
    #[schema(required = false)]
    pub id: String,
    pub agent_name: String,
    pub model_name: String,
    /// Empty where it is that of the key, or of the hub.
    #[schema(required = false, value_type = Option<String>)]
    pub agent_url: String,
    #[schema(required = false, value_type = Option<String>)]
    pub hub: String,
    #[schema(required = false)]
    pub team_id: String,
    #[schema(required = false, value_type = Option<String>)]
    pub created_by: String,
    #[schema(required = false)]
    pub api_key_id: Option<String>,
    #[schema(required = false)]
    pub agent_system_prompt: Option<String>,
    /// `creating`, `active` or `archived`.
    #[schema(required = false)]
    pub status: String,
    #[schema(required = false)]
    pub created_at: i64,
    /// Stars in place of secrets, which are not kept.
    #[schema(required = false)]
    pub hub_config: Option<BTreeMap<String, String>>,
    /// Sequence of the last event of its stream.
    #[serde(skip)]
    pub stream_version: i64,
}

/// A file of an agent, without the address at which it can be brought.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = FileUpload)]
pub struct FileView {
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
    /// Takes the file by PUT, once; only in the answer to whoever asks for an upload.
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
}

#[derive(sqlx::FromRow)]
struct AgentRow {
    team_id: String,
    id: String,
    name: String,
    hub: String,
    model: String,
    url: Option<String>,
    api_key_id: Option<String>,
    system_prompt: Option<String>,
    hub_config: Option<String>,
    status: String,
    created_by: String,
    created_at: i64,
    stream_version: i64,
}

#[derive(sqlx::FromRow)]
struct FileRow {
    team_id: String,
    id: String,
    name: String,
    media: String,
    size: Option<i64>,
    checksum: Option<String>,
    expires_at: i64,
    created_by: String,
    created_at: i64,
    verified_at: Option<i64>,
}

const SELECT: &str = "select team_id, id, name, hub, model, url, api_key_id, system_prompt, hub_config, status, \
    created_by, created_at, stream_version from rm_agent_configuration where team_id = ";

impl AgentRow {
    fn view(self) -> AgentConfigurationView {
        let config = |document: String| {
            let fields: BTreeMap<String, Option<String>> = parsed(&document);
            let shown = |text: Option<String>| text.unwrap_or_else(|| SECRET.to_owned());
            fields.into_iter().map(|(field, text)| (field, shown(text))).collect()
        };
        AgentConfigurationView {
            id: self.id,
            agent_name: self.name,
            model_name: self.model,
            agent_url: self.url.unwrap_or_default(),
            hub: self.hub,
            team_id: self.team_id,
            created_by: self.created_by,
            api_key_id: self.api_key_id,
            agent_system_prompt: self.system_prompt,
            status: self.status,
            created_at: self.created_at,
            hub_config: self.hub_config.map(config),
            stream_version: self.stream_version,
        }
    }
}

impl FileView {
    /// Who keeps files: the service itself.
    pub const PROVIDER: &str = "touchstone";
}

impl FileRow {
    fn view(self) -> FileView {
        FileView {
            object_key: Some(format!("{}/{}", self.team_id, self.id)),
            id: self.id,
            created_by: self.created_by,
            team_id: self.team_id,
            created_at: self.created_at,
            file_name: Some(self.name),
            file_type: Some(self.media),
            file_size: self.size,
            upload_url: None,
            upload_expiration: Some(self.expires_at),
            provider: Some(FileView::PROVIDER.to_owned()),
            checksum: self.checksum,
            is_verified: self.verified_at.is_some(),
            verified_at: self.verified_at,
        }
    }
}

/// A team's agents of these statuses, newest first; of every status when none is named.
pub async fn list(
    db: &Db,
    team: TeamId,
    statuses: &[AgentStatus],
) -> Result<Vec<AgentConfigurationView>, ReadError> {
    let statuses: Vec<String> = statuses.iter().map(|status| status.as_str().to_owned()).collect();
    let (text, args) = Sql::new(SELECT)
        .bind(team.to_string())
        .among(" and status", &statuses, "")
        .push(" order by ordinal desc")
        .parts();
    let rows: Vec<AgentRow> = db.team(team).all(&text, args).await?;
    Ok(rows.into_iter().map(AgentRow::view).collect())
}

/// One agent, also one that is archived.
pub async fn by_id(
    db: &Db,
    team: TeamId,
    id: AgentConfigurationId,
) -> Result<Option<AgentConfigurationView>, ReadError> {
    let (text, args) =
        Sql::new(SELECT).bind(team.to_string()).push(" and id = ").bind(id.to_string()).parts();
    let row: Option<AgentRow> = db.team(team).one(&text, args).await?;
    Ok(row.map(AgentRow::view))
}

/// The files of an agent, newest first.
pub async fn files(db: &Db, team: TeamId, id: AgentConfigurationId) -> Result<Vec<FileView>, ReadError> {
    let (text, args) = Sql::new(
        "select team_id, id, name, media, size, checksum, expires_at, created_by, created_at, verified_at \
         from rm_agent_file where team_id = ",
    )
    .bind(team.to_string())
    .push(" and agent_id = ")
    .bind(id.to_string())
    .push(" order by ordinal desc")
    .parts();
    let rows: Vec<FileRow> = db.team(team).all(&text, args).await?;
    Ok(rows.into_iter().map(FileRow::view).collect())
}
