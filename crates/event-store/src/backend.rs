//! What the log asks of a database. Three answer: PostgreSQL, SQLite and the memory of this process.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::value::RawValue;
use touchstone_kernel::{ChainHash, Envelope, Mark, StreamRange};
use touchstone_vocabulary::Time;
use uuid::Uuid;

use crate::StoreError;
use crate::append::{Batch, Outcome};

/// An event as it stands in its stream, whether or not it has its `seq` yet.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub event_id: Uuid,
    pub sequence: i64,
    pub name: String,
    pub version: String,
    pub payload: String,
    pub metadata: String,
}

#[async_trait]
pub(crate) trait Backend: Send + Sync {
    /// All of the batch or nothing.
    async fn append(&self, batch: &Batch) -> Result<Outcome, StoreError>;

    /// A stream's events with `sequence > after`, in order.
    async fn stream(&self, context: &str, stream: &str, after: i64) -> Result<Vec<Row>, StoreError>;

    /// Where this event stands; `None` when the stream is shorter. Without a sequence, its last event.
    async fn mark(
        &self,
        context: &str,
        stream: &str,
        sequence: Option<i64>,
    ) -> Result<Option<Mark>, StoreError>;

    /// Digest and answer stored under an idempotency key.
    async fn key(&self, scope: &str, key: &str) -> Result<Option<(String, String)>, StoreError>;

    /// Sequenced events with `seq > after`, in order; stops at `limit` or about `max_bytes`, but not before one.
    async fn read(&self, after: i64, limit: i64, max_bytes: i64) -> Result<Vec<Envelope>, StoreError>;

    /// Sequenced events of these streams with `seq > after`, in order.
    async fn find(&self, ranges: &[StreamRange], after: i64, limit: i64)
    -> Result<Vec<Envelope>, StoreError>;

    /// Sequenced events with `after < seq <= until` whose name is none of `skip`, in order.
    async fn skim(
        &self,
        after: i64,
        until: i64,
        limit: i64,
        skip: &[&str],
    ) -> Result<Vec<Envelope>, StoreError>;

    /// How many events wait for their `seq`.
    async fn unsequenced(&self) -> Result<i64, StoreError>;

    /// Sequenced events of one stream with `sequence > after`, in order.
    async fn sequenced(
        &self,
        context: &str,
        stream: &str,
        after: i64,
        limit: i64,
    ) -> Result<Vec<Envelope>, StoreError>;

    /// The newest `seq` and its hash.
    async fn head(&self) -> Result<(i64, ChainHash), StoreError>;

    async fn hash_at(&self, seq: i64) -> Result<Option<ChainHash>, StoreError>;

    async fn lease(&self, name: &str, owner: Uuid, ttl: Duration) -> Result<Option<i64>, StoreError>;

    async fn release(&self, name: &str, owner: Uuid) -> Result<(), StoreError>;

    /// How many leases whose name starts so are held.
    async fn leases(&self, prefix: &str) -> Result<i64, StoreError>;

    async fn cursor(&self, name: &str) -> Result<i64, StoreError>;

    async fn save_cursor(&self, name: &str, seq: i64) -> Result<(), StoreError>;
}

/// The columns of a sequenced event.
pub(crate) struct Sequenced {
    pub seq: i64,
    pub hash: Vec<u8>,
    pub prev: Option<Vec<u8>>,
    pub event_id: Uuid,
    pub context: String,
    pub stream: String,
    pub sequence: i64,
    pub name: String,
    pub version: String,
    pub payload: String,
    pub metadata: String,
    pub recorded_at: i64,
    pub mark: Mark,
}

impl Sequenced {
    pub(crate) fn envelope(self) -> Result<Envelope, StoreError> {
        let seq = self.seq;
        let fault = |what: &str| StoreError::Corrupt(format!("event {seq} has a broken {what}"));
        let hash = |bytes: &[u8]| ChainHash::from_slice(bytes).ok_or_else(|| fault("hash"));
        Ok(Envelope {
            seq,
            hash: hash(&self.hash)?,
            prev: self.prev.as_deref().map_or(Ok(ChainHash::GENESIS), hash)?,
            event_id: self.event_id,
            context: self.context,
            stream: self.stream,
            sequence: self.sequence,
            name: self.name,
            version: self.version,
            recorded_at: Time(self.recorded_at),
            mark: self.mark,
            payload: Some(RawValue::from_string(self.payload).map_err(|_| fault("payload"))?),
            metadata: RawValue::from_string(self.metadata).map_err(|_| fault("metadata"))?,
        })
    }
}

/// Puts the hash before each event into a contiguous run of envelopes, of which the first follows `before`.
pub(crate) fn chain(before: Option<ChainHash>, envelopes: &mut [Envelope]) {
    let mut prev = before.unwrap_or(ChainHash::GENESIS);
    for envelope in envelopes {
        envelope.prev = prev;
        prev = envelope.hash;
    }
}

/// The condition that an event is in one of `count` ranges, its parameters numbered from `first`: context, lowest
/// and highest stream id of each.
pub(crate) fn in_ranges(count: usize, first: usize) -> String {
    (0..count)
        .map(|range| {
            let n = first + 3 * range;
            format!(
                "(e.aggregate_type = ${n} and e.aggregate_id >= ${} and e.aggregate_id <= ${})",
                n + 1,
                n + 2
            )
        })
        .collect::<Vec<_>>()
        .join(" or ")
}

/// The lowest and highest stream id of a range. No id that anybody makes holds the last of all characters.
pub(crate) fn bounds(range: &StreamRange) -> (String, String) {
    let high = if range.prefix { format!("{}\u{10ffff}", range.stream) } else { range.stream.clone() };
    (range.stream.clone(), high)
}

/// Below this distance from the head, scanning the tail of the log beats looking the streams up.
pub(crate) const TAIL: i64 = 4_096;

pub(crate) fn micros(ttl: Duration) -> i64 {
    i64::try_from(ttl.as_micros()).unwrap_or(i64::MAX / 4)
}

/// More than anybody reads at once, and small enough to be added to in SQL.
pub(crate) const MOST: i64 = 1 << 40;
