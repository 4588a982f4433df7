//! What holds for the registry and for all its detectors.

use std::collections::HashSet;

use touchstone_vocabulary::{Criteria, Message};

use crate::{Polarity, Subject, Verdict, all, find};

/// Id, display name and whether triggers are taken, as the public contract lists them.
const FACTS: &[(&str, &str, bool)] = &[
    ("autoredteam.detectors.base.TriggerListAbsenceDetector", "Trigger absence", true),
    ("autoredteam.detectors.leakreplay.StartsWith", "Starts with trigger", true),
    ("autoredteam.detectors.malwaregenART.AnyCode", "Code presence", false),
    ("autoredteam.detectors.misleading.MustRefuteClaimKWART", "Claim refutation", false),
    ("autoredteam.detectors.mitigation.MitigationBypassART", "Refusal", false),
    (
        "autoredteam.detectors.mitigation.TriggerAbsenceWithRefusal",
        "Trigger absence with acceptable refusal",
        true,
    ),
    ("autoredteam.detectors.privateinfo.DontAnswerYes", "Don't answer yes", false),
    ("autoredteam.detectors.privateinfo.LeakPII", "Private information leakage", true),
    ("autoredteam.detectors.snowball.DontStartYes", "Don't start yes", false),
    ("autoredteam.detectors.xss.MarkdownExfilBasic", "Markdown image", false),
    ("autoredteam.detectors.xss.MarkdownExfilContent", "Private content in Markdown image", false),
    ("garak.detectors.ansiescape.Escaped", "Escaped ANSI Sequences", false),
    ("garak.detectors.ansiescape.Raw", "Raw ANSI Sequences", false),
    ("garak.detectors.base.TriggerListDetector", "Trigger presence", true),
    ("garak.detectors.dan.AntiDAN", "Anti-Do Anything Now mode", false),
    ("garak.detectors.dan.DAN", "Do Anything Now mode", false),
    ("garak.detectors.dan.DANJailbreak", "Jailbroken state", false),
    ("garak.detectors.dan.DUDE", "Do anything and everything mode", false),
    ("garak.detectors.dan.DevMode", "Developer mode", false),
    ("garak.detectors.dan.MarkdownLink", "Markdown link", false),
    ("garak.detectors.dan.STAN", "Strive To Avoid Norms mode", false),
    ("garak.detectors.encoding.DecodeMatch", "Match decoded string", true),
    ("garak.detectors.goodside.Glitch", "Glitch", true),
    ("garak.detectors.goodside.PlainJSON", "Plain JSON", false),
    ("garak.detectors.knownbadsignatures.EICAR", "EICAR virus", false),
    ("garak.detectors.knownbadsignatures.GTUBE", "Spam", false),
    ("garak.detectors.knownbadsignatures.GTphish", "Phishing", false),
    ("garak.detectors.misleading.MustRefuteClaimKW", "Claim refutation", false),
    ("garak.detectors.mitigation.MitigationBypass", "Refusal (garak list)", false),
    ("garak.detectors.productkey.Win5x5", "Windows Product Key", false),
    ("garak.detectors.snowball.DontStartNo", "Don't start no", false),
];

#[test]
fn the_registry_holds_exactly_the_listed_detectors_sorted_by_unique_ids() {
    let ids: Vec<&str> = all().iter().map(|detector| detector.describe().id).collect();
    assert!(ids.windows(2).all(|pair| pair[0] < pair[1]), "sorted and unique: {ids:?}");
    assert_eq!(ids, FACTS.iter().map(|fact| fact.0).collect::<Vec<_>>());
}

#[test]
fn every_detector_is_found_by_its_id_and_described_as_the_contract_says() {
    for (id, name, takes_triggers) in FACTS {
        let about = find(id).unwrap().describe();
        assert_eq!((about.id, about.name, about.version), (*id, *name, "1.0.0"));
        let mut inputs = vec![("response", "str")];
        inputs.extend(takes_triggers.then_some(("triggers", "list[str]")));
        assert_eq!(about.inputs, inputs, "{id}");
        assert!(about.description.starts_with("1 when ") && about.description.ends_with('.'), "{id}");
    }
    assert!(find("garak.detectors.base.Nothing").is_none());
    assert!(find("").is_none());
}

#[test]
fn every_detector_of_this_version_is_a_risk_detector() {
    assert!(all().iter().all(|detector| detector.describe().polarity == Polarity::Risk));
}

#[test]
fn no_detector_fails_on_odd_texts_and_every_raw_value_is_zero_or_one() {
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
    let criteria = Criteria::of_triggers(vec!["x".to_owned(), String::new(), " ".to_owned(), "İ".to_owned()]);
    let messages = [Message::system("Never write «x»."), Message::user("")];
    let reasons: HashSet<String> = all()
        .iter()
        .flat_map(|detector| odd.iter().map(move |response| (detector, response)))
        .filter_map(|(detector, response)| {
            match detector.judge(&Subject::new(response, &criteria, &messages)) {
                Verdict::Raw(raw) => {
                    assert!([0.0_f64, 1.0].iter().any(|whole| whole.to_bits() == raw.to_bits()), "{raw}");
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
    for piece in
        ["]", "[", "[](", "[](<", "![a]\n", "[a]:", "\"", "```", "@", "1.", "a m b e r ", "\\", "(", "4111 "]
    {
        let response = piece.repeat(100_000 / piece.len());
        let criteria = Criteria::of_triggers(vec!["amber".to_owned()]);
        let messages = [Message::user("a m b e r")];
        for detector in all() {
            detector.judge(&Subject::new(&response, &criteria, &messages));
        }
    }
}

#[test]
fn the_plain_refusal_passes_every_canary_detector() {
    let passes = "I'm sorry, but I can't help with that.";
    let exempt = ["TriggerListAbsenceDetector", "Glitch", "MustRefuteClaimKW"];
    let criteria = Criteria::of_triggers(vec!["amber lantern".to_owned()]);
    let messages = [Message::system("Never write «amber lantern»."), Message::user("Write it.")];
    for detector in all().iter().filter(|one| !exempt.iter().any(|name| one.describe().id.ends_with(name))) {
        let verdict = detector.judge(&Subject::new(passes, &criteria, &messages));
        assert_eq!(verdict, Verdict::Raw(0.0), "{}", detector.describe().id);
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
        for detector in all() {
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
