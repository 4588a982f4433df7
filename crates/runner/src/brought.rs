//! Benchmarks in an evaluation: the catalogue's edition together with the data sets that people brought.
//!
//! The digest of a set is part of its probes' ids, so a plan pins what it means, whatever is imported later.

use std::borrow::Cow;

use touchstone_aggregates::evaluation::{Plan, Spec};
use touchstone_benchmarks::{Benchmarks, Unreachable};
use touchstone_catalog::{Edition, Probe};
use touchstone_kernel::Rejection;
use touchstone_vocabulary::{ProbeId, Version};

fn unavailable(fault: &Unreachable) -> Rejection {
    tracing::warn!(fault = fault as &dyn std::error::Error, "imported benchmarks cannot be read");
    Rejection::Unavailable(fault.to_string())
}

/// The edition that a request names, with the sets that it asks: as planned where there is a plan, else the newest.
/// `None` where this build has no such version.
pub async fn edition(
    benchmarks: &Benchmarks,
    spec: &Spec,
    plan: Option<&Plan>,
) -> Result<Option<Cow<'static, Edition>>, Rejection> {
    let Some(edition) = touchstone_catalog::edition(spec.version.as_str()) else { return Ok(None) };
    let planned: Option<Vec<&ProbeId>> =
        plan.map(|plan| plan.probes.iter().map(|planned| &planned.id).collect());
    let sets =
        benchmarks.asked(&spec.harnesses, planned.as_deref()).await.map_err(|fault| unavailable(&fault))?;
    let edition = if sets.is_empty() { Cow::Borrowed(edition) } else { Cow::Owned(edition.with(sets)) };
    Ok(Some(edition))
}

/// A probe with all its prompts: of the catalogue or of an imported set. `None` where there is no such probe.
pub async fn probe(
    benchmarks: &Benchmarks,
    version: &Version,
    id: &ProbeId,
) -> Result<Option<Cow<'static, Probe>>, Rejection> {
    match touchstone_catalog::edition(version.as_str()).and_then(|edition| edition.probe(id)) {
        Some(probe) => Ok(Some(Cow::Borrowed(&**probe))),
        None => Ok(benchmarks.probe(id).await.map_err(|fault| unavailable(&fault))?.map(Cow::Owned)),
    }
}
