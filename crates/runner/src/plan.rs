//! From request to suite: which harnesses, scenarios, probes and prompts a request means. Pure and deterministic, so
//! that a resumed evaluation and an estimate see the same suite.

use std::collections::BTreeMap;

use touchstone_aggregates::evaluation::{Plan, PlannedHarness, PlannedProbe, PlannedScenario, Spec};
use touchstone_aggregates::probe_config::Definition;
use touchstone_catalog::{Edition, Probe, sample, sample_of};
use touchstone_kernel::{Owned, Sealed};
use touchstone_vocabulary::{
    DetectorId, EvaluationId, HarnessId, HarnessType, NodeId, ProbeId, ProbeScoring, PromptId, ScenarioId,
    Version,
};
use uuid::Uuid;

use crate::shelf::{Release, Shelf, is_paired};

/// Prompts per probe of a lite run of a harness that has no `_Small` variant.
const LITE_CAP: usize = 10;

/// The plan and, per planned probe, the chosen prompts in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Suite {
    pub plan: Plan,
    pub prompts: BTreeMap<ProbeId, Vec<PromptId>>,
}

/// The id of a level inside one evaluation: derived, so that planning twice gives the same tree.
fn node(evaluation: &Owned<EvaluationId>, config: &str) -> NodeId {
    NodeId(Uuid::new_v5(&evaluation.id.0, format!("{}/{config}", evaluation.team).as_bytes()))
}

/// A harness, whosever it is.
struct Chosen {
    id: HarnessId,
    name: Sealed<String>,
    description: Sealed<String>,
    harness_type: HarnessType,
    /// Of a team's own.
    version: Option<Version>,
    /// Prompts per probe at most.
    cap: Option<usize>,
    scenarios: Vec<Scenario>,
}

struct Scenario {
    id: ScenarioId,
    name: Sealed<String>,
    description: Sealed<String>,
    probes: Vec<ProbeId>,
}

fn open(text: &str) -> Sealed<String> {
    Sealed::Open(text.to_owned())
}

/// What a request means by a harness: the one itself or, in a lite run, its `_Small` variant or itself with a cap.
fn harness(shelf: &Shelf, id: &HarnessId, is_lite: bool) -> Option<Chosen> {
    if let Some(Release { version, name, description, scenarios }) = shelf.harnesses.get(id) {
        let scenario = |one: &touchstone_aggregates::harness_config::Scenario| Scenario {
            id: one.id.clone(),
            name: one.name.clone(),
            description: one.description.clone(),
            probes: one.probes.clone(),
        };
        return Some(Chosen {
            id: id.clone(),
            name: name.clone(),
            description: description.clone(),
            harness_type: HarnessType::Custom,
            version: Some(version.clone()),
            cap: is_lite.then_some(LITE_CAP),
            scenarios: scenarios.iter().map(scenario).collect(),
        });
    }
    let edition = shelf.edition.as_deref()?;
    let small = is_lite.then(|| edition.harness(&HarnessId(format!("{id}_Small")))).flatten();
    let (found, cap) = if let Some(small) = small {
        (small, small.prompt_cap)
    } else {
        let found = edition.harness(id)?;
        let lite = is_lite.then_some(found.prompt_cap.unwrap_or(LITE_CAP));
        (found, lite.or(found.prompt_cap))
    };
    let scenario = |id: &ScenarioId| {
        let found = edition.scenario(id)?;
        Some(Scenario {
            id: id.clone(),
            name: open(&found.name),
            description: open(&found.description),
            probes: found.probe_ids.clone(),
        })
    };
    Some(Chosen {
        id: found.id.clone(),
        name: open(&found.name),
        description: open(&found.description),
        harness_type: found.harness_type,
        version: None,
        cap,
        scenarios: found.scenario_ids.iter().filter_map(scenario).collect(),
    })
}

/// A probe, whosever it is.
enum Source<'a> {
    Standard(&'a Edition, &'a Probe),
    Own(i64, &'a Definition),
}

