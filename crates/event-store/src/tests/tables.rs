//! The tables themselves: nothing can be changed in them, a change by force is found, and they are postgres-es's.

use cqrs_es::persist::{PersistedEventRepository, PersistenceError, SerializedEvent};
use postgres_es::PostgresEventRepository;
use serde_json::json;
use sqlx::PgPool;

use super::fixture::{World, meta, thing};
use super::thing::{Thing, ThingEvent};
use crate::bridge::Root;
use crate::{Database, Store, StoreError};

pub(super) fn pool(world: &World) -> &PgPool {
    match world.store.database() {
        Database::Postgres { write, .. } => write,
        Database::Sqlite { .. } | Database::Memory(_) => panic!("not on PostgreSQL"),
    }
}

async fn three_events(store: &Store) {
    let events =
        [ThingEvent::Made { name: "a".into() }, ThingEvent::Counted { number: 1 }, ThingEvent::Ended];
    let _ = store.append::<Thing>(&thing(1), 0, &events, &meta()).await.unwrap();
}

#[tokio::test]
async fn events_cannot_be_changed_or_removed_on_postgres() {
    let world = World::postgres().await;
    three_events(&world.store).await;
    for statement in ["update events set payload = '{}'", "delete from events", "truncate events cascade"] {
        assert!(sqlx::query(statement).execute(pool(&world)).await.is_err(), "{statement}");
    }
    world.log(3).await;
}

#[tokio::test]
async fn the_owner_of_the_tables_has_no_right_to_change_events() {
    let world = World::postgres().await;
    for right in ["update", "delete", "truncate"] {
        let sql = "select has_table_privilege('events', $1)";
        let held: bool = sqlx::query_scalar(sql).bind(right).fetch_one(pool(&world)).await.unwrap();
        assert!(!held, "{right}");
    }
}

#[tokio::test]
async fn events_cannot_be_changed_or_removed_on_sqlite() {
    let world = World::sqlite().await;
    three_events(&world.store).await;
    let Database::Sqlite { write, .. } = world.store.database() else { panic!("not SQLite") };
    for statement in ["update events set payload = '{}'", "delete from events"] {
        assert!(sqlx::query(statement).execute(write).await.is_err(), "{statement}");
    }
    world.log(3).await;
}

#[tokio::test]
async fn verify_names_the_place_of_a_change_by_force() {
    let world = World::sqlite().await;
    three_events(&world.store).await;
    let Database::Sqlite { write, .. } = world.store.database() else { panic!("not SQLite") };
    let run = async |statement: &str| {
        sqlx::query(statement).execute(write).await.unwrap();
    };
    run("drop trigger events_are_not_updated").await;
    run("drop trigger events_are_not_deleted").await;
    run("update events set payload = '{\"number\":2}' where position = 2").await;
    let report = world.store.log().verify(|_| ()).await.unwrap();
    assert_eq!(report.events, 1);
    assert!(report.fault.unwrap().starts_with("seq 2: the hash"));
    run("delete from events where position = 2").await;
    let fault = world.store.log().verify(|_| ()).await.unwrap().fault.unwrap();
    assert!(fault.starts_with("seq 2: the event is missing"), "{fault}");
}

#[tokio::test]
async fn a_second_migration_changes_nothing() {
    for world in [World::sqlite().await, World::postgres().await] {
        let database = world.store.database();
        let (one, two) = tokio::join!(database.migrate(), database.migrate());
        one.unwrap();
        two.unwrap();
    }
}

/// The tables as migration 14 found them.
const BEFORE_PLACES: &str = "alter table log_index drop column xid;
    alter table events add constraint events_position_key unique (position);
    delete from _sqlx_migrations where version = 14";

#[tokio::test]
async fn a_log_from_before_places_had_a_transaction_reads_as_before() {
    let world = World::postgres().await;
    three_events(&world.store).await;
    let chain =
        async || world.log(3).await.iter().map(|event| (event.hash, event.event_id)).collect::<Vec<_>>();
    let before = chain().await;
    sqlx::raw_sql(BEFORE_PLACES).execute(pool(&world)).await.unwrap();
    world.store.database().migrate().await.unwrap();
    assert_eq!(chain().await, before);
    let _ = world.store.append::<Thing>(&thing(2), 0, &[ThingEvent::Ended], &meta()).await.unwrap();
    world.log(4).await;
    assert_eq!(world.store.log().verify(|_| ()).await.unwrap().fault, None);
}

#[tokio::test]
async fn an_url_of_another_kind_is_refused() {
    assert!(matches!(Database::open("mysql://x").await, Err(StoreError::Url)));
}

fn serialized(sequence: usize) -> SerializedEvent {
    SerializedEvent::new(
        thing(1).to_string(),
        sequence,
        "thing".into(),
        "thing.made".into(),
        "1".into(),
        json!({"name": "a"}),
        json!({"actor": "system:test", "subject": "", "correlation": "00000000-0000-0000-0000-000000000000"}),
    )
}

#[tokio::test]
async fn postgres_es_itself_can_write_and_read_these_tables() {
    let world = World::postgres().await;
    let theirs = PostgresEventRepository::new(pool(&world).clone());
    theirs.persist::<Root<Thing>>(&[serialized(1), serialized(2)], None).await.unwrap();
    let conflict = theirs.persist::<Root<Thing>>(&[serialized(2)], None).await;
    assert!(matches!(conflict, Err(PersistenceError::OptimisticLockError)));
    assert_eq!(theirs.get_events::<Root<Thing>>(&thing(1).to_string()).await.unwrap().len(), 2);

    assert_eq!(world.store.load::<Thing>(&thing(1)).await.unwrap().version, 2);
    let _ = world.store.append::<Thing>(&thing(1), 2, &[ThingEvent::Ended], &meta()).await.unwrap();
    world.log(3).await;
    assert_eq!(world.store.log().verify(|_| ()).await.unwrap().fault, None);
}
