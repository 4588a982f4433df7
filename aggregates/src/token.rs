//! A bearer token: whose it is and the digest by which it is found. The token itself is shown once and never stored.

use serde::{Deserialize, Serialize};
use touchstone_kernel::{Event, Global, State};
use touchstone_vocabulary::{TeamId, Time, TokenId, UserId};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenEvent {
    Issued {
        user: UserId,
        team: TeamId,
        /// SHA-256 of the token, hex.
        digest: String,
        expires_at: Option<Time>,
    },
    Revoked {},
}

impl Event for TokenEvent {
    const CONTEXT: &'static str = "token";
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Token {
    #[default]
    Absent,
    Active,
    Revoked,
}

impl State for Token {
    const STREAM: &'static str = "token";
    type Id = Global<TokenId>;
    type Event = TokenEvent;

    fn apply(&mut self, event: &TokenEvent) {
        *self = match event {
            TokenEvent::Issued { .. } => Self::Active,
            TokenEvent::Revoked {} => Self::Revoked,
        };
    }

    fn subject(_: &Global<TokenId>) -> String {
        String::new()
    }
}
