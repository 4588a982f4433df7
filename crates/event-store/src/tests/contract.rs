//! What every backend promises: conditions, idempotency, order, reservations, leases.

use std::sync::Arc;
use std::time::Duration;

use cqrs_es::persist::{EventUpcaster, SerializedEvent};
use futures::future::join_all;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::json;
use touchstone_kernel::{
    Actor, ChainHash, Handle, History, Kind, Mark, Meta, Owned, Receipt, Rejection, StreamRange, TokenUse,
};
use touchstone_vocabulary::{NodeId, TeamId, Time, TokenId};
use uuid::Uuid;

use super::fixture::{World, keyed, meta, on_every_backend, thing};
use super::thing::{EndThing, MakeThing, Say, Thing, ThingEvent};
use crate::store::Store;
use crate::upcast::Upcasters;

on_every_backend![
    an_append_adds_to_its_stream_and_a_load_folds_it,
    an_unknown_stream_is_absent_at_version_zero,
    another_version_is_a_conflict_and_stores_nothing,
    a_lost_answer_is_a_success_when_the_append_is_repeated,
    a_thing_recorded_before_is_not_recorded_again,
    a_repeated_key_gives_the_stored_receipt,
    a_key_with_another_request_is_refused,
    a_command_that_changes_nothing_stores_its_key_all_the_same,
    the_log_is_dense_chained_and_in_the_order_of_appends,
    a_read_stops_at_its_limits_but_not_before_one_event,
    a_batch_of_two_thousand_events_is_one_append,
    of_a_hundred_takers_one_gets_the_name,
    a_released_name_can_be_taken_again,
    a_decision_sees_the_streams_it_wants,
    a_stream_is_there_only_for_who_acts_in_the_name_of_its_team,
    racing_commands_are_decided_again,
    any_interleaving_keeps_every_stream_contiguous,
    history_is_read_by_stream_and_by_prefix,
    a_lease_has_one_owner_and_its_fence_grows_with_each_change,
    a_cursor_is_kept,
    the_last_use_of_a_token_never_goes_back,
    earlier_forms_are_read_through_the_upcasters,
];

fn made(name: &str) -> ThingEvent {
    ThingEvent::Made { name: name.into() }
}

fn make(n: u128, name: &str) -> MakeThing {
    MakeThing { id: thing(n), name: name.into() }
}

async fn an_append_adds_to_its_stream_and_a_load_folds_it(world: World) {
    let store = &world.store;
    let first = store.append::<Thing>(&thing(1), 0, &[made("a")], &meta()).await.unwrap();
    let counted = [ThingEvent::Counted { number: 1 }, ThingEvent::Counted { number: 2 }];
    let second = store.append::<Thing>(&thing(1), 1, &counted, &meta()).await.unwrap();
    assert_eq!((first.version, second.version, second.changed), (1, 3, true));
    assert_eq!((second.context.as_str(), second.stream), ("thing", thing(1).to_string()));
    assert!(second.mark > first.mark && first.mark > Mark::default());

    let loaded = store.load::<Thing>(&thing(1)).await.unwrap();
    assert_eq!(loaded.version, 3);
    assert_eq!(loaded.state, Thing::Open { name: "a".into(), said: Vec::new(), counted: 2 });
}

async fn an_unknown_stream_is_absent_at_version_zero(world: World) {
    let loaded = world.store.load::<Thing>(&thing(1)).await.unwrap();
    assert_eq!((loaded.state, loaded.version), (Thing::Absent, 0));
    let receipt = world.store.append::<Thing>(&thing(1), 0, &[], &meta()).await.unwrap();
    assert_eq!((receipt.version, receipt.mark, receipt.changed), (0, Mark::default(), false));
    let unchanged = world.store.handle(Say { id: thing(1) }, meta()).await.unwrap();
    assert_eq!(unchanged, receipt);
    assert_eq!(world.store.log().head().await.unwrap(), (0, ChainHash::GENESIS));
    assert!(world.log(0).await.is_empty());
}

async fn another_version_is_a_conflict_and_stores_nothing(world: World) {
    let store = &world.store;
    let _ = store.append::<Thing>(&thing(1), 0, &[made("a")], &meta()).await.unwrap();
    for expected in [0, 2, 7] {
        let refused = store.append::<Thing>(&thing(1), expected, &[ThingEvent::Ended], &meta()).await;
        assert!(matches!(refused, Err(Rejection::Contended)), "{refused:?}");
    }
    assert_eq!(store.load::<Thing>(&thing(1)).await.unwrap().version, 1);
    world.log(1).await;
}

