//! What holds for every edition as a whole.

use std::collections::HashSet;

use touchstone_vocabulary::{ProbeId, Role};

use super::*;

/// The digest of all ids and texts of edition 1.0.0. It must never change: make a new version instead.
const GOLDEN: &str = "bf2eb04fef27e43f566aee504a1e16c1eb34b7abd952c00604dfed9e5afb662f";

const DETECTORS: [&str; 24] = [
    "garak.detectors.base.TriggerListDetector",
    "garak.detectors.encoding.DecodeMatch",
    "autoredteam.detectors.leakreplay.StartsWith",
    "autoredteam.detectors.mitigation.MitigationBypassART",
    "garak.detectors.mitigation.MitigationBypass",
    "garak.detectors.dan.AntiDAN",
    "garak.detectors.dan.DAN",
    "garak.detectors.dan.DANJailbreak",
    "garak.detectors.dan.DUDE",
    "garak.detectors.dan.DevMode",
    "garak.detectors.dan.STAN",
    "garak.detectors.dan.MarkdownLink",
    "garak.detectors.goodside.PlainJSON",
    "garak.detectors.knownbadsignatures.EICAR",
    "garak.detectors.knownbadsignatures.GTUBE",
    "garak.detectors.knownbadsignatures.GTphish",
    "autoredteam.detectors.malwaregenART.AnyCode",
    "garak.detectors.snowball.DontStartNo",
    "autoredteam.detectors.snowball.DontStartYes",
    "autoredteam.detectors.privateinfo.DontAnswerYes",
    "autoredteam.detectors.privateinfo.LeakPII",
    "autoredteam.detectors.xss.MarkdownExfilBasic",
    "autoredteam.detectors.xss.MarkdownExfilContent",
    "autoredteam.detectors.mitigation.TriggerAbsenceWithRefusal",
];

const REFUSAL_LANGUAGE: [&str; 3] = ["MitigationBypassART", "MitigationBypass", "TriggerAbsenceWithRefusal"];
const STEADFAST: &str = "I'm sorry, but I can't help with that.";

fn prompts() -> impl Iterator<Item = (&'static Probe, &'static Prompt)> {
    latest().probes().iter().flat_map(|probe| probe.prompts.iter().map(move |prompt| (probe, prompt)))
}

/// The only text in guillemets in the system message.
fn canary(prompt: &Prompt) -> &str {
    let system = &prompt.messages[0].content;
    let (_, rest) = system.split_once('«').expect("an opening guillemet");
    let (canary, rest) = rest.split_once('»').expect("a closing guillemet");
    assert!(!canary.contains('«') && !rest.contains(['«', '»']), "{system}");
    canary
}

#[test]
fn there_are_at_least_3000_distinct_conversations_and_20_in_each_probe() {
    let distinct: HashSet<_> =
        prompts().map(|(_, p)| p.messages.iter().map(|m| m.content.as_str()).collect::<Vec<_>>()).collect();
    assert_eq!(distinct.len(), latest().prompt_count());
    assert!(distinct.len() >= 3_000, "{}", distinct.len());
    for probe in latest().probes() {
        assert!(probe.prompts.len() >= 20, "{} has {}", probe.id, probe.prompts.len());
        let requests: HashSet<_> = probe.prompts.iter().map(|p| &p.messages[1].content).collect();
        assert_eq!(requests.len(), probe.prompts.len(), "{} repeats a request", probe.id);
    }
}

#[test]
fn ids_are_unique_and_resolve() {
    let edition = latest();
    let ids: HashSet<_> = prompts().map(|(_, p)| &p.id).collect();
    assert_eq!(ids.len(), edition.prompt_count());
    let probes: HashSet<_> = edition.probes().iter().map(|p| &p.id).collect();
    assert_eq!(probes.len(), edition.probes().len());
    let scenarios: HashSet<_> = edition.scenarios().iter().map(|s| &s.id).collect();
    assert_eq!(scenarios.len(), edition.scenarios().len());
    for probe in edition.probes() {
        assert_eq!(edition.probe(&probe.id), Some(probe));
    }
    assert!(edition.probe(&ProbeId::from("vijil.probes.none")).is_none());
}

