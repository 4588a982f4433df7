//! A team: the tenant that owns everything but the standard catalogue, and who belongs to it.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use touchstone_kernel::{Event, InvalidStream, Sealed, State};
use touchstone_vocabulary::{TeamId, TeamRole, UserId};

/// `<team>/team`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TeamStream(pub TeamId);

impl fmt::Display for TeamStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/team", self.0)
    }
}

impl FromStr for TeamStream {
    type Err = InvalidStream;

    fn from_str(text: &str) -> Result<Self, InvalidStream> {
        text.strip_suffix("/team")
            .and_then(|id| id.parse().ok())
            .map(Self)
            .ok_or_else(|| InvalidStream(text.to_owned()))
    }
}

/// A team's name, and among whose teams it is the only one of its kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Name {
    pub text: Sealed<String>,
    /// Digest of the normalised text, for its reservation.
    pub digest: String,
    /// Who gave the team this name.
    pub holder: UserId,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TeamEvent {
    Created {
        name: Name,
        description: Option<Sealed<String>>,
        /// Somebody's personal team, which nobody else can join.
        is_single_user: bool,
    },
    /// Only what changed is present.
    DetailsChanged {
        name: Option<Name>,
        description: Option<Sealed<String>>,
    },
    MemberAdded {
        user: UserId,
        role: TeamRole,
    },
    MemberRoleChanged {
        user: UserId,
        role: TeamRole,
    },
    MemberRemoved {
        user: UserId,
    },
    Deleted {},
}

impl Event for TeamEvent {
    const CONTEXT: &'static str = "team";

    fn version(&self) -> u32 {
        match self {
            // Version 1 had the text of the name alone.
            Self::Created { .. } => 2,
            Self::DetailsChanged { .. }
            | Self::MemberAdded { .. }
            | Self::MemberRoleChanged { .. }
            | Self::MemberRemoved { .. }
            | Self::Deleted {} => 1,
        }
    }
}

/// What is known of a team that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    pub name: Name,
    pub description: Option<Sealed<String>>,
    pub is_single_user: bool,
    pub members: BTreeMap<UserId, TeamRole>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Team {
    #[default]
    Absent,
    Active(Facts),
    Deleted,
}

impl Team {
    /// The role of a member of a team that exists.
    pub fn role(&self, user: UserId) -> Option<TeamRole> {
        match self {
            Self::Active(facts) => facts.members.get(&user).copied(),
            Self::Absent | Self::Deleted => None,
        }
    }
}

impl State for Team {
    const STREAM: &'static str = "team";
    type Id = TeamStream;
    type Event = TeamEvent;

    fn apply(&mut self, event: &TeamEvent) {
        if let TeamEvent::Created { name, description, is_single_user } = event {
            *self = Self::Active(Facts {
                name: name.clone(),
                description: description.clone(),
                is_single_user: *is_single_user,
                members: BTreeMap::new(),
            });
            return;
        }
        let Self::Active(facts) = self else { return };
        match event {
            TeamEvent::Created { .. } => {}
            TeamEvent::DetailsChanged { name, description } => {
                if let Some(name) = name {
                    facts.name = name.clone();
                }
                if let Some(description) = description {
                    facts.description = Some(description.clone());
                }
            }
            TeamEvent::MemberAdded { user, role } | TeamEvent::MemberRoleChanged { user, role } => {
                facts.members.insert(*user, *role);
            }
            TeamEvent::MemberRemoved { user } => drop(facts.members.remove(user)),
            TeamEvent::Deleted {} => *self = Self::Deleted,
        }
    }

    fn subject(id: &TeamStream) -> String {
        format!("team:{}", id.0)
    }
}
