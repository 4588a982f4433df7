//! The commands on a probe run. All but opening and closing carry a fence: only the newest claim is heard.

use touchstone_aggregates::evaluation::Evaluation;
use touchstone_aggregates::probe_run::{Asked, Call, ProbeRun, ProbeRunEvent, ProbeRunId, Run};
use touchstone_kernel::{Command, Kind, Meta, Nothing, Owned, Refusal};
use touchstone_vocabulary::{DetectorId, EvaluationId, NodeId, ProbeScoring, WorkerId};

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProbeRunRefusal {
    #[error("there is no such probe run")]
    NoSuchRun,
    #[error("fence {given} is not the current one, {current}: another worker has taken this run")]
    Fenced { given: u64, current: u64 },
    #[error("this probe run is closed")]
    AlreadyClosed,
    #[error("the evaluation has ended")]
    EvaluationEnded,
    #[error("the response was never planned")]
    Unplanned,
    #[error("{missing} responses of this probe run are still missing")]
    Incomplete { missing: usize },
}

impl Refusal for ProbeRunRefusal {
    fn kind(&self) -> Kind {
        match self {
            Self::NoSuchRun => Kind::Missing,
            Self::Unplanned => Kind::Invalid,
            Self::Fenced { .. } | Self::AlreadyClosed | Self::EvaluationEnded | Self::Incomplete { .. } => {
                Kind::Conflict
            }
        }
    }
}

/// Makes a run ready to be claimed. Opening it again changes nothing.
#[derive(Debug, Clone)]
pub struct OpenProbeRun {
    pub id: ProbeRunId,
    pub node: NodeId,
    pub scoring: ProbeScoring,
    pub detectors: Vec<DetectorId>,
    pub prompts: Vec<Asked>,
    pub generations: u32,
}

impl Command for OpenProbeRun {
    type On = ProbeRun;
    type Wants = Evaluation;
    type Refusal = ProbeRunRefusal;

    fn stream(&self) -> ProbeRunId {
        self.id.clone()
    }

    fn wants(&self, _: &ProbeRun) -> Vec<Owned<EvaluationId>> {
        vec![self.id.owner()]
    }

    fn decide(
        &self,
        state: &ProbeRun,
        facts: &[Evaluation],
        _: &Meta,
    ) -> Result<Vec<ProbeRunEvent>, ProbeRunRefusal> {
        match state {
            ProbeRun::Open(_) | ProbeRun::Scored(_) | ProbeRun::Closed { .. } => Ok(Vec::new()),
            ProbeRun::Absent => match facts.first() {
                Some(Evaluation::Running { .. }) => Ok(vec![ProbeRunEvent::Opened {
                    node: self.node,
                    scoring: self.scoring,
                    detectors: self.detectors.clone(),
                    prompts: self.prompts.clone(),
                    generations: self.generations,
                }]),
                Some(
                    Evaluation::Absent
                    | Evaluation::Created(_)
                    | Evaluation::Ended { .. }
                    | Evaluation::Deleted { .. },
                )
                | None => Err(ProbeRunRefusal::EvaluationEnded),
            },
        }
    }
}

/// Takes a run for a worker by raising its fence by exactly one: of two that try, one is refused.
#[derive(Debug, Clone)]
pub struct ClaimProbeRun {
    pub id: ProbeRunId,
    pub fence: u64,
    pub worker: WorkerId,
}

impl Command for ClaimProbeRun {
    type On = ProbeRun;
    type Wants = Nothing;
    type Refusal = ProbeRunRefusal;

    fn stream(&self) -> ProbeRunId {
        self.id.clone()
    }

    fn decide(
        &self,
        state: &ProbeRun,
        _: &[Nothing],
        _: &Meta,
    ) -> Result<Vec<ProbeRunEvent>, ProbeRunRefusal> {
        match state {
            ProbeRun::Absent => Err(ProbeRunRefusal::NoSuchRun),
            ProbeRun::Open(run) if run.fence + 1 == self.fence => {
                Ok(vec![ProbeRunEvent::Claimed { fence: self.fence, worker: self.worker }])
            }
            ProbeRun::Open(run) => Err(ProbeRunRefusal::Fenced { given: self.fence, current: run.fence }),
            ProbeRun::Scored(_) | ProbeRun::Closed { .. } => Err(ProbeRunRefusal::AlreadyClosed),
        }
    }
}

/// Records finished calls. A response that is already recorded is left out, so a repetition changes nothing.
#[derive(Debug, Clone)]
pub struct RecordResponses {
    pub id: ProbeRunId,
    pub fence: u64,
    /// `ResponseScored`, `ResponseErrored` and `ResponseSkipped` only.
    pub responses: Vec<ProbeRunEvent>,
}

