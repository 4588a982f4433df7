//! The store: folds streams, and adds to them on condition of a version.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use cqrs_es::EventStore as _;
use cqrs_es::persist::SerializedEvent;
use postgres_es::PostgresEventRepository;
use tokio::sync::{Notify, watch};
use touchstone_kernel::{Event, Kind, Meta, Metadata, Receipt, Rejection, State, event_id, lane};
use touchstone_vault::{DataKey, Vault};
use uuid::Uuid;

use crate::append::{Answer, Append, Batch, Fresh, Outcome, key_row, metadata};
use crate::backend::{Backend, Row};
use crate::bridge::{self, Recording};
use crate::database::Database;
use crate::locks::Locks;
use crate::log::Log;
use crate::postgres::PostgresLog;
use crate::request::InFlight;
use crate::sqlite::SqliteLog;
use crate::upcast::Upcasters;
use crate::writer::{Queue, Writer};
use crate::{StoreError, seal, wire};

/// A folded stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded<S> {
    pub state: S,
    /// The sequence of its last event; 0 when there is none.
    pub version: i64,
}

/// Events on their way into a stream: encoded and sealed, but not stored.
#[derive(Debug)]
pub struct Prepared(Append);

/// The event store of one database. Clones share everything.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    database: Database,
    vault: Vault,
    backend: Arc<dyn Backend>,
    postgres: Option<PostgresLog>,
    postgres_es: Option<PostgresEventRepository>,
    upcasters: Upcasters,
    streams: Locks,
    /// Beside the streams' own locks, so that a command may wait for its claims while it holds its stream.
    claims: Locks,
    appended: Notify,
    advanced: watch::Sender<i64>,
    queue: Queue,
    requests: InFlight,
}

/// An event that is encoded but not sealed.
pub(crate) struct Raw {
    pub name: String,
    pub version: String,
    pub payload: String,
    pub natural_key: Option<String>,
}

impl Store {
    /// Opens the log of a migrated database. Refuses one that was restored into another cluster until
    /// [`crate::after_restore`] has run.
    pub async fn open(database: Database, vault: Vault) -> Result<Self, StoreError> {
        Self::open_with(database, vault, Upcasters::registry()).await
    }

