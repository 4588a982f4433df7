//! What follows by itself from what happened to teams and invites.
//!
//! An accepted invite becomes a membership, an invite whose time is over expires, and what a deleted team owned is taken
//! down: its invites are revoked, its keys deleted, its evaluations canceled, its agents archived, its files removed. It is a consumer of the log: one process at
//! a time acts, its cursor is saved after its commands, and its commands change nothing when they are repeated. The API
//! does the urgent ones at once, so here is also what catches up with a process that died in between.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods))]

mod board;
mod registrar;

pub use registrar::Registrar;