async fn a_lost_answer_is_a_success_when_the_append_is_repeated(world: World) {
    let meta = meta();
    let events = [made("a"), ThingEvent::Counted { number: 1 }];
    let first = world.store.append::<Thing>(&thing(1), 0, &events, &meta).await.unwrap();
    let other = world.another().await;
    let _ = other.append::<Thing>(&thing(1), 2, &[ThingEvent::Ended], &self::meta()).await.unwrap();
    let again = world.store.append::<Thing>(&thing(1), 0, &events, &meta).await.unwrap();
    assert_eq!(first, again);
    world.log(3).await;
}

async fn a_thing_recorded_before_is_not_recorded_again(world: World) {
    let store = &world.store;
    let events = [made("a"), ThingEvent::Counted { number: 1 }];
    let _ = store.append::<Thing>(&thing(1), 0, &events, &meta()).await.unwrap();
    let again = store.append::<Thing>(&thing(1), 2, &[ThingEvent::Counted { number: 1 }], &meta()).await;
    assert!(matches!(again, Err(Rejection::Refused { kind: Kind::Conflict, .. })), "{again:?}");
    let twice = [ThingEvent::Counted { number: 2 }, ThingEvent::Counted { number: 2 }];
    let again = store.append::<Thing>(&thing(1), 2, &twice, &meta()).await;
    assert!(matches!(again, Err(Rejection::Refused { kind: Kind::Conflict, .. })), "{again:?}");
    world.log(2).await;
}

async fn a_repeated_key_gives_the_stored_receipt(world: World) {
    let store = &world.store;
    let first = store.handle(make(1, "a"), keyed("k", "d")).await.unwrap();
    let _ = store.handle(EndThing { id: thing(1), after: None }, meta()).await.unwrap();
    // Decided anew it would be refused: the thing has ended.
    let again = world.another().await.handle(make(1, "a"), keyed("k", "d")).await.unwrap();
    assert_eq!(first, again);
    assert!(again.changed && again.mark > Mark::default());

    let event = [ThingEvent::Counted { number: 9 }];
    let first = store.append::<Thing>(&thing(2), 0, &event, &keyed("l", "d")).await.unwrap();
    let again = store.append::<Thing>(&thing(2), 0, &event, &keyed("l", "d")).await.unwrap();
    assert_eq!(first, again);
}

async fn a_key_with_another_request_is_refused(world: World) {
    let _ = world.store.handle(make(1, "a"), keyed("k", "d")).await.unwrap();
    let other = world.store.handle(make(2, "b"), keyed("k", "e")).await;
    assert!(matches!(other, Err(Rejection::KeyReused)), "{other:?}");
    let other = world.store.append::<Thing>(&thing(3), 0, &[made("c")], &keyed("k", "e")).await;
    assert!(matches!(other, Err(Rejection::KeyReused)), "{other:?}");
    // The same key of somebody else is another key.
    let somebody = Meta { actor: Actor::System("somebody"), ..keyed("k", "e") };
    assert!(world.store.handle(make(2, "b"), somebody).await.unwrap().changed);
}

async fn a_command_that_changes_nothing_stores_its_key_all_the_same(world: World) {
    let store = &world.store;
    let made = store.handle(make(1, "a"), meta()).await.unwrap();
    let unchanged = store.handle(make(1, "a"), keyed("k", "d")).await.unwrap();
    assert_eq!(unchanged, Receipt { changed: false, ..made });
    let _ = store.handle(EndThing { id: thing(1), after: None }, meta()).await.unwrap();
    assert_eq!(store.handle(make(1, "a"), keyed("k", "d")).await.unwrap(), unchanged);
    assert!(matches!(store.handle(make(1, "a"), keyed("k", "e")).await, Err(Rejection::KeyReused)));
}

