//! A server that dies, forgets and remembers wrongly: the relay puts everything right by itself.

use std::path::Path;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use touchstone_servers::Nats;

use super::support::{LONG, MemoryLog, chain, connected, prefix, receive, seqs, until};
use crate::relay::Step;
use crate::{Bus, BusError, Relay};

fn relay(log: &MemoryLog, bus: &Bus) -> AbortOnDropHandle<()> {
    AbortOnDropHandle::new(tokio::spawn(Relay::new(log.clone(), bus.clone()).run(CancellationToken::new())))
}

/// Waits until the stream holds everything without a hole at its end.
async fn converged(bus: &Bus, last: i64) {
    tokio::time::timeout(LONG, async {
        while !matches!(bus.state().await, Ok(state) if state.last_seq == Some(last)) {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("the stream never came to hold the newest event");
}

async fn delete_stream(nats: &Nats, stream: &str) {
    let client = async_nats::connect(nats.url()).await.unwrap();
    async_nats::jetstream::new(client).delete_stream(stream).await.unwrap();
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_server_fails_a_publish_soon_and_is_caught_up_with_later() {
    let mut nats = Nats::start().await;
    let bus = connected(&nats.url(), prefix("kill")).await;
    let events = chain(60);
    let log = MemoryLog::new(events[..20].to_vec());
    let _relay = relay(&log, &bus);
    converged(&bus, 20).await;
    nats.kill().await;
    let error = tokio::time::timeout(Duration::from_secs(5), bus.publish(&events[20..21])).await.unwrap();
    assert!(matches!(error, Err(BusError::Away(_))), "{error:?}");
    log.push(&events[20..]);
    let mut reader = bus.subscribe("reader").await.unwrap();
    assert!(reader.next(10, 1 << 20, Duration::from_millis(50)).await.is_empty());
    nats.restart().await;
    converged(&bus, 60).await;
    assert_eq!(seqs(&receive(&mut reader, 60).await), (1..=60).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bus_can_be_made_before_its_server_is_there() {
    let mut nats = Nats::start().await;
    nats.kill().await;
    let bus = Bus::connect(&nats.url(), prefix("early")).await.unwrap();
    let mut reader = bus.subscribe("reader").await.unwrap();
    assert!(bus.publish(&chain(1)).await.is_err());
    nats.restart().await;
    until(|| bus.connected()).await;
    bus.publish(&chain(1)).await.unwrap();
    assert_eq!(seqs(&receive(&mut reader, 1).await), [1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_stream_is_made_anew_and_filled_from_the_log() {
    let nats = Nats::start().await;
    let prefix = prefix("deleted");
    let bus = connected(&nats.url(), prefix.clone()).await;
    let events = chain(40);
    let log = MemoryLog::new(events[..30].to_vec());
    let _relay = relay(&log, &bus);
    let mut reader = bus.subscribe("reader").await.unwrap();
    let seen = receive(&mut reader, 30).await;
    reader.ack(&seen).await;
    delete_stream(&nats, &prefix.stream).await;
    log.push(&events[30..]);
    converged(&bus, 40).await;
    assert_eq!(bus.state().await.unwrap().contiguous, 40);
    let again = receive(&mut reader, 40).await;
    assert_eq!(seqs(&again), (1..=40).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_stream_is_thrown_away_and_made_anew() {
    let nats = Nats::start().await;
    let prefix = prefix("damaged");
    let bus = connected(&nats.url(), prefix.clone()).await;
    bus.publish(&chain(1)).await.unwrap();
    let files =
        nats.store_dir().join("jetstream").join("$G").join("streams").join(&prefix.stream).join("msgs");
    std::fs::remove_dir_all(&files).unwrap();
    // The server holds its present file open and notices when it begins the next one.
    let client = async_nats::connect(nats.url()).await.unwrap();
    let context = async_nats::jetstream::new(client);
    let filler = async || {
        let subject = format!("{}.filler", prefix.root);
        context.publish(subject, vec![b'x'; 1_000_000].into()).await.unwrap().await
    };
    while filler().await.is_ok() {}
    let state = bus.state().await;
    assert!(matches!(state, Err(BusError::Damaged(_))), "{state:?}");
    let log = MemoryLog::new(chain(30));
    let _relay = relay(&log, &bus);
    converged(&bus, 30).await;
    let mut reader = bus.subscribe("reader").await.unwrap();
    assert_eq!(seqs(&receive(&mut reader, 30).await), (1..=30).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_emptied_server_is_filled_from_the_log() {
    let mut nats = Nats::start().await;
    let bus = connected(&nats.url(), prefix("emptied")).await;
    let events = chain(40);
    let log = MemoryLog::new(events[..30].to_vec());
    let _relay = relay(&log, &bus);
    converged(&bus, 30).await;
    nats.kill().await;
    std::fs::remove_dir_all(nats.store_dir()).unwrap();
    log.push(&events[30..]);
    nats.restart().await;
    converged(&bus, 40).await;
    let mut reader = bus.subscribe("reader").await.unwrap();
    assert_eq!(seqs(&receive(&mut reader, 40).await), (1..=40).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_copy_of_the_servers_directory_is_brought_up_to_date() {
    let mut nats = Nats::start().await;
    let bus = connected(&nats.url(), prefix("copy")).await;
    let events = chain(80);
    let log = MemoryLog::new(events[..20].to_vec());
    let _relay = relay(&log, &bus);
    converged(&bus, 20).await;
    nats.kill().await;
    let old = tempfile::tempdir().unwrap();
    copy(nats.store_dir(), old.path());
    nats.restart().await;
    log.push(&events[20..60]);
    converged(&bus, 60).await;
    nats.kill().await;
    std::fs::remove_dir_all(nats.store_dir()).unwrap();
    copy(old.path(), nats.store_dir());
    nats.restart().await;
    log.push(&events[60..]);
    converged(&bus, 80).await;
    let mut reader = bus.subscribe("reader").await.unwrap();
    assert_eq!(seqs(&receive(&mut reader, 80).await), (1..=80).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hole_in_the_middle_is_published_again_once() {
    let nats = Nats::start().await;
    let prefix = prefix("hole");
    let bus = connected(&nats.url(), prefix.clone()).await;
    bus.publish(&chain(10)).await.unwrap();
    let client = async_nats::connect(nats.url()).await.unwrap();
    let stream = async_nats::jetstream::new(client).get_stream(&prefix.stream).await.unwrap();
    stream.delete_message(4).await.unwrap();
    assert_eq!(bus.state().await.unwrap().contiguous, 3);
    let log = MemoryLog::new(chain(10));
    let mut first = Relay::new(log.clone(), bus.clone());
    // The server still remembers the ids of the last two minutes and stores none of them twice; what counts is that
    // the relay tried from the hole on and does not try for ever.
    let _ = first.step().await;
    let running = relay(&log, &bus);
    until(|| log.cursor_now().seq == 10).await;
    drop(running);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_relays_at_once_do_no_harm() {
    let nats = Nats::start().await;
    let bus = connected(&nats.url(), prefix("two")).await;
    let other = connected(&nats.url(), prefix("two")).await;
    let events = chain(500);
    let log = MemoryLog::new(events[..100].to_vec());
    let (_one, _two) = (relay(&log, &bus), relay(&log, &other));
    for part in events[100..].chunks(40) {
        log.push(part);
        tokio::task::yield_now().await;
    }
    converged(&bus, 500).await;
    let mut reader = bus.subscribe("reader").await.unwrap();
    let mut got = seqs(&receive(&mut reader, 500).await);
    got.dedup();
    assert_eq!(got, (1..=500).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_ring_only_gets_news() {
    let log = MemoryLog::new(chain(10));
    let bus = Bus::local();
    let mut reader = bus.subscribe("reader").await.unwrap();
    let mut relay = Relay::new(log.clone(), bus.clone());
    assert_eq!(relay.step().await.unwrap(), Step::Idle);
    log.push(&chain(12)[10..]);
    assert_eq!(relay.step().await.unwrap(), Step::Published(2));
    assert_eq!(seqs(&receive(&mut reader, 2).await), [11, 12]);
}
