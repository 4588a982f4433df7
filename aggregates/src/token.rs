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
    /// To a part of an installation that is nobody's colleague: it may report work and ask for it, and read nothing.
    IssuedToService {
        service: UserId,
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

/// Whom a token speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    pub user: UserId,
    pub team: TeamId,
    pub is_service: bool,
    pub expires_at: Option<Time>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Token {
    #[default]
    Absent,
    Active(Grant),
    Revoked(Grant),
}

impl State for Token {
    const STREAM: &'static str = "token";
    type Id = Global<TokenId>;
    type Event = TokenEvent;

    fn apply(&mut self, event: &TokenEvent) {
        match event {
            TokenEvent::Issued { user, team, digest: _, expires_at } => {
                let (user, team, expires_at) = (*user, *team, *expires_at);
                *self = Self::Active(Grant { user, team, is_service: false, expires_at });
            }
            TokenEvent::IssuedToService { service: user, team, digest: _, expires_at } => {
                let (user, team, expires_at) = (*user, *team, *expires_at);
                *self = Self::Active(Grant { user, team, is_service: true, expires_at });
            }
            TokenEvent::Revoked {} => {
                if let Self::Active(grant) = self {
                    *self = Self::Revoked(*grant);
                }
            }
        }
    }

    fn subject(_: &Global<TokenId>) -> String {
        String::new()
    }
}
