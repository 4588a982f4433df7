//! Scores of the upper levels: unweighted means upward, absent children skipped.

use std::collections::BTreeMap;

use touchstone_aggregates::evaluation::{Evaluation, EvaluationEvent, Levels, Plan};
use touchstone_aggregates::probe_run::{ProbeRun, ProbeRunId};
use touchstone_kernel::{Command, Meta, Nothing, Owned};
use touchstone_vocabulary::{EvaluationId, ProbeId, Score, TeamId, mean};

use super::EvaluationRefusal;

/// The levels above the probes. A level that still waits for a probe has no score; a finished level whose children
/// all lack one has none either.
pub fn levels(plan: &Plan, finished: &BTreeMap<ProbeId, Option<Score>>) -> Levels {
    let mut scenarios = BTreeMap::new();
    let mut levels = Levels::default();
    for scenario in &plan.scenarios {
        let done = scenario.probes.iter().all(|probe| finished.contains_key(probe));
        let score = if done { mean(scenario.probes.iter().map(|probe| finished[probe])) } else { None };
        scenarios.insert(&scenario.id, (done, score));
        levels.scenarios.push((scenario.id.clone(), score));
    }
    let mut all_done = true;
    for harness in &plan.harnesses {
        let children = harness.scenarios.iter().filter_map(|id| scenarios.get(id));
        let done = children.clone().all(|(done, _)| *done);
        let score = if done { mean(children.map(|(_, score)| *score)) } else { None };
        all_done &= done;
        levels.harnesses.push((harness.id.clone(), score));
    }
    if all_done {
        levels.evaluation = mean(levels.harnesses.iter().map(|(_, score)| *score));
    }
    levels
}

fn changed(known: &Levels, levels: Levels) -> Vec<EvaluationEvent> {
    if *known == levels { Vec::new() } else { vec![EvaluationEvent::ScoreCalculated { levels }] }
}

/// Records the scores of levels that have finished while the rest still runs. Nothing new changes nothing.
#[derive(Debug, Clone)]
pub struct ScoreLevels {
    pub team: TeamId,
    pub id: EvaluationId,
    pub finished: BTreeMap<ProbeId, Option<Score>>,
}

impl Command for ScoreLevels {
    type On = Evaluation;
    type Wants = Nothing;
    type Refusal = EvaluationRefusal;

    fn stream(&self) -> Owned<EvaluationId> {
        Owned::new(self.team, self.id)
    }

    fn decide(
        &self,
        state: &Evaluation,
        _: &[Nothing],
        _: &Meta,
    ) -> Result<Vec<EvaluationEvent>, EvaluationRefusal> {
        match state {
            Evaluation::Absent => Err(EvaluationRefusal::NoSuchEvaluation),
            Evaluation::Running { facts, .. } => {
                Ok(changed(&facts.levels, levels(&facts.plan, &self.finished)))
            }
            Evaluation::Created(_) | Evaluation::Ended { .. } | Evaluation::Deleted { .. } => Ok(Vec::new()),
        }
    }
}

/// Ends an evaluation whose probe runs are all closed: completed with its score, or errored when nothing could be
/// scored. One that has ended stays as it is.
#[derive(Debug, Clone)]
pub struct CompleteEvaluation {
    pub team: TeamId,
    pub id: EvaluationId,
    /// The score of every planned probe.
    pub finished: BTreeMap<ProbeId, Option<Score>>,
    /// The most frequent error, for an evaluation without any score.
    pub cause: String,
}

impl Command for CompleteEvaluation {
    type On = Evaluation;
    type Wants = Nothing;
    type Refusal = EvaluationRefusal;

    fn stream(&self) -> Owned<EvaluationId> {
        Owned::new(self.team, self.id)
    }

    fn decide(
        &self,
        state: &Evaluation,
        _: &[Nothing],
        _: &Meta,
    ) -> Result<Vec<EvaluationEvent>, EvaluationRefusal> {
        match state {
            Evaluation::Absent => Err(EvaluationRefusal::NoSuchEvaluation),
            Evaluation::Created(_) | Evaluation::Running { started: false, .. } => {
                Err(EvaluationRefusal::StillRunning)
            }
            Evaluation::Running { started: true, facts } => {
                if !facts.plan.probes.iter().all(|probe| self.finished.contains_key(&probe.id)) {
                    return Err(EvaluationRefusal::StillRunning);
                }
                let levels = levels(&facts.plan, &self.finished);
                let end = match levels.evaluation {
                    Some(score) => EvaluationEvent::Completed { score },
                    None => EvaluationEvent::Errored { cause: self.cause.clone() },
                };
                let mut events = changed(&facts.levels, levels);
                events.push(end);
                Ok(events)
            }
            Evaluation::Ended { .. } | Evaluation::Deleted { .. } => Ok(Vec::new()),
        }
    }
}

/// Recalculates the scores of an ended evaluation from its recorded responses. The same values change nothing.
#[derive(Debug, Clone)]
pub struct ScoreEvaluation {
    pub team: TeamId,
    pub id: EvaluationId,
}

impl Command for ScoreEvaluation {
    type On = Evaluation;
    type Wants = ProbeRun;
    type Refusal = EvaluationRefusal;

