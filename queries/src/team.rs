//! Teams and roles in them.

use serde::Serialize;
use touchstone_read_store::{Db, ReadError};
use touchstone_vocabulary::{TeamId, TeamRole, UserId, fold_key};
use utoipa::ToSchema;

use crate::sql::Sql;

/// One team.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = TeamResponse)]
pub struct TeamView {
    pub id: String,
    pub name: String,
    pub is_single_user: bool,
    #[schema(required)]
    pub description: Option<String>,
}

#[derive(sqlx::FromRow)]
struct TeamRow {
    team_id: String,
    name: String,
    is_single_user: bool,
    description: Option<String>,
}

#[derive(sqlx::FromRow)]
struct RoleRow {
    role: String,
}

const SELECT: &str = "select team_id, name, is_single_user, description from rm_team where ";

fn view(row: TeamRow) -> TeamView {
    TeamView {
        id: row.team_id,
        name: row.name,
        is_single_user: row.is_single_user,
        description: row.description,
    }
}

/// One team.
pub async fn by_id(db: &Db, team: TeamId) -> Result<Option<TeamView>, ReadError> {
    let (text, args) = Sql::new(SELECT).push("team_id = ").bind(team.to_string()).parts();
    Ok(db.team(team).one::<TeamRow>(&text, args).await?.map(view))
}

/// The oldest team of this name, whatever its case. For the operator's command line, not for callers.
pub async fn by_name(db: &Db, name: &str) -> Result<Option<TeamView>, ReadError> {
    let (text, args) = Sql::new(SELECT)
        .push("name_key = ")
        .bind(fold_key(name))
        .push(" order by ordinal limit ")
        .bind(1_i64)
        .parts();
    Ok(db.one::<TeamRow>(&text, args).await?.map(view))
}

/// A member's role; nothing for somebody who is no member.
pub async fn role(db: &Db, team: TeamId, user: UserId) -> Result<Option<TeamRole>, ReadError> {
    let (text, args) = Sql::new("select role from rm_member where team_id = ")
        .bind(team.to_string())
        .push(" and user_id = ")
        .bind(user.to_string())
        .parts();
    Ok(db.team(team).one::<RoleRow>(&text, args).await?.and_then(|row| row.role.parse().ok()))
}
