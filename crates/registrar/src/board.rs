//! The board: what is still to be done, folded from the events of teams and invites.

use std::collections::BTreeMap;

use touchstone_aggregates::invite::InviteEvent;
use touchstone_aggregates::team::{TeamEvent, TeamStream};
use touchstone_kernel::{Owned, Recorded, WireFault};
use touchstone_vocabulary::{InviteId, TeamId, Time};
use uuid::Uuid;

/// Why something is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cause {
    pub seq: i64,
    pub event: Uuid,
    pub correlation: Uuid,
}

#[derive(Debug, Default)]
pub struct Board {
    /// The last event that was looked at.
    pub seq: i64,
    /// Offers that stand, and until when.
    pub pending: BTreeMap<Owned<InviteId>, (Cause, Time)>,
    /// Invites that were accepted and whose membership may be missing.
    pub accepted: BTreeMap<Owned<InviteId>, Cause>,
    /// Teams that were deleted and may still own something.
    pub deleted: BTreeMap<TeamId, Cause>,
}

impl Board {
    /// From where a new process must read to know all that is still to be done.
    pub fn resume_from(&self) -> i64 {
        let pending = self.pending.values().map(|(cause, _)| cause.seq);
        let others = self.accepted.values().chain(self.deleted.values()).map(|cause| cause.seq);
        pending.chain(others).min().map_or(self.seq, |first| first - 1)
    }

    /// Folds one event.
    pub fn apply(&mut self, recorded: &Recorded) -> Result<(), WireFault> {
        let cause = Cause {
            seq: recorded.envelope.seq,
            event: recorded.envelope.event_id,
            correlation: recorded.envelope.metadata()?.correlation,
        };
        if recorded.is::<InviteEvent>()
            && let Ok(invite) = recorded.envelope.stream.parse::<Owned<InviteId>>()
        {
            match recorded.event::<InviteEvent>()? {
                InviteEvent::Created { expires_at, .. } => {
                    self.pending.insert(invite, (cause, expires_at));
                }
                InviteEvent::Accepted { .. } => {
                    self.pending.remove(&invite);
                    self.accepted.insert(invite, cause);
                }
                InviteEvent::Declined { .. } | InviteEvent::Revoked {} | InviteEvent::Expired {} => {
                    self.pending.remove(&invite);
                }
            }
        } else if recorded.is::<TeamEvent>()
            && let Ok(TeamStream(team)) = recorded.envelope.stream.parse()
        {
            match recorded.event::<TeamEvent>()? {
                TeamEvent::Deleted {} => drop(self.deleted.insert(team, cause)),
                TeamEvent::Created { .. }
                | TeamEvent::DetailsChanged { .. }
                | TeamEvent::MemberAdded { .. }
                | TeamEvent::MemberRoleChanged { .. }
                | TeamEvent::MemberRemoved { .. } => {}
            }
        }
        Ok(())
    }
}
