//! A probe run: one probe of one evaluation, one event per response.
//!
//! Its own stream, so that an evaluation of many thousand prompts never makes one stream long, and so that each can
//! be claimed, fenced and resumed alone.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use touchstone_kernel::{Event, InvalidStream, Owned, Sealed, State};
use touchstone_vocabulary::{
    DetectorId, EvaluationId, Graded, Message, NodeId, ProbeId, ProbeScoring, PromptId, ResponseId, Score,
    TeamId, TestId, Time, WorkerId,
};

/// `<team>/<evaluation>/<probe>`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProbeRunId {
    pub team: TeamId,
    pub evaluation: EvaluationId,
    pub probe: ProbeId,
}

impl ProbeRunId {
    pub const fn owner(&self) -> Owned<EvaluationId> {
        Owned::new(self.team, self.evaluation)
    }
}

impl fmt::Display for ProbeRunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.team, self.evaluation, self.probe)
    }
}

impl FromStr for ProbeRunId {
    type Err = InvalidStream;

    fn from_str(text: &str) -> Result<Self, InvalidStream> {
        let fault = || InvalidStream(text.to_owned());
        let mut parts = text.splitn(3, '/');
        let mut part = || parts.next().ok_or_else(fault);
        Ok(Self {
            team: part()?.parse().map_err(|_| fault())?,
            evaluation: part()?.parse().map_err(|_| fault())?,
            probe: ProbeId::from(part()?),
        })
    }
}

/// Which response of the run: prompt and generation, both as planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Slot {
    /// Place of the prompt in the run's list, from 0.
    pub prompt_index: u32,
    /// From 1.
    pub generation: u32,
}

/// What happened in one call to the target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    pub fence: u64,
    #[serde(flatten)]
    pub slot: Slot,
    pub test: TestId,
    pub response: ResponseId,
    pub prompt: PromptId,
    pub prompt_group: Vec<PromptId>,
    pub messages: Sealed<Vec<Message>>,
    pub triggers: Sealed<Vec<String>>,
    pub answer: Sealed<String>,
    /// Names of the tools that the target called, in order; absent where it called none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tools: Option<Sealed<Vec<String>>>,
    pub prompt_tokens: i64,
    pub completion_tokens: i64,
    pub started_at: Time,
    pub finished_at: Time,
}

/// One detector's raw value; absent when it could not judge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    pub detector: DetectorId,
    pub raw: Option<f64>,
}

/// How far an errored response came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The target gave no answer.
    Generation,
    /// It did, but no detector could judge it.
    Detection,
}

/// A prompt of a run, as it will be asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    pub id: PromptId,
    /// The version of its stream where it is the team's own: later changes do not reach the run. Those of the catalogue
    /// never change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<i64>,
    /// What its answers count under the tinybench scorings; absent it counts 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<f64>,
}

