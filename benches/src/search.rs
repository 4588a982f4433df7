//! How well and how fast prompts are found: labelled queries among the catalogue, and 100,000 prompts of a team.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result};
use serde::Deserialize;
use touchstone_catalog::{Probe, Prompt};
use touchstone_embeddings::Model;
use touchstone_search::{Asked, Meaning, Shelf, find};

use crate::report::{Goal, Report, count};

/// A prompt, and queries that mean it: some in its own words, some in quite other ones.
#[derive(Deserialize)]
struct Labelled {
    text: String,
    by_words: Vec<String>,
    by_meaning: Vec<String>,
}

const LABELLED: &str = include_str!("../../tests/src/prompt/labelled.json");
/// Prompts of the team whose searches are timed.
const PROMPTS: usize = 100_000;
const ROUNDS: usize = 8;

fn text(probe: &Probe, prompt: &Prompt) -> String {
    let messages = prompt.messages.iter().map(|message| message.content.as_str());
    [probe.name.as_str(), &probe.goal].into_iter().chain(messages).collect::<Vec<_>>().join("\n")
}

fn catalogue(meaning: &Arc<Meaning>) -> Shelf {
    let mut shelf = Shelf::new(Some(Arc::clone(meaning)));
    for (family, probe) in (0..).zip(touchstone_catalog::latest().probes()) {
        for prompt in &probe.prompts {
            shelf.put_into(Some(family), prompt.id.as_str(), &text(probe, prompt));
        }
    }
    shelf
}

fn asked(query: &str) -> Asked<'_> {
    Asked { query, neighbours: 10, total: 100 }
}

pub fn run(directory: &Path) -> Result<()> {
    let model = Model::load(directory)?.context("there is no model; run touchstone models fetch")?;
    let probes = touchstone_catalog::latest().probes();
    let usual: Vec<String> = probes.iter().map(|probe| text(probe, &probe.prompts[0])).collect();
    let meaning = Arc::new(Meaning::of(Arc::new(model), usual.iter().map(String::as_str)));
    let catalogue = catalogue(&meaning);
    let labelled: Vec<Labelled> = serde_json::from_str(LABELLED)?;
    quality(&catalogue, &meaning, &labelled);
    speed(&catalogue, &meaning, &labelled);
    Ok(())
}

/// Of the queries, the share whose prompt is among the first ten.
fn quality(catalogue: &Shelf, meaning: &Arc<Meaning>, labelled: &[Labelled]) {
    let began = Instant::now();
    let mut own = Shelf::new(Some(Arc::clone(meaning)));
    let id = |place: usize| format!("own-{place:03}");
    for (place, prompt) in labelled.iter().enumerate() {
        own.put(&id(place), &prompt.text);
    }
    let share = |queries: fn(&Labelled) -> Vec<&String>, meaning: Option<&Meaning>| {
        let all = labelled.iter().enumerate();
        let all =
            all.flat_map(|(place, prompt)| queries(prompt).into_iter().map(move |query| (place, query)));
        let (mut asked_for, mut hit) = (0, 0);
        for (place, query) in all {
            let found = find(&[catalogue, &own], meaning, asked(query));
            asked_for += 1;
            hit += usize::from(found.iter().take(10).any(|found| *found == id(place)));
        }
        count(hit) / count(asked_for)
    };
    let queries = labelled.iter().map(|one| one.by_words.len() + one.by_meaning.len()).sum();
    let mut report = Report::new("search-quality", "in process", queries, began.elapsed().as_secs_f64());
    report.goal("recall_at_10", share(both, Some(meaning)), Goal::AtLeast(0.8));
    report.figure("recall_at_10_in_its_own_words", share(|one| one.by_words.iter().collect(), Some(meaning)));
    report.figure("recall_at_10_in_other_words", share(|one| one.by_meaning.iter().collect(), Some(meaning)));
    report.figure("recall_at_10_by_words_alone", share(both, None));
    report.print();
}

fn both(one: &Labelled) -> Vec<&String> {
    one.by_words.iter().chain(&one.by_meaning).collect()
}

fn speed(catalogue: &Shelf, meaning: &Arc<Meaning>, labelled: &[Labelled]) {
    let began = Instant::now();
    let mut own = Shelf::new(Some(Arc::clone(meaning)));
    for number in 0..PROMPTS {
        let one = &labelled[number % labelled.len()].text;
        let other = &labelled[(7 * number + number / labelled.len()) % labelled.len()].text;
        own.put(&format!("own-{number:06}"), &format!("{one} {other} Case {number}."));
    }
    let filled = began.elapsed().as_secs_f64();
    let queries: Vec<&String> =
        labelled.iter().flat_map(|one| one.by_words.iter().chain(&one.by_meaning)).collect();
    let mut times = Vec::new();
    for query in queries.iter().cycle().take(ROUNDS * queries.len()) {
        let began = Instant::now();
        std::hint::black_box(find(&[catalogue, &own], Some(meaning), asked(query)));
        times.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    times.sort_by(f64::total_cmp);
    let mut report =
        Report::new("search-speed", "in process, one core", times.len(), times.iter().sum::<f64>() / 1000.0);
    report.figure("prompts", count(own.len() + catalogue.len()));
    report.figure("p50_ms", times[times.len() / 2]);
    report.goal("p99_ms", times[times.len() * 99 / 100], Goal::AtMost(50.0));
    report.figure("seconds_to_fill", filled);
    report.print();
}
