//! Evaluations: listed, shown with their counts, with what was asked for, and scored.

mod list;
mod view;

use std::collections::BTreeMap;

use serde::Serialize;
use touchstone_read_store::{Db, ReadError};
use touchstone_vocabulary::{EvaluationId, TeamId};
use utoipa::ToSchema;

pub use list::{EvaluationFilter, SortBy, UnknownSort, list};
pub use view::{EvaluationItemView, EvaluationMetadataView, EvaluationView, StatusCountsView};

use crate::sql::{Count, Sql};
use view::{EvaluationRow, SELECT, StageRow};

/// The scores of an evaluation and of its harnesses.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = EvaluationScore)]
pub struct EvaluationScoreView {
    pub score: LevelScoresView,
}

/// Null where nothing could be scored.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = LevelScores)]
pub struct LevelScoresView {
    #[schema(required)]
    pub score: Option<f64>,
    /// By catalogue id.
    pub harnesses: BTreeMap<String, Option<f64>>,
}

#[derive(sqlx::FromRow)]
struct ScoreRow {
    score: Option<f64>,
}

#[derive(sqlx::FromRow)]
struct HarnessScoreRow {
    config_id: String,
    score: Option<f64>,
}

/// An evaluation with its counts; `metadata` is null.
pub async fn by_id(db: &Db, team: TeamId, id: EvaluationId) -> Result<Option<EvaluationView>, ReadError> {
    shown(db, team, id, false).await
}

/// The same with `metadata`: everything that was asked for.
pub async fn with_metadata(
    db: &Db,
    team: TeamId,
    id: EvaluationId,
) -> Result<Option<EvaluationView>, ReadError> {
    shown(db, team, id, true).await
}

async fn shown(
    db: &Db,
    team: TeamId,
    id: EvaluationId,
    metadata: bool,
) -> Result<Option<EvaluationView>, ReadError> {
    let (text, args) =
        Sql::new(SELECT).bind(team.to_string()).push(" and e.id = ").bind(id.to_string()).parts();
    let Some(row) = db.team(team).one::<EvaluationRow>(&text, args).await? else { return Ok(None) };
    let (text, args) = Sql::new(
        "select coalesce(c.stage, 0) as stage, count(*) as n from rm_probe p \
         left join rm_probe_count c on c.team_id = p.team_id and c.evaluation_id = p.evaluation_id \
         and c.config_id = p.config_id where p.team_id = ",
    )
    .bind(team.to_string())
    .push(" and p.evaluation_id = ")
    .bind(id.to_string())
    .push(" group by coalesce(c.stage, 0)")
    .parts();
    let stages: Vec<StageRow> = db.team(team).all(&text, args).await?;
    Ok(Some(row.view(&stages, metadata)))
}

/// Whether the team has this evaluation.
pub async fn exists(db: &Db, team: TeamId, id: EvaluationId) -> Result<bool, ReadError> {
    let (text, args) = Sql::new("select count(*) as n from rm_evaluation where team_id = ")
        .bind(team.to_string())
        .push(" and id = ")
        .bind(id.to_string())
        .parts();
    Ok(db.team(team).one::<Count>(&text, args).await?.is_some_and(|count| count.n > 0))
}

/// The scores of the upper levels.
pub async fn score(
    db: &Db,
    team: TeamId,
    id: EvaluationId,
) -> Result<Option<EvaluationScoreView>, ReadError> {
    let (text, args) = Sql::new("select score from rm_evaluation where team_id = ")
        .bind(team.to_string())
        .push(" and id = ")
        .bind(id.to_string())
        .parts();
    let Some(row) = db.team(team).one::<ScoreRow>(&text, args).await? else { return Ok(None) };
    let (text, args) = Sql::new(
        "select h.config_id, s.score from rm_harness h left join rm_level_score s on s.team_id = h.team_id \
         and s.evaluation_id = h.evaluation_id and s.config_id = h.config_id where h.team_id = ",
    )
    .bind(team.to_string())
    .push(" and h.evaluation_id = ")
    .bind(id.to_string())
    .parts();
    let harnesses: Vec<HarnessScoreRow> = db.team(team).all(&text, args).await?;
    Ok(Some(EvaluationScoreView {
        score: LevelScoresView {
            score: row.score,
            harnesses: harnesses.into_iter().map(|h| (h.config_id, h.score)).collect(),
        },
    }))
}
