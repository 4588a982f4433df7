//! A bearer token: whose it is and the digest by which it is found. The token itself is shown once and never stored.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use touchstone_kernel::{Event, InvalidStream, State};
use touchstone_vocabulary::{TeamId, Time, TokenId, UserId};

/// `_/<token>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenStream(pub TokenId);

impl fmt::Display for TokenStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "_/{}", self.0)
    }
}

impl FromStr for TokenStream {
    type Err = InvalidStream;

    fn from_str(text: &str) -> Result<Self, InvalidStream> {
        text.strip_prefix("_/")
            .and_then(|id| id.parse().ok())
            .map(Self)
            .ok_or_else(|| InvalidStream(text.to_owned()))
    }
}

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
    type Id = TokenStream;
    type Event = TokenEvent;

    fn apply(&mut self, event: &TokenEvent) {
        *self = match event {
            TokenEvent::Issued { .. } => Self::Active,
            TokenEvent::Revoked {} => Self::Revoked,
        };
    }

    fn subject(_: &TokenStream) -> String {
        String::new()
    }
}
