//! A team's probes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use touchstone_read_store::{Db, ReadError};
use touchstone_vocabulary::{EXPECTED_GOAL, Page, TeamId};
use utoipa::ToSchema;

use crate::sql::{Count, Sql, parsed};

/// A probe's version where it is a team's own: it is changed in place.
pub const VERSION: &str = "1.0.0";

/// A probe, of the catalogue or of a team.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ProbeConfig)]
pub struct ProbeConfigView {
    pub id: String,
    pub name: String,
    pub goals: Vec<String>,
    pub tags: Vec<String>,
    /// What really judges the answers.
    pub detector_ids: Vec<String>,
    pub prompt_ids: Vec<String>,
    pub version: String,
    pub scoring_function: String,
    pub max_turns: i64,
    pub branching_factor: i64,
    pub max_tests: i64,
    pub description: Option<String>,
    /// What a good answer does; empty where nobody said.
    pub expected_outcome: String,
    /// Prompts whose answers do not count 1 under the tinybench scorings.
    pub weights: BTreeMap<String, f64>,
    /// Empty where it is of the catalogue.
    pub team_id: String,
    /// Sequence of the last event of its stream.
    #[serde(skip)]
    pub stream_version: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    team_id: String,
    id: String,
    name: String,
    description: String,
    goals: String,
    tags: String,
    detectors: String,
    scoring: String,
    items: String,
    stream_version: i64,
}

#[derive(Deserialize)]
struct Item {
    prompt: String,
    weight: Option<f64>,
}

const SELECT: &str = "select team_id, id, name, description, goals, tags, detectors, scoring, items, stream_version \
    from rm_probe_config where team_id = ";

fn view(row: Row) -> ProbeConfigView {
    let items: Vec<Item> = parsed(&row.items);
    let goals: Vec<String> = parsed(&row.goals);
    let expected = goals.iter().find_map(|goal| goal.strip_prefix(EXPECTED_GOAL)).map(str::to_owned);
    ProbeConfigView {
        id: row.id,
        name: row.name,
        goals,
        tags: parsed(&row.tags),
        detector_ids: parsed(&row.detectors),
        weights: items.iter().filter_map(|item| Some((item.prompt.clone(), item.weight?))).collect(),
        prompt_ids: items.into_iter().map(|item| item.prompt).collect(),
        version: VERSION.to_owned(),
        scoring_function: row.scoring,
        max_turns: 1,
        branching_factor: 1,
        max_tests: 1,
        description: Some(row.description),
        expected_outcome: expected.unwrap_or_default(),
        team_id: row.team_id,
        stream_version: row.stream_version,
    }
}

/// One probe.
pub async fn by_id(db: &Db, team: TeamId, id: &str) -> Result<Option<ProbeConfigView>, ReadError> {
    let (text, args) = Sql::new(SELECT).bind(team.to_string()).push(" and id = ").bind(id).parts();
    Ok(db.team(team).one::<Row>(&text, args).await?.map(view))
}

/// A page of the team's probes, or of those of them with these ids, newest first, and how many there are.
pub async fn page(
    db: &Db,
    team: TeamId,
    ids: &[String],
    page: Page,
) -> Result<(Vec<ProbeConfigView>, i64), ReadError> {
    let filtered = |start: &str| Sql::new(start).bind(team.to_string()).among(" and id", ids, "");
    let (text, args) = filtered("select count(*) as n from rm_probe_config where team_id = ").parts();
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
