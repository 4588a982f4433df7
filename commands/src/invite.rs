//! Offering membership, and what the addressee and the team's admins make of the offer.

use std::time::Duration;

use touchstone_aggregates::invite::{End, Invite, InviteEvent, Offer};
use touchstone_aggregates::team::{Team, TeamStream};
use touchstone_kernel::{Actor, Claim, Command, Kind, Meta, Nothing, Owned, Refusal, Sealed, Within};
use touchstone_vocabulary::{AddressFault, InviteId, InviteStatus, TeamId, TeamRole, UserId, check_email};

use crate::reservation::name_digest;
use crate::{Barred, governed};

/// How long an offer stands.
const VALID: Duration = Duration::from_hours(14 * 24);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InviteRefusal {
    #[error("there is no such invite")]
    NoSuchInvite,
    #[error("there is no such team")]
    NoSuchTeam,
    #[error("this needs the role admin in that team")]
    NoAdmin,
    #[error("the e-mail address {0}")]
    BadEmail(AddressFault),
    #[error("this is somebody's personal team and has one member; make another team to work together")]
    Personal,
    #[error("whoever has this e-mail address is a member of the team already")]
    AlreadyMember,
    #[error("the invite is over: its status is {0}")]
    Over(InviteStatus),
}

impl Refusal for InviteRefusal {
    fn kind(&self) -> Kind {
        match self {
            Self::NoSuchInvite | Self::NoSuchTeam => Kind::Missing,
            Self::NoAdmin => Kind::Forbidden,
            Self::BadEmail(_) => Kind::Invalid,
            Self::Personal | Self::AlreadyMember | Self::Over(_) => Kind::Conflict,
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::BadEmail(_) | Self::AlreadyMember => Some("email"),
            Self::NoSuchInvite | Self::NoSuchTeam | Self::NoAdmin | Self::Personal | Self::Over(_) => None,
        }
    }
}

impl From<Barred> for InviteRefusal {
    fn from(barred: Barred) -> Self {
        match barred {
            Barred::NoTeam => Self::NoSuchTeam,
            Barred::NoAdmin => Self::NoAdmin,
        }
    }
}

fn pending(team: TeamId, digest: &str, take: bool) -> Claim {
    Claim {
        within: Within::Team(team),
        scope: "invite_email",
        digest: digest.to_owned(),
        take,
        refusal: "there is a pending invite for this address already; revoke it first",
        field: "email",
    }
}

/// What ends an invite frees its address in the team.
fn freed(team: TeamId, state: &Invite) -> Vec<Claim> {
    match state {
        Invite::Pending(offer) => vec![pending(team, &offer.email_digest, false)],
        Invite::Absent | Invite::Accepted { .. } | Invite::Ended { .. } => Vec::new(),
    }
}

fn status(how: &End) -> InviteStatus {
    match how {
        End::Declined(_) => InviteStatus::Declined,
        End::Revoked => InviteStatus::Revoked,
        End::Expired => InviteStatus::Expired,
    }
}

/// Offers membership to an address for which no other offer of the team is pending, for 14 days. The same id again
/// changes nothing.
#[derive(Debug, Clone)]
pub struct CreateInvite {
    pub team: TeamId,
    pub id: InviteId,
    pub email: String,
    pub role: TeamRole,
    /// Whoever has this address, as far as that is known.
    pub addressee: Option<UserId>,
}

impl Command for CreateInvite {
    type On = Invite;
    type Wants = Team;
    type Refusal = InviteRefusal;

    fn stream(&self) -> Owned<InviteId> {
        Owned::new(self.team, self.id)
    }

    fn wants(&self, _: &Invite) -> Vec<TeamStream> {
        vec![TeamStream(self.team)]
    }

    fn decide(&self, state: &Invite, teams: &[Team], meta: &Meta) -> Result<Vec<InviteEvent>, InviteRefusal> {
        let facts = governed(teams.first(), meta)?;
        check_email(&self.email).map_err(InviteRefusal::BadEmail)?;
        if facts.is_single_user {
            return Err(InviteRefusal::Personal);
        }
        if self.addressee.is_some_and(|user| facts.members.contains_key(&user)) {
            return Err(InviteRefusal::AlreadyMember);
        }
        Ok(match state {
            Invite::Absent => vec![InviteEvent::Created {
                email: Sealed::Open(self.email.clone()),
                email_digest: name_digest(&self.email),
                role: self.role,
                expires_at: meta.at.plus(VALID),
            }],
            Invite::Pending(_) | Invite::Accepted { .. } | Invite::Ended { .. } => Vec::new(),
        })
    }

    fn claims(&self, _: &Invite, _: &[InviteEvent]) -> Vec<Claim> {
        vec![pending(self.team, &name_digest(&self.email), true)]
    }
}

/// Whoever answers an invite, and the address by which it is theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addressee {
    pub user: UserId,
    pub email: String,
}

/// To anybody but its addressee an invite does not exist.
fn addressed(offer: &Offer, to: &Addressee) -> Result<(), InviteRefusal> {
    if offer.email_digest == name_digest(&to.email) { Ok(()) } else { Err(InviteRefusal::NoSuchInvite) }
}

/// Accepts an offer; the membership follows. Accepting again changes nothing.
#[derive(Debug, Clone)]
pub struct AcceptInvite {
    pub team: TeamId,
    pub id: InviteId,
    pub by: Addressee,
}

impl Command for AcceptInvite {
    type On = Invite;
    type Wants = Team;
    type Refusal = InviteRefusal;

