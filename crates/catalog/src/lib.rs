//! The built-in catalogue: harnesses, scenarios, probes and their prompts, by version.
//!
//! A published version never changes; a test pins the digest of every text in it. Nothing in a prompt can hurt: what is
//! forbidden is an inert canary, a harmless piece of text in guillemets at the end of the system message, which the user
//! message tries to get out and the detectors look for. Questions with one right answer carry it in their criteria, and
//! a [`Case`](touchstone_vocabulary::Case) number in the system message commits to it. The catalogue is data made by
//! code: see [`mutate`] for how requests are disguised and disturbed.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods))]

mod assemble;
mod draw;
pub mod frameworks;
mod model;
pub mod mutate;
mod release;
mod rows;
mod sample;
#[cfg(test)]
mod tests;
mod themes;

use std::sync::LazyLock;

use touchstone_vocabulary::Version;

use crate::release::RELEASES;
pub use model::{Edition, Half, Harness, Probe, Prompt, Scenario};
pub use sample::sample;

/// In the order of [`RELEASES`].
static EDITIONS: [LazyLock<Edition>; RELEASES.len()] =
    [LazyLock::new(|| assemble::edition(&RELEASES[0])), LazyLock::new(|| assemble::edition(&RELEASES[1]))];

/// All versions, newest first.
pub fn versions() -> Vec<Version> {
    RELEASES.iter().map(|release| Version::from(release.version)).collect()
}

/// The edition of a version, if there is one. Assembled on first use and kept for the life of the process.
pub fn edition(version: &str) -> Option<&'static Edition> {
    let place = RELEASES.iter().position(|release| release.version == version)?;
    EDITIONS.get(place).map(|edition| &**edition)
}

/// The newest edition.
pub fn latest() -> &'static Edition {
    &EDITIONS[0]
}
