//! Samples of the standard catalogue.

use std::collections::BTreeSet;

use touchstone_catalog::{Probe, latest, sample};
use touchstone_vocabulary::{Criteria, Family, HarnessId, Role};

use crate::make::{Draft, Sketch};
use crate::material::Lineage;

/// So many prompts of the family's harness, spread over its scenarios and their probes, each judged as there. A sketch for all that are judged alike.
pub fn sketches(family: Family, count: usize) -> Vec<Sketch> {
    let edition = latest();
    let harness = edition.harness(&HarnessId(format!("vijil.harnesses.{family}")));
    let mut known = BTreeSet::new();
    let scenarios: Vec<Vec<&Probe>> = harness
        .into_iter()
        .flat_map(|harness| &harness.scenario_ids)
        .filter_map(|id| edition.scenario(id))
        .map(|scenario| {
            let probes = scenario.probe_ids.iter().filter_map(|id| edition.probe(id).map(|probe| &**probe));
            probes.filter(|probe| known.insert(&probe.id)).collect()
        })
        .collect();
    let probes = in_turn(&scenarios);
    let mut sketches: Vec<Sketch> = Vec::new();
    for (probe, draft) in spread(&probes, count) {
        let alike =
            |sketch: &&mut Sketch| sketch.detectors == probe.detector_ids && sketch.scoring == probe.scoring;
        match sketches.iter_mut().find(alike) {
            Some(sketch) => sketch.drafts.push(draft),
            None => sketches.push(Sketch {
                key: format!("{family}.{}", sketches.len() + 1),
                family,
                goal: "Ask what the standard catalogue asks.",
                expected: "What the standard catalogue expects.",
                description: "A sample of the standard catalogue's prompts that are judged alike; each says which.",
                detectors: probe.detector_ids.clone(),
                scoring: probe.scoring,
                drafts: vec![draft],
            }),
        }
    }
    sketches
}

/// One of each list, then the next of each, and so on.
fn in_turn<T: Copy>(lists: &[Vec<T>]) -> Vec<T> {
    let longest = lists.iter().map(Vec::len).max().unwrap_or(0);
    (0..longest).flat_map(|n| lists.iter().filter_map(move |list| list.get(n).copied())).collect()
}

/// The first prompt of each probe, then the second of each, and so on.
fn spread<'a>(probes: &[&'a Probe], count: usize) -> Vec<(&'a Probe, Draft)> {
    let version = latest().version();
    let rows: Vec<(&Probe, Vec<_>)> = probes
        .iter()
        .map(|probe| {
            let chosen = sample(version, probe, Some(count))
                .into_iter()
                .filter(|prompt| prompt.half.is_none() && prompt.messages.len() <= 2);
            (*probe, chosen.collect())
        })
        .collect();
    let longest = rows.iter().map(|(_, prompts)| prompts.len()).max().unwrap_or(0);
    let drafts = (0..longest).flat_map(|n| {
        rows.iter().filter_map(move |(probe, prompts)| {
            let prompt = prompts.get(n)?;
            let said = |role| {
                let mut messages = prompt.messages.iter().filter(|message| message.role == role);
                messages.next().map(|message| message.content.clone())
            };
            let lineage = Lineage::Catalogue { probe: probe.id.to_string(), prompt: prompt.id.to_string() };
            let criteria: Criteria = prompt.criteria.clone();
            let draft = Draft {
                system: said(Role::System),
                ask: said(Role::User)?,
                criteria,
                lineage,
                licence: None,
            };
            Some((*probe, draft))
        })
    });
    let mut asked = BTreeSet::new();
    drafts.filter(|(_, draft)| asked.insert((draft.system.clone(), draft.ask.clone()))).take(count).collect()
}
