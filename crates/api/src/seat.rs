//! The caller's place in a team that a path or a body names, which need not be the token's.

use touchstone_queries::team::{self, Membership};
use touchstone_vocabulary::{TeamId, TeamRole};

use crate::app::App;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::page::Id;
use crate::present::Find;

const NOUN: &str = "team";

/// Proof that the caller belongs to a team.
pub struct Seat {
    caller: Caller,
    membership: Membership,
}

impl Seat {
    /// The caller's place in this team; a team of others does not exist.
    pub async fn of(app: &App, caller: &Caller, team: TeamId) -> Result<Self, ApiError> {
        let found = team::membership_in(&app.db, team, caller.user).await?;
        let membership = found.ok_or_else(|| ApiError::missing(NOUN))?;
        Ok(Self { caller: caller.in_team(team), membership })
    }

    /// The same for a team that a body names; none means the token's.
    pub async fn named(app: &App, caller: &Caller, team: Option<&str>) -> Result<Self, ApiError> {
        let team = match team {
            Some(text) => text.parse().map_err(|_| ApiError::missing(NOUN))?,
            None => caller.team,
        };
        Self::of(app, caller, team).await
    }

    pub const fn team(&self) -> TeamId {
        self.membership.team
    }

    /// The caller as an admin of that team: in the name of which everything that follows is done. The rights of a token
    /// that is not an admin's do not suffice for any team.
    pub fn admin(self) -> Result<Caller, ApiError> {
        if self.membership.role == TeamRole::Admin && self.caller.is_admin() {
            Ok(self.caller)
        } else {
            Err(ApiError::Forbidden("this needs the role admin in that team".to_owned()))
        }
    }
}

impl Find for Seat {
    async fn find(app: &App, caller: &Caller, id: &Id) -> Result<Self, ApiError> {
        Self::of(app, caller, id.of(NOUN)?).await
    }
}
