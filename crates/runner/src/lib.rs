//! The engine: a process manager that turns a created evaluation into recorded responses and scores.
//!
//! It hears events, does work in the world (model calls, detectors) and sends commands back. Each process with the
//! `run` role follows the log's milestones on a [`board`]; one of them, the coordinator, plans, closes and completes;
//! all of them claim probe runs and call the target. A crash at any point costs at most the calls in flight: what
//! is recorded stays, what is not is asked again.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods))]

mod agenda;
mod board;
mod brought;
mod coordinator;
mod engine;
mod judge;
mod plan;
mod probe_task;
mod shelf;
mod target;
mod worker;

pub use engine::{Engine, MAX_IN_FLIGHT, Options};
pub use plan::{Suite, suite};
pub use shelf::Shelf;
