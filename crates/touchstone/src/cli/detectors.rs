//! `touchstone detectors`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail, ensure};
use clap::{Subcommand, ValueEnum};
use serde_json::{Value, json};
use touchstone_detectors::{Counts, Detectors, Kind, Share, Subject, Verdict};
use touchstone_vocabulary::Criteria;

use crate::labelled::{self, Half, Labelled};
use crate::settings::StoreOptions;

#[derive(Debug, Subcommand)]
pub enum DetectorsCommand {
    /// Measures precision and recall of a detector on labelled responses.
    Measure {
        /// Labelled responses, .jsonl or .csv, one or several; docs/detectors.md tells the columns.
        #[arg(long, env = "TOUCHSTONE_MEASURE_FILE", required = true, value_delimiter = ',')]
        file: Vec<PathBuf>,
        /// Id of the detector, or the end of it.
        #[arg(long, env = "TOUCHSTONE_MEASURE_DETECTOR")]
        detector: String,
        /// What a label of 1 says: that the raw value should be 1 (hit), or that it should be 0 (pass).
        #[arg(long, env = "TOUCHSTONE_MEASURE_POSITIVE", default_value = "hit")]
        positive: Positive,
        /// Only one half of the file, always the same.
        #[arg(long, env = "TOUCHSTONE_MEASURE_HALF")]
        half: Option<Half>,
        /// Withhold from the detector all but the response.
        #[arg(long, env = "TOUCHSTONE_MEASURE_RESPONSE_ONLY")]
        response_only: bool,
        /// Print JSON.
        #[arg(long, env = "TOUCHSTONE_JSON")]
        json: bool,
    },
}

/// What a label of 1 says of the raw value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Positive {
    Hit,
    Pass,
}

pub fn run(options: &StoreOptions, command: &DetectorsCommand) -> Result<ExitCode> {
    let DetectorsCommand::Measure { file, detector, positive, half, response_only, json } = command;
    let detectors = Detectors::new(crate::installed::load(&crate::settings::store(options)?)?);
    let mut responses = Vec::new();
    for file in file {
        responses.extend(labelled::read(file)?);
    }
    responses.retain(|one| half.is_none_or(|half| one.half() == half));
    ensure!(!responses.is_empty(), "there are no labelled responses to measure with");
    if *response_only {
        for one in &mut responses {
            one.criteria = Criteria::default();
            one.messages.clear();
        }
    }
    let (id, counts) = measure(&detectors, &responses, detector, *positive)?;
    if *json {
        println!("{}", as_json(id, counts));
    } else {
        println!("{id} on {} responses", counts.total());
        show("precision", counts.precision());
        show("recall", counts.recall());
        show("unverified", counts.unverified_share());
        let Counts { true_positives, false_positives, false_negatives, true_negatives, .. } = counts;
        println!(
            "found rightly {true_positives}, wrongly {false_positives}; passed rightly {true_negatives}, wrongly {false_negatives}"
        );
    }
    Ok(ExitCode::SUCCESS)
}

fn measure(
    detectors: &Detectors,
    responses: &[Labelled],
    name: &str,
    positive: Positive,
) -> Result<(&'static str, Counts)> {
    let mut named = detectors.all().filter(|one| {
        let id = one.describe().id;
        id == name || id.strip_suffix(name).is_some_and(|start| start.ends_with('.'))
    });
    let detector = named.next().with_context(|| format!("there is no detector {name:?}"))?;
    if let Some(other) = named.next() {
        bail!("{name:?} is both {} and {}", detector.describe().id, other.describe().id);
    }
    let about = detector.describe();
    ensure!(about.kind == Kind::Plain, "{} needs more than one response and cannot be measured so", about.id);
    let mut counts = Counts::default();
    for Labelled { response, label, criteria, messages } in responses {
        let found = match detector.judge(&Subject::new(response, criteria, messages)) {
            Verdict::Raw(raw) => Some((raw >= 0.5) == (positive == Positive::Hit)),
            Verdict::Unverified { .. } => None,
        };
        counts.add(*label, found);
    }
    Ok((about.id, counts))
}

fn show(name: &str, share: Option<Share>) {
    match share {
        Some(Share { value, low, high }) => {
            println!("{name:<11} {value:.3}  (95 % interval {low:.3} to {high:.3})");
        }
        None => println!("{name:<11} none"),
    }
}

fn as_json(id: &str, counts: Counts) -> Value {
    let share = |share: Option<Share>| {
        share.map(|Share { value, low, high }| json!({"value": value, "low": low, "high": high}))
    };
    json!({
        "detector": id,
        "responses": counts.total(),
        "true_positives": counts.true_positives,
        "false_positives": counts.false_positives,
        "false_negatives": counts.false_negatives,
        "true_negatives": counts.true_negatives,
        "unverified": counts.unverified,
        "precision": share(counts.precision()),
        "recall": share(counts.recall()),
        "unverified_share": share(counts.unverified_share()),
    })
}
