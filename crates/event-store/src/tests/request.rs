//! One request has one answer, whoever is asked.

use touchstone_kernel::{Actor, Begun, Idempotency, Repeatable, Requests};
use touchstone_vocabulary::{TeamId, Time};
use uuid::Uuid;

use super::fixture::{World, fresh, keyed, on_every_backend, thing};
use super::tables::pool;
use super::thing::{Thing, ThingEvent};
use crate::{Database, Store};

const NOW: Time = Time::from_secs(1_800_000_000);

/// A new attempt each time.
fn request(key: &str, digest: &str) -> Repeatable {
    Repeatable {
        team: TeamId(Uuid::from_u128(1)),
        actor: Actor::System("test"),
        idempotency: Idempotency { key: key.into(), digest: digest.into() },
        attempt: fresh(),
        at: NOW,
    }
}

async fn standing(store: &Store, key: &str, digest: &str) -> Begun {
    store.begin(&request(key, digest)).await.unwrap()
}

async fn one_at_a_time_and_then_the_same_answer(world: World) {
    let store = &world.store;
    let first = request("a", "1");
    assert_eq!(store.begin(&first).await.unwrap(), Begun::Ours);
    store.renew(&first).await.unwrap();
    assert_eq!(standing(store, "a", "1").await, Begun::InFlight);
    assert_eq!(standing(store, "a", "2").await, Begun::OtherRequest);
    assert_eq!(standing(store, "b", "1").await, Begun::Ours);
    let elsewhere = Repeatable { team: TeamId(Uuid::from_u128(2)), ..request("a", "1") };
    assert_eq!(store.begin(&elsewhere).await.unwrap(), Begun::Ours, "another team's key is another key");
    let somebody = Repeatable { actor: Actor::System("other"), ..request("a", "2") };
    assert_eq!(store.begin(&somebody).await.unwrap(), Begun::Ours, "and so is another person's");

    store.answered(&first, "{\"id\":\"amber\"}".into()).await.unwrap();
    for _ in 0..2 {
        let said = Begun::Answered("{\"id\":\"amber\"}".into());
        assert_eq!(standing(store, "a", "1").await, said);
        assert_eq!(standing(store, "a", "2").await, Begun::OtherRequest);
        // The second time out of the database, where that is another place.
        store.store_answers().await.unwrap();
    }
}

async fn what_was_given_up_may_come_again_as_anything(world: World) {
    let store = &world.store;
    let first = request("a", "1");
    assert_eq!(store.begin(&first).await.unwrap(), Begun::Ours);
    store.abandoned(&first).await.unwrap();
    let second = request("a", "2");
    assert_eq!(store.begin(&second).await.unwrap(), Begun::Ours);
    store.abandoned(&first).await.unwrap();
    assert_eq!(standing(store, "a", "2").await, Begun::InFlight, "the first has nothing to give up any more");
    let long = "x".repeat(300 * 1024);
    store.answered(&second, long).await.unwrap();
    assert_eq!(standing(store, "a", "2").await, Begun::Ours, "too long an answer is worked out again");
}

on_every_backend!(one_at_a_time_and_then_the_same_answer, what_was_given_up_may_come_again_as_anything);

#[tokio::test]
async fn another_process_gives_the_same_answer_and_a_new_one_after_a_restart() {
    for world in [World::sqlite().await, World::postgres().await] {
        let first = request("a", "1");
        assert_eq!(world.store.begin(&first).await.unwrap(), Begun::Ours);
        world.store.answered(&first, "amber".into()).await.unwrap();
        world.store.store_answers().await.unwrap();
        let other = world.another().await;
        assert_eq!(standing(&other, "a", "1").await, Begun::Answered("amber".into()));
        assert_eq!(standing(&other, "a", "2").await, Begun::OtherRequest);
    }
}

