//! The page on detectors, made from the registry.

use std::fmt::Write;

use touchstone_detectors::{Description, Detector, Detectors, Kind, Measurement, Share, word_lists};

const PAGE: &str = include_str!("detectors_doc.md");

/// The text of docs/detectors.md.
#[must_use]
pub fn render() -> String {
    let detectors = Detectors::default();
    let about: Vec<&Description> = detectors.all().map(Detector::describe).collect();
    let lists: Vec<String> = word_lists().iter().map(|list| format!("`{list}`")).collect();
    [
        ("@DETECTORS@", lines(about.iter().map(|about| row(about)))),
        ("@LISTS@", lists.join(", ")),
        (
            "@MEASURED@",
            lines(about.iter().flat_map(|about| about.measured.iter().map(|of| figures(about, of)))),
        ),
    ]
    .iter()
    .fold(PAGE.to_owned(), |text, (mark, value)| text.replace(mark, value.trim_end()))
}

fn lines(rows: impl Iterator<Item = String>) -> String {
    rows.fold(String::new(), |mut text, row| {
        let _ = writeln!(text, "{row}");
        text
    })
}

fn row(about: &Description) -> String {
    let Description { id, description, polarity, inputs, kind, .. } = about;
    let inputs: Vec<&str> = inputs.iter().map(|(field, _)| *field).collect();
    let kind = match kind {
        Kind::Plain => "",
        Kind::Pairwise => ", pairwise",
        Kind::Judge => ", with a judge model",
        Kind::MultiTurn => ", over several turns",
    };
    let (inputs, source) = (inputs.join(", "), about.source());
    format!("| `{id}` | {}{kind} | {inputs} | {description} | {source} |", polarity.as_str())
}

fn figures(about: &Description, of: &Measurement) -> String {
    let share = |share: Option<Share>| match share {
        Some(Share { value, low, high }) => format!("{value:.3} [{low:.3}, {high:.3}]"),
        None => "none".to_owned(),
    };
    let Measurement { data_set, date, positive, counts } = of;
    let (precision, recall) = (share(counts.precision()), share(counts.recall()));
    let (total, unverified) = (counts.total(), counts.unverified);
    format!(
        "| `{}` | {positive} | {data_set} | {date} | {total} | {precision} | {recall} | {unverified} |",
        about.id
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn the_committed_page_is_what_the_registry_says() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/detectors.md");
        assert!(
            std::fs::read_to_string(path).unwrap() == render(),
            "docs/detectors.md is out of date: run `just detectors-doc` and commit the result"
        );
    }

    #[test]
    fn every_detector_and_every_measurement_has_a_row() {
        let (page, detectors) = (render(), Detectors::default());
        for about in detectors.all().map(Detector::describe) {
            let rows = page.matches(&format!("| `{}` |", about.id)).count();
            assert_eq!(rows, 1 + about.measured.len(), "{}", about.id);
        }
        assert!(!page.contains('@'));
    }
}
