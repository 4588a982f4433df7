//! Read tables and what keeps them: a pure function of the log, applied in batches.
//!
//! Projections are the only writers of read tables. A [`Group`] feeds them from the bus and from the log, keeps its
//! progress in the same transaction as the rows, parks what can never be applied, and rebuilds tables beside the live
//! ones. Nothing here has another effect than rows, so everything may be done again.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods))]

mod arg;
mod db;
mod dead_letter;
mod error;
mod generation;
mod group;
mod progress;
mod projection;
mod rebuild;
mod relay;
mod scope;
mod status;
#[cfg(test)]
mod tests;
mod tx;
mod verify;
mod wall;

pub use arg::Arg;
pub use db::{Db, Row, View};
pub use dead_letter::{DeadLetter, Retried, discard, list as dead_letters, retry};
pub use error::{ApplyError, ReadError};
pub use group::{Group, Health};
pub use progress::Progress;
pub use projection::Projection;
pub use rebuild::{Filling, Rebuilt, rebuild};
pub use relay::LogSource;
pub use scope::Scope;
pub use status::{ProjectionStatus, statuses};
pub use tx::Tx;
pub use verify::{TableReport, VerifyReport, verify};
