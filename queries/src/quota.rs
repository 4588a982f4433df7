//! How much a team has of what is limited: what it holds now, and what it asked for lately.

use touchstone_read_store::{Db, ReadError};
use touchstone_vocabulary::{TeamId, Time};

use crate::sql::{Count, Sql};

/// What a team asks of models.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// Evaluations that are not over.
    pub open: u64,
    /// Answers of models that its evaluations since some time plan for. Of those that were deleted nothing is known.
    pub responses: u64,
    /// When the first of these was created.
    pub since: Option<Time>,
}

/// What a team has of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// Bytes of the files that came in.
    pub bytes: u64,
    /// Bytes of those that are waited for, as far as that was said.
    pub announced: u64,
    /// How many are waited for.
    pub open: u64,
    /// When the first of these is waited for no more.
    pub until: Option<Time>,
}

#[derive(sqlx::FromRow)]
struct AskedRow {
    responses: i64,
    since: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct StoredRow {
    bytes: i64,
    announced: i64,
    open: i64,
    until: Option<i64>,
}

/// What a team's evaluations ask of models that are not over, or were created after `since`.
pub async fn asked(db: &Db, team: TeamId, since: Time) -> Result<Asked, ReadError> {
    let (text, args) = Sql::new("select count(*) as n from rm_probe_run_open where team_id = ")
        .bind(team.to_string())
        .parts();
    let open = db.team(team).one::<Count>(&text, args).await?.map_or(0, |count| whole(count.n));
    let (text, args) = Sql::new(
        "select cast(coalesce(sum(total_tests), 0) as bigint) as responses, min(created_at) as since \
         from rm_evaluation where team_id = ",
    )
    .bind(team.to_string())
    .push(" and total_tests > 0 and created_at > ")
    .bind(since.secs())
    .parts();
    let row: Option<AskedRow> = db.team(team).one(&text, args).await?;
    let since = row.as_ref().and_then(|row| row.since).map(Time::from_secs);
    Ok(Asked { open, responses: row.map_or(0, |row| whole(row.responses)), since })
}

/// What a team has of files at a time.
pub async fn stored(db: &Db, team: TeamId, at: Time) -> Result<Stored, ReadError> {
    let (text, args) = Sql::new(
        "select cast(coalesce(sum(case when is_in then size else 0 end), 0) as bigint) as bytes, \
         cast(coalesce(sum(case when is_in then 0 else size end), 0) as bigint) as announced, \
         cast(coalesce(sum(case when is_in then 0 else 1 end), 0) as bigint) as open, \
         min(case when is_in then null else expires_at end) as until \
         from (select coalesce(size, 0) as size, verified_at is not null as is_in, expires_at \
         from rm_agent_file where team_id = ",
    )
    .bind(team.to_string())
    .push(" union all select size, verified_at is not null as is_in, expires_at from rm_harness_stage_file where team_id = ")
    .bind(team.to_string())
    .push(") f where is_in or expires_at > ")
    .bind(at.secs())
    .parts();
    let row: Option<StoredRow> = db.team(team).one(&text, args).await?;
    let none = Stored { bytes: 0, announced: 0, open: 0, until: None };
    Ok(row.map_or(none, |row| Stored {
        bytes: whole(row.bytes),
        announced: whole(row.announced),
        open: whole(row.open),
        until: row.until.map(Time::from_secs),
    }))
}

fn whole(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
