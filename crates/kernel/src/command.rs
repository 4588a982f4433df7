//! A command is a struct that decides.

use std::fmt;

use touchstone_vocabulary::{TeamId, UserId};

use crate::{Meta, Refusal, State};

/// Where a claimed name is the only one of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Within {
    Team(TeamId),
    /// Among the things of one person.
    User(UserId),
    /// In the whole installation.
    Everything,
}

/// The first part of a reservation's stream id.
impl fmt::Display for Within {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Team(team) => team.fmt(f),
            Self::User(user) => write!(f, "_/{user}"),
            Self::Everything => f.write_str("_"),
        }
    }
}

/// What must be unique, e.g. the name of an active API key in its team.
///
/// Taking a claim appends to its reservation stream in the same append as the command's own events, so the log's
/// primary key refuses the second taker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    pub within: Within,
    /// What kind of name, e.g. `api_key_name`.
    pub scope: &'static str,
    /// A digest of the normalised name: names are free text and stay out of stream ids.
    pub digest: String,
    /// `true` takes, `false` releases.
    pub take: bool,
    /// The sentence for the loser.
    pub refusal: &'static str,
    /// The field to blame.
    pub field: &'static str,
}

/// A use case: content, the stream it is about, and a pure decision.
pub trait Command: Clone + Send + Sync + 'static {
    type On: State;
    /// The kind of other streams whose state the decision needs; `Nothing` for most.
    type Wants: State;
    type Refusal: Refusal;

    fn stream(&self) -> <Self::On as State>::Id;

    /// The other streams to fold before deciding.
    fn wants(&self, _state: &Self::On) -> Vec<<Self::Wants as State>::Id> {
        Vec::new()
    }

    /// The events that make it so; none when it has already taken effect.
    fn decide(
        &self,
        state: &Self::On,
        facts: &[Self::Wants],
        meta: &Meta,
    ) -> Result<Vec<<Self::On as State>::Event>, Self::Refusal>;

    /// What the decided events take or release.
    fn claims(&self, _state: &Self::On, _events: &[<Self::On as State>::Event]) -> Vec<Claim> {
        Vec::new()
    }
}
