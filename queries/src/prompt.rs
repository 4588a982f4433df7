//! A team's prompts.

use serde::Serialize;
use serde_json::Value;
use touchstone_read_store::{Db, ReadError};
use touchstone_vocabulary::{Criteria, Page, TeamId};
use utoipa::ToSchema;

use crate::sql::{Count, Sql, ids, parsed};

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize, ToSchema)]
#[schema(as = PromptMessage)]
pub struct MessageView {
    /// `system`, `user` or `assistant`.
    pub role: String,
    pub content: String,
}

/// One conversation that is sent to a target.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Prompt)]
pub struct PromptView {
    pub id: String,
    pub config_id: String,
    #[schema(value_type = Vec<std::collections::BTreeMap<String, String>>)]
    pub text: Vec<MessageView>,
    pub tags: Vec<String>,
    pub description: String,
    /// Whether it was written while an evaluation ran; none is so far.
    pub is_runtime: bool,
    /// Unix seconds.
    pub created_at: i64,
    /// Empty where it is of the catalogue.
    pub team_id: String,
    /// What its answers are judged by, beside what the detectors know by themselves.
    #[schema(value_type = Object)]
    pub criteria: Criteria,
    /// What it was made from: `kind`, `source` and `place`; null where a person wrote it.
    #[schema(required, value_type = Option<Object>)]
    pub lineage: Option<Value>,
    /// Sequence of the last event of its stream.
    #[serde(skip)]
    pub stream_version: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    team_id: String,
    id: String,
    ordinal: i64,
    messages: String,
    description: String,
    tags: String,
    criteria: String,
    lineage: Option<String>,
    created_at: i64,
    changed_in: i64,
    stream_version: i64,
}

const SELECT: &str = "select team_id, id, ordinal, messages, description, tags, criteria, lineage, created_at, \
    changed_in, stream_version from rm_prompt where team_id = ";

fn view(row: Row) -> PromptView {
    PromptView {
        config_id: row.id.clone(),
        id: row.id,
        text: parsed(&row.messages),
        tags: parsed(&row.tags),
        description: row.description,
        is_runtime: false,
        created_at: row.created_at,
        team_id: row.team_id,
        criteria: parsed(&row.criteria),
        lineage: row.lineage.as_deref().map(parsed),
        stream_version: row.stream_version,
    }
}

/// One prompt.
pub async fn by_id(db: &Db, team: TeamId, id: &str) -> Result<Option<PromptView>, ReadError> {
    let (text, args) = Sql::new(SELECT).bind(team.to_string()).push(" and id = ").bind(id).parts();
    Ok(db.team(team).one::<Row>(&text, args).await?.map(view))
}

/// Those of these prompts that the team has.
pub async fn known(db: &Db, team: TeamId, given: &[String]) -> Result<Vec<PromptView>, ReadError> {
    let mut found = Vec::new();
    for chunk in given.chunks(MOST_IDS) {
        let (text, args) = Sql::new(SELECT).bind(team.to_string()).among(" and id", &ids(chunk), "").parts();
        found.extend(db.team(team).all::<Row>(&text, args).await?.into_iter().map(view));
    }
    Ok(found)
}

/// Ids named in one statement.
const MOST_IDS: usize = 1000;

/// A page of the team's prompts, or of those of them with these ids, newest first, and how many there are.
pub async fn page(
    db: &Db,
    team: TeamId,
    given: &[String],
    page: Page,
) -> Result<(Vec<PromptView>, i64), ReadError> {
    let given = ids(given);
    let filtered = |start: &str| Sql::new(start).bind(team.to_string()).among(" and id", &given, "");
    let (text, args) = filtered("select count(*) as n from rm_prompt where team_id = ").parts();
    let count = db.team(team).one::<Count>(&text, args).await?.map_or(0, |count| count.n);
    if page.limit == 0 || page.offset >= count {
        return Ok((Vec::new(), count));
    }
    let (text, args) = filtered(SELECT)
        .push(" order by ordinal desc limit ")
        .bind(page.limit)
        .push(" offset ")
        .bind(page.offset)
        .parts();
    Ok((db.team(team).all::<Row>(&text, args).await?.into_iter().map(view).collect(), count))
}

/// The next prompts after a place in the log, oldest first, each with its place: for whoever wants all of them.
pub async fn written_after(
    db: &Db,
    team: TeamId,
    ordinal: i64,
    limit: i64,
) -> Result<Vec<(i64, PromptView)>, ReadError> {
    let (text, args) = Sql::new(SELECT)
        .bind(team.to_string())
        .push(" and ordinal > ")
        .bind(ordinal)
        .push(" order by ordinal limit ")
        .bind(limit)
        .parts();
    let rows = db.team(team).all::<Row>(&text, args).await?;
    Ok(rows.into_iter().map(|row| (row.ordinal, view(row))).collect())
}

/// The next prompts that changed after a place in the log, first changed first, each with the place of its last change.
pub async fn changed_after(
    db: &Db,
    team: TeamId,
    place: i64,
    limit: i64,
) -> Result<Vec<(i64, PromptView)>, ReadError> {
    let (text, args) = Sql::new(SELECT)
        .bind(team.to_string())
        .push(" and changed_in > ")
        .bind(place)
        .push(" order by changed_in limit ")
        .bind(limit)
        .parts();
    let rows = db.team(team).all::<Row>(&text, args).await?;
    Ok(rows.into_iter().map(|row| (row.changed_in, view(row))).collect())
}
