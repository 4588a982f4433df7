//! A user: a person or service that calls. Belongs to no team by itself, so its stream stands under `_`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use touchstone_kernel::{Event, InvalidStream, Sealed, State};
use touchstone_vocabulary::UserId;

/// `_/<user>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct UserStream(pub UserId);

impl fmt::Display for UserStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "_/{}", self.0)
    }
}

impl FromStr for UserStream {
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
pub enum UserEvent {
    Registered { email: Sealed<String>, given_name: Sealed<String>, family_name: Sealed<String> },
}

impl Event for UserEvent {
    const CONTEXT: &'static str = "user";
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum User {
    #[default]
    Absent,
    Active,
}

impl State for User {
    const STREAM: &'static str = "user";
    type Id = UserStream;
    type Event = UserEvent;

    fn apply(&mut self, event: &UserEvent) {
        match event {
            UserEvent::Registered { .. } => *self = Self::Active,
        }
    }

    fn subject(id: &UserStream) -> String {
        format!("user:{}", id.0)
    }
}
