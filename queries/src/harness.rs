//! Harness results: the top level of an evaluation's result tree.

use serde::Serialize;
use touchstone_read_store::{Db, ReadError};
use touchstone_vocabulary::{EvaluationId, NodeId, TeamId};
use utoipa::ToSchema;

use crate::sql::{Sql, ids as stored, parsed};
use crate::tree::Tree;

/// One harness of one evaluation. `id` is its own, `config_id` the catalogue's.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = HarnessResponse)]
pub struct HarnessView {
    pub id: String,
    pub evaluation_id: String,
    pub config_id: String,
    pub harness_type: String,
    pub name: String,
    pub description: String,
    pub version: String,
    pub harness_ids: Vec<String>,
    pub scenario_ids: Vec<String>,
    pub harness_config_ids: Vec<String>,
    pub scenario_config_ids: Vec<String>,
    #[schema(required)]
    pub score: Option<f64>,
    pub is_leaf: bool,
    pub team_id: String,
    pub completion_tokens: i64,
    pub prompt_tokens: i64,
    pub total_tokens: i64,
}

#[derive(sqlx::FromRow)]
struct HarnessRow {
    team_id: String,
    id: String,
    evaluation_id: String,
    config_id: String,
    name: String,
    description: String,
    harness_type: String,
    version: String,
    scenario_ids: String,
    scenario_config_ids: String,
    score: Option<f64>,
}

const SELECT: &str = "select h.team_id, h.id, h.evaluation_id, h.config_id, h.name, h.description, h.harness_type, \
    h.version, h.scenario_ids, h.scenario_config_ids, s.score from rm_harness h left join rm_level_score s \
    on s.team_id = h.team_id and s.evaluation_id = h.evaluation_id and s.config_id = h.config_id where h.team_id = ";

fn view(row: HarnessRow, tree: &Tree) -> HarnessView {
    let scenario_config_ids: Vec<String> = parsed(&row.scenario_config_ids);
    let tokens = tree.of_scenarios(&scenario_config_ids);
    HarnessView {
        id: row.id,
        evaluation_id: row.evaluation_id,
        config_id: row.config_id,
        harness_type: row.harness_type,
        name: row.name,
        description: row.description,
        version: row.version,
        harness_ids: Vec::new(),
        scenario_ids: parsed(&row.scenario_ids),
        harness_config_ids: Vec::new(),
        scenario_config_ids,
        score: row.score,
        is_leaf: true,
        team_id: row.team_id,
        completion_tokens: tokens.completion,
        prompt_tokens: tokens.prompt,
        total_tokens: tokens.completion + tokens.prompt,
    }
}

/// All harnesses of an evaluation in plan order, or those with one of these ids (own or catalogue).
pub async fn of_evaluation(
    db: &Db,
    team: TeamId,
    evaluation: EvaluationId,
    ids: &[String],
) -> Result<Vec<HarnessView>, ReadError> {
    let ids = stored(ids);
    let mut sql =
        Sql::new(SELECT).bind(team.to_string()).push(" and h.evaluation_id = ").bind(evaluation.to_string());
    if !ids.is_empty() {
        sql = sql.among(" and (h.id", &ids, "").among(" or h.config_id", &ids, ")");
    }
    let (text, args) = sql.push(" order by h.place").parts();
    let rows: Vec<HarnessRow> = db.team(team).all(&text, args).await?;
    let tree = Tree::load(db, team, &evaluation.to_string()).await?;
    Ok(rows.into_iter().map(|row| view(row, &tree)).collect())
}

/// One harness result.
pub async fn by_id(db: &Db, team: TeamId, id: NodeId) -> Result<Option<HarnessView>, ReadError> {
    let (text, args) =
        Sql::new(SELECT).bind(team.to_string()).push(" and h.id = ").bind(id.to_string()).parts();
    let Some(row) = db.team(team).one::<HarnessRow>(&text, args).await? else { return Ok(None) };
    let tree = Tree::load(db, team, &row.evaluation_id).await?;
    Ok(Some(view(row, &tree)))
}
