//! The errors of an evaluation's responses, counted by cause.

use serde::Serialize;
use touchstone_read_store::{Db, ReadError};
use touchstone_vocabulary::{EvaluationId, TeamId};
use utoipa::ToSchema;

use crate::sql::Sql;

/// One cause and how often it happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ErrorSummary)]
pub struct ErrorSummaryView {
    pub cause: String,
    pub count: i64,
}

#[derive(sqlx::FromRow)]
struct CauseRow {
    cause: String,
    occurrences: i64,
}

/// The most frequent causes first, equally frequent ones by name; at most `limit`.
pub async fn of_evaluation(
    db: &Db,
    team: TeamId,
    evaluation: EvaluationId,
    limit: i64,
) -> Result<Vec<ErrorSummaryView>, ReadError> {
    let (text, args) = Sql::new("select cause, occurrences from rm_response_error where team_id = ")
        .bind(team.to_string())
        .push(" and evaluation_id = ")
        .bind(evaluation.to_string())
        .push(" order by occurrences desc, cause_order limit ")
        .bind(limit)
        .parts();
    let rows: Vec<CauseRow> = db.team(team).all(&text, args).await?;
    Ok(rows.into_iter().map(|row| ErrorSummaryView { cause: row.cause, count: row.occurrences }).collect())
}
