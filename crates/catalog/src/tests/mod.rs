//! What holds for every edition as a whole.

use std::collections::HashSet;

use touchstone_vocabulary::{Case, HarnessType, ProbeId, Role};

use super::*;
use crate::benchmark::Benchmark;
use crate::frameworks::CODES;

/// The digest of all ids and texts of edition 1.0.0. It must never change: make a new version instead.
const GOLDEN: &str = "bf2eb04fef27e43f566aee504a1e16c1eb34b7abd952c00604dfed9e5afb662f";

const REFUSAL_LANGUAGE: [&str; 3] = ["MitigationBypassART", "MitigationBypass", "TriggerAbsenceWithRefusal"];
const STEADFAST: &str = "I'm sorry, but I can't help with that.";

fn editions() -> impl Iterator<Item = &'static Edition> {
    versions().into_iter().filter_map(|version| edition(version.as_str()))
}

fn prompts() -> impl Iterator<Item = (&'static Edition, &'static Probe, &'static Prompt)> {
    editions().flat_map(|edition| {
        edition
            .probes()
            .iter()
            .flat_map(move |probe| probe.prompts.iter().map(move |prompt| (edition, probe.as_ref(), prompt)))
    })
}

/// The system's and the user's message.
fn texts(prompt: &Prompt) -> (&str, &str) {
    let [system, user] = prompt.messages.as_slice() else { panic!("{} has another shape", prompt.id) };
    assert_eq!((system.role, user.role), (Role::System, Role::User));
    (&system.content, &user.content)
}

/// The only text in guillemets in the system message, where there is one.
fn canary(prompt: &Prompt) -> Option<&str> {
    let (system, _) = texts(prompt);
    let (_, rest) = system.split_once('«')?;
    let (canary, rest) = rest.split_once('»').expect("a closing guillemet");
    assert!(!canary.contains('«') && !rest.contains(['«', '»']), "{system}");
    Some(canary)
}

fn has_tag(probe: &Probe, tag: &str) -> bool {
    probe.tags.iter().any(|one| one == tag)
}

#[test]
fn no_conversation_occurs_twice_and_each_probe_has_enough_of_them() {
    for edition in editions() {
        let said = |prompt: &Prompt| prompt.messages.iter().map(|m| m.content.clone()).collect::<Vec<_>>();
        let distinct: HashSet<_> = edition.probes().iter().flat_map(|p| p.prompts.iter().map(said)).collect();
        assert_eq!(distinct.len(), edition.prompt_count());
        assert!(distinct.len() >= 3_000, "{}", distinct.len());
        for probe in edition.probes() {
            let is_mutated = probe.tags.iter().any(|tag| tag.starts_with("mutator:"));
            let least = if is_mutated && edition.version().as_str() != "1.0.0" { 60 } else { 20 };
            assert!(probe.prompts.len() >= least, "{} has {}", probe.id, probe.prompts.len());
            let requests: HashSet<_> = probe.prompts.iter().map(|p| &p.messages[1].content).collect();
            assert_eq!(requests.len(), probe.prompts.len(), "{} repeats a request", probe.id);
        }
    }
}

#[test]
fn ids_are_unique_and_resolve() {
    for edition in editions() {
        let ids: HashSet<_> = edition.probes().iter().flat_map(|p| p.prompts.iter().map(|p| &p.id)).collect();
        assert_eq!(ids.len(), edition.prompt_count());
        let probes: HashSet<_> = edition.probes().iter().map(|p| &p.id).collect();
        assert_eq!(probes.len(), edition.probes().len());
        let scenarios: HashSet<_> = edition.scenarios().iter().map(|s| &s.id).collect();
        assert_eq!(scenarios.len(), edition.scenarios().len());
        let harnesses: HashSet<_> = edition.harnesses().iter().map(|h| &h.id).collect();
        assert_eq!(harnesses.len(), edition.harnesses().len());
        for probe in edition.probes() {
            assert_eq!(edition.probe(&probe.id), Some(probe));
        }
        assert!(edition.probe(&ProbeId::from("vijil.probes.none")).is_none());
    }
}

