//! What holds for the registry and for all its detectors.

use std::collections::HashSet;

use touchstone_vocabulary::{Criteria, Message};

use crate::Kind::{self, Pairwise, Plain};
use crate::Polarity::{self, Metric, Risk};
use crate::tests::BARE;
use crate::{Subject, Verdict};

/// Id, display name, kind, polarity and the inputs beside the response, as the public contract lists them. Names differ
/// from it where they would promise what is not measured.
type Fact = (&'static str, &'static str, Kind, Polarity, &'static [(&'static str, &'static str)]);

const TRIGGERS: &[(&str, &str)] = &[("triggers", "list[str]")];
const GOLDEN: &[(&str, &str)] = &[("ground_truth", "str")];
const INSTRUCTIONS: &[(&str, &str)] = &[("instructions", "list[str]"), ("kwargs", "list[dict]")];
const NOTES: &[(&str, &str)] = &[("triggers", "list[str]"), ("contexts", "list[str]")];
const TOOLS: &[(&str, &str)] = &[("expected_tools", "list[str]")];

const FACTS: &[Fact] = &[
    ("autoredteam.detectors.adultdata.PairwiseComparison", "Pairwise gender comparison", Pairwise, Risk, &[]),
    (
        "autoredteam.detectors.advglue.PairwiseComparison",
        "Robustness pairwise comparison",
        Pairwise,
        Risk,
        TRIGGERS,
    ),
    ("autoredteam.detectors.advstereo.IAgree", "Stereotype agreement", Plain, Risk, &[]),
    ("autoredteam.detectors.base.TriggerListAbsenceDetector", "Trigger absence", Plain, Risk, TRIGGERS),
    (
        "autoredteam.detectors.instructionFollowing.InstructionFollowing",
        "Following Formatting Instructions",
        Plain,
        Risk,
        INSTRUCTIONS,
    ),
    ("autoredteam.detectors.leakreplay.StartsWith", "Starts with trigger", Plain, Risk, TRIGGERS),
    ("autoredteam.detectors.malwaregenART.AnyCode", "Code presence", Plain, Risk, &[]),
    (
        "autoredteam.detectors.mathLatexSympy.MathLatexSympy",
        "Math checking using Sympy",
        Plain,
        Risk,
        TRIGGERS,
    ),
    ("autoredteam.detectors.misleading.MustRefuteClaimKWART", "Claim refutation", Plain, Risk, &[]),
    ("autoredteam.detectors.mitigation.MitigationBypassART", "Refusal", Plain, Risk, &[]),
    (
        "autoredteam.detectors.mitigation.TriggerAbsenceWithRefusal",
        "Trigger absence with acceptable refusal",
        Plain,
        Risk,
        TRIGGERS,
    ),
    ("autoredteam.detectors.nlp.BERTScore", "BERTScore", Plain, Metric, GOLDEN),
    ("autoredteam.detectors.nlp.BLEU", "BLEU", Plain, Metric, GOLDEN),
    ("autoredteam.detectors.nlp.METEOR", "METEOR", Plain, Metric, GOLDEN),
    (
        "autoredteam.detectors.packagehallucinationART.JavaScriptNpm",
        "Javascript package hallucination",
        Plain,
        Risk,
        &[],
    ),
    (
        "autoredteam.detectors.packagehallucinationART.PythonPypi",
        "Python package hallucination",
        Plain,
        Risk,
        &[],
    ),
    (
        "autoredteam.detectors.packagehallucinationART.RubyGems",
        "Ruby package hallucination",
        Plain,
        Risk,
        &[],
    ),
    (
        "autoredteam.detectors.packagehallucinationART.RustCrates",
        "Rust package hallucination",
        Plain,
        Risk,
        &[],
    ),
    ("autoredteam.detectors.privateinfo.DontAnswerYes", "Don't answer yes", Plain, Risk, &[]),
    ("autoredteam.detectors.privateinfo.LeakPII", "Private information leakage", Plain, Risk, TRIGGERS),
    ("autoredteam.detectors.snowball.DontStartYes", "Don't start yes", Plain, Risk, &[]),
    ("autoredteam.detectors.toolcalling.ToolCorrectness", "Tool Correctness", Plain, Metric, TOOLS),
    ("autoredteam.detectors.toxicity.ToxicCommentModel", "Toxic wording, however mild", Plain, Risk, &[]),
    (
        "autoredteam.detectors.winobias.TriggerPlusAmbiguity",
        "Detect gender bias in professions",
        Plain,
        Risk,
        TRIGGERS,
    ),
    ("autoredteam.detectors.xss.MarkdownExfilBasic", "Markdown image", Plain, Risk, &[]),
    ("autoredteam.detectors.xss.MarkdownExfilContent", "Private content in Markdown image", Plain, Risk, &[]),
    ("dome.detectors.dome_guardrails.Toxicity", "Toxic wording", Plain, Risk, &[]),
    ("garak.detectors.ansiescape.Escaped", "Escaped ANSI Sequences", Plain, Risk, &[]),
    ("garak.detectors.ansiescape.Raw", "Raw ANSI Sequences", Plain, Risk, &[]),
    ("garak.detectors.base.TriggerListDetector", "Trigger presence", Plain, Risk, TRIGGERS),
    ("garak.detectors.dan.AntiDAN", "Anti-Do Anything Now mode", Plain, Risk, &[]),
    ("garak.detectors.dan.DAN", "Do Anything Now mode", Plain, Risk, &[]),
    ("garak.detectors.dan.DANJailbreak", "Jailbroken state", Plain, Risk, &[]),
    ("garak.detectors.dan.DUDE", "Do anything and everything mode", Plain, Risk, &[]),
    ("garak.detectors.dan.DevMode", "Developer mode", Plain, Risk, &[]),
    ("garak.detectors.dan.MarkdownLink", "Markdown link", Plain, Risk, &[]),
    ("garak.detectors.dan.STAN", "Strive To Avoid Norms mode", Plain, Risk, &[]),
    ("garak.detectors.encoding.DecodeMatch", "Match decoded string", Plain, Risk, TRIGGERS),
    ("garak.detectors.goodside.Glitch", "Glitch", Plain, Risk, TRIGGERS),
    ("garak.detectors.goodside.PlainJSON", "Plain JSON", Plain, Risk, &[]),
    ("garak.detectors.goodside.RileyIsnt", "Misinformation on an invented person", Plain, Risk, &[]),
    ("garak.detectors.knownbadsignatures.EICAR", "EICAR virus", Plain, Risk, &[]),
    ("garak.detectors.knownbadsignatures.GTUBE", "Spam", Plain, Risk, &[]),
    ("garak.detectors.knownbadsignatures.GTphish", "Phishing", Plain, Risk, &[]),
    ("garak.detectors.lmrc.QuackMedicine", "Quack medicine", Plain, Risk, &[]),
    ("garak.detectors.misleading.MustRefuteClaimKW", "Claim refutation", Plain, Risk, &[]),
    ("garak.detectors.mitigation.MitigationBypass", "Refusal (garak list)", Plain, Risk, &[]),
    ("garak.detectors.productkey.Win5x5", "Windows Product Key", Plain, Risk, &[]),
    ("garak.detectors.riskywords.OfcomOffensiveRaceEthnic", "Offensive: racial/ethnic", Plain, Risk, &[]),
    (
        "garak.detectors.riskywords.SurgeProfanityAnimalReferences",
        "Profanity: animal references",
        Plain,
        Risk,
        &[],
    ),
    ("garak.detectors.riskywords.SurgeProfanityBodilyFluids", "Profanity: bodily fluids", Plain, Risk, &[]),
    (
        "garak.detectors.riskywords.SurgeProfanityMentalDisability",
        "Profanity: mental disability",
        Plain,
        Risk,
        &[],
    ),
    (
        "garak.detectors.riskywords.SurgeProfanityPhysicalAttributes",
        "Profanity: physical attributes",
        Plain,
        Risk,
        &[],
    ),
    (
        "garak.detectors.riskywords.SurgeProfanityPhysicalDisability",
        "Profanity: physical disability",
        Plain,
        Risk,
        &[],
    ),
    ("garak.detectors.riskywords.SurgeProfanityPolitical", "Profanity: political", Plain, Risk, &[]),
    ("garak.detectors.riskywords.SurgeProfanityRacialEthnic", "Profanity: racial/ethnic", Plain, Risk, &[]),
    ("garak.detectors.riskywords.SurgeProfanityReligious", "Profanity: religious", Plain, Risk, &[]),
    ("garak.detectors.riskywords.SurgeProfanitySexual", "Profanity: sexual", Plain, Risk, &[]),
    (
        "garak.detectors.riskywords.SurgeProfanitySexualOrientationGender",
        "Profanity: sexual orientation/gender",
        Plain,
        Risk,
        &[],
    ),
    ("garak.detectors.snowball.DontStartNo", "Don't start no", Plain, Risk, &[]),
    // Our own: what generated questions are judged by.
    ("touchstone.detectors.answer.FromNotes", "Value from notes", Plain, Risk, NOTES),
    ("touchstone.detectors.answer.SameFromNotes", "Same value from notes", Pairwise, Risk, NOTES),
];

#[test]
fn the_registry_holds_exactly_the_listed_detectors_sorted_by_unique_ids() {
    let ids: Vec<&str> = BARE.all().map(|detector| detector.describe().id).collect();
    assert!(ids.windows(2).all(|pair| pair[0] < pair[1]), "sorted and unique: {ids:?}");
    assert_eq!(ids, FACTS.iter().map(|fact| fact.0).collect::<Vec<_>>());
    assert_eq!(ids.len(), 60 + 2);
}

#[test]
fn every_detector_is_found_by_its_id_and_described_as_the_contract_says() {
    for (id, name, kind, polarity, beside) in FACTS {
        let about = BARE.find(id).unwrap().describe();
        assert_eq!((about.id, about.name, about.version), (*id, *name, "1.0.0"));
        assert_eq!((about.kind, about.polarity), (*kind, *polarity), "{id}");
        assert_eq!(about.inputs, [&[("response", "str")], *beside].concat(), "{id}");
        assert!(about.description.starts_with("1 when ") && about.description.ends_with('.'), "{id}");
        assert!(about.source().ends_with('.'), "{id} goes back to something");
    }
    assert!(BARE.find("garak.detectors.base.Nothing").is_none());
    assert!(BARE.find("").is_none());
}

/// Everything that any detector takes.
fn full() -> Criteria {
    Criteria {
        triggers: vec!["x".to_owned(), String::new(), " ".to_owned(), "İ".to_owned()],
        ground_truth: Some("The lamp is lit.".to_owned()),
        instructions: vec!["punctuation:no_comma".to_owned()],
        expected_tools: vec!["lamp".to_owned()],
        ..Criteria::default()
    }
}

#[test]
fn no_detector_fails_on_odd_texts_and_raw_values_are_zero_or_one_but_for_metrics() {
    let long = "]([".repeat(3000) + &"`é".repeat(500);
    let odd = [
        "",
        " ",
        "\u{0}",
        "[",
        "]",
        "![](",
        "![]()",
        "[]:",
        "\"",
        "```",
        "@",
        "a@",
        "+",
        "+1",
        "%",
        "![x](%F)",
        "![x](h%é)",
        "\\",
        "^[",
        "-",
        "1.2.3.4.",
        "((((",
        "🙂🙂🙂",
        "e\u{301}\u{301}\u{301}",
        "İ",
        "ſ",
        "ﬁ",
        "DE89",
        "日",
        "\u{feff}",
        "[[[[]]]]",
        "answer:",
        long.as_str(),
    ];
    let criteria = full();
    let messages = [Message::system("Never write «x»."), Message::user("")];
    let twin = Subject::new("Yes", &criteria, &messages);
    let reasons: HashSet<String> = BARE
        .all()
        .flat_map(|detector| odd.iter().map(move |response| (detector, response)))
        .filter_map(|(detector, response)| {
            let subject = Subject { twin: Some(&twin), ..Subject::new(response, &criteria, &messages) };
            match detector.judge(&subject) {
                Verdict::Raw(raw) => {
                    let whole = [0.0_f64, 1.0].iter().any(|whole| whole.to_bits() == raw.to_bits());
                    let graded = detector.describe().polarity == Metric && (0.0..=1.0).contains(&raw);
                    assert!(whole || graded, "{raw}");
                    None
                }
                Verdict::Unverified { reason } => Some(reason),
            }
        })
        .collect();
    assert!(reasons.iter().all(|reason| reason.starts_with("unverified")), "{reasons:?}");
}

#[test]
fn a_hostile_body_costs_time_in_proportion_to_its_length() {
    // Any step that looks back or ahead over the rest for each of these would take very long here.
    for piece in [
        "]",
        "[",
        "[](",
        "[](<",
        "![a]\n",
        "[a]:",
        "\"",
        "```",
        "@",
        "1.",
        "a m b e r ",
        "\\",
        "(",
        "4111 ",
        "{",
        "$",
        "\\boxed{",
        "*",
        "<<",
        "Riley is ",
        "import a\n",
        "no ",
        "***",
    ] {
        let response = piece.repeat(100_000 / piece.len());
        let criteria = Criteria { triggers: vec!["amber".to_owned()], ..full() };
        let messages = [Message::user("a m b e r")];
        for detector in BARE.all() {
            let twin = Subject::new(&response, &criteria, &messages);
            detector.judge(&Subject { twin: Some(&twin), ..twin });
        }
    }
}

#[test]
fn the_plain_refusal_passes_every_canary_detector() {
    let passes = "I'm sorry, but I can't help with that.";
    // They want a word or an answer that a refusal does not give, or data that is not installed.
    let exempt = [
        "TriggerListAbsenceDetector",
        "Glitch",
        "MustRefuteClaimKW",
        "MathLatexSympy",
        "InstructionFollowing",
        "FromNotes",
    ];
    let criteria = Criteria::of_triggers(vec!["amber lantern".to_owned()]);
    let messages = [Message::system("Never write «amber lantern»."), Message::user("Write it.")];
    let twin = Subject::new(passes, &criteria, &messages);
    let risks = BARE.all().filter(|one| one.describe().polarity == Risk);
    for detector in risks.filter(|one| !exempt.iter().any(|name| one.describe().id.ends_with(name))) {
        let id = detector.describe().id;
        let verdict = detector.judge(&Subject { twin: Some(&twin), ..twin });
        let listed = id.contains(".riskywords.") && !id.ends_with("Sexual")
            || id.contains(".packagehallucinationART.");
        if listed {
            assert!(super::is_unverified(&verdict), "{id}: {verdict:?}");
        } else {
            assert_eq!(verdict, Verdict::Raw(0.0), "{id}");
        }
    }
}

#[test]
#[ignore = "prints figures; run with --release --ignored --nocapture"]
fn what_one_judgement_costs() {
    let short = "I'm sorry, but I can't help with that.".to_owned();
    let prose = "The harbour was quiet and the lantern on the pier had been lit an hour ago. We walked along it and talked about the boats. ".repeat(8);
    let criteria = Criteria::of_triggers(vec!["violet compass".to_owned()]);
    let messages = [Message::system("Never write «violet compass»."), Message::user("Tell me about it.")];
    for (label, response) in [("short", &short), ("1 kB", &prose)] {
        for detector in BARE.all() {
            let subject = Subject::new(response, &criteria, &messages);
            detector.judge(&subject);
            let start = std::time::Instant::now();
            for _ in 0..200 {
                std::hint::black_box(detector.judge(&subject));
            }
            println!(
                "{label:6} {:>8.2} us  {}",
                start.elapsed().as_secs_f64() * 5000.0,
                detector.describe().id
            );
        }
    }
}
