//! A dump of the database, restored into a cluster whose transaction ids are far behind.

use std::path::{Path, PathBuf};
use std::process::Command;

use touchstone_kernel::Receipt;
use touchstone_servers::fresh_cluster;

use super::fixture::{World, eventually, fresh, meta, thing};
use super::tables::pool;
use super::thing::{Thing, ThingEvent};
use crate::{Database, Sequencer, Store, StoreError, after_restore};

/// Moves the source cluster's transaction ids well ahead of a new cluster's.
const GET_AHEAD: &str =
    "do $$ begin for i in 1..3000 loop perform pg_current_xact_id(); commit; end loop; end $$";

/// The program of the server's own version: beside `initdb`, or beside what that is a link to, or on the path.
fn program(bin: &Path, name: &str) -> PathBuf {
    let linked = std::fs::canonicalize(bin.join("initdb")).unwrap();
    let beside = [bin.join(name), linked.with_file_name(name)];
    beside.into_iter().find(|path| path.is_file()).unwrap_or_else(|| name.into())
}

fn run(bin: &Path, name: &str, arguments: &[&str]) {
    let output = Command::new(program(bin, name)).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

async fn add(store: &Store, n: u128) -> Receipt {
    store.append::<Thing>(&thing(n), 0, &[ThingEvent::Ended], &meta()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_restored_into_a_new_cluster_loses_nothing_and_keeps_its_order() {
    let source = touchstone_servers::postgres().await;
    let url = source.database().await;
    let world = World::over(Database::open(&url).await.unwrap(), None).await;
    sqlx::query(GET_AHEAD).execute(pool(&world)).await.unwrap();
    for n in 1..=3 {
        let _ = add(&world.store, n).await;
    }
    let before = world.log(3).await;
    let _ = add(&world.store, 4).await;
    let last = add(&world.store, 5).await;

    let target = fresh_cluster().await;
    let restored_url = target.database().await;
    let dir = tempfile::tempdir().unwrap();
    let dump = dir.path().join("dump.sql").display().to_string();
    run(source.bin(), "pg_dump", &["--no-owner", "-f", &dump, &url]);
    run(target.bin(), "psql", &["-q", "-v", "ON_ERROR_STOP=1", "-f", &dump, &restored_url]);

    let database = Database::open(&restored_url).await.unwrap();
    database.migrate().await.unwrap();
    let open = async || Store::open(database.clone(), world.vault.clone()).await;
    assert!(matches!(open().await, Err(StoreError::Restored)));
    let report = after_restore(&database, &world.vault).await.unwrap();
    assert_eq!((report.needed, report.sequenced, report.epoch), (true, 2, 1));
    assert!(!after_restore(&database, &world.vault).await.unwrap().needed);

    let store = open().await.unwrap();
    let newest = add(&store, 6).await;
    assert!(newest.mark > last.mark);
    let sequencer = Sequencer::new(store.clone(), fresh());
    eventually("the new event has its place", async || {
        sequencer.step().await.unwrap();
        store.log().head().await.unwrap().0 == 6
    })
    .await;
    let log = store.log().read(0, 100, usize::MAX).await.unwrap();
    let streams: Vec<_> = log.iter().map(|envelope| envelope.stream.clone()).collect();
    assert_eq!(streams, (1..=6).map(|n| thing(n).to_string()).collect::<Vec<_>>());
    assert!(before.iter().zip(&log).all(|(before, after)| before.hash == after.hash));
    assert_eq!((log[4].mark, log[5].mark), (last.mark, newest.mark));
    assert_eq!(store.log().verify(|_| ()).await.unwrap().fault, None);
    // The constraints were made in another order by the dump; a lost answer is still a success.
    let repeated = meta();
    let first = store.append::<Thing>(&thing(7), 0, &[ThingEvent::Ended], &repeated).await.unwrap();
    assert_eq!(store.append::<Thing>(&thing(7), 0, &[ThingEvent::Ended], &repeated).await.unwrap(), first);
    assert!(store.append::<Thing>(&thing(7), 0, &[ThingEvent::Ended], &meta()).await.is_err());
}

#[tokio::test]
async fn where_nothing_was_restored_there_is_nothing_to_repair() {
    for world in [World::memory().await, World::sqlite().await, World::postgres().await] {
        let _ = add(&world.store, 1).await;
        let report = after_restore(world.store.database(), &world.vault).await.unwrap();
        assert!(!report.needed);
        assert!(Store::open(world.store.database().clone(), world.vault.clone()).await.is_ok());
    }
}
