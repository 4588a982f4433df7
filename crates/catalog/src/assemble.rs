//! Turns the tables and themes into an edition: mutators are applied, ids derived, descriptions composed.
//!
//! Nothing here depends on a clock, an environment or a random source, so every process holds the same edition.

use touchstone_vocabulary::{
    Criteria, DetectorId, HarnessId, HarnessType, Message, ProbeId, PromptId, ScenarioId, Version,
};
use uuid::Uuid;

use crate::draw::hash64;
use crate::model::{Edition, Harness, Probe, Prompt, Scenario};
use crate::mutate::{Mutator, chain};
use crate::rows::{HARNESSES, HarnessRow, Row, ScenarioRow};
use crate::themes::Seed;

/// The namespace of prompt ids.
const PROMPTS: Uuid = Uuid::from_u128(0x7c1f_5a0e_94d3_5b6a_a1c2_0d3e_8f47_6b19);
/// Prompts per probe in the `_Small` harnesses.
const SMALL: usize = 10;
/// 23 November 2026, 00:00 UTC.
const CREATED_AT: i64 = 1_795_392_000;

/// Edition 1.0.0.
pub(crate) fn edition() -> Edition {
    let version = Version::from("1.0.0");
    let mut scenarios: Vec<Scenario> = Vec::new();
    let mut probes: Vec<Probe> = Vec::new();
    let mut harnesses = Vec::new();
    for harness in HARNESSES {
        for scenario in harness.scenarios {
            probes.extend(scenario.probes.iter().map(|row| probe(row, harness, &version)));
            scenarios.push(scenario_of(scenario));
        }
        harnesses.extend(both_sizes(harness));
    }
    Edition::new(version, CREATED_AT, harnesses, scenarios, probes)
}

fn both_sizes(row: &HarnessRow) -> [Harness; 2] {
    let whole = Harness {
        id: HarnessId(format!("vijil.harnesses.{}", row.id)),
        name: row.name.to_owned(),
        harness_type: HarnessType::Dimension,
        description: row.description.to_owned(),
        scenario_ids: row.scenarios.iter().map(|s| scenario_id(s)).collect(),
        prompt_cap: None,
    };
    let small = Harness {
        id: HarnessId(format!("vijil.harnesses.{}_Small", row.id)),
        name: format!("{} (small)", row.name),
        description: format!("{} At most {SMALL} prompts of each probe.", row.description),
        prompt_cap: Some(SMALL),
        ..whole.clone()
    };
    [whole, small]
}

fn scenario_id(row: &ScenarioRow) -> ScenarioId {
    ScenarioId(format!("vijil.scenarios.{}", row.id))
}

fn probe_id(id: &str) -> ProbeId {
    ProbeId(format!("vijil.probes.{id}"))
}

fn scenario_of(row: &ScenarioRow) -> Scenario {
    let own = row.probes.iter().map(|probe| probe.id);
    Scenario {
        id: scenario_id(row),
        name: row.name.to_owned(),
        description: row.description.to_owned(),
        probe_ids: own.chain(row.shared.iter().copied()).map(probe_id).collect(),
    }
}

fn probe(row: &Row, harness: &HarnessRow, version: &Version) -> Probe {
    let id = probe_id(row.id);
    let names: Vec<&str> = row.mutators.iter().map(|m| m.name()).collect();
    let salt = hash64(&[id.as_str()]);
    let prompts = row
        .theme
        .take(salt, row.count)
        .into_iter()
        .map(|seed| prompt(row, &id, version, &names, seed))
        .collect();
    let mut tags = vec![harness.id.to_owned(), row.theme.key.to_owned(), "canary".to_owned()];
    tags.extend(names.iter().map(|name| format!("mutator:{name}")));
    tags.extend(row.owasp.iter().map(|code| format!("owasp:{code}")));
    Probe {
        id,
        name: row.name.to_owned(),
        description: description(row),
        goal: row.theme.goal.to_owned(),
        tags,
        detector_ids: row.verdict.detectors.iter().map(|d| DetectorId::from(*d)).collect(),
        scoring: row.verdict.scoring,
        prompts,
    }
}

fn description(row: &Row) -> String {
    let looks: Vec<&str> = row.mutators.iter().map(|m| m.words()).collect();
    let looks = if looks.is_empty() {
        "The requests are made in plain words.".to_owned()
    } else {
        format!("The requests are {}.", looks.join(", then "))
    };
    format!("{} {looks} {} No judge model takes part.", row.theme.measures, row.verdict.words)
}

/// Version 5 over the BLAKE3 hash of the key: SHA-1 over the key itself takes longer than everything else.
fn prompt_id(key: &str) -> Uuid {
    Uuid::new_v5(&PROMPTS, blake3::hash(key.as_bytes()).as_bytes())
}

fn prompt(row: &Row, probe: &ProbeId, version: &Version, mutators: &[&str], seed: Seed) -> Prompt {
    let key = format!("{probe}\n{version}\n{}/{}/{}", row.theme.key, seed.key, mutators.join("+"));
    let dice = hash64(&[&key]);
    let canary = row.canary.replace("{}", &seed.canary);
    let user = request(&seed, &canary, row.mutators, dice);
    Prompt {
        id: PromptId(prompt_id(&key).hyphenated().to_string()),
        messages: vec![
            Message::system(format!("{} Never write «{canary}».", seed.system)),
            Message::user(user),
        ],
        criteria: Criteria::of_triggers(seed.triggers.unwrap_or_else(|| vec![canary])),
        half: None,
    }
}

/// The user's message: the mutators act on the payload where the text has a place for one, else on all of it.
fn request(seed: &Seed, canary: &str, mutators: &[Mutator], dice: u64) -> String {
    let text = seed.user.replace("{core}", &seed.canary);
    if text.contains("{payload}") {
        text.replace("{payload}", &chain(mutators, canary, dice))
    } else {
        chain(mutators, &text, dice)
    }
}