impl<'a> Source<'a> {
    fn of(shelf: &'a Shelf, id: &ProbeId) -> Option<Self> {
        if let Some((revision, definition)) = shelf.probes.get(id) {
            return Some(Self::Own(*revision, definition));
        }
        let edition = shelf.edition.as_deref()?;
        edition.probe(id).map(|probe| Self::Standard(edition, probe))
    }

    fn prompts(&self, id: &ProbeId, size: Option<usize>) -> Vec<PromptId> {
        match self {
            Self::Standard(edition, probe) => {
                sample(edition.version(), probe, size).into_iter().map(|prompt| prompt.id.clone()).collect()
            }
            // A team's own probe has one version.
            Self::Own(_, definition) => {
                let version = Version::from("1.0.0");
                // Of a pair the first leads.
                let together = if is_paired(&definition.detectors) { 2 } else { 1 };
                let led: Vec<(&PromptId, &PromptId)> = definition
                    .items
                    .chunks(together)
                    .flat_map(|some| some.iter().map(|item| (&item.prompt, &some[0].prompt)))
                    .collect();
                let chosen = sample_of(&version, id, &led, |(_, leader)| leader, size);
                chosen.into_iter().map(|(prompt, _)| (*prompt).clone()).collect()
            }
        }
    }

    fn planned(&self, node: NodeId, id: ProbeId, prompts: u32, generations: u32) -> PlannedProbe {
        let (name, description): (Sealed<String>, Sealed<String>);
        let (scoring, detectors): (ProbeScoring, &[DetectorId]);
        let revision;
        match self {
            Self::Standard(_, probe) => {
                (name, description) = (open(&probe.name), open(&probe.description));
                (scoring, detectors, revision) = (probe.scoring, &probe.detector_ids, None);
            }
            Self::Own(version, definition) => {
                (name, description) = (definition.name.clone(), definition.description.clone());
                (scoring, detectors, revision) = (definition.scoring, &definition.detectors, Some(*version));
            }
        }
        let tests = prompts.saturating_mul(generations);
        let detectors = detectors.to_vec();
        PlannedProbe { node, id, name, description, revision, scoring, detectors, prompts, tests }
    }
}

/// Resolves a request against what there is. Unknown ids are left out: whether they exist is checked when the
/// evaluation is created, and an edition never changes.
pub fn suite(shelf: &Shelf, evaluation: &Owned<EvaluationId>, spec: &Spec) -> Suite {
    let mut plan = Plan::default();
    // Per probe the largest cap of the harnesses that reach it; `None` is no cap.
    let mut caps: BTreeMap<ProbeId, Option<usize>> = BTreeMap::new();
    let mut order: Vec<ProbeId> = Vec::new();
    for id in &spec.harnesses {
        let Some(harness) = harness(shelf, id, spec.is_lite) else { continue };
        if plan.harnesses.iter().any(|planned| planned.id == harness.id) {
            continue;
        }
        let mut scenario_ids = Vec::new();
        for scenario in harness.scenarios {
            if !spec.scenarios.is_empty() && !spec.scenarios.contains(&scenario.id) {
                continue;
            }
            scenario_ids.push(scenario.id.clone());
            for probe in &scenario.probes {
                if let Some(known) = caps.get_mut(probe) {
                    *known = match (*known, harness.cap) {
                        (Some(a), Some(b)) => Some(a.max(b)),
                        (None, _) | (_, None) => None,
                    };
                } else if Source::of(shelf, probe).is_some() {
                    caps.insert(probe.clone(), harness.cap);
                    order.push(probe.clone());
                }
            }
            if !plan.scenarios.iter().any(|planned| planned.id == scenario.id) {
                plan.scenarios.push(PlannedScenario {
                    node: node(evaluation, scenario.id.as_str()),
                    id: scenario.id,
                    name: scenario.name,
                    description: scenario.description,
                    version: harness.version.clone(),
                    probes: scenario.probes,
                });
            }
        }
        if !scenario_ids.is_empty() {
            plan.harnesses.push(PlannedHarness {
                node: node(evaluation, harness.id.as_str()),
                id: harness.id,
                name: harness.name,
                description: harness.description,
                harness_type: harness.harness_type,
                version: harness.version,
                scenarios: scenario_ids,
            });
        }
    }
    let mut prompts = BTreeMap::new();
    for id in order {
        let Some(source) = Source::of(shelf, &id) else { continue };
        let asked = spec.sample_size.map(|size| size as usize);
        let size = match (caps[&id], asked) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (one, None) | (None, one) => one,
        };
        let chosen = source.prompts(&id, size);
        let count = u32::try_from(chosen.len()).unwrap_or(u32::MAX);
        let node = node(evaluation, id.as_str());
        plan.probes.push(source.planned(node, id.clone(), count, spec.params.generations));
        prompts.insert(id, chosen);
    }
    Suite { plan, prompts }
}

