//! Streams: what kind, whose, and how their state folds.

use std::fmt::{self, Debug, Display};
use std::hash::Hash;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use touchstone_vocabulary::TeamId;
use uuid::Uuid;

use crate::Event;

/// A stream id in its text form, `<team>/<id>`; the team segment is `_` for what belongs to no team.
pub trait StreamId: Display + FromStr + Clone + Debug + Eq + Hash + Send + Sync + 'static {}

impl<T: Display + FromStr + Clone + Debug + Eq + Hash + Send + Sync + 'static> StreamId for T {}

/// The state of one stream: an enum whose first variant is `Absent`.
pub trait State: Default + Clone + Debug + Send + Sync + 'static {
    /// The context's word: stream kind, file name, first half of its event names.
    const STREAM: &'static str;
    type Id: StreamId;
    type Event: Event;

    /// Folds one event. Never fails: what was recorded is true.
    fn apply(&mut self, event: &Self::Event);

    /// Whose data key seals this stream's free texts, e.g. `evaluation:<team>/<id>`.
    fn subject(id: &Self::Id) -> String;

    /// Folds many events from the start.
    fn fold<'a>(events: impl IntoIterator<Item = &'a Self::Event>) -> Self {
        events.into_iter().fold(Self::default(), |mut state, event| {
            state.apply(event);
            state
        })
    }
}

/// A thing of a team: `<team>/<id>`. The same client-chosen id in two teams is two streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Owned<T> {
    pub team: TeamId,
    pub id: T,
}

impl<T> Owned<T> {
    pub const fn new(team: TeamId, id: T) -> Self {
        Self { team, id }
    }
}

impl<T: Display> Display for Owned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.team, self.id)
    }
}

/// The text is no stream id of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a stream id")]
pub struct InvalidStream(pub String);

impl<T: FromStr> FromStr for Owned<T> {
    type Err = InvalidStream;

    fn from_str(text: &str) -> Result<Self, InvalidStream> {
        let fault = || InvalidStream(text.to_owned());
        let (team, id) = text.split_once('/').ok_or_else(fault)?;
        Ok(Self { team: team.parse().map_err(|_| fault())?, id: id.parse().map_err(|_| fault())? })
    }
}

/// A thing of no team: `_/<id>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Global<T>(pub T);

impl<T: Display> Display for Global<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "_/{}", self.0)
    }
}

impl<T: FromStr> FromStr for Global<T> {
    type Err = InvalidStream;

    fn from_str(text: &str) -> Result<Self, InvalidStream> {
        text.strip_prefix("_/")
            .and_then(|id| id.parse().ok())
            .map(Self)
            .ok_or_else(|| InvalidStream(text.to_owned()))
    }
}

/// The state of a command that needs no other stream.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Nothing;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum NoEvent {}

impl Event for NoEvent {
    const CONTEXT: &'static str = "nothing";
}

impl State for Nothing {
    const STREAM: &'static str = "nothing";
    type Id = String;
    type Event = NoEvent;

    fn apply(&mut self, event: &NoEvent) {
        match *event {}
    }

    fn subject(_: &String) -> String {
        String::new()
    }
}

/// The id of an event: version 5 of its stream and what makes it unique there. The same decision taken twice gives
/// the same id, so a lost answer is recognised as a success.
pub fn event_id(context: &str, stream: &str, key: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("touchstone:{context}/{stream}#{key}").as_bytes())
}

#[cfg(test)]
mod tests {
    use touchstone_vocabulary::UserId;

    use super::*;

    #[test]
    fn stream_ids_read_back_from_their_text() {
        let owned = Owned::new(TeamId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)));
        assert_eq!(owned.to_string().parse(), Ok(owned));
        let global = Global(UserId(Uuid::from_u128(2)));
        assert_eq!(global.to_string().parse(), Ok(global));
        assert!("_/nobody".parse::<Global<UserId>>().is_err());
        assert!(global.to_string().parse::<Owned<UserId>>().is_err(), "what belongs to no team is no team's");
    }

    #[test]
    fn the_same_decision_has_the_same_id_and_any_other_another() {
        let id = event_id("evaluation", "t/e", "c/0");
        assert_eq!(id, event_id("evaluation", "t/e", "c/0"));
        for other in [
            event_id("probe_run", "t/e", "c/0"),
            event_id("evaluation", "t/f", "c/0"),
            event_id("evaluation", "t/e", "c/1"),
        ] {
            assert_ne!(id, other);
        }
    }
}
