//! A store on each backend, and how to wait for what happens by itself.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use touchstone_kernel::{Envelope, Idempotency, Meta, Owned, testing};
use touchstone_vault::{KeyEncryptionKey, Vault};
use touchstone_vocabulary::{NodeId, TeamId};
use uuid::Uuid;

use crate::{Database, Sequencer, Store};

pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

/// A store and what keeps its database alive.
pub(crate) struct World {
    pub store: Store,
    pub vault: Vault,
    sequencer: Sequencer,
    _dir: Option<tempfile::TempDir>,
}

impl World {
    pub(crate) async fn memory() -> Self {
        Self::over(Database::memory(), None).await
    }

    pub(crate) async fn sqlite() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", dir.path().join("log.db").display());
        Self::over(Database::open(&url).await.unwrap(), Some(dir)).await
    }

    pub(crate) async fn postgres() -> Self {
        let url = touchstone_servers::postgres().await.database().await;
        Self::over(Database::open(&url).await.unwrap(), None).await
    }

    pub(crate) async fn over(database: Database, dir: Option<tempfile::TempDir>) -> Self {
        database.migrate().await.unwrap();
        let vault = Vault::new(database.vault_tables(), KeyEncryptionKey::random());
        let store = Store::open(database, vault.clone()).await.unwrap();
        let sequencer = Sequencer::new(store.clone(), Uuid::from_u128(1));
        Self { store, vault, sequencer, _dir: dir }
    }

    /// A second store on the same database, as another process has it.
    pub(crate) async fn another(&self) -> Store {
        Store::open(self.store.database().clone(), self.vault.clone()).await.unwrap()
    }

    /// Everything in the log, once it holds this many events.
    pub(crate) async fn log(&self, events: usize) -> Vec<Envelope> {
        let read = async || {
            while self.sequencer.step().await.unwrap() > 0 {}
            self.store.log().read(0, 1_000_000, usize::MAX).await.unwrap()
        };
        eventually("the log holds everything", async || read().await.len() >= events).await;
        let log = read().await;
        assert_eq!(log.len(), events);
        log
    }
}

/// Asks again and again until the answer is yes.
pub(crate) async fn eventually(what: &str, mut so: impl AsyncFnMut() -> bool) {
    let asked = async {
        while !so().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(tokio::time::timeout(DEADLINE, asked).await.is_ok(), "not in time: {what}");
}

pub(crate) fn thing(n: u128) -> Owned<NodeId> {
    Owned::new(TeamId(Uuid::from_u128(1)), NodeId(Uuid::from_u128(n)))
}

/// An id that no other place of this process has.
pub(crate) fn fresh() -> Uuid {
    static LAST: AtomicU64 = AtomicU64::new(1_000_000);
    Uuid::from_u128(LAST.fetch_add(1, Ordering::Relaxed).into())
}

/// A new attempt each time.
pub(crate) fn meta() -> Meta {
    Meta { command: fresh(), ..testing::meta() }
}

pub(crate) fn keyed(key: &str, digest: &str) -> Meta {
    Meta { idempotency: Some(Idempotency { key: key.into(), digest: digest.into() }), ..meta() }
}

/// The same tests on every backend.
macro_rules! on_every_backend {
    ($($name:ident),+ $(,)?) => {
        mod memory {
            $(#[tokio::test] async fn $name() { super::$name($crate::tests::fixture::World::memory().await).await; })+
        }
        mod sqlite {
            $(#[tokio::test] async fn $name() { super::$name($crate::tests::fixture::World::sqlite().await).await; })+
        }
        mod postgres {
            $(#[tokio::test] async fn $name() { super::$name($crate::tests::fixture::World::postgres().await).await; })+
        }
    };
}

pub(crate) use on_every_backend;
