//! Order on PostgreSQL: nothing is skipped and nothing stands out of its stream's order, whoever commits when.

use std::collections::HashMap;
use std::time::Duration;

use futures::future::join_all;
use sqlx::{Executor, PgConnection};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use touchstone_kernel::Envelope;
use uuid::Uuid;

use super::fixture::{DEADLINE, World, eventually, fresh, meta, thing};
use super::tables::pool;
use super::thing::{Thing, ThingEvent};
use crate::Sequencer;
use crate::postgres::Size;

const SIZE: Size = Size { events: 1_000, bytes: 1 << 20 };

/// Writes one event the way another program might: inside a transaction that stays open.
async fn insert(connection: &mut PgConnection, stream: &str, sequence: i64) {
    sqlx::query(
        "insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata) \
         values ('thing', $1, $2, 'thing.ended', '1', '{}', '{}')",
    )
    .bind(stream)
    .bind(sequence)
    .execute(connection)
    .await
    .unwrap();
}

fn streams(log: &[Envelope]) -> Vec<(&str, i64)> {
    log.iter().map(|envelope| (envelope.stream.as_str(), envelope.sequence)).collect()
}

#[tokio::test]
async fn of_two_delayed_commits_neither_is_skipped() {
    let world = World::postgres().await;
    let pool = pool(&world);
    let sequencer = Sequencer::new(world.store.clone(), fresh());
    let (mut first, mut second) = (pool.begin().await.unwrap(), pool.begin().await.unwrap());
    insert(&mut first, "a", 1).await;
    insert(&mut second, "b", 1).await;
    second.commit().await.unwrap();
    // The later position is visible, the earlier is not: neither has its place yet.
    assert_eq!(sequencer.step().await.unwrap(), 0);
    first.commit().await.unwrap();
    assert_eq!(streams(&world.log(2).await), [("a", 1), ("b", 1)]);
}

