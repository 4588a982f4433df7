//! API keys, masked. No query can show a secret: the tables hold none, only where the vault keeps them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use touchstone_read_store::{Db, ReadError};
use touchstone_vocabulary::{ApiKeyId, ApiKeyStatus, ConfigField, TeamId};
use utoipa::ToSchema;

use crate::sql::{Sql, parsed};

/// One API key of a team.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ApiKeyResponse)]
pub struct ApiKeyView {
    pub id: String,
    pub name: String,
    pub hub: String,
    pub rate_limit_per_interval: i64,
    /// Seconds.
    pub rate_limit_interval: i64,
    /// First and last two characters, the rest stars.
    pub display_value: String,
    #[schema(required)]
    pub hub_config: Option<HubConfigView>,
    #[schema(required)]
    pub user_id: Option<String>,
    #[schema(required)]
    pub team_id: Option<String>,
    pub status: String,
    #[schema(required)]
    pub url: Option<String>,
    /// Sequence of the last event of its stream.
    #[serde(skip)]
    pub stream_version: i64,
}

/// What some hubs need beside a key; all fields are present, null where unused.
#[derive(Debug, Clone, PartialEq, Default, Serialize, ToSchema)]
#[schema(as = HubConfigResponse)]
pub struct HubConfigView {
    #[schema(required)]
    pub region: Option<String>,
    #[schema(required)]
    pub project_id: Option<String>,
    #[schema(required)]
    pub client_id: Option<String>,
    #[schema(required)]
    pub display_client_secret: Option<String>,
    #[schema(required)]
    pub display_access_key: Option<String>,
    #[schema(required)]
    pub display_secret_access_key: Option<String>,
    #[schema(required)]
    pub agent_id: Option<String>,
    #[schema(required)]
    pub display_agent_key: Option<String>,
}

/// What a call with a key needs. For the service's own use, never shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    pub url: Option<String>,
    /// Where the vault keeps the value.
    pub value_ref: Option<String>,
    /// Where the vault keeps the secrets of the hub config.
    pub config_refs: Vec<String>,
    pub is_active: bool,
    pub stream_version: i64,
}

#[derive(sqlx::FromRow)]
struct KeyRow {
    team_id: String,
    id: String,
    name: String,
    hub: String,
    rate_limit_per_interval: i64,
    rate_limit_interval: i64,
    url: Option<String>,
    mask: String,
    value_ref: Option<String>,
    config: String,
    status: String,
    created_by: String,
    stream_version: i64,
}

/// One field of a hub config, as its document has it.
#[derive(Deserialize)]
struct Field {
    shown: String,
    secret_ref: Option<String>,
}

const SELECT: &str = "select team_id, id, name, hub, rate_limit_per_interval, rate_limit_interval, url, mask, \
    value_ref, config, status, created_by, stream_version from rm_api_key where team_id = ";

impl KeyRow {
    fn config(&self) -> BTreeMap<ConfigField, Field> {
        parsed(&self.config)
    }

    fn view(self) -> ApiKeyView {
        let config = self.config();
        ApiKeyView {
            id: self.id,
            name: self.name,
            hub: self.hub,
            rate_limit_per_interval: self.rate_limit_per_interval,
            rate_limit_interval: self.rate_limit_interval,
            display_value: self.mask,
            hub_config: (!config.is_empty()).then(|| {
                HubConfigView::new(config.into_iter().map(|(field, Field { shown, .. })| (field, shown)))
            }),
            user_id: Some(self.created_by),
            team_id: Some(self.team_id),
            status: self.status,
            url: self.url,
            stream_version: self.stream_version,
        }
    }

    fn credential(self) -> Credential {
        let config_refs = self.config().into_values().filter_map(|field| field.secret_ref).collect();
        Credential {
            url: self.url,
            value_ref: self.value_ref,
            config_refs,
            is_active: self.status == ApiKeyStatus::Active.as_str(),
            stream_version: self.stream_version,
        }
    }
}

impl HubConfigView {
    /// From the texts of fields, or the masks of secret ones.
    pub fn new(fields: impl IntoIterator<Item = (ConfigField, String)>) -> Self {
        let mut view = Self::default();
        for (field, shown) in fields {
            view.set(field, shown);
        }
        view
    }

    /// What the contract has no field for is not shown.
    pub fn set(&mut self, field: ConfigField, shown: String) {
        let place = match field {
            ConfigField::Region => &mut self.region,
            ConfigField::ProjectId => &mut self.project_id,
            ConfigField::ClientId => &mut self.client_id,
            ConfigField::ClientSecret => &mut self.display_client_secret,
            ConfigField::AccessKey => &mut self.display_access_key,
            ConfigField::SecretAccessKey => &mut self.display_secret_access_key,
            ConfigField::AgentId => &mut self.agent_id,
            ConfigField::AgentKey => &mut self.display_agent_key,
            ConfigField::RefreshToken | ConfigField::AgentAliasId => return,
        };
        *place = Some(shown);
    }
}

/// A team's keys, oldest first, of these hubs or of all when none is named. Clients take the first of a hub, so the
/// order never changes.
pub async fn list(db: &Db, team: TeamId, hubs: &[String]) -> Result<Vec<ApiKeyView>, ReadError> {
    let (text, args) = Sql::new(SELECT)
        .bind(team.to_string())
        .among(" and hub", hubs, "")
        .push(" order by created_at, ordinal")
        .parts();
    let rows: Vec<KeyRow> = db.team(team).all(&text, args).await?;
    Ok(rows.into_iter().map(KeyRow::view).collect())
}

async fn row(db: &Db, team: TeamId, id: ApiKeyId) -> Result<Option<KeyRow>, ReadError> {
    let (text, args) =
        Sql::new(SELECT).bind(team.to_string()).push(" and id = ").bind(id.to_string()).parts();
    db.team(team).one(&text, args).await
}

/// One key.
pub async fn by_id(db: &Db, team: TeamId, id: ApiKeyId) -> Result<Option<ApiKeyView>, ReadError> {
    Ok(row(db, team, id).await?.map(KeyRow::view))
}

/// What a call with this key needs.
pub async fn credential(db: &Db, team: TeamId, id: ApiKeyId) -> Result<Option<Credential>, ReadError> {
    Ok(row(db, team, id).await?.map(KeyRow::credential))
}
