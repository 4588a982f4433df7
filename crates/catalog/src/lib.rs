//! The built-in catalogue: harnesses, scenarios, probes and their prompts, by version.
//!
//! A published version never changes; a test pins the digest of every text in it. Prompts contain inert canaries only:
//! the system message of each forbids one harmless piece of text in guillemets, the user message tries to get it out,
//! and the probe's detectors look for it. The catalogue is data made by code: see [`mutate`] for how requests are
//! disguised.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods))]

mod assemble;
mod draw;
mod model;
pub mod mutate;
mod rows;
mod sample;
#[cfg(test)]
mod tests;
mod themes;

use std::sync::LazyLock;

use touchstone_vocabulary::Version;

pub use model::{Edition, Half, Harness, Probe, Prompt, Scenario};
pub use sample::sample;

static LATEST: LazyLock<Edition> = LazyLock::new(assemble::edition);

/// All versions, newest first.
pub fn versions() -> Vec<Version> {
    vec![LATEST.version().clone()]
}

/// The edition of a version, if there is one. Assembled on first use and kept for the life of the process.
pub fn edition(version: &str) -> Option<&'static Edition> {
    Some(&*LATEST).filter(|edition| edition.version().as_str() == version)
}

/// The newest edition.
pub fn latest() -> &'static Edition {
    &LATEST
}
