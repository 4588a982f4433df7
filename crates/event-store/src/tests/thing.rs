//! A stream kind for tests: a thing that is made, is told texts, and ends.

use serde::{Deserialize, Serialize};
use touchstone_kernel::{Claim, Command, Event, Kind, Meta, Nothing, Owned, Refusal, Sealed, State, Within};
use touchstone_vocabulary::NodeId;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Part {
    pub note: Sealed<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ThingEvent {
    Made {
        name: String,
    },
    Said {
        text: Sealed<String>,
        parts: Vec<Part>,
    },
    /// Counted at most once per number.
    Counted {
        number: u32,
    },
    Ended,
}

impl Event for ThingEvent {
    const CONTEXT: &'static str = "thing";

    fn natural_key(&self) -> Option<String> {
        match self {
            Self::Counted { number } => Some(format!("counted/{number}")),
            Self::Made { .. } | Self::Said { .. } | Self::Ended => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) enum Thing {
    #[default]
    Absent,
    Open {
        name: String,
        said: Vec<Sealed<String>>,
        counted: u32,
    },
    Ended,
}

impl State for Thing {
    const STREAM: &'static str = "thing";
    type Id = Owned<NodeId>;
    type Event = ThingEvent;

    fn apply(&mut self, event: &ThingEvent) {
        match (event, &mut *self) {
            (ThingEvent::Made { name }, _) => {
                *self = Self::Open { name: name.clone(), said: Vec::new(), counted: 0 };
            }
            (ThingEvent::Said { text, .. }, Self::Open { said, .. }) => said.push(text.clone()),
            (ThingEvent::Counted { .. }, Self::Open { counted, .. }) => *counted += 1,
            (ThingEvent::Ended, _) => *self = Self::Ended,
            (_, Self::Absent | Self::Ended) => {}
        }
    }

    fn subject(id: &Self::Id) -> String {
        format!("thing:{id}")
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ThingRefusal {
    #[error("the thing has ended")]
    Ended,
    #[error("another thing is still open")]
    TooEarly,
}

impl Refusal for ThingRefusal {
    fn kind(&self) -> Kind {
        Kind::Conflict
    }
}

/// Makes a thing whose name is unique in its team.
#[derive(Debug, Clone)]
pub(crate) struct MakeThing {
    pub id: Owned<NodeId>,
    pub name: String,
}

impl Command for MakeThing {
    type On = Thing;
    type Wants = Nothing;
    type Refusal = ThingRefusal;

    fn stream(&self) -> Owned<NodeId> {
        self.id
    }

    fn decide(&self, state: &Thing, _: &[Nothing], _: &Meta) -> Result<Vec<ThingEvent>, ThingRefusal> {
        match state {
            Thing::Absent => Ok(vec![ThingEvent::Made { name: self.name.clone() }]),
            Thing::Open { .. } => Ok(Vec::new()),
            Thing::Ended => Err(ThingRefusal::Ended),
        }
    }

    fn claims(&self, _: &Thing, _: &[ThingEvent]) -> Vec<Claim> {
        vec![claim(self.id, &self.name, true)]
    }
}

/// Ends a thing and gives its name back, once another has ended.
#[derive(Debug, Clone)]
pub(crate) struct EndThing {
    pub id: Owned<NodeId>,
    pub after: Option<Owned<NodeId>>,
}

impl Command for EndThing {
    type On = Thing;
    type Wants = Thing;
    type Refusal = ThingRefusal;

    fn stream(&self) -> Owned<NodeId> {
        self.id
    }

    fn wants(&self, _: &Thing) -> Vec<Owned<NodeId>> {
        self.after.into_iter().collect()
    }

    fn decide(&self, state: &Thing, facts: &[Thing], _: &Meta) -> Result<Vec<ThingEvent>, ThingRefusal> {
        if facts.iter().any(|other| matches!(other, Thing::Open { .. })) {
            return Err(ThingRefusal::TooEarly);
        }
        match state {
            Thing::Absent => Ok(Vec::new()),
            Thing::Open { .. } => Ok(vec![ThingEvent::Ended]),
            Thing::Ended => Err(ThingRefusal::Ended),
        }
    }

    fn claims(&self, state: &Thing, _: &[ThingEvent]) -> Vec<Claim> {
        match state {
            Thing::Open { name, .. } => vec![claim(self.id, name, false)],
            Thing::Absent | Thing::Ended => Vec::new(),
        }
    }
}

/// Says one thing more, whatever was said: the command that races best.
#[derive(Debug, Clone)]
pub(crate) struct Say {
    pub id: Owned<NodeId>,
}

impl Command for Say {
    type On = Thing;
    type Wants = Nothing;
    type Refusal = ThingRefusal;

    fn stream(&self) -> Owned<NodeId> {
        self.id
    }

    fn decide(&self, state: &Thing, _: &[Nothing], _: &Meta) -> Result<Vec<ThingEvent>, ThingRefusal> {
        match state {
            Thing::Open { said, .. } => {
                Ok(vec![ThingEvent::Said { text: said.len().to_string().into(), parts: Vec::new() }])
            }
            Thing::Absent => Ok(Vec::new()),
            Thing::Ended => Err(ThingRefusal::Ended),
        }
    }
}

fn claim(id: Owned<NodeId>, name: &str, take: bool) -> Claim {
    Claim {
        within: Within::Team(id.team),
        scope: "thing_name",
        digest: name.to_owned(),
        take,
        refusal: "there is a thing of this name",
        field: "name",
    }
}
