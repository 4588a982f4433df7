//! What one may ask: per context one struct per command, with its decision and its given/when/then tests. Pure.
//!
//! A decision sees a state, the facts it wanted and the surrounding [`touchstone_kernel::Meta`], never a clock, a
//! store or a random number.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods))]

pub mod api_key;
pub mod evaluation;
pub mod probe_run;
pub mod reservation;
pub mod team;
pub mod token;
pub mod user;

use touchstone_kernel::{Actor, Meta};
use touchstone_vocabulary::UserId;
use uuid::Uuid;

/// The person behind a command; the nil user where the service itself acts.
pub(crate) fn caller(meta: &Meta) -> UserId {
    match meta.actor {
        Actor::User(id) => id,
        Actor::System(_) => UserId(Uuid::nil()),
    }
}

/// A created evaluation, for the tests of commands that want one.
#[cfg(test)]
pub(crate) fn evaluation_created() -> Vec<touchstone_aggregates::evaluation::EvaluationEvent> {
    evaluation::fixtures::created()
}
