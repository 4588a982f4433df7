//! The log as the relay reads it, with its place kept in the database.

use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::watch;
use touchstone_bus::{Cursor, RelaySource, SourceError};
use touchstone_event_store::Store;
use touchstone_kernel::{ChainHash, Envelope};
use uuid::Uuid;

use crate::generation::LIVE;
use crate::{Db, ReadError, Tx, args};

const NAME: &str = "relay";
const LEASE: Duration = Duration::from_secs(3);

/// Feeds a relay from the event log.
pub struct LogSource {
    store: Store,
    db: Db,
    owner: Uuid,
}

impl LogSource {
    /// `owner` names this process among those that might publish; one of them does.
    #[must_use]
    pub fn new(store: Store, owner: Uuid) -> Self {
        let db = Db::new(store.database());
        Self { store, db, owner }
    }
}

fn fault(error: impl Into<ReadError>) -> SourceError {
    SourceError(error.into().to_string())
}

#[async_trait]
impl RelaySource for LogSource {
    async fn read(&self, after: i64, limit: usize, max_bytes: usize) -> Result<Vec<Envelope>, SourceError> {
        self.store.log().read(after, limit, max_bytes).await.map_err(fault)
    }

    async fn head(&self) -> Result<i64, SourceError> {
        self.store.log().head().await.map(|(seq, _)| seq).map_err(fault)
    }

    async fn hash_at(&self, seq: i64) -> Result<Option<ChainHash>, SourceError> {
        self.store.log().hash_at(seq).await.map_err(fault)
    }

    async fn cursor(&self) -> Result<Cursor, SourceError> {
        let found: Option<(i64, String)> = self
            .db
            .as_owner()
            .one("select seq, stream from relay_progress where name = $1", args![NAME])
            .await
            .map_err(fault)?;
        Ok(found.map(|(seq, stream)| Cursor { seq, stream }).unwrap_or_default())
    }

    async fn save_cursor(&self, cursor: &Cursor) -> Result<(), SourceError> {
        let save = async {
            let mut open = self.db.begin().await?;
            Tx::new(&mut open, LIVE)
                .run(
                    "insert into relay_progress (name, seq, stream) values ($1, $2, $3) \
                     on conflict (name) do update set seq = excluded.seq, stream = excluded.stream",
                    args![NAME, cursor.seq, cursor.stream.as_str()],
                )
                .await?;
            open.commit().await
        };
        save.await.map_err(fault)
    }

    async fn lease(&self) -> Result<bool, SourceError> {
        let fence = self.store.lease(NAME, self.owner, LEASE).await.map_err(fault)?;
        Ok(fence.is_some())
    }

    fn advanced(&self) -> watch::Receiver<i64> {
        self.store.log().advanced()
    }
}
