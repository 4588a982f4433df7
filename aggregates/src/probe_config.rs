//! A probe of a team: prompts with one goal, the detectors that judge the answers, and how they become one score.
//!
//! A probe is changed in place. An evaluation names the version of the stream that it runs.

use serde::{Deserialize, Serialize};
use touchstone_kernel::{Event, Owned, Sealed, State};
use touchstone_vocabulary::{DetectorId, ProbeId, ProbeScoring, PromptId, UserId};

/// One prompt of a probe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    pub prompt: PromptId,
    /// What its answer counts under the tinybench scorings, above 0; absent it counts 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProbeConfigEvent {
    Created {
        created_by: UserId,
        name: Sealed<String>,
        description: Sealed<String>,
        goals: Sealed<Vec<String>>,
        tags: Vec<String>,
        detectors: Vec<DetectorId>,
        scoring: ProbeScoring,
        items: Vec<Item>,
    },
    /// Only what changed is present.
    Updated {
        name: Option<Sealed<String>>,
        description: Option<Sealed<String>>,
        detectors: Option<Vec<DetectorId>>,
        scoring: Option<ProbeScoring>,
        items: Option<Vec<Item>>,
    },
}

impl Event for ProbeConfigEvent {
    const CONTEXT: &'static str = "probe_config";
}

/// A probe as it is defined now.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    pub name: Sealed<String>,
    pub description: Sealed<String>,
    pub goals: Sealed<Vec<String>>,
    pub tags: Vec<String>,
    pub detectors: Vec<DetectorId>,
    pub scoring: ProbeScoring,
    pub items: Vec<Item>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub enum ProbeConfig {
    #[default]
    Absent,
    Defined(Box<Definition>),
}

impl ProbeConfig {
    pub fn definition(&self) -> Option<&Definition> {
        match self {
            Self::Absent => None,
            Self::Defined(definition) => Some(definition),
        }
    }
}

impl State for ProbeConfig {
    const STREAM: &'static str = "probe_config";
    /// `<team>/vijil.probes.<uuid>`.
    type Id = Owned<ProbeId>;
    type Event = ProbeConfigEvent;

    fn apply(&mut self, event: &ProbeConfigEvent) {
        match (event, self) {
            (
                ProbeConfigEvent::Created {
                    created_by: _,
                    name,
                    description,
                    goals,
                    tags,
                    detectors,
                    scoring,
                    items,
                },
                state,
            ) => {
                *state = Self::Defined(Box::new(Definition {
                    name: name.clone(),
                    description: description.clone(),
                    goals: goals.clone(),
                    tags: tags.clone(),
                    detectors: detectors.clone(),
                    scoring: *scoring,
                    items: items.clone(),
                }));
            }
            (
                ProbeConfigEvent::Updated { name, description, detectors, scoring, items },
                Self::Defined(known),
            ) => {
                if let Some(name) = name {
                    known.name = name.clone();
                }
                if let Some(description) = description {
                    known.description = description.clone();
                }
                if let Some(detectors) = detectors {
                    known.detectors.clone_from(detectors);
                }
                if let Some(scoring) = scoring {
                    known.scoring = *scoring;
                }
                if let Some(items) = items {
                    known.items.clone_from(items);
                }
            }
            (ProbeConfigEvent::Updated { .. }, Self::Absent) => {}
        }
    }

    fn subject(id: &Owned<ProbeId>) -> String {
        format!("team:{}", id.team)
    }
}