#[tokio::test]
async fn a_hold_is_seen_by_other_processes_and_ends_with_its_holder() {
    let world = World::postgres().await;
    let other = world.another().await;
    let dead = request("a", "1");
    assert_eq!(world.store.begin(&dead).await.unwrap(), Begun::Ours);
    assert_eq!(standing(&other, "a", "1").await, Begun::InFlight);
    let expire = "update request set held_until = 1";
    sqlx::query(expire).execute(pool(&world)).await.unwrap();
    world.store.renew(&dead).await.unwrap();
    assert_eq!(standing(&other, "a", "1").await, Begun::InFlight, "it lives");
    sqlx::query(expire).execute(pool(&world)).await.unwrap();
    assert_eq!(standing(&other, "a", "2").await, Begun::OtherRequest);
    let heir = request("a", "1");
    assert_eq!(other.begin(&heir).await.unwrap(), Begun::Ours);
    // The first wakes up: the request is not its own any more.
    world.store.renew(&dead).await.unwrap();
    world.store.answered(&dead, "late".into()).await.unwrap();
    world.store.abandoned(&dead).await.unwrap();
    assert_eq!(standing(&world.store, "a", "1").await, Begun::InFlight);
    other.answered(&heir, "amber".into()).await.unwrap();
    assert_eq!(standing(&world.store, "a", "1").await, Begun::Answered("amber".into()));
}

#[tokio::test]
async fn of_many_who_come_at_once_one_carries_it_out() {
    for world in [World::memory().await, World::sqlite().await, World::postgres().await] {
        let mut stores = vec![world.store.clone()];
        if matches!(world.store.database(), Database::Postgres { .. }) {
            stores.push(world.another().await);
        }
        let mut asking = tokio::task::JoinSet::new();
        for n in 0..40 {
            let store = stores[n % stores.len()].clone();
            asking.spawn(async move { standing(&store, "a", "1").await });
        }
        let told = asking.join_all().await;
        assert_eq!(told.iter().filter(|told| **told == Begun::Ours).count(), 1);
        assert!(told.iter().all(|told| matches!(told, Begun::Ours | Begun::InFlight)), "{told:?}");
    }
}

#[tokio::test]
async fn answers_and_receipts_go_after_their_time_and_stand_sealed_until_then() {
    for world in [World::sqlite().await, World::postgres().await] {
        let store = &world.store;
        for (key, at) in [("old", NOW), ("new", Time::from_secs(NOW.secs() + 100))] {
            let asked = Repeatable { at, ..request(key, "1") };
            assert_eq!(store.begin(&asked).await.unwrap(), Begun::Ours);
            store.answered(&asked, "a lantern in amber".into()).await.unwrap();
        }
        store.store_answers().await.unwrap();
        let meta = touchstone_kernel::Meta { at: NOW, ..keyed("old", "1") };
        let made = [ThingEvent::Made { name: "a".into() }];
        let receipt = store.append::<Thing>(&thing(1), 0, &made, &meta).await.unwrap();
        let rows: Vec<String> = match store.database() {
            Database::Postgres { write, .. } => {
                sqlx::query_scalar("select answer from request").fetch_all(write).await.unwrap()
            }
            Database::Sqlite { read, .. } => {
                sqlx::query_scalar("select answer from request").fetch_all(read).await.unwrap()
            }
            Database::Memory(_) => unreachable!(),
        };
        assert!(rows.len() == 2 && rows.iter().all(|row| !row.contains("amber")), "{rows:?}");

        assert_eq!(store.forget_requests(NOW).await.unwrap(), 0);
        let again = store.append::<Thing>(&thing(1), 0, &made, &meta).await.unwrap();
        assert_eq!(again.version, receipt.version);
        assert_eq!(store.forget_requests(Time::from_secs(NOW.secs() + 1)).await.unwrap(), 2);
        assert_eq!(standing(store, "old", "1").await, Begun::Ours);
        assert_eq!(standing(store, "new", "1").await, Begun::Answered("a lantern in amber".into()));
    }
}