    fn stream(&self) -> Owned<InviteId> {
        Owned::new(self.team, self.id)
    }

    fn wants(&self, _: &Invite) -> Vec<TeamStream> {
        vec![TeamStream(self.team)]
    }

    fn decide(&self, state: &Invite, teams: &[Team], meta: &Meta) -> Result<Vec<InviteEvent>, InviteRefusal> {
        let offer = state.offer().ok_or(InviteRefusal::NoSuchInvite)?;
        addressed(offer, &self.by)?;
        if !matches!(teams.first(), Some(Team::Active(_))) {
            return Err(InviteRefusal::NoSuchInvite);
        }
        match state {
            Invite::Absent => Err(InviteRefusal::NoSuchInvite),
            Invite::Pending(_) if offer.expires_at <= meta.at => {
                Err(InviteRefusal::Over(InviteStatus::Expired))
            }
            Invite::Pending(_) => Ok(vec![InviteEvent::Accepted { by: self.by.user }]),
            Invite::Accepted { by, .. } if *by == self.by.user => Ok(Vec::new()),
            Invite::Accepted { .. } => Err(InviteRefusal::Over(InviteStatus::Accepted)),
            Invite::Ended { how, .. } => Err(InviteRefusal::Over(status(how))),
        }
    }

    fn claims(&self, state: &Invite, _: &[InviteEvent]) -> Vec<Claim> {
        freed(self.team, state)
    }
}

/// Turns an offer down. Declining again changes nothing.
#[derive(Debug, Clone)]
pub struct DeclineInvite {
    pub team: TeamId,
    pub id: InviteId,
    pub by: Addressee,
}

impl Command for DeclineInvite {
    type On = Invite;
    type Wants = Nothing;
    type Refusal = InviteRefusal;

    fn stream(&self) -> Owned<InviteId> {
        Owned::new(self.team, self.id)
    }

    fn decide(&self, state: &Invite, _: &[Nothing], meta: &Meta) -> Result<Vec<InviteEvent>, InviteRefusal> {
        let offer = state.offer().ok_or(InviteRefusal::NoSuchInvite)?;
        addressed(offer, &self.by)?;
        match state {
            Invite::Absent => Err(InviteRefusal::NoSuchInvite),
            Invite::Pending(_) if offer.expires_at <= meta.at => {
                Err(InviteRefusal::Over(InviteStatus::Expired))
            }
            Invite::Pending(_) => Ok(vec![InviteEvent::Declined { by: self.by.user }]),
            Invite::Ended { how: End::Declined(by), .. } if *by == self.by.user => Ok(Vec::new()),
            Invite::Accepted { .. } => Err(InviteRefusal::Over(InviteStatus::Accepted)),
            Invite::Ended { how, .. } => Err(InviteRefusal::Over(status(how))),
        }
    }

    fn claims(&self, state: &Invite, _: &[InviteEvent]) -> Vec<Claim> {
        freed(self.team, state)
    }
}

/// Takes an offer back. A revoked invite is missing, also for a second revocation.
#[derive(Debug, Clone)]
pub struct RevokeInvite {
    pub team: TeamId,
    pub id: InviteId,
}

impl Command for RevokeInvite {
    type On = Invite;
    type Wants = Team;
    type Refusal = InviteRefusal;

    fn stream(&self) -> Owned<InviteId> {
        Owned::new(self.team, self.id)
    }

    fn wants(&self, _: &Invite) -> Vec<TeamStream> {
        vec![TeamStream(self.team)]
    }

    fn decide(&self, state: &Invite, teams: &[Team], meta: &Meta) -> Result<Vec<InviteEvent>, InviteRefusal> {
        // The service itself clears up after a team that no longer exists.
        if matches!(meta.actor, Actor::User(_)) {
            governed(teams.first(), meta)?;
        }
        match state {
            Invite::Absent | Invite::Ended { how: End::Revoked, .. } => Err(InviteRefusal::NoSuchInvite),
            Invite::Pending(_) => Ok(vec![InviteEvent::Revoked {}]),
            Invite::Accepted { .. } => Err(InviteRefusal::Over(InviteStatus::Accepted)),
            Invite::Ended { how, .. } => Err(InviteRefusal::Over(status(how))),
        }
    }

    fn claims(&self, state: &Invite, _: &[InviteEvent]) -> Vec<Claim> {
        freed(self.team, state)
    }
}

/// Says that an offer's time is over. Before its time, and after another end, nothing changes.
#[derive(Debug, Clone)]
pub struct ExpireInvite {
    pub team: TeamId,
    pub id: InviteId,
}

impl Command for ExpireInvite {
    type On = Invite;
    type Wants = Nothing;
    type Refusal = InviteRefusal;

    fn stream(&self) -> Owned<InviteId> {
        Owned::new(self.team, self.id)
    }

    fn decide(&self, state: &Invite, _: &[Nothing], meta: &Meta) -> Result<Vec<InviteEvent>, InviteRefusal> {
        Ok(match state {
            Invite::Pending(offer) if offer.expires_at <= meta.at => vec![InviteEvent::Expired {}],
            Invite::Absent | Invite::Pending(_) | Invite::Accepted { .. } | Invite::Ended { .. } => {
                Vec::new()
            }
        })
    }

    fn claims(&self, state: &Invite, _: &[InviteEvent]) -> Vec<Claim> {
        freed(self.team, state)
    }
}

#[cfg(test)]
mod tests;