#[tokio::test]
async fn an_event_of_a_transaction_that_began_early_is_not_skipped() {
    let world = World::postgres().await;
    let pool = pool(&world);
    let sequencer = Sequencer::new(world.store.clone(), fresh());
    let mut early = pool.begin().await.unwrap();
    early.execute("select pg_current_xact_id()").await.unwrap();
    for n in 1..=3 {
        let _ = world.store.append::<Thing>(&thing(n), 0, &[ThingEvent::Ended], &meta()).await.unwrap();
    }
    assert_eq!(sequencer.step().await.unwrap(), 0);
    insert(&mut early, "a", 1).await;
    early.commit().await.unwrap();
    // It has the largest position, and the smallest transaction id.
    let log = world.log(4).await;
    assert_eq!(streams(&log)[0], ("a", 1));
    assert!(log[0].mark.position > log[3].mark.position && log[0].mark < log[3].mark);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_during_eight_writers_misses_nothing_and_keeps_every_streams_order() {
    const WRITERS: u128 = 8;
    const APPENDS: i64 = 40;
    let world = World::postgres().await;
    let store = &world.store;
    let cancel = CancellationToken::new();
    let mut sequencers = JoinSet::new();
    for owner in [Uuid::from_u128(7), Uuid::from_u128(8)] {
        sequencers.spawn(Sequencer::new(store.clone(), owner).run(cancel.clone()));
    }
    let writers = (0..WRITERS).map(async |n| {
        for sequence in 0..APPENDS {
            if sequence % 4 == 0 {
                // A transaction that holds its id for a while before it commits.
                let mut slow = pool(&world).begin().await.unwrap();
                slow.execute("select pg_current_xact_id()").await.unwrap();
                insert(&mut slow, &thing(n).to_string(), sequence + 1).await;
                slow.execute("select pg_sleep(0.01)").await.unwrap();
                slow.commit().await.unwrap();
            } else {
                let event = [ThingEvent::Counted { number: u32::try_from(sequence).unwrap() }];
                let _ = store.append::<Thing>(&thing(n), sequence, &event, &meta()).await.unwrap();
            }
        }
    });
    let total = usize::try_from(APPENDS).unwrap() * usize::try_from(WRITERS).unwrap();
    let reader = async {
        let (log, mut newest) = (store.log(), store.log().advanced());
        let mut seen: Vec<Envelope> = Vec::new();
        while seen.len() < total {
            let after = seen.last().map_or(0, |envelope| envelope.seq);
            newest.wait_for(|seq| *seq > after).await.unwrap();
            seen.extend(log.read(after, 50, usize::MAX).await.unwrap());
        }
        seen
    };
    let (_, seen) = tokio::join!(join_all(writers), tokio::time::timeout(DEADLINE, reader));
    let seen = seen.unwrap();
    let mut last: HashMap<&str, i64> = HashMap::new();
    for (seq, envelope) in (1..).zip(&seen) {
        assert_eq!(envelope.seq, seq);
        let sequence = last.entry(&envelope.stream).or_insert(0);
        *sequence += 1;
        assert_eq!(envelope.sequence, *sequence);
    }
    assert_eq!(seen.len(), total);
    cancel.cancel();
    sequencers.join_all().await;
    assert_eq!(store.log().verify(|_| ()).await.unwrap().fault, None);
}

#[tokio::test]
async fn a_frozen_sequencer_is_replaced_and_gives_the_same_places() {
    let world = World::postgres().await;
    let postgres = world.store.postgres().unwrap();
    let events: Vec<_> = (1..=20).map(|number| ThingEvent::Counted { number }).collect();
    let _ = world.store.append::<Thing>(&thing(1), 0, &events, &meta()).await.unwrap();
    // The first holds the lease and has worked out its places when it freezes.
    let frozen = Uuid::from_u128(1);
    assert!(world.store.lease("sequencer", frozen, Duration::from_secs(3)).await.unwrap().is_some());
    let mut run = None;
    eventually("the events lie below the horizon", async || {
        let next = postgres.next_run(postgres.tip().await.unwrap(), SIZE, true).await.unwrap();
        let all = next.len() == 20;
        run = Some(next);
        all
    })
    .await;
    let cancel = CancellationToken::new();
    let second = Sequencer::new(world.another().await, Uuid::from_u128(2));
    let mut running = JoinSet::new();
    running.spawn(second.run(cancel.clone()));
    let taken_over =
        eventually("another has taken over", async || world.store.log().head().await.unwrap().0 == 20);
    assert!(tokio::time::timeout(Duration::from_secs(5), taken_over).await.is_ok());
    // It wakes: its places are the same ones, and the fence holds.
    let run = run.unwrap();
    assert_eq!(postgres.store_run(&run).await.unwrap(), None);
    assert_eq!(run.tip(), Some(postgres.tip().await.unwrap()));
    cancel.cancel();
    running.join_all().await;
    assert_eq!(world.store.log().verify(|_| ()).await.unwrap().fault, None);
}

#[tokio::test]
async fn a_lost_index_is_made_again_as_it_was() {
    let world = World::postgres().await;
    for n in 1..=5 {
        let _ = world.store.append::<Thing>(&thing(n), 0, &[ThingEvent::Ended], &meta()).await.unwrap();
    }
    let before = world.log(5).await;
    // As after a crash: the index commits without waiting for the disk.
    sqlx::query("delete from log_index where seq > 2").execute(pool(&world)).await.unwrap();
    let sequencer = Sequencer::new(world.another().await, fresh());
    eventually("the index is whole", async || {
        while sequencer.step().await.unwrap() > 0 {}
        world.store.log().head().await.unwrap().0 == 5
    })
    .await;
    let after = world.log(5).await;
    assert!(before.iter().zip(&after).all(|(a, b)| (a.hash, a.event_id) == (b.hash, b.event_id)));
}
