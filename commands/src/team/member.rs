//! Who belongs to a team, and as what.

use std::collections::BTreeMap;

use touchstone_aggregates::invite::Invite;
use touchstone_aggregates::team::{Facts, Team, TeamEvent, TeamStream};
use touchstone_kernel::{Command, Meta, Nothing, Owned};
use touchstone_vocabulary::{InviteId, TeamId, TeamRole, UserId};

use super::TeamRefusal;
use crate::governed;

fn is_last_admin(members: &BTreeMap<UserId, TeamRole>, user: UserId) -> bool {
    members.get(&user) == Some(&TeamRole::Admin)
        && !members.iter().any(|(other, role)| *other != user && *role == TeamRole::Admin)
}

fn added(facts: &Facts, user: UserId, role: TeamRole) -> Result<Vec<TeamEvent>, TeamRefusal> {
    if facts.members.contains_key(&user) {
        Ok(Vec::new())
    } else if facts.is_single_user {
        Err(TeamRefusal::Personal)
    } else {
        Ok(vec![TeamEvent::MemberAdded { user, role }])
    }
}

fn changed(facts: &Facts, user: UserId, role: TeamRole) -> Result<Vec<TeamEvent>, TeamRefusal> {
    match facts.members.get(&user) {
        None => Err(TeamRefusal::NoSuchMember),
        Some(held) if *held == role => Ok(Vec::new()),
        Some(_) if is_last_admin(&facts.members, user) => Err(TeamRefusal::LastAdmin),
        Some(_) => Ok(vec![TeamEvent::MemberRoleChanged { user, role }]),
    }
}

/// Makes somebody a member with a role, or gives a member another role: the operator's way. The same role again changes
/// nothing.
#[derive(Debug, Clone)]
pub struct SetMember {
    pub team: TeamId,
    pub user: UserId,
    pub role: TeamRole,
}

impl Command for SetMember {
    type On = Team;
    type Wants = Nothing;
    type Refusal = TeamRefusal;

    fn stream(&self) -> TeamStream {
        TeamStream(self.team)
    }

    fn decide(&self, state: &Team, _: &[Nothing], meta: &Meta) -> Result<Vec<TeamEvent>, TeamRefusal> {
        let facts = governed(Some(state), meta)?;
        if facts.members.contains_key(&self.user) {
            changed(facts, self.user, self.role)
        } else {
            added(facts, self.user, self.role)
        }
    }
}

/// Gives a member another role. The same role again changes nothing.
#[derive(Debug, Clone)]
pub struct ChangeRole {
    pub team: TeamId,
    pub user: UserId,
    pub role: TeamRole,
}

impl Command for ChangeRole {
    type On = Team;
    type Wants = Nothing;
    type Refusal = TeamRefusal;

    fn stream(&self) -> TeamStream {
        TeamStream(self.team)
    }

    fn decide(&self, state: &Team, _: &[Nothing], meta: &Meta) -> Result<Vec<TeamEvent>, TeamRefusal> {
        changed(governed(Some(state), meta)?, self.user, self.role)
    }
}

/// Ends a membership. Ending it again changes nothing.
#[derive(Debug, Clone)]
pub struct RemoveMember {
    pub team: TeamId,
    pub user: UserId,
}

impl Command for RemoveMember {
    type On = Team;
    type Wants = Nothing;
    type Refusal = TeamRefusal;

    fn stream(&self) -> TeamStream {
        TeamStream(self.team)
    }

    fn decide(&self, state: &Team, _: &[Nothing], meta: &Meta) -> Result<Vec<TeamEvent>, TeamRefusal> {
        let Facts { members, .. } = governed(Some(state), meta)?;
        if is_last_admin(members, self.user) {
            return Err(TeamRefusal::LastAdmin);
        }
        Ok(match members.get(&self.user) {
            Some(_) => vec![TeamEvent::MemberRemoved { user: self.user }],
            None => Vec::new(),
        })
    }
}

/// Makes whoever accepted an invite a member, with the role that was offered. A member stays what he is.
#[derive(Debug, Clone)]
pub struct Admit {
    pub team: TeamId,
    pub invite: InviteId,
}

impl Command for Admit {
    type On = Team;
    type Wants = Invite;
    type Refusal = TeamRefusal;

    fn stream(&self) -> TeamStream {
        TeamStream(self.team)
    }

    fn wants(&self, _: &Team) -> Vec<Owned<InviteId>> {
        vec![Owned::new(self.team, self.invite)]
    }

    fn decide(&self, state: &Team, invites: &[Invite], _: &Meta) -> Result<Vec<TeamEvent>, TeamRefusal> {
        let Team::Active(facts) = state else { return Err(TeamRefusal::NoSuchTeam) };
        match invites.first() {
            Some(Invite::Accepted { by, offer }) => added(facts, *by, offer.role),
            Some(Invite::Absent | Invite::Pending(_) | Invite::Ended { .. }) | None => {
                Err(TeamRefusal::NoInvite)
            }
        }
    }
}
