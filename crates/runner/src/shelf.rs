//! What an evaluation can draw from: an edition of the catalogue, and the team's own harnesses and probes as they stood
//! when it was planned.
//!
//! The plan pins them: a harness by its version, a probe by the version of its stream. Whoever opens the runs afterwards,
//! perhaps another process much later, finds the same.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use futures::future::try_join_all;
use touchstone_aggregates::evaluation::{Plan, Spec};
use touchstone_aggregates::harness_config::{HarnessConfig, Scenario, Standing};
use touchstone_aggregates::probe_config::{Definition, ProbeConfig};
use touchstone_aggregates::probe_run::{Asked, Run};
use touchstone_aggregates::prompt::Prompt;
use touchstone_benchmarks::Benchmarks;
use touchstone_catalog::{Edition, Half, Probe};
use touchstone_detectors::{Detectors, Kind};
use touchstone_event_store::{Store, StoreError};
use touchstone_kernel::{Owned, Recorded, Rejection, Sealed, State};
use touchstone_vocabulary::{DetectorId, HarnessId, ProbeId, PromptId, TeamId, Version};

use crate::brought;

/// Streams read at once.
const AT_ONCE: usize = 16;

/// One version of a team's own harness.
#[derive(Debug, Clone, PartialEq)]
pub struct Release {
    pub version: Version,
    pub name: Sealed<String>,
    pub description: Sealed<String>,
    pub scenarios: Vec<Scenario>,
}

#[derive(Debug, Clone, Default)]
pub struct Shelf {
    /// With the benchmarks that are asked for. Absent where the version that was asked for is of the team's own harnesses alone.
    pub edition: Option<Cow<'static, Edition>>,
    pub harnesses: BTreeMap<HarnessId, Release>,
    /// With the version of each probe's stream.
    pub probes: BTreeMap<ProbeId, (i64, Definition)>,
}

impl From<&'static Edition> for Shelf {
    fn from(edition: &'static Edition) -> Self {
        Self { edition: Some(Cow::Borrowed(edition)), ..Self::default() }
    }
}

