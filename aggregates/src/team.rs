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

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TeamEvent {
    Created { name: Sealed<String>, description: Option<Sealed<String>>, is_single_user: bool },
    MemberAdded { user: UserId, role: TeamRole },
    MemberRoleChanged { user: UserId, role: TeamRole },
}

impl Event for TeamEvent {
    const CONTEXT: &'static str = "team";
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Team {
    #[default]
    Absent,
    Active {
        members: BTreeMap<UserId, TeamRole>,
    },
}

impl State for Team {
    const STREAM: &'static str = "team";
    type Id = TeamStream;
    type Event = TeamEvent;

    fn apply(&mut self, event: &TeamEvent) {
        match event {
            TeamEvent::Created { .. } => *self = Self::Active { members: BTreeMap::new() },
            TeamEvent::MemberAdded { user, role } | TeamEvent::MemberRoleChanged { user, role } => {
                if let Self::Active { members } = self {
                    members.insert(*user, *role);
                }
            }
        }
    }

    fn subject(id: &TeamStream) -> String {
        format!("team:{}", id.0)
    }
}