#[test]
fn every_harness_scenario_and_probe_is_reachable_and_none_is_empty() {
    for edition in editions() {
        let (mut scenarios, mut probes) = (HashSet::new(), HashSet::new());
        for harness in edition.harnesses() {
            assert_eq!(edition.harness(&harness.id), Some(harness));
            let is_brought = Benchmark::named(harness.id.as_str()).is_some();
            assert_eq!(harness.scenario_ids.is_empty(), is_brought, "{}", harness.id);
            assert!(harness.scenario_ids.iter().all(|id| edition.scenario(id).is_some()), "{}", harness.id);
            scenarios.extend(&harness.scenario_ids);
        }
        assert_eq!(scenarios.len(), edition.scenarios().len());
        for scenario in edition.scenarios() {
            assert!(!scenario.probe_ids.is_empty());
            let own: HashSet<_> = scenario.probe_ids.iter().collect();
            assert_eq!(own.len(), scenario.probe_ids.len(), "{} lists a probe twice", scenario.id);
            assert!(scenario.probe_ids.iter().all(|id| edition.probe(id).is_some()), "{}", scenario.id);
            probes.extend(&scenario.probe_ids);
        }
        assert_eq!(probes.len(), edition.probes().len());
    }
}

#[test]
fn each_dimension_has_a_small_variant_with_ten_prompts_per_probe() {
    for edition in editions() {
        let whole = |harness: &&Harness| {
            harness.harness_type == HarnessType::Dimension && !harness.id.as_str().ends_with("_Small")
        };
        for whole in edition.harnesses().iter().filter(whole) {
            let small = edition.harness(&format!("{}_Small", whole.id).into()).unwrap();
            assert_eq!(whole.scenario_ids, small.scenario_ids);
            assert_eq!((whole.prompt_cap, small.prompt_cap), (None, Some(10)));
        }
        assert!(edition.harnesses().iter().filter(whole).count() >= 6);
    }
}

#[test]
fn each_scenario_of_1_1_0_is_a_harness_of_its_own() {
    let edition = latest();
    for scenario in edition.scenarios() {
        let name = scenario.id.as_str().replace("scenarios", "harnesses");
        let alone = edition.harness(&name.into()).unwrap();
        assert_eq!(alone.harness_type, HarnessType::Scenario);
        assert_eq!(
            (&alone.name, alone.scenario_ids.as_slice()),
            (&scenario.name, [scenario.id.clone()].as_slice())
        );
    }
    let old = edition_1_0_0().harnesses();
    assert!(old.iter().all(|harness| harness.harness_type == HarnessType::Dimension));
}

fn edition_1_0_0() -> &'static Edition {
    edition("1.0.0").unwrap()
}

#[test]
fn what_is_forbidden_stands_last_in_the_system_message_and_nowhere_else() {
    for (_, probe, prompt) in prompts() {
        let (system, user) = texts(prompt);
        if let Some(canary) = canary(prompt) {
            assert!(system.ends_with(&format!("Never write «{canary}».")), "{system}");
        }
        assert!(!user.contains(['«', '»', '\0']), "{user}");
        assert!(user.len() < 16 * 1024 && !user.trim().is_empty());
        for text in [system, user] {
            for slot in ["{place}", "{thing}", "{about}", "{payload}", "{core}", "{}", "{a}", "{n}"] {
                assert!(!text.contains(slot), "{} leaves {slot} open: {text}", probe.id);
            }
        }
    }
}

#[test]
fn a_canary_probe_forbids_what_its_detectors_look_for() {
    for (edition, probe, prompt) in prompts() {
        if !has_tag(probe, "canary") {
            assert_ne!(edition.version().as_str(), "1.0.0");
            continue;
        }
        let canary = canary(prompt).expect("a canary");
        assert!(prompt.half.is_none() && !prompt.criteria.triggers.is_empty());
        let honest = probe.detector_ids.iter().any(|d| d.as_str().ends_with("TriggerAbsenceWithRefusal"));
        for trigger in &prompt.criteria.triggers {
            let holds = canary.to_lowercase().contains(&trigger.to_lowercase());
            assert_eq!(holds, !honest, "{}: {canary} and {trigger}", probe.id);
            assert!(!STEADFAST.to_lowercase().contains(&trigger.to_lowercase()), "{}: {trigger}", probe.id);
        }
    }
}

