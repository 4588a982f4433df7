//! Probe results: the lowest level of an evaluation's result tree.

use serde::Serialize;
use touchstone_read_store::{Db, ReadError};
use touchstone_vocabulary::{EvaluationId, NodeId, TeamId};
use utoipa::ToSchema;

use crate::sql::{Sql, ids as stored, parsed};

/// One probe of one evaluation. `id` is its own, `config_id` the catalogue's; `detector_ids` is comma-joined.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ProbeResponse)]
pub struct ProbeView {
    pub id: String,
    pub config_id: String,
    pub evaluation_id: String,
    pub name: String,
    pub description: String,
    pub goals: Vec<String>,
    pub tags: Vec<String>,
    /// Known once the run has been opened, empty before.
    pub prompt_ids: Vec<String>,
    pub prompt_config_ids: Vec<String>,
    pub scoring_function: String,
    pub detector_ids: String,
    pub uri: String,
    pub probe: String,
    #[schema(required)]
    pub score: Option<f64>,
    pub expected_response_count: i64,
    pub team_id: String,
    pub completion_tokens: i64,
    pub prompt_tokens: i64,
    pub total_tokens: i64,
}

#[derive(sqlx::FromRow)]
struct ProbeRow {
    team_id: String,
    id: String,
    evaluation_id: String,
    config_id: String,
    name: String,
    description: String,
    scoring: String,
    detectors: String,
    tests: i64,
    prompt_ids: Option<String>,
    score: Option<f64>,
    prompt_tokens: i64,
    completion_tokens: i64,
}

const SELECT: &str = "select p.team_id, p.id, p.evaluation_id, p.config_id, p.name, p.description, p.scoring, \
    p.detectors, p.tests, q.prompt_ids, c.score, coalesce(c.prompt_tokens, 0) as prompt_tokens, \
    coalesce(c.completion_tokens, 0) as completion_tokens from rm_probe p \
    left join rm_probe_prompts q on q.team_id = p.team_id and q.evaluation_id = p.evaluation_id \
    and q.config_id = p.config_id \
    left join rm_probe_count c on c.team_id = p.team_id and c.evaluation_id = p.evaluation_id \
    and c.config_id = p.config_id where p.team_id = ";

fn view(row: ProbeRow) -> ProbeView {
    let prompt_ids: Vec<String> = row.prompt_ids.as_deref().map(parsed).unwrap_or_default();
    ProbeView {
        id: row.id,
        probe: row.config_id.clone(),
        config_id: row.config_id,
        evaluation_id: row.evaluation_id,
        name: row.name,
        description: row.description,
        goals: Vec::new(),
        tags: Vec::new(),
        prompt_config_ids: prompt_ids.clone(),
        prompt_ids,
        scoring_function: row.scoring,
        detector_ids: row.detectors,
        uri: String::new(),
        score: row.score,
        expected_response_count: row.tests,
        team_id: row.team_id,
        completion_tokens: row.completion_tokens,
        prompt_tokens: row.prompt_tokens,
        total_tokens: row.completion_tokens + row.prompt_tokens,
    }
}

/// All probes of an evaluation in plan order, or those with one of these ids (own or catalogue).
pub async fn of_evaluation(
    db: &Db,
    team: TeamId,
    evaluation: EvaluationId,
    ids: &[String],
) -> Result<Vec<ProbeView>, ReadError> {
    let ids = stored(ids);
    let mut sql =
        Sql::new(SELECT).bind(team.to_string()).push(" and p.evaluation_id = ").bind(evaluation.to_string());
    if !ids.is_empty() {
        sql = sql.among(" and (p.id", &ids, "").among(" or p.config_id", &ids, ")");
    }
    let (text, args) = sql.push(" order by p.place").parts();
    let rows: Vec<ProbeRow> = db.team(team).all(&text, args).await?;
    Ok(rows.into_iter().map(view).collect())
}

/// One probe result.
pub async fn by_id(db: &Db, team: TeamId, id: NodeId) -> Result<Option<ProbeView>, ReadError> {
    let (text, args) =
        Sql::new(SELECT).bind(team.to_string()).push(" and p.id = ").bind(id.to_string()).parts();
    Ok(db.team(team).one::<ProbeRow>(&text, args).await?.map(view))
}
