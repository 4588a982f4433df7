//! The board: what this process knows of unfinished evaluations, folded from the log's milestones.
//!
//! Milestones are all events but single responses, so that the board of a long evaluation stays small and a restart
//! replays little. Where it has to be replayed from follows from what is still open.

use std::collections::BTreeMap;

use touchstone_aggregates::api_key::{ApiKey, ApiKeyEvent};
use touchstone_aggregates::evaluation::{EvaluationEvent, Plan, subject};
use touchstone_aggregates::probe_run::{ProbeRunEvent, ProbeRunId};
use touchstone_kernel::{Owned, Recorded, State, WireFault};
use touchstone_vocabulary::{ApiKeyId, EvaluationId, ProbeId, Score, Time, WorkerId};
use uuid::Uuid;

/// One probe run as far as milestones tell.
#[derive(Debug, Clone, PartialEq)]
pub enum RunState {
    Open { tests: usize, fence: u64, worker: Option<WorkerId> },
    Scored { score: Option<Score> },
    Closed { finished: bool, score: Option<Score> },
}

/// One evaluation that still needs something.
#[derive(Debug, Clone)]
pub struct Case {
    /// Where its first event stands.
    pub seq: i64,
    pub created_at: Time,
    pub correlation: Uuid,
    /// The event that the next command answers to.
    pub cause: Uuid,
    pub plan: Option<Plan>,
    pub started: bool,
    pub ended: bool,
    pub runs: BTreeMap<ProbeId, RunState>,
    /// Scenarios whose scores have been recorded.
    pub scored_scenarios: usize,
}

impl Case {
    /// Ended, and every planned run closed.
    fn is_settled(&self) -> bool {
        self.ended
            && self.plan.as_ref().is_none_or(|plan| {
                plan.probes
                    .iter()
                    .all(|probe| matches!(self.runs.get(&probe.id), Some(RunState::Closed { .. })))
            })
    }

    /// The score of each finished probe.
    pub fn finished(&self) -> BTreeMap<ProbeId, Option<Score>> {
        self.runs
            .iter()
            .filter_map(|(probe, run)| match run {
                RunState::Scored { score } | RunState::Closed { finished: true, score } => {
                    Some((probe.clone(), *score))
                }
                RunState::Open { .. } | RunState::Closed { .. } => None,
            })
            .collect()
    }
}

/// Secrets or a data key that must be destroyed because what they served was deleted or has others now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Erasure {
    DataKey {
        subject: String,
    },
    /// Those that the key had and has no more.
    Secrets {
        key: Owned<ApiKeyId>,
    },
}

#[derive(Debug, Default)]
pub struct Board {
    /// The last milestone seen.
    pub seq: i64,
    pub cases: BTreeMap<Owned<EvaluationId>, Case>,
    /// What to erase, by the place of the deletion.
    pub erasures: BTreeMap<i64, Erasure>,
}

impl Board {
    /// From where a new process must replay to know everything that is still open.
    pub fn resume_from(&self) -> i64 {
        let cases = self.cases.values().map(|case| case.seq);
        let erasures = self.erasures.keys().copied();
        cases.chain(erasures).min().map_or(self.seq, |first| first - 1)
    }

    /// Folds one milestone.
    pub fn apply(&mut self, recorded: &Recorded) -> Result<(), WireFault> {
        let seq = recorded.envelope.seq;
        if recorded.is::<EvaluationEvent>() {
            self.apply_evaluation(recorded)?;
        } else if recorded.is::<ProbeRunEvent>() {
            self.apply_probe_run(recorded)?;
        } else if recorded.is::<ApiKeyEvent>()
            && let Ok(key) = recorded.envelope.stream.parse::<<ApiKey as State>::Id>()
        {
            match recorded.event::<ApiKeyEvent>()? {
                ApiKeyEvent::SecretRotated { .. }
                | ApiKeyEvent::HubConfigChanged { .. }
                | ApiKeyEvent::Deleted {} => drop(self.erasures.insert(seq, Erasure::Secrets { key })),
                ApiKeyEvent::Created { .. }
                | ApiKeyEvent::Renamed { .. }
                | ApiKeyEvent::LimitsChanged { .. }
                | ApiKeyEvent::StatusChanged { .. } => {}
            }
        }
        self.seq = seq;
        Ok(())
    }

