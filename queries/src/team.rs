//! Teams and roles in them.

use serde::Serialize;
use touchstone_read_store::{Db, ReadError};
use touchstone_vocabulary::{Page, TeamId, TeamRole, UserId, fold_key};
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
    /// Sequence of the last event of its stream.
    #[serde(skip)]
    pub stream_version: i64,
}

/// A team that somebody belongs to, and as what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    pub team: TeamId,
    pub name: String,
    pub is_single_user: bool,
    pub role: TeamRole,
}

#[derive(sqlx::FromRow)]
struct TeamRow {
    team_id: String,
    name: String,
    is_single_user: bool,
    description: Option<String>,
    stream_version: i64,
}

#[derive(sqlx::FromRow)]
struct MembershipRow {
    team_id: String,
    name: String,
    is_single_user: bool,
    role: String,
}

const SELECT: &str =
    "select t.team_id, t.name, t.is_single_user, t.description, t.stream_version from rm_team t ";

fn view(row: TeamRow) -> TeamView {
    TeamView {
        id: row.team_id,
        name: row.name,
        is_single_user: row.is_single_user,
        description: row.description.filter(|text| !text.is_empty()),
        stream_version: row.stream_version,
    }
}

/// One team.
pub async fn by_id(db: &Db, team: TeamId) -> Result<Option<TeamView>, ReadError> {
    let (text, args) = Sql::new(SELECT).push("where t.team_id = ").bind(team.to_string()).parts();
    Ok(db.team(team).one::<TeamRow>(&text, args).await?.map(view))
}

/// The oldest team of this name, whatever its case. For the operator's command line, not for callers.
pub async fn by_name(db: &Db, name: &str) -> Result<Option<TeamView>, ReadError> {
    let (text, args) = Sql::new(SELECT)
        .push("where t.name_key = ")
        .bind(fold_key(name))
        .push(" order by t.ordinal limit ")
        .bind(1_i64)
        .parts();
    Ok(db.one::<TeamRow>(&text, args).await?.map(view))
}

/// A page of somebody's teams, in whatever team they are asked for, oldest first.
pub async fn of_user(db: &Db, user: UserId, page: Page) -> Result<Vec<TeamView>, ReadError> {
    let (text, args) = Sql::new(SELECT)
        .push("join rm_member m on m.team_id = t.team_id where m.user_id = ")
        .bind(user.to_string())
        .push(" order by t.created_at, t.ordinal limit ")
        .bind(page.limit.max(0))
        .push(" offset ")
        .bind(page.offset.max(0))
        .parts();
    let rows: Vec<TeamRow> = db.all(&text, args).await?;
    Ok(rows.into_iter().map(view).collect())
}

/// Everything that somebody belongs to, first joined first. What a caller may act for is found out by this.
pub async fn memberships(db: &Db, user: UserId) -> Result<Vec<Membership>, ReadError> {
    let (text, args) = memberships_where(user).push(" order by m.ordinal").parts();
    let rows: Vec<MembershipRow> = db.all(&text, args).await?;
    Ok(rows.into_iter().filter_map(membership).collect())
}

/// Somebody's membership in one team; nothing for somebody who is no member.
pub async fn membership_in(db: &Db, team: TeamId, user: UserId) -> Result<Option<Membership>, ReadError> {
    let (text, args) = memberships_where(user).push(" and m.team_id = ").bind(team.to_string()).parts();
    Ok(db.team(team).one::<MembershipRow>(&text, args).await?.and_then(membership))
}

fn memberships_where(user: UserId) -> Sql {
    Sql::new(
        "select t.team_id, t.name, t.is_single_user, m.role from rm_member m \
         join rm_team t on t.team_id = m.team_id where m.user_id = ",
    )
    .bind(user.to_string())
}

fn membership(row: MembershipRow) -> Option<Membership> {
    Some(Membership {
        team: row.team_id.parse().ok()?,
        name: row.name,
        is_single_user: row.is_single_user,
        role: row.role.parse().ok()?,
    })
}
