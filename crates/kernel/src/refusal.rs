//! Saying no, in four kinds.

use std::error::Error;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The content breaks a rule.
    Invalid,
    /// What the command is about does not exist for this caller.
    Missing,
    Forbidden,
    /// It exists in a state that excludes the command.
    Conflict,
}

/// Why a command was refused: a noun with a sentence for the caller.
pub trait Refusal: Error + Send + Sync + 'static {
    fn kind(&self) -> Kind;

    /// The field of the request that is to blame, where one is.
    fn field(&self) -> Option<&'static str> {
        None
    }
}

/// What a caller learns when a command did not go through.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Rejection {
    #[error("{message}")]
    Refused { kind: Kind, field: Option<&'static str>, message: String },
    #[error("somebody else changed the same thing at the same time; try again")]
    Contended,
    /// The stream has another version than the caller expects.
    #[error("it has been changed since you read it; read it again and decide anew")]
    Stale,
    /// An idempotency key was used before with another request.
    #[error("this idempotency key was used with another request")]
    KeyReused,
    #[error("the event log cannot be reached: {0}")]
    Unavailable(String),
    #[error("the event log holds something that this version cannot read: {0}")]
    Corrupt(String),
}

impl Rejection {
    pub fn refused(refusal: &impl Refusal) -> Self {
        Self::Refused { kind: refusal.kind(), field: refusal.field(), message: refusal.to_string() }
    }
}
