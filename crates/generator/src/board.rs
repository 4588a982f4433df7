//! The board: which stages are still to be made, folded from their events.

use std::collections::BTreeMap;

use touchstone_aggregates::harness_stage::HarnessStageEvent;
use touchstone_kernel::{Owned, Recorded, WireFault};
use touchstone_vocabulary::{StageId, UserId};
use uuid::Uuid;

/// The request behind a making.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cause {
    pub seq: i64,
    pub event: Uuid,
    pub correlation: Uuid,
    /// Whoever asked; what is made is theirs.
    pub requester: Option<UserId>,
}

#[derive(Debug, Default)]
pub struct Board {
    /// The last event that was looked at.
    pub seq: i64,
    pub wanted: BTreeMap<Owned<StageId>, Cause>,
}

impl Board {
    /// From where a new process must read to know all that is still to be made.
    pub fn resume_from(&self) -> i64 {
        self.wanted.values().map(|cause| cause.seq).min().map_or(self.seq, |first| first - 1)
    }

    /// Folds one event of a stage.
    pub fn apply(&mut self, recorded: &Recorded) -> Result<(), WireFault> {
        let Ok(stage) = recorded.envelope.stream.parse::<Owned<StageId>>() else { return Ok(()) };
        match recorded.event::<HarnessStageEvent>()? {
            HarnessStageEvent::GenerationRequested { .. } => {
                let metadata = recorded.envelope.metadata()?;
                let (seq, event) = (recorded.envelope.seq, recorded.envelope.event_id);
                let (correlation, requester) = (metadata.correlation, metadata.user());
                let cause = Cause { seq, event, correlation, requester };
                self.wanted.insert(stage, cause);
            }
            HarnessStageEvent::GenerationCompleted { .. }
            | HarnessStageEvent::GenerationFailed { .. }
            | HarnessStageEvent::Deleted {} => drop(self.wanted.remove(&stage)),
            HarnessStageEvent::Created { .. }
            | HarnessStageEvent::Updated { .. }
            | HarnessStageEvent::FileRequested { .. }
            | HarnessStageEvent::FileVerified { .. }
            | HarnessStageEvent::FileDeleted { .. }
            | HarnessStageEvent::GenerationProgressed { .. }
            | HarnessStageEvent::PromptsWorded { .. } => {}
        }
        Ok(())
    }
}
