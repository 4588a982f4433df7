//! The log in memory: the same rules under one lock. For tests and nothing else.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use touchstone_kernel::{ChainHash, Envelope, Mark, StreamRange};
use touchstone_vocabulary::Time;
use uuid::Uuid;

use crate::StoreError;
use crate::append::{Append, Batch, Outcome};
use crate::backend::{Backend, Row, Sequenced};

/// Everything that the tables of a database would hold.
#[derive(Default)]
pub(crate) struct MemoryLog(Mutex<Tables>);

#[derive(Default)]
struct Tables {
    events: Vec<Kept>,
    /// Indexes into `events`, by stream.
    streams: BTreeMap<(String, String), Vec<usize>>,
    ids: HashSet<Uuid>,
    keys: HashMap<(String, String), (String, String)>,
    leases: HashMap<String, Lease>,
    cursors: HashMap<String, i64>,
}

struct Kept {
    hash: ChainHash,
    context: String,
    stream: String,
    row: Row,
    recorded_at: i64,
}

struct Lease {
    owner: Uuid,
    fence: i64,
    expires: Instant,
}

fn number(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

impl Tables {
    fn of(&self, context: &str, stream: &str) -> &[usize] {
        self.streams.get(&(context.to_owned(), stream.to_owned())).map_or(&[], Vec::as_slice)
    }

    fn mark(index: usize) -> Mark {
        Mark { xid: 0, position: number(index) + 1 }
    }

    /// The marks of appends that all stand already, by their event ids.
    fn recognise(&self, appends: &[Append]) -> Option<Vec<Mark>> {
        let known = |append: &Append| {
            let stream = self.of(append.context, &append.stream);
            let skip = usize::try_from(append.expected).ok()?;
            let mut last = None;
            for (nth, event) in append.events.iter().enumerate() {
                let index = *stream.get(skip + nth)?;
                if self.events[index].row.event_id != event.event_id {
                    return None;
                }
                last = Some(Self::mark(index));
            }
            last
        };
        appends.iter().map(known).collect()
    }

    fn append(&mut self, batch: &Batch) -> Outcome {
        if let Some(key) = &batch.key
            && let Some((digest, answer)) = self.keys.get(&(key.scope.clone(), key.key.clone()))
        {
            return Outcome::Repeated { digest: digest.clone(), answer: answer.clone() };
        }
        let stale =
            |append: &Append| number(self.of(append.context, &append.stream).len()) != append.expected;
        if batch.appends.iter().any(stale) {
            return self.recognise(&batch.appends).map_or(Outcome::Conflict, Outcome::Stored);
        }
        let mut fresh = HashSet::new();
        let known = |id| self.ids.contains(&id) || !fresh.insert(id);
        if batch.appends.iter().flat_map(|append| &append.events).map(|event| event.event_id).any(known) {
            return Outcome::Duplicate;
        }
        let marks = batch.appends.iter().map(|append| self.store(append)).collect();
        if let Some(key) = &batch.key {
            self.keys.insert((key.scope.clone(), key.key.clone()), (key.digest.clone(), key.receipt.clone()));
        }
        Outcome::Stored(marks)
    }

    fn store(&mut self, append: &Append) -> Mark {
        for (sequence, event) in append.placed() {
            let index = self.events.len();
            let prev = self.events.last().map_or(ChainHash::GENESIS, |event| event.hash);
            self.ids.insert(event.event_id);
            self.streams.entry((append.context.to_owned(), append.stream.clone())).or_default().push(index);
            self.events.push(Kept {
                hash: prev.next(number(index) + 1, &append.stored(sequence, event)),
                context: append.context.to_owned(),
                stream: append.stream.clone(),
                row: Row {
                    event_id: event.event_id,
                    sequence,
                    name: event.name.clone(),
                    version: event.version.clone(),
                    payload: event.payload.clone(),
                    metadata: event.metadata.to_string(),
                },
                recorded_at: event.recorded_at,
            });
        }
        Self::mark(self.events.len().saturating_sub(1))
    }

    fn envelope(&self, index: usize) -> Result<Envelope, StoreError> {
        let Kept { hash, context, stream, row, recorded_at } = &self.events[index];
        Sequenced {
            seq: number(index) + 1,
            hash: hash.0.to_vec(),
            prev: index.checked_sub(1).map(|before| self.events[before].hash.0.to_vec()),
            event_id: row.event_id,
            context: context.clone(),
            stream: stream.clone(),
            sequence: row.sequence,
            name: row.name.clone(),
            version: row.version.clone(),
            payload: row.payload.clone(),
            metadata: row.metadata.clone(),
            recorded_at: Time(*recorded_at).micros(),
            mark: Self::mark(index),
        }
        .envelope()
    }
}

impl MemoryLog {
    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn taken(limit: i64) -> usize {
    usize::try_from(limit).unwrap_or(0)
}

#[async_trait]
impl Backend for MemoryLog {
    async fn append(&self, batch: &Batch) -> Result<Outcome, StoreError> {
        Ok(self.tables().append(batch))
    }

    async fn stream(&self, context: &str, stream: &str, after: i64) -> Result<Vec<Row>, StoreError> {
        let tables = self.tables();
        let rows = tables.of(context, stream).iter().skip(taken(after));
        Ok(rows.map(|index| tables.events[*index].row.clone()).collect())
    }

    async fn mark(
        &self,
        context: &str,
        stream: &str,
        sequence: Option<i64>,
    ) -> Result<Option<Mark>, StoreError> {
        let tables = self.tables();
        let events = tables.of(context, stream);
        let place = sequence.map_or(Some(events.len()), |sequence| usize::try_from(sequence).ok());
        let index = place.and_then(|place| events.get(place.checked_sub(1)?));
        Ok(index.map(|index| Tables::mark(*index)))
    }

    async fn key(&self, scope: &str, key: &str) -> Result<Option<(String, String)>, StoreError> {
        Ok(self.tables().keys.get(&(scope.to_owned(), key.to_owned())).cloned())
    }

    async fn read(&self, after: i64, limit: i64, max_bytes: i64) -> Result<Vec<Envelope>, StoreError> {
        let tables = self.tables();
        let mut bytes = 0;
        let mut found = Vec::new();
        for index in (taken(after)..tables.events.len()).take(taken(limit)) {
            found.push(tables.envelope(index)?);
            bytes += number(tables.events[index].row.payload.len());
            if bytes >= max_bytes {
                break;
            }
        }
        Ok(found)
    }

    async fn find(
        &self,
        ranges: &[StreamRange],
        after: i64,
        limit: i64,
    ) -> Result<Vec<Envelope>, StoreError> {
        let tables = self.tables();
        let wanted = |event: &Kept| {
            ranges.iter().any(|range| {
                event.context == range.context
                    && (event.stream == range.stream
                        || (range.prefix && event.stream.starts_with(&range.stream)))
            })
        };
        (taken(after)..tables.events.len())
            .filter(|index| wanted(&tables.events[*index]))
            .take(taken(limit))
            .map(|index| tables.envelope(index))
            .collect()
    }

    async fn skim(
        &self,
        after: i64,
        until: i64,
        limit: i64,
        skip: &[&str],
    ) -> Result<Vec<Envelope>, StoreError> {
        let tables = self.tables();
        (taken(after)..taken(until).min(tables.events.len()))
            .filter(|index| !skip.contains(&tables.events[*index].row.name.as_str()))
            .take(taken(limit))
            .map(|index| tables.envelope(index))
            .collect()
    }

    async fn unsequenced(&self) -> Result<i64, StoreError> {
        Ok(0)
    }

    async fn sequenced(
        &self,
        context: &str,
        stream: &str,
        after: i64,
        limit: i64,
    ) -> Result<Vec<Envelope>, StoreError> {
        let tables = self.tables();
        let events = tables.of(context, stream).iter().skip(taken(after)).take(taken(limit));
        events.map(|index| tables.envelope(*index)).collect()
    }

    async fn head(&self) -> Result<(i64, ChainHash), StoreError> {
        let tables = self.tables();
        Ok(tables
            .events
            .last()
            .map_or((0, ChainHash::GENESIS), |event| (number(tables.events.len()), event.hash)))
    }

    async fn hash_at(&self, seq: i64) -> Result<Option<ChainHash>, StoreError> {
        let tables = self.tables();
        let index = usize::try_from(seq).ok().and_then(|seq| seq.checked_sub(1));
        Ok(index.and_then(|index| tables.events.get(index)).map(|event| event.hash))
    }

    async fn lease(&self, name: &str, owner: Uuid, ttl: Duration) -> Result<Option<i64>, StoreError> {
        let mut tables = self.tables();
        let now = Instant::now();
        let lease = tables.leases.entry(name.to_owned()).or_insert(Lease {
            owner: Uuid::nil(),
            fence: 0,
            expires: now,
        });
        if lease.owner != owner {
            if lease.expires > now {
                return Ok(None);
            }
            lease.owner = owner;
            lease.fence += 1;
        }
        lease.expires = now + ttl;
        Ok(Some(lease.fence))
    }

    async fn release(&self, name: &str, owner: Uuid) -> Result<(), StoreError> {
        if let Some(lease) = self.tables().leases.get_mut(name)
            && lease.owner == owner
        {
            lease.owner = Uuid::nil();
            lease.expires = Instant::now();
        }
        Ok(())
    }

    async fn leases(&self, prefix: &str) -> Result<i64, StoreError> {
        let now = Instant::now();
        let tables = self.tables();
        let held =
            tables.leases.iter().filter(|(name, lease)| name.starts_with(prefix) && lease.expires > now);
        Ok(number(held.count()))
    }

    async fn cursor(&self, name: &str) -> Result<i64, StoreError> {
        Ok(self.tables().cursors.get(name).copied().unwrap_or(0))
    }

    async fn save_cursor(&self, name: &str, seq: i64) -> Result<(), StoreError> {
        self.tables().cursors.insert(name.to_owned(), seq);
        Ok(())
    }
}