#[test]
fn canaries_read_neither_as_a_refusal_nor_as_a_text_in_some_language() {
    let words =
        ["sorry", "cannot", "can't", "unable", "refuse", "apolog", "not ", "never ", "won't", "decline"];
    for (_, probe, prompt) in prompts() {
        let Some(canary) = canary(prompt).map(str::to_lowercase) else { continue };
        assert!(!words.iter().any(|word| canary.contains(word)), "{canary}");
        if probe.detector_ids.iter().any(|d| REFUSAL_LANGUAGE.iter().any(|r| d.as_str().ends_with(r))) {
            assert!(canary.chars().filter(|c| c.is_alphabetic()).count() < 25, "{canary}");
        }
    }
}

#[test]
fn a_case_number_commits_to_the_answer_and_tells_it_to_who_tries() {
    let mut cases = 0;
    for (_, probe, prompt) in prompts() {
        let (system, user) = texts(prompt);
        let Some(case) = Case::read(system) else {
            assert!(!has_tag(probe, "pair"), "{}", probe.id);
            continue;
        };
        cases += 1;
        let answer = case.solve(user).unwrap_or_else(|| panic!("{} {system} {user}", probe.id));
        let expected = &prompt.criteria.triggers;
        assert!(expected.is_empty() || expected.contains(&answer), "{}: {answer} {expected:?}", probe.id);
        assert!(!system.contains(&answer) || answer.len() < 3 || !expected.contains(&answer), "{system}");
    }
    assert!(cases > 1_000, "{cases}");
}

#[test]
fn the_halves_of_a_pair_differ_in_the_question_alone() {
    for edition in editions() {
        for probe in edition.probes().iter().filter(|probe| has_tag(probe, "pair")) {
            for halves in probe.prompts.chunks(2) {
                let [original, variant] = halves else { panic!("{} has an odd half", probe.id) };
                assert_eq!(original.half, Some(Half::Original { variant: variant.id.clone() }));
                assert_eq!(variant.half, Some(Half::Variant { original: original.id.clone() }));
                assert_eq!(original.group(), [original.id.clone(), variant.id.clone()]);
                assert_eq!(variant.group(), [variant.id.clone(), original.id.clone()]);
                let ((system, asked), (same, varied)) = (texts(original), texts(variant));
                assert_eq!((system, &original.criteria), (same, &variant.criteria));
                let case = Case::read(system).unwrap();
                assert!(case.is_original(asked) && !case.is_original(varied), "{asked}");
            }
        }
    }
}

#[test]
fn every_probe_says_what_it_measures_and_what_a_good_answer_does() {
    for probe in editions().flat_map(Edition::probes) {
        assert!(probe.id.as_str().starts_with("vijil.probes."));
        assert!(!probe.name.is_empty() && !probe.goal.is_empty() && probe.tags.len() >= 3);
        assert!(probe.expected.ends_with('.') && probe.goal.ends_with('.'), "{}", probe.id);
        assert!(
            probe.description.contains("Measures") || probe.description.contains("Stands for"),
            "{}",
            probe.id
        );
        assert!(!probe.detector_ids.is_empty());
    }
}

#[test]
fn framework_tags_are_entries_of_their_frameworks_and_each_probe_of_1_1_0_has_some() {
    for probe in editions().flat_map(Edition::probes) {
        for tag in probe.tags.iter().filter(|tag| tag.contains(':') && !tag.starts_with("mutator:")) {
            assert!(CODES.iter().any(|code| code.tag == tag), "{}: {tag}", probe.id);
        }
    }
    for probe in latest().probes() {
        let of = |framework: &str| probe.tags.iter().any(|tag| tag.starts_with(framework));
        assert!(of("nist-ai-600-1:") && (of("owasp:") || of("atlas:")), "{}", probe.id);
        let dimension = format!("vijil.harnesses.{}", probe.tags[0]);
        assert!(latest().harness(&dimension.as_str().into()).is_some(), "{}: {dimension}", probe.id);
    }
}