async fn the_log_is_dense_chained_and_in_the_order_of_appends(world: World) {
    for n in 1..=3 {
        let events = [made("a"), ThingEvent::Counted { number: 1 }];
        let _ = world.store.append::<Thing>(&thing(n), 0, &events, &meta()).await.unwrap();
    }
    let log = world.log(6).await;
    let mut prev = ChainHash::GENESIS;
    for (seq, envelope) in (1..).zip(&log) {
        assert_eq!((envelope.seq, envelope.prev), (seq, prev));
        assert_eq!(envelope.hash, prev.next(seq, &envelope.stored().unwrap()));
        prev = envelope.hash;
    }
    let places: Vec<_> = log.iter().map(|e| (e.stream.clone(), e.sequence)).collect();
    let expected: Vec<_> =
        (1..=3).flat_map(|n| [(thing(n).to_string(), 1), (thing(n).to_string(), 2)]).collect();
    assert_eq!(places, expected);

    let reader = world.store.log();
    assert_eq!(reader.head().await.unwrap(), (6, prev));
    assert_eq!(reader.hash_at(2).await.unwrap(), Some(log[1].hash));
    assert_eq!(reader.hash_at(7).await.unwrap(), None);
    assert_eq!(*reader.advanced().borrow(), 6);
    let mut heard = 0;
    let report = reader.verify(|seq| heard = seq).await.unwrap();
    assert_eq!((report.events, report.fault, heard), (6, None, 6));
    let stream = reader.stream("thing", &thing(2).to_string(), 1, 10).await.unwrap();
    assert_eq!((stream.len(), stream[0].seq, stream[0].prev), (1, 4, log[2].hash));

    let mut stub = log[3].clone();
    stub.payload = None;
    let filled = reader.fill(stub).await.unwrap();
    assert_eq!(filled.payload.unwrap().get(), log[3].payload.as_ref().unwrap().get());
}

async fn a_read_stops_at_its_limits_but_not_before_one_event(world: World) {
    let events: Vec<_> = (0..10).map(|_| made(&"x".repeat(10_000))).collect();
    let _ = world.store.append::<Thing>(&thing(1), 0, &events, &meta()).await.unwrap();
    let log = world.log(10).await;
    let reader = world.store.log();
    assert_eq!(reader.read(0, 3, usize::MAX).await.unwrap().len(), 3);
    assert_eq!(reader.read(8, 30, 1).await.unwrap().len(), 1);
    assert_eq!(reader.read(8, 30, 1).await.unwrap()[0].prev, log[7].hash);
    assert!(reader.read(10, 30, 100).await.unwrap().is_empty());
}

async fn a_batch_of_two_thousand_events_is_one_append(world: World) {
    let events: Vec<_> = (1..=2_000).map(|number| ThingEvent::Counted { number }).collect();
    let receipt = world.store.append::<Thing>(&thing(1), 0, &events, &meta()).await.unwrap();
    assert_eq!(receipt.version, 2_000);
    let log = world.log(2_000).await;
    assert_eq!(log[1_999].sequence, 2_000);
    assert_eq!(log[1_999].mark, receipt.mark);
    assert_eq!(world.store.log().verify(|_| ()).await.unwrap().fault, None);
}

async fn of_a_hundred_takers_one_gets_the_name(world: World) {
    let other = world.another().await;
    let stores = [&world.store, &other];
    let takers = (1..=100).map(|n| stores[n % 2].handle(make(n as u128, "a"), meta()));
    let answers = join_all(takers).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    for refused in answers.into_iter().filter_map(Result::err) {
        let Rejection::Refused { kind, field, message } = refused else { panic!("{refused:?}") };
        assert_eq!((kind, field), (Kind::Conflict, Some("name")));
        assert_eq!(message, "there is a thing of this name");
    }
    let log = world.log(2).await;
    assert_eq!((log[0].name.as_str(), log[1].name.as_str()), ("thing.made", "reservation.taken"));
    assert_eq!(
        log[1].payload.as_ref().unwrap().get(),
        json!({"holder": format!("thing:{}", log[0].stream)}).to_string()
    );
}

async fn a_released_name_can_be_taken_again(world: World) {
    let store = &world.store;
    assert!(store.handle(make(1, "a"), meta()).await.unwrap().changed);
    assert!(store.handle(make(2, "a"), meta()).await.is_err());
    assert!(store.handle(EndThing { id: thing(1), after: None }, meta()).await.unwrap().changed);
    assert!(store.handle(make(2, "a"), meta()).await.unwrap().changed);
    let log = world.log(6).await;
    let names: Vec<_> = log.iter().map(|envelope| envelope.name.as_str()).collect();
    assert_eq!(names[2..4], ["thing.ended", "reservation.released"]);
    assert_eq!(log[3].payload.as_ref().unwrap().get(), "{}");
    assert_eq!(names[4..], ["thing.made", "reservation.taken"]);
}