    fn apply_evaluation(&mut self, recorded: &Recorded) -> Result<(), WireFault> {
        let Ok(id) = recorded.envelope.stream.parse::<Owned<EvaluationId>>() else { return Ok(()) };
        let event = recorded.event::<EvaluationEvent>()?;
        if let EvaluationEvent::Created { .. } = event {
            self.cases.insert(
                id,
                Case {
                    seq: recorded.envelope.seq,
                    created_at: recorded.at(),
                    correlation: recorded.envelope.metadata()?.correlation,
                    cause: recorded.envelope.event_id,
                    plan: None,
                    started: false,
                    ended: false,
                    runs: BTreeMap::new(),
                    scored_scenarios: 0,
                },
            );
            return Ok(());
        }
        if let EvaluationEvent::Deleted {} = event {
            self.erasures.insert(recorded.envelope.seq, Erasure::DataKey { subject: subject(&id) });
        }
        let Some(case) = self.cases.get_mut(&id) else { return Ok(()) };
        case.cause = recorded.envelope.event_id;
        match event {
            EvaluationEvent::Planned { plan } => case.plan = Some(plan),
            EvaluationEvent::Started {} => case.started = true,
            EvaluationEvent::ScoreCalculated { levels } => {
                case.scored_scenarios = levels.scenarios.iter().filter(|(_, score)| score.is_some()).count();
            }
            EvaluationEvent::Completed { .. }
            | EvaluationEvent::Canceled {}
            | EvaluationEvent::Errored { .. }
            | EvaluationEvent::TimedOut { .. }
            | EvaluationEvent::Failed { .. }
            | EvaluationEvent::Deleted {} => case.ended = true,
            EvaluationEvent::Created { .. }
            | EvaluationEvent::Renamed { .. }
            | EvaluationEvent::Restarted {} => {}
        }
        self.forget_if_settled(&id);
        Ok(())
    }

    fn apply_probe_run(&mut self, recorded: &Recorded) -> Result<(), WireFault> {
        let Ok(run_id) = recorded.envelope.stream.parse::<ProbeRunId>() else { return Ok(()) };
        let id = run_id.owner();
        let Some(case) = self.cases.get_mut(&id) else { return Ok(()) };
        case.cause = recorded.envelope.event_id;
        let held = case.runs.get(&run_id.probe);
        let next = match (recorded.event::<ProbeRunEvent>()?, held) {
            (ProbeRunEvent::Opened { prompts, generations, .. }, _) => {
                Some(RunState::Open { tests: prompts.len() * generations as usize, fence: 0, worker: None })
            }
            (ProbeRunEvent::Claimed { fence, worker }, Some(RunState::Open { tests, .. })) => {
                Some(RunState::Open { tests: *tests, fence, worker: Some(worker) })
            }
            (ProbeRunEvent::Scored { score }, _) => Some(RunState::Scored { score }),
            (ProbeRunEvent::Closed { finished }, held) => {
                let score = match held {
                    Some(RunState::Scored { score }) => *score,
                    Some(RunState::Open { .. } | RunState::Closed { .. }) | None => None,
                };
                Some(RunState::Closed { finished, score })
            }
            (
                ProbeRunEvent::Claimed { .. }
                | ProbeRunEvent::ResponseScored { .. }
                | ProbeRunEvent::ResponseErrored { .. }
                | ProbeRunEvent::ResponseSkipped { .. },
                _,
            ) => None,
        };
        if let Some(next) = next {
            case.runs.insert(run_id.probe, next);
        }
        self.forget_if_settled(&id);
        Ok(())
    }

    fn forget_if_settled(&mut self, id: &Owned<EvaluationId>) {
        if self.cases.get(id).is_some_and(Case::is_settled) {
            self.cases.remove(id);
        }
    }
}

#[cfg(test)]
mod tests;
