//! What one may ask: per context one struct per command, with its decision and its given/when/then tests. Pure.
//!
//! A decision sees a state, the facts it wanted and the surrounding [`touchstone_kernel::Meta`], never a clock, a
//! store or a random number.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods))]

pub mod access;
pub mod agent_configuration;
pub mod api_key;
pub mod evaluation;
pub mod harness_config;
pub mod harness_stage;
pub mod invite;
pub mod local_eval_token;
pub mod notice;
pub mod probe_config;
pub mod probe_run;
pub mod prompt;
pub mod reservation;
pub mod team;
pub mod token;
pub mod user;

use touchstone_aggregates::team::{Facts, Team};
use touchstone_kernel::{Actor, Meta, Sealed};
use touchstone_vocabulary::{TeamRole, UserId};
use uuid::Uuid;

/// The person behind a command; the nil user where the service itself acts.
pub(crate) fn caller(meta: &Meta) -> UserId {
    match meta.actor {
        Actor::User(id) => id,
        Actor::System(_) => UserId(Uuid::nil()),
    }
}

/// What is to be recorded of a change: nothing where it is absent or what is known already.
pub(crate) fn replaced<T: Clone + PartialEq>(new: Option<&T>, known: &Sealed<T>) -> Option<Sealed<T>> {
    new.filter(|new| known.open() != Some(*new)).cloned().map(Sealed::Open)
}

/// Why somebody may not change a team or what belongs to it.
pub(crate) enum Barred {
    /// It does not exist, or not for somebody who is no member.
    NoTeam,
    /// A member, but no admin.
    NoAdmin,
}

/// The team, if it exists and the caller may change it. The service itself and the operator need no role.
pub(crate) fn governed<'a>(team: Option<&'a Team>, meta: &Meta) -> Result<&'a Facts, Barred> {
    let Some(Team::Active(facts)) = team else { return Err(Barred::NoTeam) };
    match meta.actor {
        Actor::System(_) => Ok(facts),
        Actor::User(user) => match facts.members.get(&user) {
            Some(TeamRole::Admin) => Ok(facts),
            Some(TeamRole::User) => Err(Barred::NoAdmin),
            None => Err(Barred::NoTeam),
        },
    }
}

/// A created API key, likewise.
#[cfg(test)]
pub(crate) fn api_key_created() -> Vec<touchstone_aggregates::api_key::ApiKeyEvent> {
    api_key::fixtures::created()
}

/// A created evaluation, for the tests of commands that want one.
#[cfg(test)]
pub(crate) fn evaluation_created() -> Vec<touchstone_aggregates::evaluation::EvaluationEvent> {
    evaluation::fixtures::created()
}
