//! The second wall: on PostgreSQL a statement that forgets its team finds nothing of another.

use std::collections::BTreeSet;

use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use touchstone_event_store::Database;
use touchstone_read_store::{Scope, rebuild};

use super::past::{OTHER_TEAM, TEAM};
use super::stage::{Stage, tables};
use crate::all;

fn teamless() -> BTreeSet<&'static str> {
    all().iter().flat_map(|projection| projection.teamless()).copied().collect()
}

fn owner(stage: &Stage) -> &PgPool {
    match stage.store.database() {
        Database::Postgres { write, .. } => write,
        Database::Sqlite { .. } | Database::Memory(_) => panic!("not on PostgreSQL"),
    }
}

/// A row of one team in every table, whatever its columns are.
async fn rows_of(stage: &Stage, team: &str, number: i64) {
    for projection in all() {
        for (table, columns) in tables(projection.ddl()) {
            let values: Vec<String> = columns
                .iter()
                .map(|(name, kind)| match kind.split(' ').next() {
                    _ if name == "team_id" => format!("'{team}'"),
                    Some("text") => format!("'text {number}'"),
                    Some("boolean") => "false".to_owned(),
                    _ => number.to_string(),
                })
                .collect();
            let sql = format!("insert into {table} values ({})", values.join(", "));
            sqlx::query(&sql).execute(owner(stage)).await.unwrap();
        }
    }
}

async fn count(stage: &Stage, table: &str, in_a_team: bool) -> i64 {
    // This is the statement that forgot.
    let sql = format!("select cast(count(*) as bigint) from {table}");
    let found = if in_a_team {
        stage.db.team(TEAM).one::<(i64,)>(&sql, Vec::new()).await
    } else {
        stage.db.one::<(i64,)>(&sql, Vec::new()).await
    };
    found.unwrap().unwrap().0
}

/// A row of ours and one of theirs in every table: what is seen without naming a team.
async fn holds(stage: &Stage) {
    rows_of(stage, &TEAM.to_string(), 1).await;
    rows_of(stage, &OTHER_TEAM.to_string(), 2).await;
    let mut walled = 0;
    for projection in all() {
        for (table, columns) in tables(projection.ddl()) {
            let open = teamless().contains(table.as_str());
            let has_team = columns.iter().any(|(name, _)| name == "team_id");
            assert!(has_team || open, "{table} has no team and gives no reason");
            let ours = if has_team { 1 } else { 2 };
            assert_eq!(count(stage, &table, true).await, ours, "{table}, in a team's name");
            assert_eq!(count(stage, &table, false).await, if open { 2 } else { 0 }, "{table}, before a team");
            walled += usize::from(has_team);
        }
    }
    assert!(walled >= 15, "{walled} tables");
}

#[tokio::test]
async fn a_statement_that_forgets_its_team_finds_nothing_of_another_team() {
    let stage = Stage::postgres().await;
    holds(&stage).await;
    let rebuilt = rebuild(&stage.group, &Scope::All, &CancellationToken::new(), |_| {}).await.unwrap();
    assert!(rebuilt.is_some());
    holds(&stage).await;
}

#[tokio::test]
async fn a_wall_that_was_torn_down_stands_again_after_the_next_start() {
    let stage = Stage::postgres().await;
    for statement in
        ["drop policy team on rm_evaluation", "alter table rm_evaluation disable row level security"]
    {
        sqlx::query(statement).execute(owner(&stage)).await.unwrap();
    }
    stage.group.prepare().await.unwrap();
    holds(&stage).await;
}

#[tokio::test]
async fn whoever_reads_for_callers_sees_no_other_table_and_changes_nothing() {
    let stage = Stage::postgres().await;
    rows_of(&stage, &TEAM.to_string(), 1).await;
    let ours = stage.db.team(TEAM);
    for forbidden in [
        "select secret_ref from secret",
        "select subject from data_key",
        "select event_type from events",
        "select key from idempotency",
        "delete from rm_evaluation returning id",
        "update rm_evaluation set name = 'x' returning id",
        "truncate rm_evaluation",
    ] {
        let refused = ours.all::<(String,)>(forbidden, Vec::new()).await.unwrap_err().to_string();
        assert!(
            refused.contains("permission denied") || refused.contains("read-only"),
            "{forbidden}: {refused}"
        );
    }
    for reset in ["reset role", "reset all"] {
        ours.all::<(String,)>(reset, Vec::new()).await.unwrap();
        let whose = ours.one::<(String,)>("select cast(current_user as text)", Vec::new()).await.unwrap();
        assert_eq!(whose.unwrap().0, "touchstone_reader", "{reset} leads nowhere else");
    }
    assert_eq!(count(&stage, "rm_evaluation", true).await, 1);
}

#[test]
fn every_table_that_is_read_before_a_team_is_known_is_listed_with_its_reason() {
    let said = include_str!("../../../migrations/README.md");
    let listed: BTreeSet<&str> = said
        .lines()
        .filter_map(|line| line.strip_prefix("| `rm_"))
        .filter_map(|rest| rest.split('`').next())
        .collect();
    let needed: BTreeSet<&str> = teamless().iter().filter_map(|table| table.strip_prefix("rm_")).collect();
    assert_eq!(listed, needed);
}
