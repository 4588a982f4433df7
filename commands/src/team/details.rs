//! A team's beginning, its name and description, and its end.

use touchstone_aggregates::team::{Facts, Name, Team, TeamEvent, TeamStream};
use touchstone_kernel::{Claim, Command, Meta, Nothing, Sealed, Within};
use touchstone_vocabulary::{TeamId, TeamRole, TextFault, UserId, check_text};

use super::TeamRefusal;
use crate::governed;
use crate::reservation::name_digest;

fn name_claim(holder: UserId, digest: String, take: bool) -> Claim {
    Claim {
        within: Within::User(holder),
        scope: "team_name",
        digest,
        take,
        refusal: "one of your teams has this name already; choose another",
        field: "name",
    }
}

fn check_description(text: &str) -> Result<(), TeamRefusal> {
    match check_text(text) {
        Ok(()) | Err(TextFault::Empty) => Ok(()),
        Err(fault) => Err(TeamRefusal::BadDescription(fault)),
    }
}

/// Whether one of these teams, of which the user is a member, has this name.
fn is_taken(digest: &str, user: UserId, among: &[Team]) -> bool {
    among.iter().any(|team| match team {
        Team::Active(facts) => facts.members.contains_key(&user) && facts.name.digest == digest,
        Team::Absent | Team::Deleted => false,
    })
}

/// Founds a team whose first admin is the founder. Founding an existing one changes nothing.
#[derive(Debug, Clone)]
pub struct CreateTeam {
    pub id: TeamId,
    pub founder: UserId,
    pub name: String,
    pub description: Option<String>,
    pub is_single_user: bool,
    /// The founder's teams as far as they are known: none of them may have this name. Of two teams that are founded at
    /// the same time the reservation refuses one.
    pub among: Vec<TeamId>,
}

impl Command for CreateTeam {
    type On = Team;
    type Wants = Team;
    type Refusal = TeamRefusal;

    fn stream(&self) -> TeamStream {
        TeamStream(self.id)
    }

    fn wants(&self, _: &Team) -> Vec<TeamStream> {
        self.among.iter().copied().map(TeamStream).collect()
    }

    fn decide(&self, state: &Team, among: &[Team], _: &Meta) -> Result<Vec<TeamEvent>, TeamRefusal> {
        match state {
            Team::Absent => {
                check_text(&self.name).map_err(TeamRefusal::BadName)?;
                check_description(self.description.as_deref().unwrap_or_default())?;
                let digest = name_digest(&self.name);
                if is_taken(&digest, self.founder, among) {
                    return Err(TeamRefusal::NameTaken);
                }
                let name = Name { text: Sealed::Open(self.name.clone()), digest, holder: self.founder };
                let description = self.description.clone().map(Sealed::Open);
                Ok(vec![
                    TeamEvent::Created { name, description, is_single_user: self.is_single_user },
                    TeamEvent::MemberAdded { user: self.founder, role: TeamRole::Admin },
                ])
            }
            Team::Active(_) => Ok(Vec::new()),
            Team::Deleted => Err(TeamRefusal::NoSuchTeam),
        }
    }

    fn claims(&self, _: &Team, _: &[TeamEvent]) -> Vec<Claim> {
        vec![name_claim(self.founder, name_digest(&self.name), true)]
    }
}

/// Gives a team another name or description; what is absent stays. What is the same changes nothing.
#[derive(Debug, Clone)]
pub struct UpdateTeam {
    pub id: TeamId,
    /// Who gives the name: it must differ from those of this person's other teams.
    pub by: UserId,
    pub name: Option<String>,
    pub description: Option<String>,
    /// That person's other teams as far as they are known.
    pub among: Vec<TeamId>,
}

impl UpdateTeam {
    /// The name that the team gets, when it is another one. It changes hands only when it means another name.
    fn renamed(&self, facts: &Facts) -> Option<Name> {
        let text = self.name.as_ref().filter(|name| facts.name.text.open() != Some(*name))?;
        let digest = name_digest(text);
        let holder = if digest == facts.name.digest { facts.name.holder } else { self.by };
        Some(Name { text: Sealed::Open(text.clone()), digest, holder })
    }
}

impl Command for UpdateTeam {
    type On = Team;
    type Wants = Team;
    type Refusal = TeamRefusal;

    fn stream(&self) -> TeamStream {
        TeamStream(self.id)
    }

    fn wants(&self, _: &Team) -> Vec<TeamStream> {
        self.among.iter().filter(|id| **id != self.id).copied().map(TeamStream).collect()
    }

    fn decide(&self, state: &Team, among: &[Team], meta: &Meta) -> Result<Vec<TeamEvent>, TeamRefusal> {
        let facts = governed(Some(state), meta)?;
        if let Some(name) = &self.name {
            check_text(name).map_err(TeamRefusal::BadName)?;
        }
        check_description(self.description.as_deref().unwrap_or_default())?;
        let name = self.renamed(facts);
        if name.as_ref().is_some_and(|name| is_taken(&name.digest, self.by, among)) {
            return Err(TeamRefusal::NameTaken);
        }
        let known = facts.description.as_ref().and_then(Sealed::open);
        let description = self.description.clone().filter(|text| known != Some(text)).map(Sealed::Open);
        if name.is_none() && description.is_none() {
            return Ok(Vec::new());
        }
        Ok(vec![TeamEvent::DetailsChanged { name, description }])
    }

    fn claims(&self, state: &Team, _: &[TeamEvent]) -> Vec<Claim> {
        let Team::Active(facts) = state else { return Vec::new() };
        match self.renamed(facts) {
            Some(name) if name.digest != facts.name.digest => vec![
                name_claim(facts.name.holder, facts.name.digest.clone(), false),
                name_claim(name.holder, name.digest, true),
            ],
            Some(_) | None => Vec::new(),
        }
    }
}

/// Ends a team for good. What it owned is taken down by what follows; to everybody it is missing from now on, also for a
/// second deletion.
#[derive(Debug, Clone)]
pub struct DeleteTeam {
    pub id: TeamId,
}

impl Command for DeleteTeam {
    type On = Team;
    type Wants = Nothing;
    type Refusal = TeamRefusal;

    fn stream(&self) -> TeamStream {
        TeamStream(self.id)
    }

    fn decide(&self, state: &Team, _: &[Nothing], meta: &Meta) -> Result<Vec<TeamEvent>, TeamRefusal> {
        let facts = governed(Some(state), meta)?;
        if facts.is_single_user {
            return Err(TeamRefusal::PersonalStays);
        }
        Ok(vec![TeamEvent::Deleted {}])
    }

    fn claims(&self, state: &Team, _: &[TeamEvent]) -> Vec<Claim> {
        match state {
            Team::Active(facts) => vec![name_claim(facts.name.holder, facts.name.digest.clone(), false)],
            Team::Absent | Team::Deleted => Vec::new(),
        }
    }
}
