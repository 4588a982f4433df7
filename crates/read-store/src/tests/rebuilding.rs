//! New tables beside the live ones, and the proof that they are the same.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use touchstone_bus::Bus;

use super::on_both;
use super::support::{Counts, Notes, World, group, shows, until};
use crate::{ReadError, Scope, args, rebuild, verify};

on_both!(
    a_rebuild_makes_the_same_rows_while_writes_go_on,
    a_rebuild_that_was_cancelled_goes_on_where_it_was,
    a_rebuild_repairs_a_changed_row,
    two_rebuilds_of_the_same_share_one_generation,
    verification_names_the_table_and_counts_the_rows,
    verification_goes_on_beside_writes,
    a_projection_that_is_new_to_the_log_is_filled_at_the_start,
    tables_of_an_earlier_generation_are_gone,
    an_unknown_projection_is_named,
    progress_that_contradicts_the_log_stops_the_group_until_a_rebuild,
);

fn one(name: &str) -> Scope {
    Scope::One(name.to_owned())
}

async fn a_rebuild_makes_the_same_rows_while_writes_go_on(world: World) {
    world.many(700).await;
    let bus = Bus::local();
    let _sequencing = world.sequencing();
    let running = world.running(&world.group, bus.subscribe("main").await.unwrap());
    let writing = async {
        for round in 0..40 {
            world.note_unplaced(&format!("w{}", round % 3), &[round, round + 1, round + 2]).await;
        }
    };
    let elsewhere = world.elsewhere();
    let rebuilding = async {
        for scope in [Scope::All, one("counts"), one("notes"), Scope::All] {
            rebuild(&elsewhere, &scope, &CancellationToken::new(), |_| {}).await.unwrap().unwrap();
        }
    };
    tokio::join!(writing, rebuilding);
    until(async || world.head().await == 820).await;
    shows(&world.group, 820).await;
    world.assert_rows().await;
    let report = verify(&elsewhere).await.unwrap();
    assert!(report.is_clean() && report.seq == 820, "{report:?}");
    running.stop().await;
}

async fn a_rebuild_that_was_cancelled_goes_on_where_it_was(world: World) {
    let head = world.many(5_000).await;
    world.group.catch_up().await.unwrap();
    let rows = world.rows().await;
    let cancel = CancellationToken::new();
    let stopped = rebuild(&world.group, &Scope::All, &cancel, |filling| {
        if filling.seq > 0 {
            cancel.cancel();
        }
    })
    .await
    .unwrap();
    assert_eq!(stopped, None);
    assert_eq!(world.rows().await, rows);
    let mut first = None;
    let built = rebuild(&world.group, &Scope::All, &CancellationToken::new(), |filling| {
        first.get_or_insert(filling.seq);
    })
    .await
    .unwrap()
    .unwrap();
    assert!(first.is_some_and(|seq| seq > 0), "{first:?}");
    assert_eq!((built.seq, built.generation), (head, 1));
    assert_eq!(world.rows().await, rows);
}

async fn two_rebuilds_of_the_same_share_one_generation(world: World) {
    world.many(3_000).await;
    world.group.catch_up().await.unwrap();
    let (elsewhere, never) = (world.elsewhere(), CancellationToken::new());
    let (one, two) = tokio::join!(
        rebuild(&world.group, &Scope::All, &never, |_| {}),
        rebuild(&elsewhere, &Scope::All, &never, |_| {})
    );
    assert_eq!((one.unwrap().unwrap().seq, two.unwrap().unwrap().seq), (3_000, 3_000));
    world.assert_rows().await;
    assert!(verify(&world.group).await.unwrap().is_clean());
}

async fn a_rebuild_repairs_a_changed_row(world: World) {
    world.many(300).await;
    world.group.catch_up().await.unwrap();
    world.tamper("update rm_count set n = n + 1").await;
    rebuild(&world.group, &one("counts"), &CancellationToken::new(), |_| {}).await.unwrap().unwrap();
    world.assert_rows().await;
    world.many(300).await;
    world.group.catch_up().await.unwrap();
    world.assert_rows().await;
}

async fn verification_names_the_table_and_counts_the_rows(world: World) {
    world.many(300).await;
    world.group.catch_up().await.unwrap();
    assert!(verify(&world.group).await.unwrap().is_clean());
    world.tamper("update rm_note set text = 'other' where stream = 'team/s1' and place <= 2").await;
    world.tamper("delete from rm_count where stream = 'team/s2'").await;
    let report = verify(&world.group).await.unwrap();
    let found: Vec<_> = report.tables.iter().map(|t| (t.table.as_str(), t.rows, t.differing)).collect();
    assert_eq!(found, [("rm_note", 300, 2), ("rm_count", 5, 1)]);
    let left: Vec<(i64,)> =
        world.db().as_owner().all("select number from generation", Vec::new()).await.unwrap();
    assert!(left.is_empty());
}

