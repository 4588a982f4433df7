//! From request to running: the plan is recorded, then the start; names change at any time.

use touchstone_aggregates::evaluation::{Evaluation, EvaluationEvent, Plan};
use touchstone_kernel::{Command, Meta, Nothing, Owned, Sealed};
use touchstone_vocabulary::{EvaluationId, TeamId, check_text};

use super::EvaluationRefusal;

/// Records the resolved suite. A plan without tests ends the evaluation as failed. Planning again changes nothing.
#[derive(Debug, Clone)]
pub struct PlanEvaluation {
    pub team: TeamId,
    pub id: EvaluationId,
    pub plan: Plan,
}

impl Command for PlanEvaluation {
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
            Evaluation::Created(_) if self.plan.tests() == 0 => Ok(vec![EvaluationEvent::Failed {
                cause: "the chosen harnesses and filters leave nothing to test".to_owned(),
            }]),
            Evaluation::Created(_) => Ok(vec![EvaluationEvent::Planned { plan: self.plan.clone() }]),
            Evaluation::Running { .. } | Evaluation::Ended { .. } | Evaluation::Deleted { .. } => {
                Ok(Vec::new())
            }
        }
    }
}

/// Says that every probe run is open. Starting again changes nothing.
#[derive(Debug, Clone)]
pub struct StartEvaluation {
    pub team: TeamId,
    pub id: EvaluationId,
}

impl Command for StartEvaluation {
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
            Evaluation::Running { started: false, .. } => Ok(vec![EvaluationEvent::Started {}]),
            Evaluation::Created(_)
            | Evaluation::Running { started: true, .. }
            | Evaluation::Ended { .. }
            | Evaluation::Deleted { .. } => Ok(Vec::new()),
        }
    }
}

/// Asks that an evaluation be under way. The engine starts each one by itself, so there is never anything left to do; one
/// that is over cannot start.
#[derive(Debug, Clone)]
pub struct RequestStart {
    pub team: TeamId,
    pub id: EvaluationId,
}

impl Command for RequestStart {
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
            Evaluation::Absent | Evaluation::Deleted { .. } => Err(EvaluationRefusal::NoSuchEvaluation),
            Evaluation::Created(_) | Evaluation::Running { .. } => Ok(Vec::new()),
            Evaluation::Ended { status, .. } => Err(EvaluationRefusal::AlreadyEnded(*status)),
        }
    }
}

/// Says that work goes on after a worker was lost. Each time counts.
#[derive(Debug, Clone)]
pub struct RestartEvaluation {
    pub team: TeamId,
    pub id: EvaluationId,
}

impl Command for RestartEvaluation {
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
            Evaluation::Running { started: true, .. } => Ok(vec![EvaluationEvent::Restarted {}]),
            Evaluation::Created(_)
            | Evaluation::Running { started: false, .. }
            | Evaluation::Ended { .. }
            | Evaluation::Deleted { .. } => Ok(Vec::new()),
        }
    }
}

/// Gives another name, at any time before deletion. The same name changes nothing.
#[derive(Debug, Clone)]
pub struct RenameEvaluation {
    pub team: TeamId,
    pub id: EvaluationId,
    pub name: String,
}

impl Command for RenameEvaluation {
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
        let facts = state.facts().ok_or(EvaluationRefusal::NoSuchEvaluation)?;
        check_text(&self.name).map_err(|fault| EvaluationRefusal::BadText { field: "name", fault })?;
        if facts.name.text() == self.name {
            return Ok(Vec::new());
        }
        Ok(vec![EvaluationEvent::Renamed { name: Sealed::Open(self.name.clone()) }])
    }
}

#[cfg(test)]
mod tests {
    use touchstone_kernel::testing::given;
    use touchstone_vocabulary::TextFault;

    use super::super::fixtures::{ID, TEAM, assert_behaviour, behaviour, created, plan};
    use super::*;

    #[test]
    fn a_plan_is_recorded_once() {
        assert_behaviour(
            &behaviour(&PlanEvaluation { team: TEAM, id: ID, plan: plan() }),
            &[
                ("absent", "Missing"),
                ("created", "planned"),
                ("planned", "nothing"),
                ("running", "nothing"),
                ("completed", "nothing"),
                ("canceled", "nothing"),
                ("errored", "nothing"),
                ("timed out", "nothing"),
                ("failed", "nothing"),
                ("deleted", "nothing"),
            ],
        );
    }

    #[test]
    fn a_plan_without_tests_fails_the_evaluation() {
        let empty = PlanEvaluation { team: TEAM, id: ID, plan: Plan::default() };
        let events = given(&created()).when(&empty).result().unwrap();
        assert!(matches!(&events[..], [EvaluationEvent::Failed { .. }]));
    }

    #[test]
    fn only_a_planned_evaluation_starts() {
        assert_behaviour(
            &behaviour(&StartEvaluation { team: TEAM, id: ID }),
            &[
                ("absent", "Missing"),
                ("created", "nothing"),
                ("planned", "started"),
                ("running", "nothing"),
                ("completed", "nothing"),
                ("canceled", "nothing"),
                ("errored", "nothing"),
                ("timed out", "nothing"),
                ("failed", "nothing"),
                ("deleted", "nothing"),
            ],
        );
    }

    #[test]
    fn a_start_is_the_engines_and_asking_for_it_changes_nothing() {
        assert_behaviour(
            &behaviour(&RequestStart { team: TEAM, id: ID }),
            &[
                ("absent", "Missing"),
                ("created", "nothing"),
                ("planned", "nothing"),
                ("running", "nothing"),
                ("completed", "Conflict"),
                ("canceled", "Conflict"),
                ("errored", "Conflict"),
                ("timed out", "Conflict"),
                ("failed", "Conflict"),
                ("deleted", "Missing"),
            ],
        );
    }

    #[test]
    fn only_a_running_evaluation_restarts() {
        assert_behaviour(
            &behaviour(&RestartEvaluation { team: TEAM, id: ID }),
            &[
                ("absent", "Missing"),
                ("created", "nothing"),
                ("planned", "nothing"),
                ("running", "restarted"),
                ("completed", "nothing"),
                ("canceled", "nothing"),
                ("errored", "nothing"),
                ("timed out", "nothing"),
                ("failed", "nothing"),
                ("deleted", "nothing"),
            ],
        );
    }

    #[test]
    fn any_visible_evaluation_can_be_renamed() {
        assert_behaviour(
            &behaviour(&RenameEvaluation { team: TEAM, id: ID, name: "other".into() }),
            &[
                ("absent", "Missing"),
                ("created", "renamed"),
                ("planned", "renamed"),
                ("running", "renamed"),
                ("completed", "renamed"),
                ("canceled", "renamed"),
                ("errored", "renamed"),
                ("timed out", "renamed"),
                ("failed", "renamed"),
                ("deleted", "Missing"),
            ],
        );
        given(&created())
            .when(&RenameEvaluation { team: TEAM, id: ID, name: "nightly".into() })
            .then_nothing();
        given(&created())
            .when(&RenameEvaluation { team: TEAM, id: ID, name: String::new() })
            .then_refused(&EvaluationRefusal::BadText { field: "name", fault: TextFault::Empty });
    }
}
