//! A public event that somebody sent and that asks for nothing: a notice, kept for the audit.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use touchstone_kernel::{Event, Owned, Sealed, State};
use touchstone_vocabulary::{NoticeId, UserId};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeEvent {
    Received {
        /// One of the contract's types.
        kind: String,
        by: UserId,
        /// As it was sent.
        data: Sealed<Map<String, Value>>,
    },
}

impl Event for NoticeEvent {
    const CONTEXT: &'static str = "notice";
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Notice {
    #[default]
    Absent,
    Received,
}

impl State for Notice {
    const STREAM: &'static str = "notice";
    type Id = Owned<NoticeId>;
    type Event = NoticeEvent;

    fn apply(&mut self, event: &NoticeEvent) {
        match event {
            NoticeEvent::Received { .. } => *self = Self::Received,
        }
    }

    fn subject(id: &Owned<NoticeId>) -> String {
        format!("team:{}", id.team)
    }
}
