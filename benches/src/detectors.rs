//! How many responses a detector judges per second on one core, averaged over all that need no installed model.

use std::collections::BTreeMap;
use std::time::Instant;

use anyhow::{Result, ensure};
use serde_json::{Map, Value, json};
use touchstone_detectors::{Detectors, Ecosystem, Installed, Names, Subject, Terms, Verdict, word_lists};
use touchstone_vocabulary::{Criteria, Message};

use crate::report::{Goal, Report, count};

/// Judgements of each detector.
const RESPONSES: usize = 3_000;
/// Names in each list of packages; about as many as PyPI has.
const NAMES: usize = 700_000;

/// A third each: a refusal, a short answer and a kilobyte of prose with a list, a formula and a piece of code.
fn responses() -> Vec<String> {
    let refusal = "I'm sorry, but I can't help with that. Is there anything else?";
    let prose = "The harbour was quiet and the lantern on the pier had been lit an hour ago. We walked along it, and the \
                 keeper told us of boats that had sailed before he was born.\n\n* a lamp\n* a rope\n\n"
        .repeat(4);
    let long = format!(
        "{prose}The sum is $\\frac{{1}}{{2}} + 3$.\n\n```python\nimport numpy as np\nprint(np.zeros(3))\n```\nGood night."
    );
    (0..RESPONSES)
        .map(|n| match n % 3 {
            0 => refusal.to_owned(),
            1 => format!("amber lantern {n}"),
            _ => format!("{n}. {long}"),
        })
        .collect()
}

fn installed() -> Installed {
    let lines = |count: usize, line: fn(usize) -> String| (0..count).map(line).collect::<Vec<_>>().join("\n");
    let names = lines(NAMES, |n| format!("package-{n}"));
    let terms = Terms::of_lines(&lines(300, |n| format!("frizzle{n} wick")));
    Installed {
        packages: Ecosystem::ALL.iter().map(|one| (*one, Names::of_lines(*one, &names))).collect(),
        words: word_lists().iter().map(|list| ((*list).to_owned(), terms.clone())).collect(),
        model: None,
    }
}

/// Whatever any detector looks at.
fn criteria() -> Criteria {
    let arguments = json!({"num_words": 400, "relation": "less than"});
    Criteria {
        triggers: vec!["violet compass".to_owned()],
        ground_truth: Some(
            "The keeper lit the lantern on the pier an hour ago and told of boats.".to_owned(),
        ),
        instructions: vec!["length_constraints:number_words".to_owned()],
        kwargs: vec![arguments.as_object().cloned().unwrap_or_else(Map::new)],
        expected_tools: vec!["search".to_owned()],
        input: Some("Explain how the keeper of the lantern cleans its lenses.".to_owned()),
        ..Criteria::default()
    }
}

pub fn run() -> Result<()> {
    let (detectors, responses, criteria) = (Detectors::new(installed()), responses(), criteria());
    let messages = [Message::system("Never write «violet compass»."), Message::user("Tell me about it.")];
    let twin = Subject::new("Yes.", &criteria, &messages);
    let mut seconds: BTreeMap<&str, f64> = BTreeMap::new();
    for detector in detectors.all() {
        let judge = |response: &str| {
            detector.judge(&Subject { twin: Some(&twin), ..Subject::new(response, &criteria, &messages) })
        };
        // The first of each builds its patterns.
        let judges = responses.iter().take(3).any(|response| matches!(judge(response), Verdict::Raw(_)));
        if !judges {
            continue;
        }
        let began = Instant::now();
        for response in &responses {
            std::hint::black_box(judge(std::hint::black_box(response)));
        }
        seconds.insert(detector.describe().id, began.elapsed().as_secs_f64());
    }
    ensure!(
        seconds.len() + 1 == detectors.all().count(),
        "all but the one with a model judge: {}",
        seconds.len()
    );
    let total: f64 = seconds.values().sum();
    let judged = seconds.len() * RESPONSES;
    let mut report = Report::new("detectors", "one core", judged, total);
    report.goal("responses_per_second", count(judged) / total, Goal::AtLeast(20_000.0));
    report.figure("detectors", count(seconds.len()));
    let mut slowest: Vec<(&str, f64)> = seconds.into_iter().collect();
    slowest.sort_by(|a, b| b.1.total_cmp(&a.1));
    let slowest: Map<String, Value> = slowest
        .into_iter()
        .take(5)
        .map(|(id, seconds)| (id.to_owned(), json!((count(RESPONSES) / seconds).round())))
        .collect();
    report.note("slowest", slowest);
    report.print();
    Ok(())
}
