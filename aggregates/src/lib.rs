//! What can be true: per context its state, its events, and how one folds into the other. Pure.
//!
//! Every event is a promise kept for ever: `golden/<stream>/<event>.v<N>.json` freezes one example of each version.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods))]

pub mod access;
pub mod agent_configuration;
pub mod api_key;
pub mod evaluation;
mod golden;
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

pub use golden::golden;