impl From<PromptId> for Asked {
    fn from(id: PromptId) -> Self {
        Self { id, revision: None, weight: None }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProbeRunEvent {
    Opened {
        node: NodeId,
        scoring: ProbeScoring,
        detectors: Vec<DetectorId>,
        prompts: Vec<Asked>,
        generations: u32,
    },
    /// A worker took the run. Only commands with the newest fence are heard from here on.
    Claimed {
        fence: u64,
        worker: WorkerId,
    },
    ResponseScored {
        call: Call,
        verdicts: Vec<Verdict>,
        score: Score,
    },
    ResponseErrored {
        call: Call,
        verdicts: Vec<Verdict>,
        stage: Stage,
        cause: String,
    },
    /// The original half of a pair was answered. Only the variant is judged, beside this answer.
    ResponseSkipped {
        call: Call,
    },
    /// Every planned response is recorded; the mean of those that have a score.
    Scored {
        score: Option<Score>,
    },
    /// Nothing is recorded after this.
    Closed {
        /// False when the evaluation ended before the run did.
        finished: bool,
    },
}

impl Event for ProbeRunEvent {
    const CONTEXT: &'static str = "probe_run";

    fn version(&self) -> u32 {
        match self {
            // Version 1 had the ids of the prompts alone.
            Self::Opened { .. } => 2,
            Self::Claimed { .. }
            | Self::ResponseScored { .. }
            | Self::ResponseErrored { .. }
            | Self::ResponseSkipped { .. }
            | Self::Scored { .. }
            | Self::Closed { .. } => 1,
        }
    }

    fn natural_key(&self) -> Option<String> {
        match self {
            Self::ResponseScored { call, .. }
            | Self::ResponseErrored { call, .. }
            | Self::ResponseSkipped { call } => {
                Some(format!("response/{}/{}/{}", call.slot.prompt_index, call.slot.generation, call.fence))
            }
            Self::Claimed { fence, worker } => Some(format!("claimed/{fence}/{worker}")),
            Self::Opened { .. } | Self::Scored { .. } | Self::Closed { .. } => None,
        }
    }
}

/// What is known of one recorded response.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    Scored(Score),
    Errored {
        cause: String,
    },
    /// The original half of a pair, with the answer that the variant's is judged beside.
    Skipped {
        answer: Sealed<String>,
    },
}

impl Outcome {
    /// Absent when it errored or is not judged by itself.
    pub const fn score(&self) -> Option<Score> {
        match self {
            Self::Scored(score) => Some(*score),
            Self::Errored { .. } | Self::Skipped { .. } => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    pub node: NodeId,
    pub scoring: ProbeScoring,
    pub detectors: Vec<DetectorId>,
    pub prompts: Vec<Asked>,
    pub generations: u32,
    /// Zero before the first claim.
    pub fence: u64,
    pub recorded: BTreeMap<Slot, Outcome>,
    pub score: Option<Score>,
}

impl Run {
    /// Planned responses.
    pub fn planned(&self) -> usize {
        self.prompts.len() * self.generations as usize
    }

    pub fn is_complete(&self) -> bool {
        self.recorded.len() >= self.planned()
    }

    /// The score of the probe as far as its responses are recorded. A test has one turn, so that every response ends
    /// its line and is a leaf.
    pub fn graded(&self) -> Option<Score> {
        let weight =
            |slot: &Slot| self.prompts.get(slot.prompt_index as usize).and_then(|asked| asked.weight);
        self.scoring.of(self.recorded.iter().map(|(slot, outcome)| Graded {
            score: outcome.score(),
            weight: weight(slot).unwrap_or(1.0),
            is_final: true,
            is_leaf: true,
        }))
    }
}

#[derive(Debug, Clone, PartialEq, Default)]
pub enum ProbeRun {
    #[default]
    Absent,
    Open(Box<Run>),
    /// Every response is recorded and the run has its score.
    Scored(Box<Run>),
    /// Without a run when the evaluation ended before it was opened.
    Closed {
        finished: bool,
        run: Option<Box<Run>>,
    },
}

impl ProbeRun {
    pub fn run(&self) -> Option<&Run> {
        match self {
            Self::Open(run) | Self::Scored(run) => Some(run),
            Self::Closed { run, .. } => run.as_deref(),
            Self::Absent => None,
        }
    }

    fn record(&mut self, call: &Call, outcome: Outcome) {
        if let Self::Open(run) = self {
            run.recorded.insert(call.slot, outcome);
        }
    }
}

impl State for ProbeRun {
    const STREAM: &'static str = "probe_run";
    type Id = ProbeRunId;
    type Event = ProbeRunEvent;

    fn apply(&mut self, event: &ProbeRunEvent) {
        match event {
            ProbeRunEvent::Opened { node, scoring, detectors, prompts, generations } => {
                *self = Self::Open(Box::new(Run {
                    node: *node,
                    scoring: *scoring,
                    detectors: detectors.clone(),
                    prompts: prompts.clone(),
                    generations: *generations,
                    fence: 0,
                    recorded: BTreeMap::new(),
                    score: None,
                }));
            }
            ProbeRunEvent::Claimed { fence, .. } => {
                if let Self::Open(run) = self {
                    run.fence = *fence;
                }
            }
            ProbeRunEvent::ResponseScored { call, score, .. } => {
                self.record(call, Outcome::Scored(*score));
            }
            ProbeRunEvent::ResponseErrored { call, cause, .. } => {
                self.record(call, Outcome::Errored { cause: cause.clone() });
            }
            ProbeRunEvent::ResponseSkipped { call } => {
                self.record(call, Outcome::Skipped { answer: call.answer.clone() });
            }
            ProbeRunEvent::Scored { score } => {
                if let Self::Open(run) = self {
                    let mut run = run.clone();
                    run.score = *score;
                    *self = Self::Scored(run);
                }
            }
            ProbeRunEvent::Closed { finished } => {
                let run = match std::mem::take(self) {
                    Self::Open(run) | Self::Scored(run) => Some(run),
                    Self::Closed { run, .. } => run,
                    Self::Absent => None,
                };
                *self = Self::Closed { finished: *finished, run };
            }
        }
    }

    fn subject(id: &ProbeRunId) -> String {
        crate::evaluation::subject(&id.owner())
    }
}
