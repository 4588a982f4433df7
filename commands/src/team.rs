//! Making teams and adding members.

use std::collections::BTreeMap;

use touchstone_aggregates::team::{Team, TeamEvent, TeamStream};
use touchstone_kernel::{Command, Kind, Meta, Nothing, Refusal, Sealed};
use touchstone_vocabulary::{TeamId, TeamRole, TextFault, UserId, check_text};

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TeamRefusal {
    #[error("there is no such team")]
    NoSuchTeam,
    #[error("a team needs an admin, and this is its last one; make another member admin first")]
    LastAdmin,
    #[error("the team's name {0}")]
    BadName(TextFault),
}

impl Refusal for TeamRefusal {
    fn kind(&self) -> Kind {
        match self {
            Self::NoSuchTeam => Kind::Missing,
            Self::LastAdmin => Kind::Conflict,
            Self::BadName(_) => Kind::Invalid,
        }
    }

    fn field(&self) -> Option<&'static str> {
        matches!(self, Self::BadName(_)).then_some("name")
    }
}

/// Founds a team. Founding an existing one changes nothing.
#[derive(Debug, Clone)]
pub struct CreateTeam {
    pub id: TeamId,
    pub name: String,
    pub is_single_user: bool,
}

impl Command for CreateTeam {
    type On = Team;
    type Wants = Nothing;
    type Refusal = TeamRefusal;

    fn stream(&self) -> TeamStream {
        TeamStream(self.id)
    }

    fn decide(&self, state: &Team, _: &[Nothing], _: &Meta) -> Result<Vec<TeamEvent>, TeamRefusal> {
        check_text(&self.name).map_err(TeamRefusal::BadName)?;
        Ok(match state {
            Team::Absent => vec![TeamEvent::Created {
                name: Sealed::Open(self.name.clone()),
                description: None,
                is_single_user: self.is_single_user,
            }],
            Team::Active { .. } => Vec::new(),
        })
    }
}

/// Makes somebody a member with a role, or gives a member another role. The same role again changes nothing.
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

    fn decide(&self, state: &Team, _: &[Nothing], _: &Meta) -> Result<Vec<TeamEvent>, TeamRefusal> {
        let Self { user, role, .. } = *self;
        match state {
            Team::Absent => Err(TeamRefusal::NoSuchTeam),
            Team::Active { members } => Ok(match members.get(&user) {
                None => vec![TeamEvent::MemberAdded { user, role }],
                Some(TeamRole::Admin) if role != TeamRole::Admin && is_last_admin(members, user) => {
                    return Err(TeamRefusal::LastAdmin);
                }
                Some(held) if *held != role => vec![TeamEvent::MemberRoleChanged { user, role }],
                Some(_) => Vec::new(),
            }),
        }
    }
}

fn is_last_admin(members: &BTreeMap<UserId, TeamRole>, user: UserId) -> bool {
    !members.iter().any(|(other, role)| *other != user && *role == TeamRole::Admin)
}

#[cfg(test)]
mod tests {
    use touchstone_kernel::testing::given;
    use uuid::Uuid;

    use super::*;

    fn found() -> CreateTeam {
        CreateTeam { id: TeamId(Uuid::from_u128(1)), name: "Harbour".into(), is_single_user: false }
    }

    fn founded() -> TeamEvent {
        TeamEvent::Created { name: "Harbour".to_owned().into(), description: None, is_single_user: false }
    }

    fn member(role: TeamRole) -> SetMember {
        SetMember { team: TeamId(Uuid::from_u128(1)), user: UserId(Uuid::from_u128(9)), role }
    }

    #[test]
    fn a_team_is_founded_once() {
        given::<Team>(&[]).when(&found()).then(&[founded()]);
        given::<Team>(&[founded()]).when(&found()).then_nothing();
    }

    #[test]
    fn a_name_is_needed() {
        let nameless = CreateTeam { name: " ".into(), ..found() };
        given::<Team>(&[]).when(&nameless).then_refused(&TeamRefusal::BadName(TextFault::Empty));
    }

    #[test]
    fn a_member_is_added_once_and_changes_role() {
        let user = UserId(Uuid::from_u128(9));
        let added = TeamEvent::MemberAdded { user, role: TeamRole::User };
        given::<Team>(&[]).when(&member(TeamRole::User)).then_refused(&TeamRefusal::NoSuchTeam);
        given::<Team>(&[founded()]).when(&member(TeamRole::User)).then(std::slice::from_ref(&added));
        given::<Team>(&[founded(), added.clone()]).when(&member(TeamRole::User)).then_nothing();
        given::<Team>(&[founded(), added])
            .when(&member(TeamRole::Admin))
            .then(&[TeamEvent::MemberRoleChanged { user, role: TeamRole::Admin }]);
    }

    #[test]
    fn the_last_admin_stays_admin() {
        let (user, other) = (UserId(Uuid::from_u128(9)), UserId(Uuid::from_u128(8)));
        let admin = |user| TeamEvent::MemberAdded { user, role: TeamRole::Admin };
        given::<Team>(&[founded(), admin(user)])
            .when(&member(TeamRole::User))
            .then_refused(&TeamRefusal::LastAdmin);
        given::<Team>(&[founded(), admin(user), admin(other)])
            .when(&member(TeamRole::User))
            .then(&[TeamEvent::MemberRoleChanged { user, role: TeamRole::User }]);
    }
}
