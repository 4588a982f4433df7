//! The list of a team's evaluations.

use touchstone_read_store::{Db, ReadError};
use touchstone_vocabulary::{Direction, Hub, Page, TeamId, fold_key};

use super::view::{EvaluationItemView, EvaluationRow, SELECT};
use crate::sql::{Count, Sql};

/// Which evaluations. An empty list or `None` filters nothing.
#[derive(Debug, Clone, Default)]
pub struct EvaluationFilter {
    /// Of the creator, whatever its case.
    pub user_email: Option<String>,
    pub status: Vec<String>,
    /// Part of the name, whatever its case.
    pub name: Option<String>,
    pub hub: Option<Hub>,
    pub model: Option<String>,
    /// Unix seconds, inclusive.
    pub created_from: Option<i64>,
    /// Unix seconds, inclusive; what is not over has no place here.
    pub completed_until: Option<i64>,
    /// At least one of these.
    pub tags: Vec<String>,
    pub agent_configuration_id: Option<String>,
}

/// What the list can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SortBy {
    #[default]
    CreatedAt,
    CompletedAt,
    Name,
    Status,
    Score,
    Hub,
    Model,
}

/// The word is nothing to sort by.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not one of created_at, completed_at, name, status, score, hub, model")]
pub struct UnknownSort(pub String);

impl std::str::FromStr for SortBy {
    type Err = UnknownSort;

    fn from_str(text: &str) -> Result<Self, UnknownSort> {
        match text {
            "created_at" => Ok(Self::CreatedAt),
            "completed_at" => Ok(Self::CompletedAt),
            "name" => Ok(Self::Name),
            "status" => Ok(Self::Status),
            "score" => Ok(Self::Score),
            "hub" => Ok(Self::Hub),
            "model" => Ok(Self::Model),
            other => Err(UnknownSort(other.chars().take(80).collect())),
        }
    }
}

impl SortBy {
    /// An expression that sorts the same under every collation.
    fn expression(self) -> String {
        match self {
            Self::CreatedAt => "e.created_at".to_owned(),
            Self::CompletedAt => "e.completed_at".to_owned(),
            Self::Name => "e.name_order".to_owned(),
            Self::Model => "e.model_order".to_owned(),
            Self::Score => "e.score".to_owned(),
            Self::Status => ranked(
                "e.status",
                &["CANCELED", "COMPLETED", "CREATED", "ERRORED", "FAILED", "IN_PROGRESS", "TIMEOUT"],
            ),
            Self::Hub => {
                let mut hubs: Vec<&str> = Hub::ALL.iter().map(|hub| hub.as_str()).collect();
                hubs.sort_unstable_by_key(|hub| fold_key(hub));
                ranked("e.hub", &hubs)
            }
        }
    }
}

/// Words of a fixed set by their place in this list.
fn ranked(column: &str, words: &[&str]) -> String {
    let ranks: Vec<String> =
        (0..).zip(words).map(|(rank, word): (u32, _)| format!("when '{word}' then {rank}")).collect();
    format!("case {column} {} else {} end", ranks.join(" "), words.len())
}

fn filtered(start: &str, team: TeamId, filter: &EvaluationFilter) -> Sql {
    Sql::new(start)
        .bind(team.to_string())
        .when(
            " and e.created_by in (select u.id from rm_user u where u.email_key = ",
            filter.user_email.as_deref().map(fold_key),
            ")",
        )
        .among(" and e.status", &filter.status, "")
        // No pattern matching: its wildcards and its case rules differ between the databases.
        .when(
            " and replace(e.name_key, ",
            filter.name.as_deref().map(fold_key).filter(|part| !part.is_empty()),
            ", '') <> e.name_key",
        )
        .when(" and e.hub = ", filter.hub.map(Hub::as_str), "")
        .when(" and e.model = ", filter.model.as_deref(), "")
        .when(" and e.created_at >= ", filter.created_from, "")
        .when(" and e.completed_at <= ", filter.completed_until, "")
        .among(
            " and exists (select 1 from rm_evaluation_tag t where t.team_id = e.team_id and t.evaluation_id = e.id \
             and t.tag",
            &filter.tags,
            ")",
        )
        .when(" and e.agent_configuration_id = ", filter.agent_configuration_id.as_deref(), "")
}

/// A page of a team's evaluations, and how many match in all.
pub async fn list(
    db: &Db,
    team: TeamId,
    filter: &EvaluationFilter,
    sort: SortBy,
    direction: Direction,
    page: Page,
) -> Result<(Vec<EvaluationItemView>, i64), ReadError> {
    let (text, args) =
        filtered("select count(*) as n from rm_evaluation e where e.team_id = ", team, filter).parts();
    let total = db.team(team).one::<Count>(&text, args).await?.map_or(0, |count| count.n);
    let way = match direction {
        Direction::Ascending => "asc",
        Direction::Descending => "desc",
    };
    let (text, args) = filtered(SELECT, team, filter)
        .push(&format!(" order by {} {way} nulls last, e.ordinal {way} limit ", sort.expression()))
        .bind(page.limit.max(0))
        .push(" offset ")
        .bind(page.offset.max(0))
        .parts();
    let rows: Vec<EvaluationRow> = db.team(team).all(&text, args).await?;
    Ok((rows.into_iter().map(EvaluationRow::item).collect(), total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_of_the_list_can_be_named_and_nothing_else() {
        for word in ["created_at", "completed_at", "name", "status", "score", "hub", "model"] {
            assert!(word.parse::<SortBy>().is_ok(), "{word}");
        }
        assert_eq!("id; drop".parse::<SortBy>(), Err(UnknownSort("id; drop".to_owned())));
    }

    #[test]
    fn words_are_sorted_by_rank_and_not_by_collation() {
        assert_eq!(ranked("e.x", &["a", "b"]), "case e.x when 'a' then 0 when 'b' then 1 else 2 end");
    }
}
