//! The log by `seq`: the only order that anything downstream may rely on.

use std::time::Duration;

use serde_json::value::{RawValue, to_raw_value};
use tokio::sync::watch;
use touchstone_kernel::{ChainHash, Envelope, History, Pending, Recorded, StreamRange, Unavailable};

use crate::store::{Keys, Store};
use crate::verify::{LogReport, verify};
use crate::{StoreError, backend};

/// How long a reader of the history waits for news at most.
const WAIT: Duration = Duration::from_secs(1);

/// A reader of everything that has its place. Cheap to clone.
#[derive(Clone)]
pub struct Log {
    store: Store,
}

impl Log {
    pub(crate) const fn new(store: Store) -> Self {
        Self { store }
    }

    /// Events with `seq > after`, by `seq`, without a gap, payloads present; at most `limit`, and about `max_bytes`
    /// of payload but at least one event if there is one.
    pub async fn read(
        &self,
        after: i64,
        limit: usize,
        max_bytes: usize,
    ) -> Result<Vec<Envelope>, StoreError> {
        let found = self.store.backend().read(after, bounded(limit), bounded(max_bytes)).await?;
        for (expected, envelope) in (after + 1..).zip(&found) {
            if envelope.seq != expected {
                return Err(StoreError::Corrupt(format!("event {expected} is missing")));
            }
        }
        Ok(found)
    }

    /// At most `limit` events of these streams with `seq > after`, by `seq`.
    pub async fn find(
        &self,
        ranges: &[StreamRange],
        after: i64,
        limit: usize,
    ) -> Result<Vec<Envelope>, StoreError> {
        self.store.backend().find(ranges, after, bounded(limit)).await
    }

    /// At most `limit` events with `seq > after`, by `seq`, but those with a name in `skip`; and up to which `seq`
    /// there is nothing more to find. For followers that need few of many events.
    pub async fn skim(
        &self,
        after: i64,
        limit: usize,
        skip: &[&str],
    ) -> Result<(Vec<Envelope>, i64), StoreError> {
        let until = self.head().await?.0.max(after);
        let found = self.store.backend().skim(after, until, bounded(limit), skip).await?;
        let seen = if found.len() < limit { until } else { found.last().map_or(until, |last| last.seq) };
        Ok((found, seen))
    }

    /// The newest `seq` and its hash; 0 and the genesis hash while the log is empty.
    pub async fn head(&self) -> Result<(i64, ChainHash), StoreError> {
        self.store.backend().head().await
    }

    /// The hash of one event; that of `seq` 0 is the genesis hash.
    pub async fn hash_at(&self, seq: i64) -> Result<Option<ChainHash>, StoreError> {
        if seq == 0 {
            return Ok(Some(ChainHash::GENESIS));
        }
        self.store.backend().hash_at(seq).await
    }

    /// Events of one stream with `sequence > after_sequence`, in order. On PostgreSQL an event appears here once the
    /// sequencer has given it its place.
    pub async fn stream(
        &self,
        context: &str,
        stream: &str,
        after_sequence: i64,
        limit: usize,
    ) -> Result<Vec<Envelope>, StoreError> {
        self.store.backend().sequenced(context, stream, after_sequence, bounded(limit)).await
    }

    /// Brings an event up to this version and opens its texts as far as their key exists. Name and version of the
    /// envelope become those of the upcast payload; everything else stays as stored.
    pub async fn open(&self, envelope: Envelope) -> Result<Recorded, StoreError> {
        self.open_one(&mut self.store.keys(), envelope).await
    }

    /// [`Log::open`] for many, asking for each data key once.
    pub async fn open_all(&self, envelopes: Vec<Envelope>) -> Result<Vec<Recorded>, StoreError> {
        let mut keys = self.store.keys();
        let mut opened = Vec::with_capacity(envelopes.len());
        for envelope in envelopes {
            opened.push(self.open_one(&mut keys, envelope).await?);
        }
        Ok(opened)
    }

    async fn open_one(&self, keys: &mut Keys<'_>, envelope: Envelope) -> Result<Recorded, StoreError> {
        let mut envelope = self.fill(envelope).await?;
        let stored = envelope.payload.clone().unwrap_or_default();
        let upcasters = self.store.upcasters();
        let stale = upcasters.concern(&envelope.name, &envelope.version);
        if !stale && !crate::seal::has_shut(stored.get()) {
            return Ok(Recorded { envelope, payload: stored });
        }
        let fault = |what: serde_json::Error| StoreError::Corrupt(what.to_string());
        let text: String = Box::<str>::from(stored).into();
        let stream = (envelope.context.as_str(), envelope.stream.as_str());
        let text = keys.open(stream, envelope.event_id, envelope.metadata.get(), text).await?;
        if !stale {
            let payload = RawValue::from_string(text).map_err(fault)?;
            return Ok(Recorded { envelope, payload });
        }
        let event = upcasters.apply(cqrs_es::persist::SerializedEvent {
            aggregate_id: envelope.stream.clone(),
            sequence: usize::try_from(envelope.sequence).unwrap_or(usize::MAX),
            aggregate_type: envelope.context.clone(),
            event_type: envelope.name.clone(),
            event_version: envelope.version.clone(),
            payload: serde_json::from_str(&text).map_err(fault)?,
            metadata: serde_json::from_str(envelope.metadata.get()).map_err(fault)?,
        });
        envelope.name = event.event_type;
        envelope.version = event.event_version;
        Ok(Recorded { envelope, payload: to_raw_value(&event.payload).map_err(fault)? })
    }

    /// The same envelope with its payload, read from the log when it travelled without.
    pub async fn fill(&self, mut envelope: Envelope) -> Result<Envelope, StoreError> {
        if envelope.payload.is_none() {
            let seq = envelope.seq;
            let missing = || StoreError::Corrupt(format!("event {seq} is missing"));
            let found = self.store.backend().read(seq - 1, 1, 1).await?;
            let stored = found.into_iter().find(|found| found.seq == seq).ok_or_else(missing)?;
            if stored.event_id != envelope.event_id {
                return Err(StoreError::Corrupt(format!("event {seq} is another one in the log")));
            }
            envelope.payload = stored.payload;
        }
        Ok(envelope)
    }

    /// The newest `seq` that this process knows of; a hint that it may be worth reading.
    pub fn advanced(&self) -> watch::Receiver<i64> {
        self.store.newest()
    }

    /// Reads the whole log and checks that `seq` is dense, every stream contiguous and the hash chain whole.
    /// `progress` hears the `seq` reached.
    pub async fn verify(&self, progress: impl FnMut(i64) + Send) -> Result<LogReport, StoreError> {
        verify(&self.store, progress).await
    }
}

fn bounded(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX).min(backend::MOST)
}

impl History for Log {
    fn read(
        &self,
        ranges: Vec<StreamRange>,
        after: i64,
        limit: usize,
    ) -> Pending<'_, Result<Vec<Recorded>, Unavailable>> {
        Box::pin(async move { Ok(self.open_all(self.find(&ranges, after, limit).await?).await?) })
    }

    fn beyond(&self, seq: i64) -> Pending<'_, ()> {
        Box::pin(async move {
            let mut newest = self.store.newest();
            // Whether news came or the time is over: the caller looks again either way.
            let _ = tokio::time::timeout(WAIT, newest.wait_for(|newest| *newest > seq)).await;
        })
    }
}
