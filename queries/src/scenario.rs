//! Scenario results: the middle level of an evaluation's result tree.

use serde::Serialize;
use touchstone_read_store::{Db, ReadError};
use touchstone_vocabulary::{EvaluationId, NodeId, TeamId};
use utoipa::ToSchema;

use crate::sql::{Sql, ids as stored, parsed};
use crate::tree::Tree;

/// One scenario of one evaluation. `id` is its own, `config_id` the catalogue's.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ScenarioResponse)]
pub struct ScenarioView {
    pub id: String,
    pub config_id: String,
    pub evaluation_id: String,
    pub name: String,
    pub description: String,
    pub version: String,
    pub probe_ids: Vec<String>,
    pub probe_config_ids: Vec<String>,
    #[schema(required)]
    pub score: Option<f64>,
    pub team_id: String,
    pub completion_tokens: i64,
    pub prompt_tokens: i64,
    pub total_tokens: i64,
}

#[derive(sqlx::FromRow)]
struct ScenarioRow {
    team_id: String,
    id: String,
    evaluation_id: String,
    config_id: String,
    name: String,
    description: String,
    version: String,
    probe_ids: String,
    probe_config_ids: String,
    score: Option<f64>,
}

const SELECT: &str = "select c.team_id, c.id, c.evaluation_id, c.config_id, c.name, c.description, c.version, \
    c.probe_ids, c.probe_config_ids, s.score from rm_scenario c left join rm_level_score s \
    on s.team_id = c.team_id and s.evaluation_id = c.evaluation_id and s.config_id = c.config_id where c.team_id = ";

fn view(row: ScenarioRow, tree: &Tree) -> ScenarioView {
    let probe_config_ids: Vec<String> = parsed(&row.probe_config_ids);
    let tokens = tree.of_probes(&probe_config_ids);
    ScenarioView {
        id: row.id,
        config_id: row.config_id,
        evaluation_id: row.evaluation_id,
        name: row.name,
        description: row.description,
        version: row.version,
        probe_ids: parsed(&row.probe_ids),
        probe_config_ids,
        score: row.score,
        team_id: row.team_id,
        completion_tokens: tokens.completion,
        prompt_tokens: tokens.prompt,
        total_tokens: tokens.completion + tokens.prompt,
    }
}

/// All scenarios of an evaluation in plan order, or those with one of these ids (own or catalogue).
pub async fn of_evaluation(
    db: &Db,
    team: TeamId,
    evaluation: EvaluationId,
    ids: &[String],
) -> Result<Vec<ScenarioView>, ReadError> {
    let ids = stored(ids);
    let mut sql =
        Sql::new(SELECT).bind(team.to_string()).push(" and c.evaluation_id = ").bind(evaluation.to_string());
    if !ids.is_empty() {
        sql = sql.among(" and (c.id", &ids, "").among(" or c.config_id", &ids, ")");
    }
    let (text, args) = sql.push(" order by c.place").parts();
    let rows: Vec<ScenarioRow> = db.team(team).all(&text, args).await?;
    let tree = Tree::load(db, team, &evaluation.to_string()).await?;
    Ok(rows.into_iter().map(|row| view(row, &tree)).collect())
}

/// One scenario result.
pub async fn by_id(db: &Db, team: TeamId, id: NodeId) -> Result<Option<ScenarioView>, ReadError> {
    let (text, args) =
        Sql::new(SELECT).bind(team.to_string()).push(" and c.id = ").bind(id.to_string()).parts();
    let Some(row) = db.team(team).one::<ScenarioRow>(&text, args).await? else { return Ok(None) };
    let tree = Tree::load(db, team, &row.evaluation_id).await?;
    Ok(Some(view(row, &tree)))
}
