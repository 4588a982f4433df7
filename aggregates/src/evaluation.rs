//! An evaluation: what was asked, the plan that came of it, and how it ended.

use serde::{Deserialize, Serialize};
use touchstone_kernel::{Event, Owned, Sealed, State};
use touchstone_vocabulary::{
    ApiKeyId, DetectorId, EvaluationId, EvaluationStatus, HarnessId, HarnessType, Hub, NodeId, ProbeId,
    ProbeScoring, ScenarioId, Score, UserId, Version,
};

/// How the target is called.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CallParams {
    pub temperature: Option<f64>,
    pub top_p: Option<f64>,
    pub max_completion_tokens: Option<u32>,
    /// Answers asked for per prompt, at least 1.
    pub generations: u32,
    /// Seconds per call.
    pub timeout: Option<f64>,
    pub system_prompt: Option<Sealed<String>>,
}

/// Everything that was asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Spec {
    pub name: Sealed<String>,
    pub hub: Hub,
    pub model: String,
    pub url: Option<String>,
    pub api_key: ApiKeyId,
    /// As requested, without repetitions.
    pub harnesses: Vec<HarnessId>,
    /// Keep only these scenarios; empty keeps all.
    pub scenarios: Vec<ScenarioId>,
    pub version: Version,
    /// At most so many prompts per probe.
    pub sample_size: Option<u32>,
    pub is_lite: bool,
    pub tags: Vec<String>,
    pub params: CallParams,
    pub agent_configuration: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlannedHarness {
    pub node: NodeId,
    pub id: HarnessId,
    pub name: Sealed<String>,
    pub description: Sealed<String>,
    pub harness_type: HarnessType,
    /// Of a team's own; absent where it is the one that was asked for.
    pub version: Option<Version>,
    pub scenarios: Vec<ScenarioId>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlannedScenario {
    pub node: NodeId,
    pub id: ScenarioId,
    pub name: Sealed<String>,
    pub description: Sealed<String>,
    /// Of a team's own; absent where it is the one that was asked for.
    pub version: Option<Version>,
    pub probes: Vec<ProbeId>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlannedProbe {
    pub node: NodeId,
    pub id: ProbeId,
    pub name: Sealed<String>,
    pub description: Sealed<String>,
    /// The version of its stream where it is a team's own: later changes do not reach the evaluation.
    pub revision: Option<i64>,
    pub scoring: ProbeScoring,
    pub detectors: Vec<DetectorId>,
    pub prompts: u32,
    /// Prompts times generations.
    pub tests: u32,
}

/// The resolved suite. A scenario or probe that several parents list appears once and is run once.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Plan {
    pub harnesses: Vec<PlannedHarness>,
    pub scenarios: Vec<PlannedScenario>,
    pub probes: Vec<PlannedProbe>,
}

impl Plan {
    pub fn tests(&self) -> u64 {
        self.probes.iter().map(|probe| u64::from(probe.tests)).sum()
    }
}

/// The scores of the upper levels; a level that has not finished has none.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Levels {
    pub evaluation: Option<Score>,
    pub harnesses: Vec<(HarnessId, Option<Score>)>,
    pub scenarios: Vec<(ScenarioId, Option<Score>)>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvaluationEvent {
    Created {
        created_by: UserId,
        /// Digest of the request but its free texts, so that the same client-chosen id with the same content answers the same.
        digest: String,
        /// That of the API key at the time. Empty where it was not known.
        key_fingerprint: String,
        spec: Box<Spec>,
    },
    Planned {
        plan: Plan,
    },
    Started {},
    Renamed {
        name: Sealed<String>,
    },
    /// A worker died and another went on.
    Restarted {},
    /// A level finished, or a recalculation gave other values.
    ScoreCalculated {
        levels: Levels,
    },
    Completed {
        score: Score,
    },
    Canceled {},
    /// Nothing could be scored, or the hub refused the key.
    Errored {
        cause: String,
    },
    TimedOut {
        cause: String,
    },
    /// The plan was invalid or the engine gave up.
    Failed {
        cause: String,
    },
    Deleted {},
}

impl Event for EvaluationEvent {
    const CONTEXT: &'static str = "evaluation";

    fn version(&self) -> u32 {
        match self {
            // Version 1 had no fingerprint, and in a plan names in clear, of the catalogue alone.
            Self::Created { .. } | Self::Planned { .. } => 2,
            Self::Started {}
            | Self::Renamed { .. }
            | Self::Restarted {}
            | Self::ScoreCalculated { .. }
            | Self::Completed { .. }
            | Self::Canceled {}
            | Self::Errored { .. }
            | Self::TimedOut { .. }
            | Self::Failed { .. }
            | Self::Deleted {} => 1,
        }
    }
}

/// What is known while it exists.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    pub created_by: UserId,
    pub digest: String,
    pub spec: Spec,
    /// The name now; that of the spec is the one it was created with.
    pub name: Sealed<String>,
    pub plan: Plan,
    pub levels: Levels,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub enum Evaluation {
    #[default]
    Absent,
    Created(Box<Facts>),
    /// Planned, perhaps not yet started.
    Running {
        started: bool,
        facts: Box<Facts>,
    },
    Ended {
        status: EvaluationStatus,
        facts: Box<Facts>,
    },
    Deleted {
        plan: Plan,
    },
}

impl Evaluation {
    /// What is known of it, unless it is absent or deleted.
    pub fn facts(&self) -> Option<&Facts> {
        match self {
            Self::Created(facts) | Self::Running { facts, .. } | Self::Ended { facts, .. } => Some(facts),
            Self::Absent | Self::Deleted { .. } => None,
        }
    }

    /// The plan, also of a deleted one, whose open probe runs still have to be closed.
    pub fn plan(&self) -> Option<&Plan> {
        match self {
            Self::Created(facts) | Self::Running { facts, .. } | Self::Ended { facts, .. } => {
                Some(&facts.plan)
            }
            Self::Deleted { plan } => Some(plan),
            Self::Absent => None,
        }
    }

    pub fn status(&self) -> Option<EvaluationStatus> {
        match self {
            Self::Absent | Self::Deleted { .. } => None,
            Self::Created(_) | Self::Running { started: false, .. } => Some(EvaluationStatus::Created),
            Self::Running { started: true, .. } => Some(EvaluationStatus::InProgress),
            Self::Ended { status, .. } => Some(*status),
        }
    }

    fn facts_mut(&mut self) -> Option<&mut Facts> {
        match self {
            Self::Created(facts) | Self::Running { facts, .. } | Self::Ended { facts, .. } => Some(facts),
            Self::Absent | Self::Deleted { .. } => None,
        }
    }

    fn end(&mut self, status: EvaluationStatus) {
        *self = match std::mem::take(self) {
            Self::Created(facts) | Self::Running { facts, .. } | Self::Ended { facts, .. } => {
                Self::Ended { status, facts }
            }
            gone @ (Self::Absent | Self::Deleted { .. }) => gone,
        };
    }
}

impl State for Evaluation {
    const STREAM: &'static str = "evaluation";
    type Id = Owned<EvaluationId>;
    type Event = EvaluationEvent;

    fn apply(&mut self, event: &EvaluationEvent) {
        match event {
            EvaluationEvent::Created { created_by, digest, spec, key_fingerprint: _ } => {
                *self = Self::Created(Box::new(Facts {
                    created_by: *created_by,
                    digest: digest.clone(),
                    spec: (**spec).clone(),
                    name: spec.name.clone(),
                    plan: Plan::default(),
                    levels: Levels::default(),
                }));
            }
            EvaluationEvent::Planned { plan } => {
                if let Self::Created(facts) = self {
                    facts.plan = plan.clone();
                    *self = Self::Running { started: false, facts: facts.clone() };
                }
            }
            EvaluationEvent::Started {} => {
                if let Self::Running { started, .. } = self {
                    *started = true;
                }
            }
            EvaluationEvent::Renamed { name } => {
                if let Some(facts) = self.facts_mut() {
                    facts.name = name.clone();
                }
            }
            EvaluationEvent::Restarted {} => {}
            EvaluationEvent::ScoreCalculated { levels } => {
                if let Some(facts) = self.facts_mut() {
                    facts.levels = levels.clone();
                }
            }
            EvaluationEvent::Completed { .. } => self.end(EvaluationStatus::Completed),
            EvaluationEvent::Canceled {} => self.end(EvaluationStatus::Canceled),
            EvaluationEvent::Errored { .. } => self.end(EvaluationStatus::Errored),
            EvaluationEvent::TimedOut { .. } => self.end(EvaluationStatus::TimedOut),
            EvaluationEvent::Failed { .. } => self.end(EvaluationStatus::Failed),
            EvaluationEvent::Deleted {} => {
                *self = Self::Deleted { plan: self.plan().cloned().unwrap_or_default() };
            }
        }
    }

    fn subject(id: &Owned<EvaluationId>) -> String {
        subject(id)
    }
}

/// The data key of an evaluation: its texts and those of its probe runs become unreadable together.
pub fn subject(id: &Owned<EvaluationId>) -> String {
    format!("evaluation:{id}")
}
