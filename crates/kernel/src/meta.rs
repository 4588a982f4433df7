//! What surrounds a command and what comes back from it.

use std::fmt;

use serde::{Deserialize, Serialize};
use touchstone_vocabulary::{TeamId, Time, UserId};
use uuid::Uuid;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Actor {
    User(UserId),
    /// A part of the service itself, e.g. `runner`, or the operator's command line, `operator`.
    System(&'static str),
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => write!(f, "user:{id}"),
            Self::System(name) => write!(f, "system:{name}"),
        }
    }
}

/// A key that makes a repeated request one effect, and the digest of the request it came with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotency {
    pub key: String,
    pub digest: String,
}

/// A request that may come again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeatable {
    pub team: TeamId,
    pub actor: Actor,
    pub idempotency: Idempotency,
    /// Names this attempt at it.
    pub attempt: Uuid,
    pub at: Time,
}

/// Everything about a command that is not its content. Time and new ids come from the caller, so decisions need no
/// clock and tests need no mocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meta {
    pub actor: Actor,
    /// The team in whose name the command runs; `None` for the service's own streams.
    pub team: Option<TeamId>,
    pub at: Time,
    /// Names this one attempt; event ids derive from it.
    pub command: Uuid,
    pub correlation: Uuid,
    pub causation: Option<Uuid>,
    pub idempotency: Option<Idempotency>,
    /// The version that the stream must have for the command to be considered, as the caller last saw it.
    pub expected: Option<i64>,
}

impl Meta {
    /// What surrounds a command that answers to no request and no event. `id` names the attempt and all that comes of it.
    pub const fn alone(actor: Actor, team: Option<TeamId>, at: Time, id: Uuid) -> Self {
        Self {
            actor,
            team,
            at,
            command: id,
            correlation: id,
            causation: None,
            idempotency: None,
            expected: None,
        }
    }
}

/// A place in the log before it has a `seq`: comparable with a projector's progress.
///
/// `(xid, position)` on PostgreSQL, `(0, seq)` elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Mark {
    pub xid: i64,
    pub position: i64,
}

/// Proof that a command stands.
#[must_use = "a receipt tells which read models may still be behind"]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Stream kind and id.
    pub context: String,
    pub stream: String,
    /// The stream's version after the command: the sequence of its last event.
    pub version: i64,
    /// Where its last event stands; zero when nothing was ever appended.
    pub mark: Mark,
    /// False when the command had already taken effect.
    pub changed: bool,
}
