//! A recorded event as everything downstream sees it.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use touchstone_vocabulary::{TeamId, Time, UserId};
use uuid::Uuid;

use crate::{ChainHash, Event, Mark, Stored, WireFault, decode};

/// One event at its final place in the log, sealed texts still sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Envelope {
    /// Dense, from 1.
    pub seq: i64,
    pub hash: ChainHash,
    /// The hash before this event.
    pub prev: ChainHash,
    pub event_id: Uuid,
    /// Stream kind, e.g. `evaluation`.
    pub context: String,
    /// Stream id, e.g. `<team>/<evaluation>`.
    pub stream: String,
    /// Place in the stream, from 1.
    pub sequence: i64,
    /// Wire name, e.g. `evaluation.canceled`.
    pub name: String,
    pub version: String,
    pub recorded_at: Time,
    pub mark: Mark,
    /// Exactly the stored text; absent when it is too large to travel and must be read from the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<Box<RawValue>>,
    /// Exactly the stored text of a [`Metadata`].
    pub metadata: Box<RawValue>,
}

/// Who and why, beside the payload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    pub actor: String,
    /// In whose name; absent where the stream's first segment says it, or there is nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<TeamId>,
    /// Whose data key seals the payload's texts; absent where it is the event's lane.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    pub correlation: Uuid,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causation: Option<Uuid>,
}

impl Metadata {
    /// The person behind the event, where it was one.
    pub fn user(&self) -> Option<UserId> {
        self.actor.strip_prefix("user:").and_then(|id| id.parse().ok())
    }
}

impl Envelope {
    /// First segment of the stream id: the team, or `_`.
    pub fn team_segment(&self) -> &str {
        self.stream.split('/').next().unwrap_or("_")
    }

    /// The unit within which order matters to projections: the evaluation for evaluation and probe_run events, the
    /// stream otherwise.
    pub fn lane(&self) -> String {
        lane(&self.context, &self.stream)
    }

    pub fn metadata(&self) -> Result<Metadata, WireFault> {
        serde_json::from_str(self.metadata.get())
            .map_err(|e| WireFault { name: self.name.clone(), reason: format!("metadata: {e}") })
    }

    /// What its hash covers; `None` while the payload is still in the log.
    pub fn stored(&self) -> Option<Stored<'_>> {
        Some(Stored {
            event_id: self.event_id,
            context: &self.context,
            stream: &self.stream,
            sequence: self.sequence,
            name: &self.name,
            version: &self.version,
            payload: self.payload.as_ref()?.get(),
            metadata: self.metadata.get(),
            recorded_at: self.recorded_at.micros(),
        })
    }
}

/// See [`Envelope::lane`].
pub fn lane(context: &str, stream: &str) -> String {
    match context {
        "evaluation" | "probe_run" => {
            let mut parts = stream.split('/');
            format!("evaluation:{}/{}", parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
        }
        other => format!("{other}:{stream}"),
    }
}

/// An envelope whose payload has been upcast to the current version and opened where the key still exists.
#[derive(Debug, Clone)]
pub struct Recorded {
    pub envelope: Envelope,
    pub payload: Box<RawValue>,
}

/// The shape in which history is shown: on the command line and as server-sent events.
#[derive(Serialize)]
struct Shown<'a> {
    seq: i64,
    hash: ChainHash,
    event_id: Uuid,
    context: &'a str,
    stream: &'a str,
    sequence: i64,
    name: &'a str,
    version: &'a str,
    /// Microseconds.
    recorded_at: Time,
    metadata: &'a RawValue,
    payload: &'a RawValue,
}

impl Serialize for Recorded {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Envelope { seq, hash, event_id, context, stream, sequence, name, version, recorded_at, .. } =
            &self.envelope;
        Shown {
            seq: *seq,
            hash: *hash,
            event_id: *event_id,
            context,
            stream,
            sequence: *sequence,
            name,
            version,
            recorded_at: *recorded_at,
            metadata: &self.envelope.metadata,
            payload: &self.payload,
        }
        .serialize(serializer)
    }
}

impl Recorded {
    /// The typed event; fails when it is of another context or unreadable.
    pub fn event<E: Event>(&self) -> Result<E, WireFault> {
        decode(&self.envelope.name, &self.payload)
    }

    pub fn is<E: Event>(&self) -> bool {
        self.envelope.context == E::CONTEXT
    }

    pub fn at(&self) -> Time {
        self.envelope.recorded_at
    }
}
