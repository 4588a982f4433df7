//! The built-in catalogue as the public API shows it.

use serde::Serialize;
use touchstone_catalog::{Edition, Harness, Probe, Scenario};
use touchstone_vocabulary::{HarnessId, HarnessScoring, ScenarioScoring};
use utoipa::ToSchema;

/// What every full harness id starts with.
const HARNESSES: &str = "vijil.harnesses.";

/// A harness of the catalogue.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = HarnessConfig)]
pub struct HarnessConfigView {
    pub id: String,
    pub name: String,
    pub harness_type: String,
    pub is_leaf: bool,
    pub description: String,
    pub harness_config_ids: Vec<String>,
    pub scenario_config_ids: Vec<String>,
    pub version: String,
    /// `ACTIVE` or `INACTIVE`.
    pub status: &'static str,
    pub scoring_function: &'static str,
    pub created_at: i64,
    pub team_id: String,
    pub created_by: String,
}

/// A scenario of the catalogue.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ScenarioConfig)]
pub struct ScenarioConfigView {
    pub id: String,
    pub name: String,
    pub probe_ids: Vec<String>,
    pub description: String,
    pub version: String,
    pub scoring_function: &'static str,
    pub team_id: String,
}

/// A probe of the catalogue.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ProbeConfig)]
pub struct ProbeConfigView {
    pub id: String,
    pub name: String,
    pub goals: Vec<String>,
    pub tags: Vec<String>,
    /// What really judges the answers.
    pub detector_ids: Vec<String>,
    pub prompt_ids: Vec<String>,
    pub version: String,
    pub scoring_function: &'static str,
    pub max_turns: i64,
    pub branching_factor: i64,
    pub max_tests: i64,
    pub description: Option<String>,
    /// What a good answer does.
    pub expected_outcome: String,
    pub team_id: String,
}

/// The versions there are, newest first.
pub fn versions() -> Vec<String> {
    touchstone_catalog::versions().into_iter().map(|version| version.0).collect()
}

/// The edition of a version; the newest where none is named.
pub fn edition(version: Option<&str>) -> Option<&'static Edition> {
    match version {
        Some(version) => touchstone_catalog::edition(version),
        None => Some(touchstone_catalog::latest()),
    }
}

/// One version, or all of them, newest first.
fn editions(version: Option<&str>) -> Vec<&'static Edition> {
    let one = version.map(|version| vec![version.to_owned()]);
    let wanted = one.unwrap_or_else(versions);
    wanted.iter().filter_map(|version| touchstone_catalog::edition(version)).collect()
}

/// The full id of a harness, whether or not it was named with the prefix that all share.
pub fn harness_id(text: &str) -> HarnessId {
    let text = text.trim();
    if text.starts_with(HARNESSES) { text.into() } else { format!("{HARNESSES}{text}").into() }
}

/// The harnesses of one version or of all, in the catalogue's order.
pub fn harness_configs(version: Option<&str>) -> Vec<HarnessConfigView> {
    let of =
        |edition: &'static Edition| edition.harnesses().iter().map(|harness| harness_view(edition, harness));
    editions(version).into_iter().flat_map(of).collect()
}

/// The scenarios of one version or of all, in the catalogue's order.
pub fn scenario_configs(version: Option<&str>) -> Vec<ScenarioConfigView> {
    let of = |edition: &'static Edition| {
        edition.scenarios().iter().map(|scenario| scenario_view(edition, scenario))
    };
    editions(version).into_iter().flat_map(of).collect()
}

/// The probes of one version or of all, in the catalogue's order.
pub fn probe_configs(version: Option<&str>) -> Vec<ProbeConfigView> {
    let of = |edition: &'static Edition| edition.probes().iter().map(|probe| probe_view(edition, probe));
    editions(version).into_iter().flat_map(of).collect()
}

fn harness_view(edition: &Edition, harness: &Harness) -> HarnessConfigView {
    HarnessConfigView {
        id: harness.id.to_string(),
        name: harness.name.clone(),
        harness_type: harness.harness_type.to_string(),
        is_leaf: true,
        description: harness.description.clone(),
        harness_config_ids: Vec::new(),
        scenario_config_ids: harness.scenario_ids.iter().map(ToString::to_string).collect(),
        version: edition.version().to_string(),
        status: "ACTIVE",
        scoring_function: HarnessScoring::NaiveMean.as_str(),
        created_at: edition.created_at(),
        team_id: String::new(),
        created_by: String::new(),
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
        scoring_function: probe.scoring.as_str(),
        max_turns: 1,
        branching_factor: 1,
        max_tests: 1,
        description: Some(probe.description.clone()),
        expected_outcome: probe.expected.clone(),
        team_id: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_listed_refers_only_to_what_is_listed() {
        let (harnesses, scenarios, probes) =
            (harness_configs(None), scenario_configs(None), probe_configs(None));
        assert!(!harnesses.is_empty() && harnesses.iter().all(|harness| harness.id.starts_with(HARNESSES)));
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
        assert!(probe_configs(Some("9.9.9")).is_empty() && edition(Some("9.9.9")).is_none());
        let of = |version| harness_configs(Some(version)).len();
        assert_eq!(of("1.1.0") + of("1.0.0"), harness_configs(None).len());
        assert_eq!(harness_id(" security"), harness_id("vijil.harnesses.security"));
    }
}