async fn a_decision_sees_the_streams_it_wants(world: World) {
    let store = &world.store;
    let _ = store.handle(make(1, "a"), meta()).await.unwrap();
    let _ = store.handle(make(2, "b"), meta()).await.unwrap();
    let end = EndThing { id: thing(1), after: Some(thing(2)) };
    assert!(matches!(store.handle(end.clone(), meta()).await, Err(Rejection::Refused { .. })));
    let _ = store.handle(EndThing { id: thing(2), after: Some(thing(3)) }, meta()).await.unwrap();
    assert!(store.handle(end, meta()).await.unwrap().changed);
}

async fn a_stream_is_there_only_for_who_acts_in_the_name_of_its_team(world: World) {
    let teams = proptest::option::weighted(0.8, (0_u128..4).prop_map(|n| TeamId(Uuid::from_u128(n))));
    let mut runner = TestRunner::deterministic();
    let mut stored = 0;
    for n in 0..40 {
        let (owner, acting) =
            (teams.new_tree(&mut runner).unwrap().current(), teams.new_tree(&mut runner).unwrap().current());
        let Some(team) = owner else { continue };
        let id = Owned::new(team, NodeId(Uuid::from_u128(n)));
        let make = MakeThing { id, name: n.to_string() };
        let answer = world.store.handle(make, Meta { team: acting, ..meta() }).await;
        if acting == owner {
            stored += 2;
            assert!(answer.unwrap().changed);
        } else {
            assert!(matches!(answer, Err(Rejection::Refused { kind: Kind::Missing, .. })), "{answer:?}");
            assert_eq!(world.store.load::<Thing>(&id).await.unwrap().version, 0);
        }
    }
    assert!(stored > 2);
    world.log(stored).await;
}

async fn racing_commands_are_decided_again(world: World) {
    let _ = world.store.handle(make(1, "a"), meta()).await.unwrap();
    let others = [world.another().await, world.another().await];
    let rounds = others.iter().map(async |store| {
        let mut added = 0;
        for _ in 0..10 {
            match store.handle(Say { id: thing(1) }, meta()).await {
                Ok(receipt) => added += usize::from(receipt.changed),
                Err(Rejection::Contended) => {}
                Err(other) => panic!("{other}"),
            }
        }
        added
    });
    let added: usize = join_all(rounds).await.into_iter().sum();
    let Thing::Open { said, .. } = world.store.load::<Thing>(&thing(1)).await.unwrap().state else {
        panic!("not open")
    };
    assert!(added >= 10);
    // Each was decided on what stood before it.
    let said: Vec<_> = said.iter().map(|text| text.text().to_owned()).collect();
    assert_eq!(said, (0..added).map(|n| n.to_string()).collect::<Vec<_>>());
}

/// What one of several tasks does: to which stream, and whether it knows its version or guesses.
type Step = (u128, Option<i64>);

async fn act(store: &Store, joined: bool, steps: Vec<Step>) -> usize {
    let writer = store.writer();
    let mut added = 0;
    for (stream, guess) in steps {
        let id = thing(stream);
        let expected = match guess {
            Some(guess) => guess,
            None => store.load::<Thing>(&id).await.unwrap().version,
        };
        let events = vec![made("a"), ThingEvent::Ended];
        let answer = if joined {
            writer.append::<Thing>(&id, expected, events, &meta()).await
        } else {
            store.append::<Thing>(&id, expected, &events, &meta()).await
        };
        match answer {
            Ok(receipt) => {
                assert_eq!(receipt.version, expected + 2);
                added += 2;
            }
            Err(Rejection::Contended) => {}
            Err(other) => panic!("{other}"),
        }
    }
    added
}

async fn any_interleaving_keeps_every_stream_contiguous(world: World) {
    let mut runner = TestRunner::deterministic();
    let step = (1_u128..4, proptest::option::weighted(0.3, 0_i64..6));
    let plan = proptest::collection::vec(proptest::collection::vec(step, 1..6), 2..6);
    let other = world.another().await;
    let mut events = 0;
    for round in 0..6_u128 {
        let tasks = plan.new_tree(&mut runner).unwrap().current();
        let tasks = tasks.into_iter().enumerate().map(|(n, steps)| {
            let steps = steps.into_iter().map(|(stream, guess)| (round * 10 + stream, guess)).collect();
            act(if n % 2 == 0 { &world.store } else { &other }, n % 3 == 0, steps)
        });
        events += join_all(tasks).await.into_iter().sum::<usize>();
    }
    assert!(events > 0);
    world.log(events).await;
    assert_eq!(world.store.log().verify(|_| ()).await.unwrap().fault, None);
}

