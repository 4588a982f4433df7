//! The built-in catalogue as the public API shows it, and how it is joined with what a team has of its own: the team's
//! first, newest first, then the catalogue's in its own order.

use std::borrow::Cow;
use std::collections::BTreeMap;

use touchstone_benchmarks::Outline;
use touchstone_catalog::{Edition, Harness, Placed, Probe, Scenario};
use touchstone_queries::harness_config::{HarnessConfigView, ScenarioConfigView};
use touchstone_queries::probe_config::ProbeConfigView;
use touchstone_queries::prompt::{MessageView, PromptView};
use touchstone_vocabulary::{HarnessScoring, HarnessStatus, Page, ProbeId, PromptId, Role, ScenarioScoring};

use crate::error::ApiError;
use crate::reply::length;

/// The versions there are, newest first.
pub fn versions() -> Vec<String> {
    touchstone_catalog::versions().into_iter().map(|version| version.0).collect()
}

/// The edition of a version, with what is imported for its benchmarks; the newest where none is named.
pub fn edition(imported: &[Outline], version: Option<&str>) -> Option<Cow<'static, Edition>> {
    let edition = match version {
        Some(version) => touchstone_catalog::edition(version)?,
        None => touchstone_catalog::latest(),
    };
    Some(if imported.is_empty() {
        Cow::Borrowed(edition)
    } else {
        Cow::Owned(edition.with(imported.iter().map(Outline::listed)))
    })
}

/// What there is in one version, or in all of them, newest first.
fn listed<T>(imported: &[Outline], version: Option<&str>, of: impl Fn(&Edition) -> Vec<T>) -> Vec<T> {
    let one = version.map(|version| vec![version.to_owned()]);
    let wanted = one.unwrap_or_else(versions);
    let editions = wanted.iter().filter_map(|version| edition(imported, Some(version)));
    editions.flat_map(|edition| of(&edition)).collect()
}

/// Refuses to change what is the catalogue's; that belongs to no team.
pub fn changeable(team: &str, noun: &str) -> Result<(), ApiError> {
    if team.is_empty() {
        Err(ApiError::Forbidden(format!(
            "this {noun} is the catalogue's and cannot be changed; make one of your own"
        )))
    } else {
        Ok(())
    }
}

/// A page of what the team has and then of what the catalogue has, and how many there are in all. `own` is the team's
/// part of that page already, of `count` in all.
pub fn joined<T, S>(
    own: Vec<T>,
    count: i64,
    standard: Vec<S>,
    page: Page,
    view: impl Fn(S) -> T,
) -> (Vec<T>, i64) {
    let total = count + length(&standard);
    let skip = usize::try_from(page.offset - count).unwrap_or(0);
    let take = usize::try_from(page.limit - length(&own)).unwrap_or(0);
    let rest = standard.into_iter().skip(skip).take(take).map(view);
    (own.into_iter().chain(rest).collect(), total)
}

/// The harnesses of one version or of all, in the catalogue's order.
pub fn harness_configs(imported: &[Outline], version: Option<&str>) -> Vec<HarnessConfigView> {
    listed(imported, version, |edition| {
        edition.harnesses().iter().map(|harness| harness_view(edition, harness)).collect()
    })
}

/// The scenarios of one version or of all, in the catalogue's order.
pub fn scenario_configs(imported: &[Outline], version: Option<&str>) -> Vec<ScenarioConfigView> {
    listed(imported, version, |edition| {
        edition.scenarios().iter().map(|scenario| scenario_view(edition, scenario)).collect()
    })
}

/// The probes of one version or of all, in the catalogue's order. Of imported ones no prompts are listed.
pub fn probe_configs(imported: &[Outline], version: Option<&str>) -> Vec<ProbeConfigView> {
    listed(imported, version, |edition| {
        edition.probes().iter().map(|probe| probe_view(edition, probe)).collect()
    })
}

/// The newest form of a probe of the catalogue.
pub fn probe_config(imported: &[Outline], id: &ProbeId) -> Option<ProbeConfigView> {
    let of =
        |edition: &Edition| edition.probe(id).map(|probe| probe_view(edition, probe)).into_iter().collect();
    listed(imported, None, of).into_iter().next()
}

/// The prompts with these ids, of whichever version.
pub fn prompts(ids: &[String]) -> Vec<Placed> {
    ids.iter().filter_map(|id| touchstone_catalog::prompt(&PromptId::from(id.as_str()))).collect()
}

/// A prompt of the catalogue.
pub fn prompt_view(Placed { edition, probe, prompt }: Placed) -> PromptView {
    let role = |role| match role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
    };
    let message = |message: &touchstone_vocabulary::Message| MessageView {
        role: role(message.role).to_owned(),
        content: message.content.clone(),
    };
    PromptView {
        id: prompt.id.to_string(),
        config_id: prompt.id.to_string(),
        text: prompt.messages.iter().map(message).collect(),
        tags: probe.tags.clone(),
        description: probe.goal.clone(),
        is_runtime: false,
        created_at: edition.created_at(),
        team_id: String::new(),
        criteria: prompt.criteria.clone(),
        lineage: None,
        stream_version: 0,
    }
}