#[test]
fn a_probe_named_after_mutators_applies_them_in_that_order() {
    let tags = |id: &str| -> Vec<String> {
        let probe = latest().probe(&id.into()).expect(id);
        probe.tags.iter().filter_map(|tag| tag.strip_prefix("mutator:")).map(str::to_owned).collect()
    };
    assert_eq!(tags("vijil.probes.confidentiality.user_privacy_homoglyph"), ["homoglyph"]);
    assert_eq!(
        tags(
            "vijil.probes.Profanity.Comment_Injection_Entropy_Reduction_Checksum_Marker_Whitespace_Noise_HTML_Entity_Encode"
        ),
        ["comment-injection", "checksum-marker", "whitespace-noise", "html-entities"]
    );
    assert_eq!(
        tags("vijil.probes.sexualisation.Advanced_Role_Play_Actor_JSON_Escape_Unicode_Junk_Injection"),
        ["role-play-actor", "json-escape", "unicode-junk"]
    );
}

#[test]
fn smaller_samples_are_the_beginning_of_larger_ones() {
    let version = latest().version();
    for probe in latest().probes() {
        let ids = |size| sample(version, probe, size).into_iter().map(|p| &p.id).collect::<Vec<_>>();
        let (five, ten, all) = (ids(Some(5)), ids(Some(10)), ids(None));
        let half = if has_tag(probe, "pair") { 2 } else { 1 };
        assert_eq!((five.len(), ten.len(), all.len()), (5 * half, 10 * half, probe.prompts.len()));
        assert_eq!(five, ten[..5 * half]);
        assert_eq!(ten, ids(Some(10)));
        assert!(all.iter().zip(&probe.prompts).all(|(a, b)| **a == b.id), "all come in catalogue order");
        assert_eq!(ids(Some(10_000)).len(), all.len());
    }
}

#[test]
fn versions_are_found_by_their_number_only() {
    assert_eq!(versions(), [Version::from("1.1.0"), Version::from("1.0.0")]);
    assert_eq!(latest().version().as_str(), "1.1.0");
    assert!(edition("1.0.0").is_some_and(|e| e.created_at() == 1_795_392_000));
    assert!(edition("1.0").is_none() && edition("").is_none());
}

/// Every id and text in order, each closed by a byte that no text contains.
fn digest(edition: &Edition) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut add = |text: &str| {
        hasher.update(text.as_bytes());
        hasher.update(&[0xFF]);
    };
    for harness in edition.harnesses() {
        add(harness.id.as_str());
        add(&format!("{} {:?} {}", harness.name, harness.prompt_cap, harness.description));
        harness.scenario_ids.iter().for_each(|id| add(id.as_str()));
    }
    for scenario in edition.scenarios() {
        add(scenario.id.as_str());
        add(&format!("{} {}", scenario.name, scenario.description));
        scenario.probe_ids.iter().for_each(|id| add(id.as_str()));
    }
    for probe in edition.probes() {
        add(probe.id.as_str());
        for text in [&probe.name, &probe.description, &probe.goal] {
            add(text);
        }
        probe.tags.iter().for_each(|tag| add(tag));
        probe.detector_ids.iter().for_each(|id| add(id.as_str()));
        add(probe.scoring.as_str());
        for prompt in &probe.prompts {
            add(prompt.id.as_str());
            prompt.messages.iter().for_each(|m| add(&m.content));
            prompt.criteria.triggers.iter().for_each(|t| add(t));
            prompt.group().iter().for_each(|id| add(id.as_str()));
        }
    }
    hasher.finalize().to_hex().to_string()
}

#[test]
fn edition_1_0_0_is_what_it_was_when_it_was_published() {
    assert_eq!(
        digest(edition("1.0.0").unwrap()),
        GOLDEN,
        "a published edition never changes: add a new version"
    );
}
