//! The event log: the truth, and the outbox of everything downstream.
//!
//! This is the only crate that knows cqrs-es and postgres-es. An append is one statement (or, on SQLite, one short
//! transaction) that checks the versions it was decided on, records the idempotency key and adds the events. A
//! [`Sequencer`] gives every event its final place: a dense `seq`, and a hash over everything before it. Whoever
//! follows the log reads by `seq` and by nothing else.
//!
//! Texts marked open are sealed before anything is stored or hashed, so the chain can be verified, and the log be
//! copied and sent, without any key.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods))]

mod append;
mod backend;
mod bridge;
mod database;
mod epochs;
mod error;
mod handle;
mod locks;
mod log;
mod memory;
mod postgres;
mod request;
mod reservation;
mod restore;
mod role;
mod seal;
mod sequencer;
mod sqlite;
mod store;
mod token_use;
mod upcast;
mod verify;
mod wire;
mod writer;

#[cfg(test)]
mod tests;

pub use database::{Database, Memory};
pub use error::StoreError;
pub use log::Log;
pub use restore::{RestoreReport, after_restore};
pub use role::{InvalidRole, Role, Roles};
pub use sequencer::Sequencer;
pub use store::{Loaded, Prepared, Store};
pub use upcast::upcast;
pub use verify::LogReport;
pub use writer::Writer;