impl Command for RecordResponses {
    type On = ProbeRun;
    type Wants = Nothing;
    type Refusal = ProbeRunRefusal;

    fn stream(&self) -> ProbeRunId {
        self.id.clone()
    }

    fn decide(
        &self,
        state: &ProbeRun,
        _: &[Nothing],
        _: &Meta,
    ) -> Result<Vec<ProbeRunEvent>, ProbeRunRefusal> {
        let run = open_run(state, self.fence)?;
        let mut fresh = Vec::new();
        let mut slots = Vec::new();
        for response in &self.responses {
            let call = call(response).ok_or(ProbeRunRefusal::Unplanned)?;
            let slot = call.slot;
            let planned =
                run.prompts.get(slot.prompt_index as usize).is_some_and(|asked| asked.id == call.prompt)
                    && (1..=run.generations).contains(&slot.generation)
                    && call.fence == self.fence;
            if !planned {
                return Err(ProbeRunRefusal::Unplanned);
            }
            if !run.recorded.contains_key(&slot) && !slots.contains(&slot) {
                slots.push(slot);
                fresh.push(response.clone());
            }
        }
        Ok(fresh)
    }
}

/// Gives a run whose responses are all recorded its score and closes it. Scoring again changes nothing.
#[derive(Debug, Clone)]
pub struct ScoreProbeRun {
    pub id: ProbeRunId,
    pub fence: u64,
}

impl Command for ScoreProbeRun {
    type On = ProbeRun;
    type Wants = Nothing;
    type Refusal = ProbeRunRefusal;

    fn stream(&self) -> ProbeRunId {
        self.id.clone()
    }

    fn decide(
        &self,
        state: &ProbeRun,
        _: &[Nothing],
        _: &Meta,
    ) -> Result<Vec<ProbeRunEvent>, ProbeRunRefusal> {
        if let ProbeRun::Closed { finished: true, .. } = state {
            return Ok(Vec::new());
        }
        let run = open_run(state, self.fence)?;
        if run.is_complete() {
            Ok(vec![ProbeRunEvent::Scored { score: run.graded() }, ProbeRunEvent::Closed { finished: true }])
        } else {
            Err(ProbeRunRefusal::Incomplete { missing: run.planned() - run.recorded.len() })
        }
    }
}

/// Closes a run for good because the evaluation ended. Closing again changes nothing.
#[derive(Debug, Clone)]
pub struct CloseProbeRun {
    pub id: ProbeRunId,
}

impl Command for CloseProbeRun {
    type On = ProbeRun;
    type Wants = Nothing;
    type Refusal = ProbeRunRefusal;

    fn stream(&self) -> ProbeRunId {
        self.id.clone()
    }

    fn decide(
        &self,
        state: &ProbeRun,
        _: &[Nothing],
        _: &Meta,
    ) -> Result<Vec<ProbeRunEvent>, ProbeRunRefusal> {
        Ok(match state {
            // Also before it was opened, so that a slow coordinator cannot open it afterwards.
            ProbeRun::Absent | ProbeRun::Open(_) => vec![ProbeRunEvent::Closed { finished: false }],
            ProbeRun::Scored(_) => vec![ProbeRunEvent::Closed { finished: true }],
            ProbeRun::Closed { .. } => Vec::new(),
        })
    }
}

fn open_run(state: &ProbeRun, fence: u64) -> Result<&Run, ProbeRunRefusal> {
    match state {
        ProbeRun::Absent => Err(ProbeRunRefusal::NoSuchRun),
        ProbeRun::Open(run) if run.fence == fence && fence > 0 => Ok(run),
        ProbeRun::Open(run) => Err(ProbeRunRefusal::Fenced { given: fence, current: run.fence }),
        ProbeRun::Scored(_) | ProbeRun::Closed { .. } => Err(ProbeRunRefusal::AlreadyClosed),
    }
}

fn call(event: &ProbeRunEvent) -> Option<&Call> {
    match event {
        ProbeRunEvent::ResponseScored { call, .. }
        | ProbeRunEvent::ResponseErrored { call, .. }
        | ProbeRunEvent::ResponseSkipped { call } => Some(call),
        ProbeRunEvent::Opened { .. }
        | ProbeRunEvent::Claimed { .. }
        | ProbeRunEvent::Scored { .. }
        | ProbeRunEvent::Closed { .. } => None,
    }
}

#[cfg(test)]
mod tests;
