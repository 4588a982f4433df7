//! The bridge to cqrs-es: our states as its aggregates, our append as its repository.
//!
//! Only loading and committing go through it, in its plain event-store mode. Its framework, queries, views and
//! snapshots stay unused: they act after the commit and drop errors, or apply events twice.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use cqrs_es::event_sink::EventSink;
use cqrs_es::persist::{
    PersistedEventRepository, PersistedEventStore, PersistenceError, ReplayStream, SerializedEvent,
    SerializedSnapshot,
};
use cqrs_es::{Aggregate, AggregateError, DomainEvent};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use touchstone_kernel::{Event, Meta, Rejection, State};
use touchstone_vocabulary::Time;

use crate::StoreError;
use crate::append::{Append, Batch, KeyRow, Outcome};
use crate::store::{Raw, Store};

/// A state as cqrs-es wants it. It is never written: the log holds events only, so it has no content of its own.
#[derive(Default)]
pub(crate) struct Root<S>(pub S);

impl<S> Serialize for Root<S> {
    fn serialize<T: Serializer>(&self, serializer: T) -> Result<T::Ok, T::Error> {
        serializer.serialize_unit()
    }
}

impl<'de, S: Default> Deserialize<'de> for Root<S> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <()>::deserialize(deserializer).map(|()| Self::default())
    }
}

impl<S: State> Aggregate for Root<S> {
    const TYPE: &'static str = S::STREAM;
    /// Decisions are taken by our commands, never in here.
    type Command = Infallible;
    type Event = Stored<S::Event>;
    type Error = Infallible;
    type Services = ();

    async fn handle(&mut self, command: Infallible, (): &(), _: &EventSink<Self>) -> Result<(), Infallible> {
        match command {}
    }

    fn apply(&mut self, event: Stored<S::Event>) {
        self.0.apply(&event.0);
    }
}

/// An event as cqrs-es wants it. Written as serde's tagged enum; read from wire name and payload, see
/// [`crate::upcast`].
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stored<E>(pub E);

impl<E: Event> DomainEvent for Stored<E> {
    fn event_type(&self) -> String {
        crate::wire::encode(&self.0).map_or_else(|fault| fault.name, |(name, _)| name)
    }

    fn event_version(&self) -> String {
        self.0.version().to_string()
    }
}

impl<E: Serialize> Serialize for Stored<E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

#[derive(Deserialize)]
struct Wire {
    name: String,
    payload: Value,
}

impl<'de, E: Event> Deserialize<'de> for Stored<E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Wire { name, payload } = Wire::deserialize(deserializer)?;
        let tag = name
            .strip_prefix(E::CONTEXT)
            .and_then(|rest| rest.strip_prefix('.'))
            .ok_or_else(|| D::Error::custom(format!("{name} is no event of {}", E::CONTEXT)))?;
        // A variant without fields is a bare string in serde's form, an empty object on the wire.
        if payload.as_object().is_some_and(Map::is_empty)
            && let Ok(event) = serde_json::from_value(Value::String(tag.to_owned()))
        {
            return Ok(Self(event));
        }
        serde_json::from_value(Value::Object(Map::from_iter([(tag.to_owned(), payload)])))
            .map(Self)
            .map_err(|fault| D::Error::custom(format!("{name}: {fault}")))
    }
}

/// What a commit needs beyond its events.
pub(crate) struct Plan {
    pub meta: Meta,
    /// Of each event, in order.
    pub natural_keys: Vec<Option<String>>,
    /// Reservations that stand or fall with the events.
    pub claims: Vec<Append>,
    pub key: Option<KeyRow>,
    pub version: i64,
}

/// One command's repository: reads its stream, and turns the commit into one append whose outcome it keeps.
#[derive(Clone)]
pub(crate) struct Recording {
    store: Store,
    context: &'static str,
    stream: String,
    subject: String,
    plan: Arc<Mutex<Option<Plan>>>,
    outcome: Arc<Mutex<Option<Outcome>>>,
}

impl Recording {
    pub(crate) fn new<S: State>(store: &Store, id: &S::Id) -> Self {
        Self {
            store: store.clone(),
            context: S::STREAM,
            stream: id.to_string(),
            subject: S::subject(id),
            plan: Arc::default(),
            outcome: Arc::default(),
        }
    }

    /// cqrs-es over this repository.
    pub(crate) fn event_store<S: State>(&self) -> PersistedEventStore<Self, Root<S>> {
        PersistedEventStore::new_event_store(self.clone())
            .with_upcasters(self.store.upcasters().for_folding())
    }

    pub(crate) fn plan(&self, plan: Plan) {
        *self.plan.lock().unwrap_or_else(PoisonError::into_inner) = Some(plan);
    }

