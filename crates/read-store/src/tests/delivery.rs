//! Whatever the bus does with events, the tables show each of them once and in order.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use touchstone_bus::Bus;

use super::support::{World, shows};

const EVENTS: usize = 40;

/// Any order, with repetitions and omissions.
fn schedules() -> impl Strategy<Value = Vec<usize>> {
    vec(0..EVENTS, 0..3 * EVENTS)
}

async fn deliver(world: World, schedule: Vec<usize>) {
    world.many(i64::try_from(EVENTS).unwrap()).await;
    let envelopes = world.envelopes().await;
    let bus = Bus::local();
    let running = world.running(&world.group, bus.subscribe("main").await.unwrap());
    for index in schedule {
        bus.publish(&envelopes[index..=index]).await.unwrap();
        tokio::task::yield_now().await;
    }
    shows(&world.group, i64::try_from(EVENTS).unwrap()).await;
    running.stop().await;
    world.assert_rows().await;
}

fn check<F: Future<Output = World>>(world: impl Fn() -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let config = Config { cases: 12, failure_persistence: None, ..Config::default() };
    TestRunner::new(config)
        .run(&schedules(), |schedule| {
            runtime.block_on(async { deliver(world().await, schedule).await });
            Ok(())
        })
        .unwrap();
}

#[test]
fn shuffled_repeated_and_dropped_messages_make_the_same_rows_on_sqlite() {
    check(World::sqlite);
}

#[test]
fn shuffled_repeated_and_dropped_messages_make_the_same_rows_on_postgres() {
    check(World::postgres);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_event_twice_makes_the_same_rows() {
    let twice = (0..EVENTS).flat_map(|n| [n, n]).collect();
    deliver(World::sqlite().await, twice).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_with_a_changed_payload_is_not_believed() {
    let world = World::sqlite().await;
    world.note("one", &[1, 2]).await;
    let mut envelopes = world.envelopes().await;
    envelopes[1].payload =
        Some(serde_json::value::RawValue::from_string(r#"{"number":9,"text":"x"}"#.to_owned()).unwrap());
    let bus = Bus::local();
    let running = world.running(&world.group, bus.subscribe("main").await.unwrap());
    bus.publish(&envelopes).await.unwrap();
    shows(&world.group, 2).await;
    running.stop().await;
    world.assert_rows().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stub_is_filled_from_the_log() {
    let world = World::sqlite().await;
    let bus = Bus::local();
    let running = world.running(&world.group, bus.subscribe("main").await.unwrap());
    world.note("one", &[1, 2]).await;
    let mut envelopes = world.envelopes().await;
    envelopes[0].payload = None;
    bus.publish(&envelopes).await.unwrap();
    shows(&world.group, 2).await;
    running.stop().await;
    world.assert_rows().await;
}
