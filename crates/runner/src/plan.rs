//! From request to suite: which harnesses, scenarios, probes and prompts a request means. Pure and deterministic, so
//! that a resumed evaluation and an estimate see the same suite.

use std::collections::BTreeMap;

use touchstone_aggregates::evaluation::{Plan, PlannedHarness, PlannedProbe, PlannedScenario, Spec};
use touchstone_catalog::{Edition, Harness, Probe, sample};
use touchstone_kernel::Owned;
use touchstone_vocabulary::{EvaluationId, HarnessId, NodeId, ProbeId, PromptId};
use uuid::Uuid;

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

/// What a lite run of `id` runs: its `_Small` variant, or itself with a cap.
fn lite<'a>(edition: &'a Edition, id: &HarnessId) -> Option<(&'a Harness, Option<usize>)> {
    let small = HarnessId(format!("{id}_Small"));
    edition.harness(&small).map(|harness| (harness, harness.prompt_cap)).or_else(|| {
        edition.harness(id).map(|harness| (harness, Some(harness.prompt_cap.unwrap_or(LITE_CAP))))
    })
}

/// Resolves a request against an edition. Unknown ids are left out: whether they exist is checked when the
/// evaluation is created, and an edition never changes.
pub fn suite(edition: &Edition, evaluation: &Owned<EvaluationId>, spec: &Spec) -> Suite {
    let mut plan = Plan::default();
    // Per probe the largest cap of the harnesses that reach it; `None` is no cap.
    let mut caps: BTreeMap<ProbeId, Option<usize>> = BTreeMap::new();
    let mut order: Vec<&Probe> = Vec::new();
    for id in &spec.harnesses {
        let found = if spec.is_lite {
            lite(edition, id)
        } else {
            edition.harness(id).map(|harness| (harness, harness.prompt_cap))
        };
        let Some((harness, cap)) = found else { continue };
        if plan.harnesses.iter().any(|planned| planned.id == harness.id) {
            continue;
        }
        let mut scenario_ids = Vec::new();
        for scenario in harness.scenario_ids.iter().filter_map(|id| edition.scenario(id)) {
            if !spec.scenarios.is_empty() && !spec.scenarios.contains(&scenario.id) {
                continue;
            }
            scenario_ids.push(scenario.id.clone());
            for probe in scenario.probe_ids.iter().filter_map(|id| edition.probe(id)) {
                if let Some(known) = caps.get_mut(&probe.id) {
                    *known = match (*known, cap) {
                        (Some(a), Some(b)) => Some(a.max(b)),
                        (None, _) | (_, None) => None,
                    };
                } else {
                    caps.insert(probe.id.clone(), cap);
                    order.push(probe);
                }
            }
            if !plan.scenarios.iter().any(|planned| planned.id == scenario.id) {
                plan.scenarios.push(PlannedScenario {
                    node: node(evaluation, scenario.id.as_str()),
                    id: scenario.id.clone(),
                    name: scenario.name.clone(),
                    description: scenario.description.clone(),
                    probes: scenario.probe_ids.clone(),
                });
            }
        }
        if !scenario_ids.is_empty() {
            plan.harnesses.push(PlannedHarness {
                node: node(evaluation, harness.id.as_str()),
                id: harness.id.clone(),
                name: harness.name.clone(),
                description: harness.description.clone(),
                harness_type: harness.harness_type,
                scenarios: scenario_ids,
            });
        }
    }
    let mut prompts = BTreeMap::new();
    for probe in order {
        let asked = spec.sample_size.map(|size| size as usize);
        let size = match (caps[&probe.id], asked) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (one, None) | (None, one) => one,
        };
        let chosen: Vec<PromptId> =
            sample(edition.version(), probe, size).into_iter().map(|prompt| prompt.id.clone()).collect();
        let count = u32::try_from(chosen.len()).unwrap_or(u32::MAX);
        plan.probes.push(PlannedProbe {
            node: node(evaluation, probe.id.as_str()),
            id: probe.id.clone(),
            name: probe.name.clone(),
            description: probe.description.clone(),
            scoring: probe.scoring,
            detectors: probe.detector_ids.clone(),
            prompts: count,
            tests: count.saturating_mul(spec.params.generations),
        });
        prompts.insert(probe.id.clone(), chosen);
    }
    Suite { plan, prompts }
}

#[cfg(test)]
mod tests {
    use touchstone_aggregates::evaluation::CallParams;
    use touchstone_kernel::Sealed;
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
        suite(touchstone_catalog::latest(), &evaluation, spec)
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
