//! What holds for every bus.

use std::time::Duration;

use tokio::sync::OnceCell;
use touchstone_servers::Nats;
use touchstone_vocabulary::{EvaluationId, TeamId};
use uuid::Uuid;

use super::support::{chain, chain_with, connected, prefix, receive, seqs};
use crate::{Bus, Hint};

/// A server for each of these tests would be slow; each has its own stream instead.
async fn on_nats(name: &str) -> (Nats, Bus) {
    let nats = Nats::start().await;
    let bus = connected(&nats.url(), prefix(name)).await;
    (nats, bus)
}

macro_rules! contract {
    ($($case:ident),+ $(,)?) => {
        mod local {
            $(#[tokio::test]
            async fn $case() {
                super::$case(crate::Bus::local()).await;
            })+
        }
        mod nats {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let (_nats, bus) = super::on_nats("contract").await;
                super::$case(bus).await;
            })+
        }
    };
}

contract!(
    events_arrive_in_the_order_in_which_they_were_published,
    what_was_not_acknowledged_comes_again,
    what_was_acknowledged_does_not_come_again,
    a_payload_of_five_mebibytes_travels_as_a_stub,
    events_that_have_passed_are_dropped,
    a_batch_is_bounded_in_number,
    nothing_to_read_is_an_empty_answer,
    the_state_names_the_newest_event,
    every_reader_gets_every_event,
    hints_reach_listeners_of_the_same_process,
);

async fn events_arrive_in_the_order_in_which_they_were_published(bus: Bus) {
    let events = chain(700);
    let mut reader = bus.subscribe("reader").await.unwrap();
    assert_eq!(bus.publish(&events[..300]).await.unwrap(), 300);
    assert_eq!(bus.publish(&events[300..]).await.unwrap(), 400);
    let got = receive(&mut reader, 700).await;
    assert_eq!(seqs(&got), (1..=700).collect::<Vec<_>>());
    for (delivery, event) in got.iter().zip(&events) {
        assert_eq!(delivery.envelope.hash, event.hash);
        assert_eq!(delivery.envelope.payload.as_ref().unwrap().get(), event.payload.as_ref().unwrap().get());
    }
}

async fn what_was_not_acknowledged_comes_again(bus: Bus) {
    bus.publish(&chain(3)).await.unwrap();
    let mut reader = bus.subscribe("reader").await.unwrap();
    let first = receive(&mut reader, 3).await;
    reader.ack(&first[..1]).await;
    drop(reader);
    let mut reader = bus.subscribe("reader").await.unwrap();
    assert_eq!(seqs(&receive(&mut reader, 2).await), [2, 3]);
}

async fn what_was_acknowledged_does_not_come_again(bus: Bus) {
    bus.publish(&chain(4)[..3]).await.unwrap();
    let mut reader = bus.subscribe("reader").await.unwrap();
    let first = receive(&mut reader, 3).await;
    reader.ack(&first).await;
    drop(reader);
    let mut reader = bus.subscribe("reader").await.unwrap();
    bus.publish(&chain(4)[3..]).await.unwrap();
    assert_eq!(seqs(&receive(&mut reader, 1).await), [4]);
}

async fn a_payload_of_five_mebibytes_travels_as_a_stub(bus: Bus) {
    let events = chain_with(3, |seq| {
        if seq == 2 { format!("{{\"text\":\"{}\"}}", "x".repeat(5 << 20)) } else { "{}".to_owned() }
    });
    let mut reader = bus.subscribe("reader").await.unwrap();
    assert_eq!(bus.publish(&events).await.unwrap(), 3);
    let got = receive(&mut reader, 3).await;
    assert_eq!(seqs(&got), [1, 2, 3]);
    assert!(got[1].envelope.payload.is_none());
    assert_eq!(got[1].envelope.hash, events[1].hash);
    assert!(got[2].envelope.payload.is_some());
}

async fn events_that_have_passed_are_dropped(bus: Bus) {
    let mut reader = bus.subscribe("reader").await.unwrap();
    reader.passed(40);
    bus.publish(&chain(42)).await.unwrap();
    assert_eq!(seqs(&receive(&mut reader, 2).await), [41, 42]);
}

async fn a_batch_is_bounded_in_number(bus: Bus) {
    bus.publish(&chain(10)).await.unwrap();
    let mut reader = bus.subscribe("reader").await.unwrap();
    let mut all = Vec::new();
    while all.len() < 10 {
        let some = reader.next(4, 1 << 20, Duration::from_secs(5)).await;
        assert!(!some.is_empty() && some.len() <= 4);
        all.extend(some);
    }
    assert_eq!(seqs(&all), (1..=10).collect::<Vec<_>>());
}

async fn nothing_to_read_is_an_empty_answer(bus: Bus) {
    let mut reader = bus.subscribe("reader").await.unwrap();
    assert!(reader.next(10, 1 << 20, Duration::from_millis(20)).await.is_empty());
}

async fn the_state_names_the_newest_event(bus: Bus) {
    assert_eq!(bus.state().await.unwrap().last_seq, None);
    let events = chain(5);
    bus.publish(&events).await.unwrap();
    let state = bus.state().await.unwrap();
    assert_eq!((state.last_seq, state.messages, state.contiguous), (Some(5), 5, 5));
    assert_eq!(state.last_hash, Some(events[4].hash));
}

async fn every_reader_gets_every_event(bus: Bus) {
    let mut one = bus.subscribe("one").await.unwrap();
    let mut two = bus.subscribe("two").await.unwrap();
    bus.publish(&chain(5)).await.unwrap();
    assert_eq!(receive(&mut one, 5).await.len(), 5);
    assert_eq!(receive(&mut two, 5).await.len(), 5);
}

async fn hints_reach_listeners_of_the_same_process(bus: Bus) {
    let mut hints = bus.hints();
    let hint = Hint::Cancel { team: TeamId(Uuid::nil()), evaluation: EvaluationId(Uuid::nil()) };
    bus.hint(hint.clone());
    assert_eq!(hints.recv().await.unwrap(), hint);
}

/// Only the ring forgets.
#[tokio::test]
async fn a_reader_that_lags_sees_a_gap_and_then_the_newest() {
    let bus = Bus::local();
    let mut reader = bus.subscribe("reader").await.unwrap();
    let count = i64::try_from(crate::local::RING_EVENTS).unwrap() + 100;
    bus.publish(&chain(count)).await.unwrap();
    let got = receive(&mut reader, crate::local::RING_EVENTS).await;
    assert_eq!((got[0].envelope.seq, got[got.len() - 1].envelope.seq), (101, count));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hints_reach_other_processes() {
    static READY: OnceCell<()> = OnceCell::const_new();
    let (nats, here) = on_nats("hints").await;
    let there = connected(&nats.url(), prefix("hints")).await;
    let mut hints = there.hints();
    // The other one's interest takes a moment to reach the server: the hint is repeated until it is heard.
    let heard = async {
        let hint = hints.recv().await.unwrap();
        READY.set(()).ok();
        hint
    };
    let said = async {
        while !READY.initialized() {
            here.hint(Hint::Advanced { seq: 7 });
            tokio::task::yield_now().await;
        }
    };
    let (heard, ()) = tokio::join!(heard, said);
    assert_eq!(heard, Hint::Advanced { seq: 7 });
}
