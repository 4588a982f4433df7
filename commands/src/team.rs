//! Teams: founding, naming, who belongs to one, the end.
//!
//! What an admin may do is decided by the team's own stream: whoever was an admin a moment ago, and is none now, is
//! refused whatever the read models say. The service itself and the operator need no role.

mod details;
mod member;

pub use details::{CreateTeam, DeleteTeam, UpdateTeam};
pub use member::{Admit, ChangeRole, RemoveMember, SetMember};
use touchstone_kernel::{Kind, Refusal};
use touchstone_vocabulary::TextFault;

use crate::Barred;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TeamRefusal {
    #[error("there is no such team")]
    NoSuchTeam,
    #[error("there is no such user in this team")]
    NoSuchMember,
    #[error("there is no accepted invite of this id")]
    NoInvite,
    #[error("this needs the role admin in that team")]
    NoAdmin,
    #[error("a team needs an admin, and this is its last one; make another member admin first")]
    LastAdmin,
    #[error("the team's name {0}")]
    BadName(TextFault),
    #[error("the description {0}")]
    BadDescription(TextFault),
    #[error("one of your teams has this name already; choose another")]
    NameTaken,
    #[error("this is somebody's personal team and has one member; make another team to work together")]
    Personal,
    #[error("this is a personal team, which stays as long as its owner")]
    PersonalStays,
}

impl Refusal for TeamRefusal {
    fn kind(&self) -> Kind {
        match self {
            Self::NoSuchTeam | Self::NoSuchMember | Self::NoInvite => Kind::Missing,
            Self::NoAdmin => Kind::Forbidden,
            Self::LastAdmin | Self::NameTaken | Self::Personal | Self::PersonalStays => Kind::Conflict,
            Self::BadName(_) | Self::BadDescription(_) => Kind::Invalid,
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::BadName(_) | Self::NameTaken => Some("name"),
            Self::BadDescription(_) => Some("description"),
            Self::NoSuchTeam
            | Self::NoSuchMember
            | Self::NoInvite
            | Self::NoAdmin
            | Self::LastAdmin
            | Self::Personal
            | Self::PersonalStays => None,
        }
    }
}

impl From<Barred> for TeamRefusal {
    fn from(barred: Barred) -> Self {
        match barred {
            Barred::NoTeam => Self::NoSuchTeam,
            Barred::NoAdmin => Self::NoAdmin,
        }
    }
}

#[cfg(test)]
mod tests;
