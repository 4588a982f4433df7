//! The editions there are. Each is a row here; what it holds is in [`crate::rows`], which all of them share.

use crate::rows::Since;

/// What sets one edition apart from the others.
pub(crate) struct Release {
    pub version: &'static str,
    /// In unix seconds.
    pub created_at: i64,
    /// Its rows are those that joined with it or before.
    pub since: Since,
    /// Prompts of a probe, at most: where its requests stand as they are, and where mutators act on them.
    pub plain: usize,
    pub mutated: usize,
    /// Pairs of a probe, at most.
    pub pairs: usize,
    /// Whether probes are tagged with entries of [`crate::frameworks`] beyond those that their rows name.
    pub frameworks: bool,
    /// Whether each scenario can be run as a harness of its own.
    pub scenario_harnesses: bool,
    /// Whether the benchmarks are listed whose questions people bring.
    pub benchmarks: bool,
}

/// Newest first.
pub(crate) static RELEASES: [Release; 2] = [
    Release {
        version: "1.1.0",
        // 25 November 2026, 00:00 UTC.
        created_at: 1_795_564_800,
        since: Since::V1_1_0,
        plain: 36,
        mutated: 60,
        pairs: 30,
        frameworks: true,
        scenario_harnesses: true,
        benchmarks: true,
    },
    Release {
        version: "1.0.0",
        // 23 November 2026, 00:00 UTC.
        created_at: 1_795_392_000,
        since: Since::V1_0_0,
        plain: 36,
        mutated: 36,
        pairs: 0,
        frameworks: false,
        scenario_harnesses: false,
        benchmarks: false,
    },
];