async fn verification_goes_on_beside_writes(world: World) {
    world.many(600).await;
    let bus = Bus::local();
    let _sequencing = world.sequencing();
    let running = world.running(&world.group, bus.subscribe("main").await.unwrap());
    let elsewhere = world.elsewhere();
    let writing = async {
        for round in 0..30 {
            world.note_unplaced("w", &[round]).await;
        }
    };
    let (report, ()) = tokio::join!(verify(&elsewhere), writing);
    assert!(report.as_ref().unwrap().is_clean(), "{report:?}");
    running.stop().await;
}

async fn a_projection_that_is_new_to_the_log_is_filled_at_the_start(world: World) {
    let mended = world.mended.clone();
    world.many(200).await;
    world.group.catch_up().await.unwrap();
    world.tamper("drop table rm_count").await;
    world.tamper("delete from projection where name = 'counts'").await;
    let later = Arc::new(group(&world.store, vec![Arc::new(Notes { mended }), Arc::new(Counts)]));
    later.prepare().await.unwrap();
    world.assert_rows().await;
    assert!(verify(&later).await.unwrap().is_clean());
}

async fn tables_of_an_earlier_generation_are_gone(world: World) {
    world.many(60).await;
    world.group.catch_up().await.unwrap();
    for _ in 0..3 {
        rebuild(&world.group, &Scope::All, &CancellationToken::new(), |_| {}).await.unwrap().unwrap();
    }
    let generations: Vec<(i64,)> =
        world.db().as_owner().all("select distinct generation from projection", Vec::new()).await.unwrap();
    assert_eq!(generations, [(3,)]);
    for number in 1..=3 {
        let gone = world
            .db()
            .as_owner()
            .all::<(i64,)>(&format!("select number from g{number}_note"), Vec::new())
            .await;
        assert!(gone.is_err());
    }
    let by_number: Vec<(i64,)> =
        world.db().as_owner().all("select number from rm_note where number = $1", args![7]).await.unwrap();
    assert_eq!(by_number, [(7,)]);
}

async fn an_unknown_projection_is_named(world: World) {
    let error = rebuild(&world.group, &one("nothing"), &CancellationToken::new(), |_| {}).await.unwrap_err();
    assert!(
        matches!(&error, ReadError::Data(text) if text.contains("nothing") && text.contains("counts")),
        "{error}"
    );
}

async fn progress_that_contradicts_the_log_stops_the_group_until_a_rebuild(world: World) {
    world.many(100).await;
    world.group.catch_up().await.unwrap();
    let wrong = "f".repeat(64);
    world.tamper(&format!("update progress set hash = '{wrong}'")).await;
    let bus = Bus::local();
    let running = world.running(&world.group, bus.subscribe("main").await.unwrap());
    until(async || world.group.health().alarm.is_some()).await;
    let error = world.elsewhere().catch_up().await.unwrap_err();
    assert!(error.to_string().contains("rebuild --all"), "{error}");
    rebuild(&world.elsewhere(), &Scope::All, &CancellationToken::new(), |_| {}).await.unwrap().unwrap();
    world.note("after", &[1]).await;
    shows(&world.group, 101).await;
    world.assert_rows().await;
    until(async || world.group.health().alarm.is_none()).await;
    running.stop().await;
}

/// A measurement, not a promise: run it with `--release -- --ignored --nocapture`.
async fn measure(world: World) {
    let events = 100_000;
    for chunk in (0..events).collect::<Vec<_>>().chunks(500) {
        world.note_unplaced(&format!("s{}", chunk[0] / 500), chunk).await;
    }
    let sequencing = world.sequencing();
    until(async || world.head().await == events).await;
    drop(sequencing);
    let began = tokio::time::Instant::now();
    world.group.catch_up().await.unwrap();
    let caught_up = began.elapsed();
    let began = tokio::time::Instant::now();
    rebuild(&world.group, &Scope::All, &CancellationToken::new(), |_| {}).await.unwrap().unwrap();
    println!("{{\"events\":{events},\"catch_up\":{:?},\"rebuild\":{:?}}}", caught_up, began.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn rebuild_speed_on_postgres() {
    measure(World::postgres().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn rebuild_speed_on_sqlite() {
    measure(World::sqlite().await).await;
}