    /// What became of the append, when it came that far.
    pub(crate) fn outcome(&self) -> Option<Outcome> {
        self.outcome.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    async fn append(&self, events: &[SerializedEvent]) -> Result<Outcome, StoreError> {
        let plan = self.plan.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Plan { meta, natural_keys, claims, key, version } = plan.ok_or(StoreError::Closed)?;
        let mut raw = Vec::with_capacity(events.len());
        for (event, natural_key) in events.iter().zip(natural_keys) {
            let (name, payload) = crate::wire::split(self.context, &event.payload.to_string())?;
            raw.push(Raw { name, version: event.event_version.clone(), payload, natural_key });
        }
        let main = self
            .store
            .prepare(self.context, self.stream.clone(), self.subject.clone(), version, raw, &meta)
            .await?;
        let mut batch = Batch { appends: claims, key };
        if !main.events.is_empty() {
            batch.appends.insert(0, main);
        }
        self.store.commit(&batch).await
    }

    async fn read(&self, after: usize) -> Result<Vec<SerializedEvent>, StoreError> {
        let after = i64::try_from(after).unwrap_or(i64::MAX);
        let rows = self.store.backend().stream(self.context, &self.stream, after).await?;
        self.store.open_rows(self.context, &self.stream, rows).await
    }
}

impl PersistedEventRepository for Recording {
    /// Where nothing can be sealed, postgres-es reads the stream. Elsewhere we do: opening a text takes the event's
    /// id, and that is no column of postgres-es.
    async fn get_events<A: Aggregate>(
        &self,
        aggregate_id: &str,
    ) -> Result<Vec<SerializedEvent>, PersistenceError> {
        match self.store.postgres_es() {
            Some(repository) if self.subject.is_empty() => repository.get_events::<A>(aggregate_id).await,
            _ => self.read(0).await.map_err(PersistenceError::from),
        }
    }

    async fn get_last_events<A: Aggregate>(
        &self,
        aggregate_id: &str,
        last_sequence: usize,
    ) -> Result<Vec<SerializedEvent>, PersistenceError> {
        match self.store.postgres_es() {
            Some(repository) if self.subject.is_empty() => {
                repository.get_last_events::<A>(aggregate_id, last_sequence).await
            }
            _ => self.read(last_sequence).await.map_err(PersistenceError::from),
        }
    }

    async fn get_snapshot<A: Aggregate>(
        &self,
        _: &str,
    ) -> Result<Option<SerializedSnapshot>, PersistenceError> {
        Ok(None)
    }

    async fn persist<A: Aggregate>(
        &self,
        events: &[SerializedEvent],
        _: Option<(String, Value, usize)>,
    ) -> Result<(), PersistenceError> {
        let outcome = self.append(events).await?;
        let conflict = outcome == Outcome::Conflict;
        *self.outcome.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
        if conflict { Err(PersistenceError::OptimisticLockError) } else { Ok(()) }
    }

    async fn stream_events<A: Aggregate>(&self, _: &str) -> Result<ReplayStream, PersistenceError> {
        Err(not_followed_here())
    }

    async fn stream_all_events<A: Aggregate>(&self) -> Result<ReplayStream, PersistenceError> {
        Err(not_followed_here())
    }
}

/// A replay of cqrs-es ends silently when the database fails.
fn not_followed_here() -> PersistenceError {
    PersistenceError::UnknownError("follow the log by seq instead".into())
}

impl From<StoreError> for PersistenceError {
    fn from(fault: StoreError) -> Self {
        match fault {
            StoreError::Corrupt(_) => Self::UnknownError(Box::new(fault)),
            other => Self::ConnectionError(Box::new(other)),
        }
    }
}

/// What the caller of a command learns of an error that came through cqrs-es.
pub(crate) fn rejection(fault: AggregateError<Infallible>) -> Rejection {
    match fault {
        AggregateError::UserError(never) => match never {},
        AggregateError::AggregateConflict => Rejection::Contended,
        AggregateError::DeserializationError(fault) => Rejection::Corrupt(fault.to_string()),
        AggregateError::DatabaseConnectionError(fault) | AggregateError::UnexpectedError(fault) => {
            match fault.downcast::<StoreError>() {
                Ok(fault) => (*fault).into(),
                Err(other) => Rejection::Unavailable(other.to_string()),
            }
        }
    }
}

/// The metadata map of cqrs-es. Our rows carry the same facts with keys in a fixed order.
pub(crate) fn facts(meta: &Meta) -> HashMap<String, String> {
    HashMap::from([
        ("actor".to_owned(), meta.actor.to_string()),
        ("correlation".to_owned(), meta.correlation.to_string()),
        ("at".to_owned(), Time::micros(meta.at).to_string()),
    ])
}