    fn stream(&self) -> Owned<EvaluationId> {
        Owned::new(self.team, self.id)
    }

    fn wants(&self, state: &Evaluation) -> Vec<ProbeRunId> {
        let probes = state.plan().map(|plan| plan.probes.as_slice()).unwrap_or_default();
        probes
            .iter()
            .map(|probe| ProbeRunId { team: self.team, evaluation: self.id, probe: probe.id.clone() })
            .collect()
    }

    fn decide(
        &self,
        state: &Evaluation,
        runs: &[ProbeRun],
        _: &Meta,
    ) -> Result<Vec<EvaluationEvent>, EvaluationRefusal> {
        match state {
            Evaluation::Absent | Evaluation::Deleted { .. } => Err(EvaluationRefusal::NoSuchEvaluation),
            Evaluation::Created(_) | Evaluation::Running { .. } => Err(EvaluationRefusal::StillRunning),
            Evaluation::Ended { facts, .. } => {
                let finished = facts
                    .plan
                    .probes
                    .iter()
                    .zip(runs)
                    .filter_map(|(probe, run)| match run {
                        ProbeRun::Scored(run) => Some((probe.id.clone(), run.graded())),
                        ProbeRun::Closed { finished: true, run: Some(run) } => {
                            Some((probe.id.clone(), run.graded()))
                        }
                        ProbeRun::Absent | ProbeRun::Open(_) | ProbeRun::Closed { .. } => None,
                    })
                    .collect();
                Ok(changed(&facts.levels, levels(&facts.plan, &finished)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use touchstone_kernel::testing::given;

    use super::super::fixtures::{ID, TEAM, assert_behaviour, behaviour, ended, plan, running};
    use super::*;

    fn finished(scores: &[(u32, Option<f64>)]) -> BTreeMap<ProbeId, Option<Score>> {
        scores
            .iter()
            .map(|(probe, score)| (ProbeId(format!("probe.{probe}")), score.map(Score::clamped)))
            .collect()
    }

    fn complete(scores: &[(u32, Option<f64>)]) -> CompleteEvaluation {
        CompleteEvaluation { team: TEAM, id: ID, finished: finished(scores), cause: "the hub hung".into() }
    }

    #[test]
    fn probes_count_equally_in_a_scenario_and_scenarios_in_a_harness() {
        let levels = levels(&plan(), &finished(&[(1, Some(1.0)), (2, Some(0.0)), (3, Some(1.0))]));
        let scores: Vec<_> = levels.scenarios.iter().map(|(_, s)| s.map(Score::get)).collect();
        assert_eq!(scores, [Some(0.5), Some(1.0)]);
        assert_eq!(levels.evaluation.map(Score::get), Some(0.75));
    }

    #[test]
    fn a_level_without_any_score_is_skipped_above() {
        let levels = levels(&plan(), &finished(&[(1, Some(0.5)), (2, None), (3, None)]));
        assert_eq!(levels.scenarios[1].1, None);
        assert_eq!(levels.evaluation.map(Score::get), Some(0.5));
    }

    #[test]
    fn a_level_that_waits_for_a_probe_has_no_score() {
        let levels = levels(&plan(), &finished(&[(3, Some(1.0))]));
        assert_eq!(levels.scenarios[0].1, None);
        assert_eq!(levels.scenarios[1].1, Some(Score::PASS));
        assert_eq!((levels.harnesses[0].1, levels.evaluation), (None, None));
    }

    #[test]
    fn it_completes_with_a_score_or_errors_without_one() {
        let scored = given(&running()).when(&complete(&[(1, Some(1.0)), (2, Some(1.0)), (3, Some(1.0))]));
        let scored = scored.result().unwrap();
        assert!(matches!(
            &scored[..],
            [EvaluationEvent::ScoreCalculated { .. }, EvaluationEvent::Completed { score: Score::PASS }]
        ));
        let unscored =
            given(&running()).when(&complete(&[(1, None), (2, None), (3, None)])).result().unwrap();
        assert!(
            matches!(unscored.last(), Some(EvaluationEvent::Errored { cause }) if cause == "the hub hung")
        );
    }

    #[test]
    fn it_never_completes_while_a_probe_is_missing() {
        given(&running())
            .when(&complete(&[(1, Some(1.0)), (2, Some(1.0))]))
            .then_refused(&EvaluationRefusal::StillRunning);
    }

    #[test]
    fn recalculating_is_for_ended_evaluations_and_the_same_values_change_nothing() {
        assert_behaviour(
            &behaviour(&ScoreEvaluation { team: TEAM, id: ID })[..4],
            &[
                ("absent", "Missing"),
                ("created", "Conflict"),
                ("planned", "Conflict"),
                ("running", "Conflict"),
            ],
        );
        let mut past = ended(EvaluationEvent::Canceled {});
        let first = given(&past).when(&ScoreEvaluation { team: TEAM, id: ID }).result().unwrap();
        assert_eq!(first.len(), 1);
        past.extend(first);
        given(&past).when(&ScoreEvaluation { team: TEAM, id: ID }).then_nothing();
    }
}
