//! The binary: settings, wiring, and one file per subcommand.
//!
//! Everything that waits or chooses an implementation comes together here; nothing here decides what is true.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods))]

pub mod bootstrap;
pub mod cli;
pub mod clock;
mod crash;
pub mod detectors_doc;
pub mod events_doc;
mod http;
pub mod index;
pub mod installed;
pub mod labelled;
pub mod prompts;
pub mod settings;
pub mod status;
pub mod target;
pub mod tasks;
pub mod verify;
pub mod wiring;