#[cfg(test)]
mod tests {
    use touchstone_aggregates::evaluation::CallParams;
    use touchstone_aggregates::probe_config::Item;
    use touchstone_vocabulary::{ApiKeyId, Hub, TeamId};

    use super::*;

    fn spec(harnesses: &[&str]) -> Spec {
        Spec {
            name: Sealed::Open(String::new()),
            hub: Hub::Custom,
            model: String::new(),
            url: None,
            api_key: ApiKeyId(Uuid::nil()),
            harnesses: harnesses.iter().map(|id| HarnessId::from(*id)).collect(),
            scenarios: Vec::new(),
            version: "1.0.0".into(),
            sample_size: None,
            is_lite: false,
            tags: Vec::new(),
            params: CallParams {
                temperature: None,
                top_p: None,
                max_completion_tokens: None,
                generations: 1,
                timeout: None,
                system_prompt: None,
            },
            agent_configuration: None,
        }
    }

    fn planned(spec: &Spec) -> Suite {
        let evaluation = Owned::new(TeamId(Uuid::nil()), EvaluationId(Uuid::nil()));
        suite(&touchstone_catalog::latest().into(), &evaluation, spec)
    }

    /// A harness of one probe with so many prompts.
    fn own(prompts: u128) -> Shelf {
        let id = |number| Uuid::from_u128(number);
        let item = |number| Item { prompt: PromptId(id(number).to_string()), weight: None };
        let definition = Definition {
            name: open("Words"),
            description: open(""),
            goals: Vec::new().into(),
            tags: Vec::new(),
            detectors: Vec::new(),
            scoring: ProbeScoring::TinybenchMin,
            items: (0..prompts).map(item).collect(),
        };
        let scenario = touchstone_aggregates::harness_config::Scenario {
            id: ScenarioId::own(id(2)),
            name: open("Words"),
            description: open(""),
            probes: vec![ProbeId::own(id(3))],
        };
        let release = Release {
            version: "1.0.4".into(),
            name: open("Words"),
            description: open("ours"),
            scenarios: vec![scenario],
        };
        Shelf {
            harnesses: BTreeMap::from([(HarnessId::own(id(1)), release)]),
            probes: BTreeMap::from([(ProbeId::own(id(3)), (7, definition))]),
            ..touchstone_catalog::latest().into()
        }
    }

    #[test]
    fn a_sample_of_an_own_probe_of_pairs_has_both_halves_of_each() {
        let own_id = HarnessId::own(Uuid::from_u128(1));
        let evaluation = Owned::new(TeamId(Uuid::nil()), EvaluationId(Uuid::nil()));
        let lite = Spec { is_lite: true, ..spec(&[own_id.as_str()]) };
        let mut shelf = own(50);
        for (_, definition) in shelf.probes.values_mut() {
            definition.detectors = vec!["touchstone.detectors.answer.SameFromNotes".into()];
        }
        let chosen = suite(&shelf, &evaluation, &lite).prompts.into_values().next().unwrap();
        let number = |id: &PromptId| id.as_str().parse::<Uuid>().unwrap().as_u128();
        assert_eq!(chosen.len(), 20, "ten pairs");
        for pair in chosen.chunks(2) {
            let first = number(&pair[0]);
            assert!(first.is_multiple_of(2) && number(&pair[1]) == first + 1, "{pair:?}");
        }
    }