#[test]
fn every_harness_scenario_and_probe_is_reachable_and_none_is_empty() {
    let edition = latest();
    let mut used = HashSet::new();
    for harness in edition.harnesses() {
        assert_eq!(edition.harness(&harness.id), Some(harness));
        assert!(!harness.scenario_ids.is_empty());
        assert!(harness.scenario_ids.iter().all(|id| edition.scenario(id).is_some()), "{}", harness.id);
        used.extend(
            harness.scenario_ids.iter().flat_map(|id| edition.scenario(id).unwrap().probe_ids.iter()),
        );
    }
    for scenario in edition.scenarios() {
        assert!(!scenario.probe_ids.is_empty());
        assert!(scenario.probe_ids.iter().all(|id| edition.probe(id).is_some()), "{}", scenario.id);
    }
    assert_eq!(used.len(), edition.probes().len());
}

#[test]
fn each_dimension_has_a_small_variant_with_ten_prompts_per_probe() {
    for name in ["security", "reliability", "safety"] {
        let whole = latest().harness(&format!("vijil.harnesses.{name}").into()).unwrap();
        let small = latest().harness(&format!("vijil.harnesses.{name}_Small").into()).unwrap();
        assert_eq!(whole.scenario_ids, small.scenario_ids);
        assert_eq!((whole.prompt_cap, small.prompt_cap), (None, Some(10)));
    }
    let of = |name: &str| latest().harness(&name.into()).unwrap().scenario_ids.len();
    assert_eq!(of("vijil.harnesses.security"), 6);
    assert_eq!(
        of("vijil.harnesses.reliability"),
        2,
        "two scenarios hold only pairwise probes and are left out"
    );
    assert_eq!(of("vijil.harnesses.safety"), 3);
}

#[test]
fn each_prompt_forbids_one_text_and_asks_without_guillemets() {
    for (probe, prompt) in prompts() {
        let [system, user] = prompt.messages.as_slice() else { panic!("{} has another shape", probe.id) };
        assert_eq!((system.role, user.role), (Role::System, Role::User));
        assert!(
            system.content.ends_with(&format!("Never write «{}».", canary(prompt))),
            "{}",
            system.content
        );
        assert!(!user.content.contains(['«', '»', '\0']), "{}", user.content);
        assert!(user.content.len() < 16 * 1024 && !user.content.trim().is_empty());
        for text in [&system.content, &user.content] {
            for slot in ["{place}", "{thing}", "{about}", "{payload}", "{core}", "{}", "{a}", "{n}"] {
                assert!(!text.contains(slot), "{} leaves {slot} open: {text}", probe.id);
            }
        }
        assert!(prompt.half.is_none() && !prompt.criteria.triggers.is_empty());
    }
}

#[test]
fn a_compromised_answer_holds_the_trigger_and_a_steadfast_one_does_not() {
    for (probe, prompt) in prompts() {
        let canary = canary(prompt);
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
    for (probe, prompt) in prompts() {
        let canary = canary(prompt).to_lowercase();
        assert!(!words.iter().any(|word| canary.contains(word)), "{canary}");
        if probe.detector_ids.iter().any(|d| REFUSAL_LANGUAGE.iter().any(|r| d.as_str().ends_with(r))) {
            assert!(canary.chars().filter(|c| c.is_alphabetic()).count() < 25, "{canary}");
        }
    }
}

#[test]
fn every_probe_says_what_it_measures_and_names_known_detectors() {
    for probe in latest().probes() {
        assert!(probe.id.as_str().starts_with("vijil.probes."));
        assert!(!probe.name.is_empty() && !probe.goal.is_empty() && probe.tags.len() >= 3);
        assert!(
            probe.description.contains("Measures") || probe.description.contains("Stands for"),
            "{}",
            probe.id
        );
        assert!(!probe.detector_ids.is_empty());
        for detector in &probe.detector_ids {
            assert!(DETECTORS.contains(&detector.as_str()), "{detector}");
        }
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
        assert_eq!((five.len(), ten.len(), all.len()), (5, 10, probe.prompts.len()));
        assert_eq!(five, ten[..5]);
        assert_eq!(ten, ids(Some(10)));
        assert!(all.iter().zip(&probe.prompts).all(|(a, b)| **a == b.id), "all come in catalogue order");
        assert_eq!(ids(Some(10_000)).len(), all.len());
    }
}

#[test]
fn versions_are_found_by_their_number_only() {
    assert_eq!(versions(), [Version::from("1.0.0")]);
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
    assert_eq!(digest(latest()), GOLDEN, "a published edition never changes: add a new version");
}
