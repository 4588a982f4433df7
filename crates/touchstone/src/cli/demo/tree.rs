//! The scored tree as text: harness, scenario, probe, hits, errors.

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::Result;
use serde_json::Value;

use super::client::Client;

/// Width of the name column.
const NAME: usize = 72;

#[derive(Default)]
struct Tally {
    responses: usize,
    hits: usize,
    errors: usize,
}

/// Reads the result tree over the API and lays it out.
pub async fn render(client: &Client, evaluation: &str) -> Result<String> {
    let list = |what: &str| format!("/{what}?evaluation_id={evaluation}");
    let harnesses = client.get(&list("harness")).await?;
    let scenarios = client.get(&list("scenarios")).await?;
    let probes = client.get(&list("probes")).await?;
    let responses = client.get(&format!("{}&limit=1000000", list("responses"))).await?;
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    for response in rows(&responses) {
        let tally = tallies.entry(text(response, "probe_config_id")).or_default();
        tally.responses += 1;
        tally.errors += usize::from(response["status"] == "ERROR");
        tally.hits += usize::from(response["score"]["score"].as_f64() == Some(0.0));
    }
    let mut out = format!("{:<NAME$} {:>7} {:>10} {:>7}\n", "", "score", "hits", "errors");
    for harness in rows(&harnesses) {
        line(&mut out, 0, harness, None);
        for scenario in children(harness, "scenario_config_ids", &scenarios) {
            line(&mut out, 1, scenario, None);
            for probe in children(scenario, "probe_config_ids", &probes) {
                line(
                    &mut out,
                    2,
                    probe,
                    Some(tallies.get(&text(probe, "config_id")).unwrap_or(&Tally::default())),
                );
            }
        }
    }
    Ok(out)
}

fn rows(envelope: &Value) -> &[Value] {
    envelope["results"].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text(row: &Value, field: &str) -> String {
    row[field].as_str().unwrap_or_default().to_owned()
}

fn children<'a>(parent: &'a Value, ids: &str, level: &'a Value) -> impl Iterator<Item = &'a Value> {
    let ids = parent[ids].as_array().map(Vec::as_slice).unwrap_or_default();
    ids.iter().filter_map(|id| rows(level).iter().find(|row| row["config_id"] == *id))
}

fn line(out: &mut String, depth: usize, row: &Value, tally: Option<&Tally>) {
    let name = format!("{:indent$}{}", "", text(row, "name"), indent = depth * 2);
    let name: String = if name.chars().count() > NAME {
        name.chars().take(NAME - 1).chain(std::iter::once('…')).collect()
    } else {
        name
    };
    let score = row["score"].as_f64().map_or_else(|| "-".to_owned(), |score| format!("{score:.4}"));
    let _ = match tally {
        Some(Tally { responses, hits, errors }) => {
            writeln!(out, "{name:<NAME$} {score:>7} {:>10} {errors:>7}", format!("{hits}/{responses}"))
        }
        None => writeln!(out, "{name:<NAME$} {score:>7}"),
    };
}
