//! Responses that people have labelled, read from a file to measure a detector with.
//!
//! Two formats. JSONL: an object a line with `response`, `label` (true, false or a number) and, as the detector needs
//! them, the fields of a prompt's criteria and `messages`. CSV: columns `response` and `label`, or those of the
//! human-scored files in the Python package `pyrit`: `assistant_response`, `objective` (what the target was asked) and one
//! or several columns that begin with `human_score`, whose mean counts. Lines before the header that begin with `#` are
//! skipped. A label of one half or more means yes.

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use csv::{ReaderBuilder, StringRecord};
use serde::Deserialize;
use touchstone_vocabulary::{Criteria, Message};

/// One labelled response.
#[derive(Debug, Clone, PartialEq)]
pub struct Labelled {
    pub response: String,
    pub label: bool,
    pub criteria: Criteria,
    pub messages: Vec<Message>,
}

/// A part of a data set that is always the same: one to tune a detector on, the other to measure it on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Half {
    First,
    Second,
}

impl Labelled {
    /// By a hash of the response, so that equal responses never stand on both sides.
    pub fn half(&self) -> Half {
        let hash = blake3::hash(self.response.trim().as_bytes());
        if hash.as_bytes()[0].is_multiple_of(2) { Half::First } else { Half::Second }
    }
}

/// Reads a file by its ending.
pub fn read(file: &Path) -> Result<Vec<Labelled>> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    match file.extension().and_then(|ending| ending.to_str()) {
        Some("jsonl") => of_jsonl(&text),
        Some("csv") => of_csv(&text),
        Some(_) | None => bail!("{} must end in .jsonl or .csv", file.display()),
    }
}

#[derive(Deserialize)]
struct Line {
    response: String,
    label: Label,
    #[serde(default)]
    messages: Vec<Message>,
    #[serde(flatten)]
    criteria: Criteria,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Label {
    Flag(bool),
    Score(f64),
}

fn of_jsonl(text: &str) -> Result<Vec<Labelled>> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(at, line)| {
            let Line { response, label, messages, criteria } =
                serde_json::from_str(line).with_context(|| format!("line {} cannot be read", at + 1))?;
            let label = match label {
                Label::Flag(label) => label,
                Label::Score(score) => score >= 0.5,
            };
            Ok(Labelled { response, label, criteria, messages })
        })
        .collect()
}

fn of_csv(text: &str) -> Result<Vec<Labelled>> {
    let body = text.trim_start_matches('\u{feff}');
    let start: usize =
        body.split_inclusive('\n').take_while(|line| line.starts_with('#')).map(str::len).sum();
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(&body.as_bytes()[start..]);
    let header = reader.headers().context("the header cannot be read")?.clone();
    let column = |names: &[&str]| header.iter().position(|name| names.contains(&name.trim()));
    let response = column(&["response", "assistant_response"])
        .context("the header names no column response or assistant_response")?;
    let asked = column(&["objective"]);
    let scores: Vec<usize> = (0..header.len())
        .filter(|at| {
            header
                .get(*at)
                .is_some_and(|name| name.trim() == "label" || name.trim().starts_with("human_score"))
        })
        .collect();
    ensure!(!scores.is_empty(), "the header names no column label and none that begins with human_score");
    let mut all = Vec::new();
    for (at, record) in reader.records().enumerate() {
        let record = record.with_context(|| format!("record {} cannot be read", at + 1))?;
        let label = mean(&record, &scores).with_context(|| format!("record {} has no label", at + 1))? >= 0.5;
        let asked = asked.and_then(|at| record.get(at));
        let messages = asked.map(Message::user).into_iter().collect();
        let criteria = Criteria { input: asked.map(str::to_owned), ..Criteria::default() };
        let response = record.get(response).unwrap_or_default().to_owned();
        all.push(Labelled { response, label, criteria, messages });
    }
    Ok(all)
}

/// Of those that are numbers, or true and false.
fn mean(record: &StringRecord, scores: &[usize]) -> Option<f64> {
    let number = |text: &str| match text.trim().to_ascii_lowercase().as_str() {
        "true" => Some(1.0),
        "false" => Some(0.0),
        text => text.parse::<f64>().ok().filter(|number| number.is_finite()),
    };
    let (mut sum, mut count) = (0.0, 0.0);
    for score in scores.iter().filter_map(|at| number(record.get(*at)?)) {
        sum += score;
        count += 1.0;
    }
    (count > 0.0).then_some(sum / count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_json_carries_what_a_detector_needs() {
        let text = r#"{"response": "42", "label": true, "triggers": ["42"]}

{"response": "7", "label": 0.25, "messages": [{"role": "user", "content": "6*7?"}], "ground_truth": "42"}
"#;
        let all = of_jsonl(text).unwrap();
        assert_eq!((all[0].label, all[1].label), (true, false));
        assert_eq!(all[0].criteria, Criteria::of_triggers(vec!["42".to_owned()]));
        assert_eq!(all[1].criteria.ground_truth.as_deref(), Some("42"));
        assert_eq!(all[1].messages, [Message::user("6*7?")]);
        let fault = of_jsonl("{\"response\": \"a\", \"label\": true}\n{\"label\": true}").err().unwrap();
        assert!(fault.to_string().contains("line 2"), "{fault}");
    }

    #[test]
    fn human_scores_are_averaged_and_comments_skipped() {
        let text = "# dataset_version=1.0,,\nobjective,assistant_response,human_score_1,human_score_2,data_type\n\
            ask,\"a, b\nc\",1,0,text\nask,no,0.25,0.5,text\nask,yes,0.25,,text\nask,ha,1,,text\n";
        let all = of_csv(text).unwrap();
        assert_eq!(all.iter().map(|one| one.label).collect::<Vec<_>>(), [true, false, false, true]);
        assert_eq!(all[0].response, "a, b\nc");
        assert_eq!(all[0].messages, [Message::user("ask")]);
        let plain = of_csv("label,response\ntrue,a\nFALSE,b\n").unwrap();
        assert_eq!(plain.iter().map(|one| one.label).collect::<Vec<_>>(), [true, false]);
    }

    #[test]
    fn what_is_missing_is_named() {
        for (text, missing) in [
            ("label\n1\n", "assistant_response"),
            ("response\na\n", "human_score"),
            ("response,label\na,perhaps\n", "record 1"),
        ] {
            let fault = format!("{:#}", of_csv(text).err().unwrap());
            assert!(fault.contains(missing), "{fault}");
        }
        assert!(read(Path::new("labelled.txt")).is_err());
    }

    #[test]
    fn the_halves_are_about_equal_and_never_share_a_response() {
        let of = |response: String| Labelled {
            response,
            label: true,
            criteria: Criteria::default(),
            messages: Vec::new(),
        };
        let first = (0..1000).filter(|n| of(n.to_string()).half() == Half::First).count();
        assert!((450..550).contains(&first), "{first}");
        assert_eq!(of("a ".into()).half(), of("a".into()).half());
    }
}
