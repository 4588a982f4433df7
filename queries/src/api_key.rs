//! API keys, masked. No query can show a secret: the tables hold none.

use serde::Serialize;
use touchstone_read_store::{Db, ReadError};
use touchstone_vocabulary::{ApiKeyId, TeamId};
use utoipa::ToSchema;

use crate::sql::Sql;

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
    created_by: String,
    stream_version: i64,
}

const SELECT: &str = "select team_id, id, name, hub, rate_limit_per_interval, rate_limit_interval, url, mask, \
    created_by, stream_version from rm_api_key where team_id = ";

fn view(row: KeyRow) -> ApiKeyView {
    ApiKeyView {
        id: row.id,
        name: row.name,
        hub: row.hub,
        rate_limit_per_interval: row.rate_limit_per_interval,
        rate_limit_interval: row.rate_limit_interval,
        display_value: row.mask,
        hub_config: None,
        user_id: Some(row.created_by),
        team_id: Some(row.team_id),
        status: "active".to_owned(),
        url: row.url,
        stream_version: row.stream_version,
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
    Ok(rows.into_iter().map(view).collect())
}

/// One key.
pub async fn by_id(db: &Db, team: TeamId, id: ApiKeyId) -> Result<Option<ApiKeyView>, ReadError> {
    let (text, args) =
        Sql::new(SELECT).bind(team.to_string()).push(" and id = ").bind(id.to_string()).parts();
    Ok(db.team(team).one::<KeyRow>(&text, args).await?.map(view))
}