fn harness_view(edition: &Edition, harness: &Harness) -> HarnessConfigView {
    // A benchmark that nobody imported has nothing to run; its description says what to do.
    let is_empty = harness.scenario_ids.is_empty();
    let status = if is_empty { HarnessStatus::Inactive } else { HarnessStatus::Active };
    HarnessConfigView {
        id: harness.id.to_string(),
        name: harness.name.clone(),
        harness_type: harness.harness_type.to_string(),
        is_leaf: true,
        description: harness.description.clone(),
        harness_config_ids: Vec::new(),
        scenario_config_ids: harness.scenario_ids.iter().map(ToString::to_string).collect(),
        version: edition.version().to_string(),
        status: status.as_str().to_owned(),
        scoring_function: HarnessScoring::NaiveMean.as_str(),
        created_at: edition.created_at(),
        team_id: String::new(),
        created_by: String::new(),
        created_in: 0,
        stream_version: 0,
    }
}

fn scenario_view(edition: &Edition, scenario: &Scenario) -> ScenarioConfigView {
    ScenarioConfigView {
        id: scenario.id.to_string(),
        name: scenario.name.clone(),
        probe_ids: scenario.probe_ids.iter().map(ToString::to_string).collect(),
        description: scenario.description.clone(),
        version: edition.version().to_string(),
        scoring_function: ScenarioScoring::NaiveMean.as_str(),
        team_id: String::new(),
    }
}

fn probe_view(edition: &Edition, probe: &Probe) -> ProbeConfigView {
    ProbeConfigView {
        id: probe.id.to_string(),
        name: probe.name.clone(),
        goals: vec![probe.goal.clone()],
        tags: probe.tags.clone(),
        detector_ids: probe.detector_ids.iter().map(ToString::to_string).collect(),
        prompt_ids: probe.prompts.iter().map(|prompt| prompt.id.to_string()).collect(),
        version: edition.version().to_string(),
        scoring_function: probe.scoring.as_str().to_owned(),
        max_turns: 1,
        branching_factor: 1,
        max_tests: 1,
        description: Some(probe.description.clone()),
        expected_outcome: probe.expected.clone(),
        weights: BTreeMap::new(),
        team_id: String::new(),
        stream_version: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_listed_refers_only_to_what_is_listed() {
        let (harnesses, scenarios, probes) =
            (harness_configs(&[], None), scenario_configs(&[], None), probe_configs(&[], None));
        assert!(
            !harnesses.is_empty()
                && harnesses
                    .iter()
                    .all(|harness| harness.id.starts_with(touchstone_vocabulary::HarnessId::PREFIX))
        );
        for harness in &harnesses {
            for id in &harness.scenario_config_ids {
                assert!(scenarios.iter().any(|scenario| &scenario.id == id), "{id}");
            }
        }
        for id in scenarios.iter().flat_map(|scenario| &scenario.probe_ids) {
            assert!(probes.iter().any(|probe| &probe.id == id), "{id}");
        }
        let detectors = touchstone_detectors::Detectors::default();
        for id in probes.iter().flat_map(|probe| &probe.detector_ids) {
            assert!(detectors.find(id).is_some(), "{id}");
        }
    }

    #[test]
    fn an_unknown_version_holds_nothing_and_none_means_all() {
        assert!(probe_configs(&[], Some("9.9.9")).is_empty() && edition(&[], Some("9.9.9")).is_none());
        let of = |version| harness_configs(&[], Some(version)).len();
        assert_eq!(of("1.1.0") + of("1.0.0"), harness_configs(&[], None).len());
    }

    #[test]
    fn a_page_goes_through_the_teams_and_then_through_the_catalogues() {
        let all = |limit, offset| {
            let own: Vec<i64> = vec![1, 2, 3];
            let page = Page { limit, offset };
            let part = own.iter().copied().skip(usize::try_from(offset).unwrap());
            let part = part.take(usize::try_from(limit).unwrap()).collect();
            joined(part, 3, vec![10, 11], page, |n| n)
        };
        assert_eq!(all(10, 0), (vec![1, 2, 3, 10, 11], 5));
        assert_eq!(all(2, 0), (vec![1, 2], 5));
        assert_eq!(all(2, 2), (vec![3, 10], 5));
        assert_eq!(all(2, 4), (vec![11], 5));
        assert_eq!(all(2, 9), (vec![], 5));
    }

    #[test]
    fn every_prompt_is_found_by_its_id() {
        let all: Vec<_> = touchstone_catalog::prompts().collect();
        let one = &all[all.len() / 2];
        let found = prompts(&[one.prompt.id.to_string(), "nowhere".to_owned()]);
        assert_eq!(found.iter().map(|placed| &placed.prompt.id).collect::<Vec<_>>(), [&one.prompt.id]);
        assert_eq!(prompts(&[]).len(), 0);
    }
}
