//! An invite: a team offers membership to whoever owns an e-mail address.

use serde::{Deserialize, Serialize};
use touchstone_kernel::{Event, Owned, Sealed, State};
use touchstone_vocabulary::{InviteId, TeamRole, Time, UserId};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InviteEvent {
    Created {
        email: Sealed<String>,
        /// Digest of the normalised address, for its reservation and to know the addressee by.
        email_digest: String,
        role: TeamRole,
        expires_at: Time,
    },
    Accepted {
        by: UserId,
    },
    Declined {
        by: UserId,
    },
    Revoked {},
    Expired {},
}

impl Event for InviteEvent {
    const CONTEXT: &'static str = "invite";
}

/// What was offered, and to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    pub email_digest: String,
    pub role: TeamRole,
    pub expires_at: Time,
}

/// How an invite ended without anybody joining.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    Declined(UserId),
    Revoked,
    Expired,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Invite {
    #[default]
    Absent,
    Pending(Offer),
    Accepted {
        by: UserId,
        offer: Offer,
    },
    Ended {
        how: End,
        offer: Offer,
    },
}

impl Invite {
    /// What was offered, whatever became of it.
    pub fn offer(&self) -> Option<&Offer> {
        match self {
            Self::Absent => None,
            Self::Pending(offer) | Self::Accepted { offer, .. } | Self::Ended { offer, .. } => Some(offer),
        }
    }

    fn end(&mut self, how: End) {
        if let Some(offer) = self.offer().cloned() {
            *self = Self::Ended { how, offer };
        }
    }
}

impl State for Invite {
    const STREAM: &'static str = "invite";
    type Id = Owned<InviteId>;
    type Event = InviteEvent;

    fn apply(&mut self, event: &InviteEvent) {
        match event {
            InviteEvent::Created { email: _, email_digest, role, expires_at } => {
                *self = Self::Pending(Offer {
                    email_digest: email_digest.clone(),
                    role: *role,
                    expires_at: *expires_at,
                });
            }
            InviteEvent::Accepted { by } => {
                if let Some(offer) = self.offer().cloned() {
                    *self = Self::Accepted { by: *by, offer };
                }
            }
            InviteEvent::Declined { by } => self.end(End::Declined(*by)),
            InviteEvent::Revoked {} => self.end(End::Revoked),
            InviteEvent::Expired {} => self.end(End::Expired),
        }
    }

    fn subject(id: &Owned<InviteId>) -> String {
        format!("team:{}", id.team)
    }
}
