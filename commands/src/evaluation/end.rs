//! The ends that somebody or something decides: cancel, time-out, fault, deletion.

use touchstone_aggregates::evaluation::{Evaluation, EvaluationEvent};
use touchstone_kernel::{Command, Meta, Nothing, Owned};
use touchstone_vocabulary::{EvaluationId, EvaluationStatus, TeamId};

use super::EvaluationRefusal;

/// Stops an evaluation; what was scored stays. Canceling a canceled one changes nothing.
#[derive(Debug, Clone)]
pub struct CancelEvaluation {
    pub team: TeamId,
    pub id: EvaluationId,
}

impl Command for CancelEvaluation {
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
            Evaluation::Created(_) | Evaluation::Running { .. } => Ok(vec![EvaluationEvent::Canceled {}]),
            Evaluation::Ended { status: EvaluationStatus::Canceled, .. } => Ok(Vec::new()),
            Evaluation::Ended { status, .. } => Err(EvaluationRefusal::AlreadyEnded(*status)),
        }
    }
}

/// Why the engine ends an evaluation early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Errored,
    TimedOut,
    Failed,
}

/// Ends an evaluation that cannot go on. One that has ended stays as it is.
#[derive(Debug, Clone)]
pub struct AbortEvaluation {
    pub team: TeamId,
    pub id: EvaluationId,
    pub ending: Ending,
    pub cause: String,
}

impl Command for AbortEvaluation {
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
            Evaluation::Created(_) | Evaluation::Running { .. } => {
                let cause = self.cause.clone();
                Ok(vec![match self.ending {
                    Ending::Errored => EvaluationEvent::Errored { cause },
                    Ending::TimedOut => EvaluationEvent::TimedOut { cause },
                    Ending::Failed => EvaluationEvent::Failed { cause },
                }])
            }
            Evaluation::Ended { .. } | Evaluation::Deleted { .. } => Ok(Vec::new()),
        }
    }
}

/// Hides an evaluation and everything under it, canceling it first when it runs; its texts become unreadable.
/// A deleted evaluation is missing, also for a second deletion.
#[derive(Debug, Clone)]
pub struct DeleteEvaluation {
    pub team: TeamId,
    pub id: EvaluationId,
}

impl Command for DeleteEvaluation {
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
            Evaluation::Created(_) | Evaluation::Running { .. } => {
                Ok(vec![EvaluationEvent::Canceled {}, EvaluationEvent::Deleted {}])
            }
            Evaluation::Ended { .. } => Ok(vec![EvaluationEvent::Deleted {}]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{ID, TEAM, assert_behaviour, behaviour};
    use super::*;

    #[test]
    fn an_evaluation_that_has_not_ended_can_be_canceled() {
        assert_behaviour(
            &behaviour(&CancelEvaluation { team: TEAM, id: ID }),
            &[
                ("absent", "Missing"),
                ("created", "canceled"),
                ("planned", "canceled"),
                ("running", "canceled"),
                ("completed", "Conflict"),
                ("canceled", "nothing"),
                ("errored", "Conflict"),
                ("timed out", "Conflict"),
                ("failed", "Conflict"),
                ("deleted", "Missing"),
            ],
        );
    }

    #[test]
    fn the_engine_ends_only_what_has_not_ended() {
        for (ending, event) in
            [(Ending::Errored, "errored"), (Ending::TimedOut, "timed_out"), (Ending::Failed, "failed")]
        {
            assert_behaviour(
                &behaviour(&AbortEvaluation { team: TEAM, id: ID, ending, cause: "c".into() }),
                &[
                    ("absent", "Missing"),
                    ("created", event),
                    ("planned", event),
                    ("running", event),
                    ("completed", "nothing"),
                    ("canceled", "nothing"),
                    ("errored", "nothing"),
                    ("timed out", "nothing"),
                    ("failed", "nothing"),
                    ("deleted", "nothing"),
                ],
            );
        }
    }

    #[test]
    fn deleting_cancels_what_runs() {
        assert_behaviour(
            &behaviour(&DeleteEvaluation { team: TEAM, id: ID }),
            &[
                ("absent", "Missing"),
                ("created", "canceled+deleted"),
                ("planned", "canceled+deleted"),
                ("running", "canceled+deleted"),
                ("completed", "deleted"),
                ("canceled", "deleted"),
                ("errored", "deleted"),
                ("timed out", "deleted"),
                ("failed", "deleted"),
                ("deleted", "Missing"),
            ],
        );
    }
}