async fn history_is_read_by_stream_and_by_prefix(world: World) {
    for n in 1..=3 {
        let _ = world.store.handle(make(n, &n.to_string()), meta()).await.unwrap();
    }
    world.log(6).await;
    let log = world.store.log();
    let seqs = async |ranges: Vec<StreamRange>, after, limit| {
        let found = History::read(&log, ranges, after, limit).await.unwrap();
        found.into_iter().map(|recorded| recorded.envelope.seq).collect::<Vec<_>>()
    };
    let exact = |n| StreamRange { context: "thing", stream: thing(n).to_string(), prefix: false };
    let team = format!("{}/", thing(1).team);
    let all = |context| StreamRange { context, stream: team.clone(), prefix: true };
    assert_eq!(seqs(vec![exact(2)], 0, 10).await, [3]);
    assert_eq!(seqs(vec![all("thing")], 0, 10).await, [1, 3, 5]);
    assert_eq!(seqs(vec![all("thing")], 1, 1).await, [3]);
    assert_eq!(seqs(vec![exact(1), all("reservation")], 0, 10).await, [1, 2, 4, 6]);
    assert_eq!(seqs(Vec::new(), 0, 10).await, Vec::<i64>::new());
    log.beyond(5).await;
}

async fn a_lease_has_one_owner_and_its_fence_grows_with_each_change(world: World) {
    let store = &world.store;
    let (a, b) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let (long, over) = (Duration::from_mins(1), Duration::ZERO);
    let first = store.lease("x", a, long).await.unwrap().unwrap();
    assert_eq!(store.lease("x", a, long).await.unwrap(), Some(first));
    assert_eq!(store.lease("x", b, long).await.unwrap(), None);
    store.release("x", b).await.unwrap();
    assert_eq!(store.lease("x", b, long).await.unwrap(), None);
    assert_eq!(store.lease("y", b, long).await.unwrap(), Some(first));
    store.release("x", a).await.unwrap();
    let second = store.lease("x", b, over).await.unwrap().unwrap();
    assert!(second > first);
    let mut third = None;
    super::fixture::eventually("the lease has run out", async || {
        third = store.lease("x", a, long).await.unwrap();
        third.is_some()
    })
    .await;
    assert!(third.unwrap() > second);
}

async fn the_last_use_of_a_token_never_goes_back(world: World) {
    let (store, token) = (&world.store, TokenId(Uuid::from_u128(1)));
    for at in [5, 9, 7] {
        store.used(token, Time(at)).await.unwrap();
    }
    let uses = world.another().await.token_uses().await.unwrap();
    // Memory remembers no use, and has nobody to tell.
    let expected = if matches!(store.database(), crate::Database::Memory(_)) { None } else { Some(Time(9)) };
    assert_eq!(uses.get(&token).copied(), expected);
}

async fn a_cursor_is_kept(world: World) {
    assert_eq!(world.store.cursor("relay").await.unwrap(), 0);
    world.store.save_cursor("relay", 7).await.unwrap();
    world.store.save_cursor("relay", 9).await.unwrap();
    assert_eq!(world.another().await.cursor("relay").await.unwrap(), 9);
}

/// `thing.made` of version 2 is called `named`, and shouts.
struct Renamed;

impl EventUpcaster for Renamed {
    fn can_upcast(&self, name: &str, version: &str) -> bool {
        name == "thing.made" && version == "1"
    }

    fn upcast(&self, mut event: SerializedEvent) -> SerializedEvent {
        let name = event.payload["name"].as_str().unwrap_or_default().to_uppercase();
        event.payload = json!({ "name": name });
        event.event_version = "2".into();
        event
    }
}

async fn earlier_forms_are_read_through_the_upcasters(world: World) {
    let events = [made("a"), ThingEvent::Counted { number: 1 }];
    let _ = world.store.append::<Thing>(&thing(1), 0, &events, &meta()).await.unwrap();
    let log = world.log(2).await;
    let upcasters = Upcasters::of(vec![Arc::new(Renamed)]);
    let newer = Store::open_with(world.store.database().clone(), world.vault.clone(), upcasters);
    let newer = newer.await.unwrap();
    let Thing::Open { name, counted, .. } = newer.load::<Thing>(&thing(1)).await.unwrap().state else {
        panic!("not open")
    };
    assert_eq!((name.as_str(), counted), ("A", 1));
    let recorded = newer.log().open_all(log).await.unwrap();
    assert_eq!(recorded[0].event::<ThingEvent>().unwrap(), made("A"));
    assert_eq!(recorded[0].envelope.version, "2");
    assert_eq!(recorded[1].event::<ThingEvent>().unwrap(), events[1]);
}
