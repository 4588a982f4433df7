//! What one may see: views that serialise to the public contract's schemas, and the SQL that fills them.
//!
//! Every function takes the caller's team and every statement names it, so another team's thing is simply not found.
//! On PostgreSQL row security stands behind that: a statement that forgets its team finds nothing of another.
//! The exceptions find something before a team is known, or what concerns one person in several teams, and say so: a
//! token by its digest, a user by address or identity, somebody's teams and colleagues, invites by addressee. Absence is
//! `None` or an empty list; an error means that the database could not answer.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods))]

pub mod agent_configuration;
pub mod api_key;
pub mod audit;
pub mod evaluation;
pub mod harness;
pub mod harness_config;
pub mod harness_stage;
pub mod invite;
pub mod probe;
pub mod probe_config;
pub mod prompt;
pub mod quota;
pub mod response;
pub mod response_error;
mod results;
pub mod scenario;
mod sql;
pub mod team;
pub mod test;
pub mod token;
mod tree;
pub mod user;

#[cfg(test)]
mod tests;

pub use results::{Chunks, ResultFilter};
pub use touchstone_read_store::{Db, ReadError};
