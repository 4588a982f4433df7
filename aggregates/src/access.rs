//! What somebody who is known did beside any command. Denied attempts: many of the same kind are one event with a count,
//! so that whoever knocks often does not fill the log. And the use of a key where nothing else tells of it.

use serde::{Deserialize, Serialize};
use touchstone_kernel::{Event, Owned, State};
use touchstone_vocabulary::{AccessId, ApiKeyId, DenialReason, Time, TokenId, UserId};

/// Attempts of the same kind, close together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Denials {
    pub user: UserId,
    /// Absent where an identity provider vouched for the caller.
    pub token: Option<TokenId>,
    /// As the served document names it.
    pub operation: String,
    pub reason: DenialReason,
    /// At least 1.
    pub count: u64,
    /// When the first of them was made; the event itself tells when they were recorded.
    pub first_at: Time,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessEvent {
    Denied(Denials),
    /// A key's secret was opened for a request that leaves no event of its own.
    KeyUsed {
        user: UserId,
        api_key: ApiKeyId,
        /// As the served document names it.
        operation: String,
    },
}

impl Event for AccessEvent {
    const CONTEXT: &'static str = "access";
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Access {
    #[default]
    Absent,
    Recorded,
}

impl State for Access {
    const STREAM: &'static str = "access";
    type Id = Owned<AccessId>;
    type Event = AccessEvent;

    fn apply(&mut self, event: &AccessEvent) {
        match event {
            AccessEvent::Denied(_) | AccessEvent::KeyUsed { .. } => *self = Self::Recorded,
        }
    }

    fn subject(_: &Owned<AccessId>) -> String {
        String::new()
    }
}
