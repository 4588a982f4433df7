//! A reservation: who holds a name that must be unique. The streams behind every [`crate::Claim`].

use crate::{Event, State};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReservationEvent {
    Taken {
        /// Stream kind and id of the holder.
        holder: String,
    },
    Released {},
}

impl Event for ReservationEvent {
    const CONTEXT: &'static str = "reservation";
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Reservation {
    #[default]
    Absent,
    Held(String),
    Free,
}

impl State for Reservation {
    const STREAM: &'static str = "reservation";
    /// `<team>/<scope>/<digest>`; `_/<user>` or `_` in place of the team, see [`crate::Within`].
    type Id = String;
    type Event = ReservationEvent;

    fn apply(&mut self, event: &ReservationEvent) {
        *self = match event {
            ReservationEvent::Taken { holder } => Self::Held(holder.clone()),
            ReservationEvent::Released {} => Self::Free,
        };
    }

    fn subject(_: &String) -> String {
        String::new()
    }
}
