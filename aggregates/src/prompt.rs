//! A prompt of a team: one conversation to be sent to a target, and what its answer is judged by.
//!
//! A prompt is changed in place. An evaluation names the version of the stream that it asks, so that a change does not
//! reach what is already running.

use serde::{Deserialize, Serialize};
use touchstone_kernel::{Event, Owned, Sealed, State};
use touchstone_vocabulary::{Criteria, LineageKind, Message, PromptId, UserId, Writer};

/// What a generated prompt was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lineage {
    pub kind: LineageKind,
    /// The sentence, rule, persona or tool itself.
    pub source: String,
    /// Where it stands, such as a file and its page.
    pub place: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PromptEvent {
    Created {
        created_by: UserId,
        messages: Sealed<Vec<Message>>,
        description: Sealed<String>,
        tags: Vec<String>,
        criteria: Sealed<Criteria>,
        /// Absent where a person wrote it.
        lineage: Option<Sealed<Lineage>>,
        /// The model in whose words it asks, where it is not in ours or a person's.
        writer: Option<Writer>,
    },
    /// Only what changed is present.
    Updated {
        messages: Option<Sealed<Vec<Message>>>,
        description: Option<Sealed<String>>,
        tags: Option<Vec<String>>,
        criteria: Option<Sealed<Criteria>>,
    },
}

impl Event for PromptEvent {
    const CONTEXT: &'static str = "prompt";

    fn version(&self) -> u32 {
        match self {
            // Version 1 knew no model that writes.
            Self::Created { .. } => 2,
            Self::Updated { .. } => 1,
        }
    }
}

/// A prompt as it reads now.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    pub messages: Sealed<Vec<Message>>,
    pub description: Sealed<String>,
    pub tags: Vec<String>,
    pub criteria: Sealed<Criteria>,
    pub lineage: Option<Sealed<Lineage>>,
    pub writer: Option<Writer>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub enum Prompt {
    #[default]
    Absent,
    Written(Box<Draft>),
}

impl Prompt {
    pub fn draft(&self) -> Option<&Draft> {
        match self {
            Self::Absent => None,
            Self::Written(draft) => Some(draft),
        }
    }
}

impl State for Prompt {
    const STREAM: &'static str = "prompt";
    type Id = Owned<PromptId>;
    type Event = PromptEvent;

    fn apply(&mut self, event: &PromptEvent) {
        match (event, self) {
            (
                PromptEvent::Created {
                    created_by: _,
                    messages,
                    description,
                    tags,
                    criteria,
                    lineage,
                    writer,
                },
                state,
            ) => {
                *state = Self::Written(Box::new(Draft {
                    messages: messages.clone(),
                    description: description.clone(),
                    tags: tags.clone(),
                    criteria: criteria.clone(),
                    lineage: lineage.clone(),
                    writer: writer.clone(),
                }));
            }
            (PromptEvent::Updated { messages, description, tags, criteria }, Self::Written(draft)) => {
                if let Some(messages) = messages {
                    draft.messages = messages.clone();
                }
                if let Some(description) = description {
                    draft.description = description.clone();
                }
                if let Some(tags) = tags {
                    draft.tags.clone_from(tags);
                }
                if let Some(criteria) = criteria {
                    draft.criteria = criteria.clone();
                }
            }
            (PromptEvent::Updated { .. }, Self::Absent) => {}
        }
    }

    fn subject(id: &Owned<PromptId>) -> String {
        format!("team:{}", id.team)
    }
}
