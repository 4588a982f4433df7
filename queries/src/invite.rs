//! Invites as their addressees and the admins of their teams see them.

use serde::Serialize;
use touchstone_read_store::{Db, ReadError};
use touchstone_vocabulary::{InviteId, InviteStatus, TeamId, TeamRole, Time, UserId, fold_key};
use utoipa::ToSchema;

use crate::sql::Sql;

/// One invite.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = InviteResponse)]
pub struct InviteView {
    pub invite_id: String,
    pub team_id: String,
    /// `admin` or `user`.
    pub team_role: String,
    /// Whoever has the address; empty as long as nobody has.
    pub user_id: String,
    pub email: String,
    /// `PENDING`, `ACCEPTED`, `DECLINED`, `REVOKED` or `EXPIRED`.
    pub status: String,
    pub created_at: i64,
    pub created_by: String,
    pub updated_at: i64,
    /// Empty where the service itself was the last to change it.
    pub updated_by: String,
    /// Sequence of the last event of its stream.
    #[serde(skip)]
    pub stream_version: i64,
}

/// Who looks. Invites are seen by whom they are addressed to, in whatever team, and by admins of their team.
#[derive(Debug, Clone)]
pub struct Viewer {
    pub user: UserId,
    pub email: String,
    /// Whether the admin's view is open to this viewer.
    pub governs: bool,
    pub now: Time,
}

#[derive(sqlx::FromRow)]
struct InviteRow {
    team_id: String,
    id: String,
    email: String,
    role: String,
    status: String,
    created_at: i64,
    created_by: String,
    updated_at: i64,
    updated_by: String,
    stream_version: i64,
    user_id: Option<String>,
}

#[derive(sqlx::FromRow)]
struct IdRow {
    id: String,
}

fn view(row: InviteRow) -> InviteView {
    InviteView {
        invite_id: row.id,
        team_id: row.team_id,
        team_role: row.role,
        user_id: row.user_id.unwrap_or_default(),
        email: row.email,
        status: row.status,
        created_at: row.created_at,
        created_by: row.created_by,
        updated_at: row.updated_at,
        updated_by: row.updated_by,
        stream_version: row.stream_version,
    }
}

/// The invites of teams that exist; one whose time is over has expired, whether or not that was recorded yet.
fn invites(now: Time) -> Sql {
    Sql::new(
        "select i.team_id, i.id, i.ordinal, i.email, i.email_key, i.role, i.created_at, i.created_by, \
         i.updated_at, i.updated_by, i.stream_version, u.id as user_id, case when i.status = 'PENDING' \
         and i.expires_at <= ",
    )
    .bind(now.secs())
    .push(
        " then 'EXPIRED' else i.status end as status from rm_invite i \
         join rm_team t on t.team_id = i.team_id left join rm_user u on u.email_key = i.email_key",
    )
}

/// Those that concern somebody.
fn concerning(viewer: &Viewer) -> Sql {
    let sql = invites(viewer.now).push(" where (i.email_key = ").bind(fold_key(&viewer.email));
    let sql = if viewer.governs {
        sql.push(" or i.team_id in (select m.team_id from rm_member m where m.user_id = ")
            .bind(viewer.user.to_string())
            .push(" and m.role = ")
            .bind(TeamRole::Admin.as_str())
            .push(")")
    } else {
        sql
    };
    sql.push(")")
}

/// One invite, if it concerns the viewer, in whatever team.
pub async fn by_id(db: &Db, viewer: &Viewer, id: InviteId) -> Result<Option<InviteView>, ReadError> {
    let (text, args) = concerning(viewer).push(" and i.id = ").bind(id.to_string()).parts();
    Ok(db.one::<InviteRow>(&text, args).await?.map(view))
}

/// One invite of a team.
pub async fn of_team_by_id(
    db: &Db,
    team: TeamId,
    id: InviteId,
    now: Time,
) -> Result<Option<InviteView>, ReadError> {
    let (text, args) = invites(now)
        .push(" where i.team_id = ")
        .bind(team.to_string())
        .push(" and i.id = ")
        .bind(id.to_string())
        .parts();
    Ok(db.team(team).one::<InviteRow>(&text, args).await?.map(view))
}

/// All invites of a team, newest first.
pub async fn of_team(db: &Db, team: TeamId, now: Time) -> Result<Vec<InviteView>, ReadError> {
    let (text, args) = invites(now)
        .push(" where i.team_id = ")
        .bind(team.to_string())
        .push(" order by i.ordinal desc")
        .parts();
    let rows: Vec<InviteRow> = db.team(team).all(&text, args).await?;
    Ok(rows.into_iter().map(view).collect())
}

/// The invites of this status that concern the viewer, newest first, of whatever team.
pub async fn of_status(db: &Db, viewer: &Viewer, status: InviteStatus) -> Result<Vec<InviteView>, ReadError> {
    // A stored row cannot be filtered by a status that the time decides, so it is filtered here.
    let (text, args) = concerning(viewer).push(" order by i.ordinal desc").parts();
    let rows: Vec<InviteRow> = db.all(&text, args).await?;
    Ok(rows.into_iter().map(view).filter(|invite| invite.status == status.as_str()).collect())
}

/// Pending invites of a team to an address whose time is over.
pub async fn overdue(db: &Db, team: TeamId, email: &str, now: Time) -> Result<Vec<InviteId>, ReadError> {
    let (text, args) = Sql::new("select id from rm_invite where team_id = ")
        .bind(team.to_string())
        .push(" and email_key = ")
        .bind(fold_key(email))
        .push(" and status = ")
        .bind(InviteStatus::Pending.as_str())
        .push(" and expires_at <= ")
        .bind(now.secs())
        .parts();
    let rows: Vec<IdRow> = db.team(team).all(&text, args).await?;
    Ok(rows.into_iter().filter_map(|row| row.id.parse().ok()).collect())
}
