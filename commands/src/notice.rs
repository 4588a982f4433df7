//! Keeping public events that ask for nothing.

use serde_json::{Map, Value};
use touchstone_aggregates::notice::{Notice, NoticeEvent};
use touchstone_kernel::{Command, Kind, Meta, Nothing, Owned, Refusal, Sealed};
use touchstone_vocabulary::{NoticeId, TeamId, TextFault, check_text};

use crate::caller;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoticeRefusal {
    #[error("the type {0}")]
    BadKind(TextFault),
}

impl Refusal for NoticeRefusal {
    fn kind(&self) -> Kind {
        Kind::Invalid
    }

    fn field(&self) -> Option<&'static str> {
        Some("type")
    }
}

/// Records a public event under the id that its sender gave it. The same id again changes nothing.
#[derive(Debug, Clone)]
pub struct ReceiveNotice {
    pub team: TeamId,
    pub id: NoticeId,
    pub kind: String,
    pub data: Map<String, Value>,
}

impl Command for ReceiveNotice {
    type On = Notice;
    type Wants = Nothing;
    type Refusal = NoticeRefusal;

    fn stream(&self) -> Owned<NoticeId> {
        Owned::new(self.team, self.id)
    }

    fn decide(&self, state: &Notice, _: &[Nothing], meta: &Meta) -> Result<Vec<NoticeEvent>, NoticeRefusal> {
        check_text(&self.kind).map_err(NoticeRefusal::BadKind)?;
        Ok(match state {
            Notice::Absent => vec![NoticeEvent::Received {
                kind: self.kind.clone(),
                by: caller(meta),
                data: Sealed::Open(self.data.clone()),
            }],
            Notice::Received => Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use touchstone_kernel::testing::given;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_notice_is_received_once() {
        let receive = ReceiveNotice {
            team: TeamId(Uuid::from_u128(1)),
            id: NoticeId(Uuid::from_u128(2)),
            kind: "LOGIN_COMPLETE".into(),
            data: Map::new(),
        };
        let received = given::<Notice>(&[]).when(&receive).result().unwrap();
        assert_eq!(received.len(), 1);
        given::<Notice>(&received).when(&receive).then_nothing();
        let nameless = ReceiveNotice { kind: String::new(), ..receive };
        given::<Notice>(&[]).when(&nameless).then_refused(&NoticeRefusal::BadKind(TextFault::Empty));
    }
}