    #[test]
    fn a_teams_own_harness_is_planned_beside_the_catalogues_with_what_it_pins() {
        let own_id = HarnessId::own(Uuid::from_u128(1));
        let both = spec(&[own_id.as_str(), "vijil.harnesses.security_Small"]);
        let evaluation = Owned::new(TeamId(Uuid::nil()), EvaluationId(Uuid::nil()));
        let planned = suite(&own(25), &evaluation, &both);
        let [first, second] = &planned.plan.harnesses[..] else { panic!("{:?}", planned.plan.harnesses) };
        assert_eq!(
            (&first.id, &first.version, first.harness_type),
            (&own_id, &Some("1.0.4".into()), HarnessType::Custom)
        );
        assert_eq!(second.version, None);
        assert_eq!(planned.plan.scenarios[0].version, Some("1.0.4".into()));
        let probe = &planned.plan.probes[0];
        assert_eq!((probe.revision, probe.prompts, probe.scoring), (Some(7), 25, ProbeScoring::TinybenchMin));
        assert!(planned.plan.probes[1..].iter().all(|probe| probe.revision.is_none()));
        let lite = suite(&own(25), &evaluation, &Spec { is_lite: true, ..both.clone() });
        assert_eq!(lite.plan.probes[0].prompts, 10, "there is no small variant");
        let alone = Shelf { edition: None, ..own(25) };
        assert_eq!(suite(&alone, &evaluation, &both).plan.harnesses.len(), 1);
    }

    #[test]
    fn planning_twice_gives_the_same_suite() {
        let spec = spec(&["vijil.harnesses.security"]);
        assert_eq!(planned(&spec), planned(&spec));
    }

    #[test]
    fn a_probe_that_two_harnesses_reach_runs_once_with_the_larger_share() {
        let small = planned(&spec(&["vijil.harnesses.security_Small"]));
        let both = planned(&spec(&["vijil.harnesses.security_Small", "vijil.harnesses.security"]));
        let full = planned(&spec(&["vijil.harnesses.security"]));
        assert_eq!(both.plan.harnesses.len(), 2);
        assert_eq!(both.plan.tests(), full.plan.tests());
        assert!(small.plan.tests() < full.plan.tests());
    }

    #[test]
    fn smaller_samples_are_part_of_larger_ones() {
        let sized = |n| planned(&Spec { sample_size: Some(n), ..spec(&["vijil.harnesses.safety"]) });
        let (three, five) = (sized(3), sized(5));
        for (probe, prompts) in &three.prompts {
            assert!(prompts.len() <= 3);
            assert!(prompts.iter().all(|id| five.prompts[probe].contains(id)), "{probe}");
        }
    }

    #[test]
    fn a_lite_run_takes_the_small_variant() {
        let lite = planned(&Spec { is_lite: true, ..spec(&["vijil.harnesses.safety"]) });
        assert_eq!(lite.plan.harnesses[0].id.as_str(), "vijil.harnesses.safety_Small");
    }

    #[test]
    fn a_scenario_filter_keeps_only_what_it_names() {
        let all = planned(&spec(&["vijil.harnesses.security"]));
        let one = all.plan.scenarios[0].id.clone();
        let kept = planned(&Spec { scenarios: vec![one.clone()], ..spec(&["vijil.harnesses.security"]) });
        assert_eq!(kept.plan.scenarios.iter().map(|s| &s.id).collect::<Vec<_>>(), [&one]);
        let none = Spec { scenarios: vec!["nowhere".into()], ..spec(&["vijil.harnesses.security"]) };
        assert_eq!(planned(&none).plan.tests(), 0);
    }
}
