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

/// Who owns the live read tables.
async fn owners(stage: &Stage) -> Vec<String> {
    let sql = "select distinct tableowner::text from pg_tables where schemaname = current_schema() and tablename ~ '^rm_'";
    sqlx::query_scalar(sql).fetch_all(owner(stage)).await.unwrap()
}

/// What becomes of a statement in the projector's name.
async fn as_projector(stage: &Stage, statement: &str) -> Result<(), String> {
    let mut tx = owner(stage).begin().await.unwrap();
    sqlx::query("set local role touchstone_projector").execute(&mut *tx).await.unwrap();
    sqlx::query(statement).execute(&mut *tx).await.map(drop).map_err(|fault| fault.to_string())
}

#[tokio::test]
async fn whoever_projects_owns_the_read_tables_and_can_neither_read_nor_write_any_other() {
    let stage = Stage::postgres().await;
    // What is written says in whose name.
    let marked = "alter table progress add column writer text default current_user; delete from progress";
    sqlx::raw_sql(marked).execute(owner(&stage)).await.unwrap();
    stage.group.prepare().await.unwrap();
    let writer: String =
        sqlx::query_scalar("select writer from progress").fetch_one(owner(&stage)).await.unwrap();
    assert_eq!(writer, "touchstone_projector");
    assert_eq!(owners(&stage).await, ["touchstone_projector"]);
    rebuild(&stage.group, &Scope::All, &CancellationToken::new(), |_| {}).await.unwrap();
    assert_eq!(owners(&stage).await, ["touchstone_projector"], "rebuilt ones, too");

    for allowed in ["update progress set seq = seq", "delete from rm_evaluation", "select 1 from dead_letter"]
    {
        assert_eq!(as_projector(&stage, allowed).await, Ok(()), "{allowed}");
    }
    for forbidden in [
        "insert into events (event_type) values ('x')",
        "delete from events",
        "select 1 from events",
        "delete from log_index",
        "select 1 from secret",
        "update secret set secret_ref = 'x'",
        "select 1 from data_key",
        "delete from data_key",
        "insert into idempotency (key) values ('x')",
        "delete from lease",
        "delete from token_use",
    ] {
        let fault = as_projector(&stage, forbidden).await.unwrap_err();
        assert!(fault.contains("permission denied"), "{forbidden}: {fault}");
    }
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
