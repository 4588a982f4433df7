//! An append as the backends see it: what to add to which streams, on condition of which versions.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use touchstone_kernel::{Actor, Idempotency, Mark, Meta, Metadata, Receipt, Stored, lane};
use touchstone_vocabulary::TeamId;
use uuid::Uuid;

/// An event that is sealed and encoded but not yet stored.
#[derive(Debug, Clone)]
pub(crate) struct Fresh {
    pub event_id: Uuid,
    pub name: String,
    pub version: String,
    pub payload: String,
    pub metadata: Arc<str>,
    /// Microseconds.
    pub recorded_at: i64,
}

/// The events to add to one stream whose version is `expected`.
#[derive(Debug, Clone)]
pub(crate) struct Append {
    pub context: &'static str,
    pub stream: String,
    pub expected: i64,
    pub events: Vec<Fresh>,
}

impl Append {
    /// The stream's version when the append stands.
    pub(crate) fn version(&self) -> i64 {
        self.expected + i64::try_from(self.events.len()).unwrap_or(i64::MAX - self.expected)
    }

    /// The events with their places in the stream.
    pub(crate) fn placed(&self) -> impl Iterator<Item = (i64, &Fresh)> {
        (self.expected + 1..).zip(&self.events)
    }

    /// The event as its hash covers it.
    pub(crate) fn stored<'a>(&'a self, sequence: i64, event: &'a Fresh) -> Stored<'a> {
        Stored {
            event_id: event.event_id,
            context: self.context,
            stream: &self.stream,
            sequence,
            name: &event.name,
            version: &event.version,
            payload: &event.payload,
            metadata: &event.metadata,
            recorded_at: event.recorded_at,
        }
    }

    pub(crate) fn receipt(&self, mark: Mark) -> Receipt {
        Receipt {
            context: self.context.to_owned(),
            stream: self.stream.clone(),
            version: self.version(),
            mark,
            changed: !self.events.is_empty(),
        }
    }
}

/// An idempotency row. The receipt's mark is not known before the append and is looked up when it is repeated.
#[derive(Debug, Clone)]
pub(crate) struct KeyRow {
    pub scope: String,
    pub key: String,
    pub digest: String,
    pub receipt: String,
    pub created_at: i64,
}

/// What is stored beside an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Answer {
    pub context: String,
    pub stream: String,
    pub version: i64,
    pub changed: bool,
}

/// Everything that stands or falls together. Each stream occurs once and has at least one event.
#[derive(Debug, Clone, Default)]
pub(crate) struct Batch {
    pub appends: Vec<Append>,
    pub key: Option<KeyRow>,
}

impl Batch {
    pub(crate) fn len(&self) -> usize {
        self.appends.iter().map(|append| append.events.len()).sum()
    }

    pub(crate) fn streams(&self) -> impl Iterator<Item = (&str, &str)> {
        self.appends.iter().map(|append| (append.context, append.stream.as_str()))
    }
}

/// What became of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The mark of the last event of each append, also when they had been stored before and only the answer was lost.
    Stored(Vec<Mark>),
    /// The idempotency key was used before, with this digest and answer.
    Repeated { digest: String, answer: String },
    /// A stream has another version. Nothing was stored.
    Conflict,
    /// One of the event ids stands elsewhere in the log: the same thing was recorded before. Nothing was stored.
    Duplicate,
}

/// Who used a key: the same key of two people or teams is two keys.
pub(crate) fn scope(team: Option<TeamId>, actor: &Actor) -> String {
    team.map_or_else(|| format!("_/{actor}"), |team| format!("{team}/{actor}"))
}

/// The idempotency row of a command.
pub(crate) fn key_row(meta: &Meta, key: &Idempotency, answer: &Answer) -> Result<KeyRow, serde_json::Error> {
    Ok(KeyRow {
        scope: scope(meta.team, &meta.actor),
        key: key.key.clone(),
        digest: key.digest.clone(),
        receipt: serde_json::to_string(answer)?,
        created_at: meta.at.micros(),
    })
}

/// The metadata text that every event of a command carries in one stream. What the stream says already is left out:
/// the text stands beside every response of an evaluation.
pub(crate) fn metadata(
    meta: &Meta,
    context: &str,
    stream: &str,
    subject: String,
) -> Result<Arc<str>, serde_json::Error> {
    let team = meta.team.filter(|team| !stream.starts_with(&format!("{team}/")));
    let metadata = Metadata {
        actor: meta.actor.to_string(),
        team,
        subject: Some(subject).filter(|subject| *subject != lane(context, stream)),
        correlation: meta.correlation,
        causation: meta.causation,
    };
    serde_json::to_string(&metadata).map(Arc::from)
}