/// Why a shelf could not be filled.
#[derive(Debug, thiserror::Error)]
pub enum Lacking {
    /// What is asked for is not there, or not any more: one sentence for the caller.
    #[error("{0}")]
    Cause(String),
    #[error(transparent)]
    Store(#[from] Rejection),
}

fn cause<T>(sentence: String) -> Result<T, Lacking> {
    Err(Lacking::Cause(sentence))
}

impl Shelf {
    /// Everything that a request names: as pinned where there is a plan, else as it stands now.
    pub async fn fill(
        store: &Store,
        benchmarks: &Benchmarks,
        team: TeamId,
        spec: &Spec,
        plan: Option<&Plan>,
    ) -> Result<Self, Lacking> {
        let (own, standard): (Vec<_>, Vec<_>) = spec.harnesses.iter().partition(|id| id.uuid().is_some());
        let edition = brought::edition(benchmarks, spec, plan).await?;
        if edition.is_none() && !standard.is_empty() {
            return cause(format!("this server has no catalogue version {}", spec.version));
        }
        let mut shelf = Self { edition, ..Self::default() };
        for id in own {
            let state = store.load::<HarnessConfig>(&Owned::new(team, id.clone())).await?.state;
            let pinned = plan.map(|plan| plan.harnesses.iter().find(|planned| planned.id == *id));
            let release = match pinned {
                // A filter of scenarios left nothing of it.
                Some(None) => continue,
                Some(Some(planned)) => pinned_release(&state, planned.version.as_ref()),
                None => meant(&state, &spec.version),
            };
            let Some(release) = release else {
                return cause(format!(
                    "the harness {id} was archived or deleted before the evaluation began"
                ));
            };
            shelf.harnesses.insert(id.clone(), release);
        }
        let probes: BTreeSet<ProbeId> = shelf
            .harnesses
            .values()
            .flat_map(|release| release.scenarios.iter().flat_map(|scenario| scenario.probes.iter().cloned()))
            .collect();
        let pinned = |id: &ProbeId| {
            plan.and_then(|plan| plan.probes.iter().find(|planned| planned.id == *id)?.revision)
        };
        let wanted = probes.into_iter().map(|id| (pinned(&id), id)).collect();
        let defined = each(wanted, |(pinned, id)| defined(store, Owned::new(team, id), pinned)).await?;
        shelf.probes = defined.into_iter().collect();
        Ok(shelf)
    }
}

/// Does so for each, some at once, in order.
async fn each<T, U, E, F: Future<Output = Result<U, E>>>(
    all: Vec<T>,
    work: impl Fn(T) -> F,
) -> Result<Vec<U>, E> {
    let mut done = Vec::with_capacity(all.len());
    let mut rest = all.into_iter();
    while rest.len() > 0 {
        done.extend(try_join_all(rest.by_ref().take(AT_ONCE).map(&work)).await?);
    }
    Ok(done)
}

/// A probe at a version of its stream, or as it is now.
async fn defined(
    store: &Store,
    id: Owned<ProbeId>,
    pinned: Option<i64>,
) -> Result<(ProbeId, (i64, Definition)), Lacking> {
    let (revision, state) = if let Some(revision) = pinned {
        (revision, at_version::<ProbeConfig>(store, &id, revision).await?)
    } else {
        let loaded = store.load::<ProbeConfig>(&id).await?;
        (loaded.version, loaded.state)
    };
    match state {
        ProbeConfig::Defined(definition) => Ok((id.id, (revision, *definition))),
        ProbeConfig::Absent => cause(format!("there is no probe {}", id.id)),
    }
}

/// A stream folded up to a version. Whoever was told of the version by the log finds it.
pub async fn at_version<S: State>(store: &Store, id: &S::Id, version: i64) -> Result<S, Rejection> {
    let log = store.log();
    let limit = usize::try_from(version).unwrap_or(0);
    let read = async {
        let envelopes = log.stream(S::STREAM, &id.to_string(), 0, limit).await?;
        log.open_all(envelopes).await
    };
    let recorded = read.await.map_err(|fault: StoreError| Rejection::from(fault))?;
    let events = recorded.iter().map(Recorded::event::<S::Event>).collect::<Result<Vec<_>, _>>();
    let events = events.map_err(|fault| Rejection::Corrupt(fault.to_string()))?;
    if events.len() == limit {
        Ok(S::fold(&events))
    } else {
        Err(Rejection::Unavailable(format!("version {version} of {id} is not in the log yet")))
    }
}

fn copied(release: &touchstone_aggregates::harness_config::Release) -> Release {
    Release {
        version: release.version.clone(),
        name: release.name.clone(),
        description: release.description.clone(),
        scenarios: release.scenarios.clone(),
    }
}

/// The version that was planned, whatever became of it since.
fn pinned_release(state: &HarnessConfig, version: Option<&Version>) -> Option<Release> {
    state.releases().iter().find(|release| Some(&release.version) == version).map(copied)
}

/// The version that a request means: the one it names or, where there is none of that number, the newest that can be
/// run.
fn meant(state: &HarnessConfig, version: &Version) -> Option<Release> {
    match state.release(version) {
        Some(release) => Some(release).filter(|release| release.standing == Standing::Active).map(copied),
        None => state.newest().map(copied),
    }
}

/// The chosen prompts of a probe as its run will ask them: of the team's own, the versions of now.
pub async fn asked(
    store: &Store,
    team: TeamId,
    chosen: Vec<PromptId>,
    own: Option<&(i64, Definition)>,
) -> Result<Vec<Asked>, Rejection> {
    let Some((_, definition)) = own else { return Ok(chosen.into_iter().map(Asked::from).collect()) };
    let weights: BTreeMap<&PromptId, f64> =
        definition.items.iter().filter_map(|item| Some((&item.prompt, item.weight?))).collect();
    let weighed = chosen.into_iter().map(|id| (weights.get(&id).copied(), id)).collect();
    each(weighed, |(weight, id)| pin(store, Owned::new(team, id), weight)).await
}

async fn pin(store: &Store, id: Owned<PromptId>, weight: Option<f64>) -> Result<Asked, Rejection> {
    let revision = match touchstone_catalog::prompt(&id.id) {
        Some(_) => None,
        None => Some(store.load::<Prompt>(&id).await?.version),
    };
    Ok(Asked { id: id.id, revision, weight })
}

/// Whether a team's own probe asks its prompts in pairs: each second one as the variant of the one before it.
pub fn is_paired(detectors: &[DetectorId]) -> bool {
    static KNOWN: LazyLock<Detectors> = LazyLock::new(Detectors::default);
    let mut known = detectors.iter().filter_map(|id| KNOWN.find(id.as_str()));
    known.any(|detector| detector.describe().kind == Kind::Pairwise)
}

/// The other half of the prompt at this place, where both are the team's own: the catalogue's have theirs.
fn half(asked: &[Asked], place: usize) -> Option<Half> {
    let other = asked.get(place ^ 1)?;
    asked.get(place)?.revision.and(other.revision)?;
    let other = other.id.clone();
    Some(if place.is_multiple_of(2) {
        Half::Original { variant: other }
    } else {
        Half::Variant { original: other }
    })
}

/// The probe of a run, with what the run asks: one of the catalogue as it is in the edition, one of an imported set as
/// it always is, one of the team's own as it was when the run was opened. `None` where this build has no such probe.
pub async fn probe(
    store: &Store,
    benchmarks: &Benchmarks,
    team: TeamId,
    id: &ProbeId,
    run: &Run,
    version: &Version,
) -> Result<Option<Cow<'static, Probe>>, Rejection> {
    if id.uuid().is_none() {
        return brought::probe(benchmarks, version, id).await;
    }
    let wanted =
        run.prompts.iter().map(|asked| (asked.revision, Owned::new(team, asked.id.clone()))).collect();
    let mut prompts = each(wanted, |(revision, id)| written(store, id, revision)).await?;
    if is_paired(&run.detectors) {
        for (place, prompt) in prompts.iter_mut().enumerate() {
            if let Some(prompt) = prompt {
                prompt.half = prompt.half.take().or_else(|| half(&run.prompts, place));
            }
        }
    }
    Ok(Some(Cow::Owned(Probe {
        id: id.clone(),
        name: String::new(),
        description: String::new(),
        goal: String::new(),
        expected: String::new(),
        tags: Vec::new(),
        detector_ids: run.detectors.clone(),
        scoring: run.scoring,
        unpractised: None,
        prompts: prompts.into_iter().flatten().collect(),
    })))
}

/// A prompt as a run asks it; without messages where nobody can read it any more, and then it is not sent.
async fn written(
    store: &Store,
    id: Owned<PromptId>,
    revision: Option<i64>,
) -> Result<Option<touchstone_catalog::Prompt>, Rejection> {
    let Some(revision) = revision else {
        return Ok(touchstone_catalog::prompt(&id.id).map(|placed| placed.prompt.clone()));
    };
    let state = at_version::<Prompt>(store, &id, revision).await?;
    let draft = state.draft();
    let messages = draft.and_then(|draft| draft.messages.open()).cloned().unwrap_or_default();
    let criteria = draft.and_then(|draft| draft.criteria.open()).cloned().unwrap_or_default();
    Ok(Some(touchstone_catalog::Prompt { id: id.id, messages, criteria, half: None }))
}

#[cfg(test)]
mod tests;
