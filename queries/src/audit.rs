//! Who did what in a team, for its admins.

use serde::Serialize;
use serde_json::value::RawValue;
use touchstone_read_store::{Db, ReadError};
use touchstone_vocabulary::{Page, TeamId, UserId};
use utoipa::ToSchema;

use crate::sql::{Count, Sql};

/// One event of the audit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub struct AuditView {
    /// That of the event.
    pub id: String,
    /// Its place in the log.
    pub seq: i64,
    /// As the log names the event, for example `token.revoked` or `access.denied`; `api_key.used` for an evaluation
    /// that names a key.
    pub kind: String,
    /// Unix seconds.
    pub at: i64,
    /// `user:<id>`, or `system:<part>` for what the service or its operator did.
    pub actor: String,
    /// Whom it is about.
    #[schema(required)]
    pub user_id: Option<String>,
    /// What else is known, by the kind.
    #[schema(value_type = Object)]
    pub detail: Box<RawValue>,
}

/// Which events.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Any of these; all when empty.
    pub kinds: Vec<String>,
    /// Done by or about this user.
    pub user: Option<UserId>,
    /// Unix seconds, inclusive.
    pub from: Option<i64>,
    pub until: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct AuditRow {
    event_id: String,
    ordinal: i64,
    kind: String,
    at: i64,
    actor: String,
    user_id: Option<String>,
    detail: String,
}

fn view(row: AuditRow) -> AuditView {
    AuditView {
        id: row.event_id,
        seq: row.ordinal,
        kind: row.kind,
        at: row.at,
        actor: row.actor,
        user_id: row.user_id,
        detail: RawValue::from_string(row.detail).unwrap_or_default(),
    }
}

fn filtered(start: &str, team: TeamId, filter: &AuditFilter) -> Sql {
    let sql = Sql::new(start)
        .push("from rm_audit a where a.team_id = ")
        .bind(team.to_string())
        .among(" and a.kind", &filter.kinds, "")
        .when(" and a.at >= ", filter.from, "")
        .when(" and a.at <= ", filter.until, "");
    match filter.user {
        Some(user) => sql
            .push(" and (a.actor = ")
            .bind(format!("user:{user}"))
            .push(" or a.user_id = ")
            .bind(user.to_string())
            .push(")"),
        None => sql,
    }
}

/// A page of a team's audit, newest first, and how many events match in all.
pub async fn list(
    db: &Db,
    team: TeamId,
    filter: &AuditFilter,
    page: Page,
) -> Result<(Vec<AuditView>, i64), ReadError> {
    let (text, args) = filtered("select count(*) as n ", team, filter).parts();
    let total = db.team(team).one::<Count>(&text, args).await?.map_or(0, |count| count.n);
    let columns = "select a.event_id, a.ordinal, a.kind, a.at, a.actor, a.user_id, a.detail ";
    let (text, args) = filtered(columns, team, filter)
        .push(" order by a.ordinal desc limit ")
        .bind(page.limit.max(0))
        .push(" offset ")
        .bind(page.offset.max(0))
        .parts();
    let rows: Vec<AuditRow> = db.team(team).all(&text, args).await?;
    Ok((rows.into_iter().map(view).collect(), total))
}
