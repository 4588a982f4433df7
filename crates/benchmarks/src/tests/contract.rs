//! One contract for imported sets, held by both databases.

use std::str::FromStr;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use touchstone_catalog::benchmark::Benchmark;
use touchstone_vocabulary::{Criteria, HarnessId, ProbeId, Time};

use crate::{Benchmarks, Judge, Row, Set, Tables};

const POSTGRES: &str = include_str!("../../../../migrations/postgres/0011_benchmark.sql");
const SQLITE: &str = include_str!("../../../../migrations/sqlite/0011_benchmark.sql");

async fn sqlite(scratch: &tempfile::TempDir) -> Benchmarks {
    let url = format!("sqlite:{}", scratch.path().join("sets.db").display());
    let options = SqliteConnectOptions::from_str(&url).unwrap().create_if_missing(true);
    let options = options.journal_mode(SqliteJournalMode::Wal);
    let write = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await.unwrap();
    sqlx::raw_sql(SQLITE).execute(&write).await.unwrap();
    let read = SqlitePoolOptions::new().max_connections(4).connect_with(options).await.unwrap();
    Benchmarks::new(Tables::Sqlite { write, read })
}

async fn postgres() -> Benchmarks {
    let url = touchstone_servers::postgres().await.database().await;
    let pool = sqlx::PgPool::connect(&url).await.unwrap();
    sqlx::raw_sql(POSTGRES).execute(&pool).await.unwrap();
    Benchmarks::new(Tables::Postgres(pool))
}

fn set(benchmark: &str, rows: usize, word: &str) -> Set {
    let row =
        |n: usize| Row::new(Judge::Number, format!("{word} {n}"), Criteria::of_triggers(vec![n.to_string()]));
    Set::of(Benchmark::named(benchmark).unwrap(), (0..rows).map(row).collect()).unwrap()
}

fn names(texts: &[&str]) -> Vec<HarnessId> {
    texts.iter().map(|name| HarnessId(format!("vijil.harnesses.{name}"))).collect()
}

async fn holds(benchmarks: Benchmarks) {
    assert!(benchmarks.newest().await.unwrap().is_empty());
    let (first, second, other) =
        (set("GSM8k", 1_203, "lamp"), set("GSM8k", 2, "quay"), set("MMLU", 1, "oak"));
    assert!(benchmarks.import(&first, Time(1)).await.unwrap());
    assert!(!benchmarks.import(&first, Time(2)).await.unwrap(), "once is enough");
    assert_eq!(benchmarks.newest().await.unwrap(), std::slice::from_ref(&first.outline));

    // Every row comes back, in order, under the id that a plan names.
    let mut users = Vec::new();
    for probe in first.outline.numbered().probes {
        let filled = benchmarks.probe(&probe.id).await.unwrap().unwrap();
        assert_eq!(filled.prompts.len(), probe.prompts.len());
        assert!(filled.prompts.iter().zip(&probe.prompts).all(|(a, b)| a.id == b.id));
        assert_eq!(filled.prompts[0].criteria.triggers.len(), 1);
        users.extend(filled.prompts.into_iter().map(|prompt| prompt.messages[0].content.clone()));
    }
    assert!(users.iter().enumerate().all(|(n, user)| *user == format!("lamp {n}")) && users.len() == 1_203);

    // A later import is run from now on, and what was planned with the earlier one is still there.
    assert!(benchmarks.import(&second, Time(3)).await.unwrap());
    assert!(benchmarks.import(&other, Time(4)).await.unwrap());
    let digests = async |harnesses: &[&str], planned: Option<&[&ProbeId]>| -> Vec<String> {
        let sets = benchmarks.asked(&names(harnesses), planned).await.unwrap();
        sets.into_iter().map(|set| set.digest).collect()
    };
    assert_eq!(digests(&["GSM8k"], None).await, [&*second.outline.digest]);
    let pinned = first.outline.listed().probes[0].id.clone();
    assert_eq!(digests(&["GSM8k", "MMLU"], Some(&[&pinned])).await, [&*first.outline.digest]);
    assert_eq!(digests(&["security"], None).await, [""; 0]);
    assert_eq!(digests(&["ARC"], None).await, [""; 0]);
    assert!(benchmarks.probe(&pinned).await.unwrap().is_some());

    // Going back is an import like any other.
    assert!(benchmarks.import(&first, Time(5)).await.unwrap());
    assert_eq!(digests(&["GSM8k"], None).await, [&*first.outline.digest]);

    let absent = pinned.as_str().replace(&first.outline.digest, "0123456789abcdef");
    for unknown in [absent.as_str(), "vijil.probes.dan.DUDE"] {
        assert_eq!(benchmarks.probe(&unknown.into()).await.unwrap(), None, "{unknown}");
    }
}

#[tokio::test]
async fn on_sqlite_sets_are_kept_as_they_were_imported() {
    let scratch = tempfile::tempdir().unwrap();
    holds(sqlite(&scratch).await).await;
}

#[tokio::test]
async fn on_postgresql_sets_are_kept_as_they_were_imported() {
    holds(postgres().await).await;
}

#[tokio::test]
async fn an_import_that_was_cut_off_is_completed_by_the_next() {
    let scratch = tempfile::tempdir().unwrap();
    let benchmarks = sqlite(&scratch).await;
    let set = set("GSM8k", 700, "lamp");
    let Tables::Sqlite { write, .. } = &benchmarks.0 else { unreachable!() };
    sqlx::query("create trigger full before insert on benchmark_row when new.place >= 500 begin select raise(abort, 'full'); end")
        .execute(write)
        .await
        .unwrap();
    assert!(benchmarks.import(&set, Time(1)).await.is_err());
    assert!(benchmarks.newest().await.unwrap().is_empty(), "nothing half is run");
    sqlx::query("drop trigger full").execute(write).await.unwrap();
    assert!(benchmarks.import(&set, Time(2)).await.unwrap());
    let probe = benchmarks.probe(&set.outline.listed().probes[0].id).await.unwrap().unwrap();
    assert_eq!(probe.prompts.len(), 700);
}
