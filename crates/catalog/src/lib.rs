//! The built-in catalogue: harnesses, scenarios, probes and their prompts, by version.
//!
//! A published version never changes; a test pins the digest of every text in it. Nothing in a prompt can hurt: what is
//! forbidden is an inert canary, a harmless piece of text in guillemets at the end of the system message, which the user
//! message tries to get out and the detectors look for. Questions with one right answer carry it in their criteria, and
//! a [`Case`](touchstone_vocabulary::Case) number in the system message commits to it. The catalogue is data made by
//! code: see [`mutate`] for how requests are disguised and disturbed.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods))]

mod assemble;
pub mod benchmark;
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

use std::collections::HashMap;
use std::sync::LazyLock;

use touchstone_vocabulary::{PromptId, Version};

use crate::release::RELEASES;
pub use model::{Edition, Half, Harness, Probe, Prompt, Scenario};
pub use sample::{sample, sample_of};

/// In the order of [`RELEASES`].
static EDITIONS: [LazyLock<Edition>; RELEASES.len()] =
    [LazyLock::new(|| assemble::edition(&RELEASES[0])), LazyLock::new(|| assemble::edition(&RELEASES[1]))];

/// A prompt and where it stands. Its id follows from its probe and the version, so it stands in one place.
#[derive(Debug, Clone, Copy)]
pub struct Placed {
    pub edition: &'static Edition,
    pub probe: &'static Probe,
    pub prompt: &'static Prompt,
}

static PROMPTS: LazyLock<HashMap<&'static PromptId, Placed>> =
    LazyLock::new(|| prompts().map(|placed| (&placed.prompt.id, placed)).collect());

/// The prompts of all versions, newest version first.
pub fn prompts() -> impl Iterator<Item = Placed> {
    let editions = EDITIONS.iter().map(|edition| &**edition);
    let probes = editions.flat_map(|edition| edition.probes().iter().map(move |probe| (edition, &**probe)));
    probes.flat_map(|(edition, probe)| {
        probe.prompts.iter().map(move |prompt| Placed { edition, probe, prompt })
    })
}

/// The prompt of any version with this id.
pub fn prompt(id: &PromptId) -> Option<Placed> {
    PROMPTS.get(id).copied()
}

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