    pub(crate) async fn open_with(
        database: Database,
        vault: Vault,
        upcasters: Upcasters,
    ) -> Result<Self, StoreError> {
        let (backend, postgres): (Arc<dyn Backend>, _) = match &database {
            Database::Memory(memory) => (Arc::clone(&memory.log) as _, None),
            Database::Sqlite { write, read } => {
                (Arc::new(SqliteLog { write: write.clone(), read: read.clone() }), None)
            }
            Database::Postgres { write, .. } => {
                let log = PostgresLog::open(write.clone()).await?;
                if log.is_restored().await? {
                    return Err(StoreError::Restored);
                }
                (Arc::new(log.clone()), Some(log))
            }
        };
        let (head, _) = backend.head().await?;
        let inner = Inner {
            postgres_es: postgres.as_ref().map(|log| PostgresEventRepository::new(log.pool.clone())),
            database,
            vault,
            backend,
            postgres,
            upcasters,
            streams: Locks::new(),
            claims: Locks::new(),
            appended: Notify::new(),
            advanced: watch::Sender::new(head),
            queue: Queue::default(),
            requests: InFlight::default(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    pub(crate) fn from_inner(inner: Arc<Inner>) -> Self {
        Self { inner }
    }

    pub(crate) fn downgrade(&self) -> Weak<Inner> {
        Arc::downgrade(&self.inner)
    }

    pub(crate) fn requests(&self) -> &InFlight {
        &self.inner.requests
    }

    pub(crate) fn queue(&self) -> &Queue {
        &self.inner.queue
    }

    pub fn database(&self) -> &Database {
        &self.inner.database
    }

    pub fn vault(&self) -> &Vault {
        &self.inner.vault
    }

    /// The log by `seq`.
    #[must_use]
    pub fn log(&self) -> Log {
        Log::new(self.clone())
    }

    /// The appends of many streams, joined.
    #[must_use]
    pub fn writer(&self) -> Writer {
        Writer::new(self.clone())
    }

    /// Folds a stream. An unknown stream is the default state at version 0.
    pub async fn load<S: State>(&self, id: &S::Id) -> Result<Loaded<S>, Rejection> {
        let events = Recording::new::<S>(self, id).event_store::<S>();
        let context = events.load_aggregate(&id.to_string()).await.map_err(bridge::rejection)?;
        Ok(Loaded { state: context.aggregate.0, version: version(context.current_sequence) })
    }

    /// Adds events to a stream whose version is `expected`, else [`Rejection::Contended`]. The same events under the
    /// same `meta.command` added twice stand once and succeed twice. No events: nothing is checked or stored, except
    /// the idempotency key.
    pub async fn append<S: State>(
        &self,
        id: &S::Id,
        expected: i64,
        events: &[S::Event],
        meta: &Meta,
    ) -> Result<Receipt, Rejection> {
        let prepared = self.prepare_events::<S>(id, expected, events, meta).await?;
        self.append_prepared(prepared, meta).await
    }

    /// The first half of [`Store::append`]: encodes the events and seals their texts, and stores nothing.
    pub async fn prepare_events<S: State>(
        &self,
        id: &S::Id,
        expected: i64,
        events: &[S::Event],
        meta: &Meta,
    ) -> Result<Prepared, Rejection> {
        Ok(Prepared(self.encode_events::<S>(id, expected, events, meta).await?))
    }

    /// The second half: guard, idempotency row and events, in one statement.
    pub async fn append_prepared(&self, prepared: Prepared, meta: &Meta) -> Result<Receipt, Rejection> {
        self.append_alone(prepared.0, meta).await
    }

    pub(crate) async fn append_alone(&self, append: Append, meta: &Meta) -> Result<Receipt, Rejection> {
        let answer = answer(&append);
        let key = match &meta.idempotency {
            Some(key) => Some(key_row(meta, key, &answer).map_err(|fault| encoding(&fault))?),
            None if append.events.is_empty() => return self.receipt(answer).await,
            None => None,
        };
        let _held = self.hold([(append.context, append.stream.as_str())].into_iter()).await;
        let appends = if append.events.is_empty() { Vec::new() } else { vec![append] };
        let outcome = self.commit(&Batch { appends, key }).await?;
        self.settle(outcome, answer, meta).await
    }

    /// What the caller learns of an outcome; `answer` is what it should have become.
    pub(crate) async fn settle(
        &self,
        outcome: Outcome,
        answer: Answer,
        meta: &Meta,
    ) -> Result<Receipt, Rejection> {
        match outcome {
            Outcome::Stored(marks) => match marks.first() {
                Some(mark) if answer.changed => Ok(Receipt {
                    context: answer.context,
                    stream: answer.stream,
                    version: answer.version,
                    mark: *mark,
                    changed: true,
                }),
                _ => self.receipt(answer).await,
            },
            Outcome::Repeated { digest, answer } => self.repeated(&digest, &answer, meta).await,
            Outcome::Conflict => Err(Rejection::Contended),
            Outcome::Duplicate => Err(Rejection::Refused {
                kind: Kind::Conflict,
                field: None,
                message: "this has been recorded already".to_owned(),
            }),
        }
    }

    /// The stored answer to a repeated request, or a refusal when the request differs.
    pub(crate) async fn repeated(
        &self,
        digest: &str,
        answer: &str,
        meta: &Meta,
    ) -> Result<Receipt, Rejection> {
        if meta.idempotency.as_ref().is_none_or(|key| key.digest != digest) {
            return Err(Rejection::KeyReused);
        }
        let answer = serde_json::from_str(answer)
            .map_err(|fault| Rejection::Corrupt(format!("a stored receipt: {fault}")))?;
        self.receipt(answer).await
    }

    /// A receipt with the mark of the event it ended at.
    pub(crate) async fn receipt(&self, answer: Answer) -> Result<Receipt, Rejection> {
        let mark = self.backend().mark(&answer.context, &answer.stream, Some(answer.version)).await?;
        Ok(Receipt {
            context: answer.context,
            stream: answer.stream,
            version: answer.version,
            mark: mark.unwrap_or_default(),
            changed: answer.changed,
        })
    }

    /// Stores a batch and wakes whoever follows the log.
    pub(crate) async fn commit(&self, batch: &Batch) -> Result<Outcome, StoreError> {
        let outcome = self.backend().append(batch).await?;
        if let Outcome::Stored(marks) = &outcome {
            if self.inner.postgres.is_none() {
                let newest = marks.iter().map(|mark| mark.position).max().unwrap_or(0);
                self.publish(newest);
            }
            self.inner.appended.notify_one();
        }
        Ok(outcome)
    }

    /// Encodes and seals typed events.
    pub(crate) async fn encode_events<S: State>(
        &self,
        id: &S::Id,
        expected: i64,
        events: &[S::Event],
        meta: &Meta,
    ) -> Result<Append, StoreError> {
        let raw = events
            .iter()
            .map(|event| {
                let (name, payload) = wire::encode(event)?;
                let version = event.version().to_string();
                Ok(Raw { name, version, payload, natural_key: event.natural_key() })
            })
            .collect::<Result<Vec<_>, StoreError>>()?;
        self.prepare(S::STREAM, id.to_string(), S::subject(id), expected, raw, meta).await
    }

    /// Gives events their ids and seals them.
    pub(crate) async fn prepare(
        &self,
        context: &'static str,
        stream: String,
        subject: String,
        expected: i64,
        raw: Vec<Raw>,
        meta: &Meta,
    ) -> Result<Append, StoreError> {
        let key = if raw.iter().any(|event| seal::has_open(&event.payload)) {
            self.inner.vault.data_key_or_create(&subject).await?
        } else {
            None
        };
        let metadata = metadata(meta, context, &stream, subject)
            .map_err(|fault| StoreError::Corrupt(fault.to_string()))?;
        let mut events = Vec::with_capacity(raw.len());
        for (index, Raw { name, version, payload, natural_key }) in raw.into_iter().enumerate() {
            let unique = natural_key.unwrap_or_else(|| format!("{}/{index}", meta.command));
            let event_id = event_id(context, &stream, &unique);
            let payload = if seal::has_open(&payload) {
                seal::seal(event_id, &payload, key.as_ref())?
            } else {
                payload
            };
            let metadata = Arc::clone(&metadata);
            events.push(Fresh { event_id, name, version, payload, metadata, recorded_at: meta.at.micros() });
        }
        Ok(Append { context, stream, expected, events })
    }

    /// A stream's rows as cqrs-es takes them, opened.
    pub(crate) async fn open_rows(
        &self,
        context: &str,
        stream: &str,
        rows: Vec<Row>,
    ) -> Result<Vec<SerializedEvent>, StoreError> {
        let mut keys = self.keys();
        let mut opened = Vec::with_capacity(rows.len());
        for row in rows {
            let fault = |what: serde_json::Error| {
                StoreError::Corrupt(format!("event {} of {context} {stream}: {what}", row.sequence))
            };
            let payload = keys.open((context, stream), row.event_id, &row.metadata, row.payload).await?;
            opened.push(SerializedEvent {
                aggregate_id: stream.to_owned(),
                sequence: usize::try_from(row.sequence).unwrap_or(usize::MAX),
                aggregate_type: context.to_owned(),
                event_type: row.name,
                event_version: row.version,
                payload: serde_json::from_str(&payload).map_err(fault)?,
                metadata: serde_json::from_str(&row.metadata).map_err(fault)?,
            });
        }
        Ok(opened)
    }

    /// Takes or renews a lease on the database's clock. The fence grows whenever the lease goes to another owner;
    /// `None` while another holds it.
    pub async fn lease(&self, name: &str, owner: Uuid, ttl: Duration) -> Result<Option<i64>, StoreError> {
        self.backend().lease(name, owner, ttl).await
    }

    /// Gives a lease back, if it is still ours.
    pub async fn release(&self, name: &str, owner: Uuid) -> Result<(), StoreError> {
        self.backend().release(name, owner).await
    }

    /// How many leases whose name starts so are held just now.
    pub async fn leases(&self, prefix: &str) -> Result<i64, StoreError> {
        self.backend().leases(prefix).await
    }

    /// The `seq` that a follower has stored under its name; 0 when it has not.
    pub async fn cursor(&self, name: &str) -> Result<i64, StoreError> {
        self.backend().cursor(name).await
    }

    pub async fn save_cursor(&self, name: &str, seq: i64) -> Result<(), StoreError> {
        self.backend().save_cursor(name, seq).await
    }

    /// How many stored events still wait for their `seq`; counts the whole log.
    pub async fn unsequenced(&self) -> Result<i64, StoreError> {
        self.backend().unsequenced().await
    }

    pub(crate) async fn hold<'a>(
        &self,
        streams: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Vec<tokio::sync::OwnedMutexGuard<()>> {
        self.inner.streams.hold(streams).await
    }

    pub(crate) fn claim_locks(&self) -> &Locks {
        &self.inner.claims
    }

    pub(crate) fn backend(&self) -> &dyn Backend {
        &*self.inner.backend
    }

    pub(crate) fn postgres(&self) -> Option<&PostgresLog> {
        self.inner.postgres.as_ref()
    }

    pub(crate) fn postgres_es(&self) -> Option<&PostgresEventRepository> {
        self.inner.postgres_es.as_ref()
    }

    pub(crate) fn upcasters(&self) -> &Upcasters {
        &self.inner.upcasters
    }

    /// Resolves soon after an append of this process.
    pub(crate) async fn appended(&self) {
        self.inner.appended.notified().await;
    }

    pub(crate) fn newest(&self) -> watch::Receiver<i64> {
        self.inner.advanced.subscribe()
    }

    pub(crate) fn publish(&self, seq: i64) {
        self.inner.advanced.send_if_modified(|newest| {
            let grown = seq > *newest;
            *newest = seq.max(*newest);
            grown
        });
    }

    pub(crate) fn keys(&self) -> Keys<'_> {
        Keys { vault: &self.inner.vault, seen: HashMap::new() }
    }
}

/// The data keys that one reading needs, each asked for once.
pub(crate) struct Keys<'a> {
    vault: &'a Vault,
    seen: HashMap<String, Option<DataKey>>,
}

impl Keys<'_> {
    /// Opens a payload whose stream or metadata names the subject.
    pub(crate) async fn open(
        &mut self,
        (context, stream): (&str, &str),
        event: Uuid,
        metadata: &str,
        payload: String,
    ) -> Result<String, StoreError> {
        if !seal::has_shut(&payload) {
            return Ok(payload);
        }
        let Metadata { subject, .. } = serde_json::from_str(metadata)
            .map_err(|fault| StoreError::Corrupt(format!("metadata of event {event}: {fault}")))?;
        let subject = subject.unwrap_or_else(|| lane(context, stream));
        let key = if let Some(key) = self.seen.get(&subject) {
            key.clone()
        } else {
            let key = self.vault.data_key(&subject).await?;
            self.seen.insert(subject, key.clone());
            key
        };
        seal::open(event, &payload, key.as_ref())
    }
}

/// What an append leaves under its idempotency key.
pub(crate) fn answer(append: &Append) -> Answer {
    Answer {
        context: append.context.to_owned(),
        stream: append.stream.clone(),
        version: append.version(),
        changed: !append.events.is_empty(),
    }
}

pub(crate) fn version(sequence: usize) -> i64 {
    i64::try_from(sequence).unwrap_or(i64::MAX)
}

pub(crate) fn encoding(fault: &serde_json::Error) -> Rejection {
    StoreError::Corrupt(fault.to_string()).into()
}
