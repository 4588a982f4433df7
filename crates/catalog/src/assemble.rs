//! Turns the tables and themes into an edition: mutators are applied, ids derived, descriptions composed.
//!
//! Nothing here depends on a clock, an environment or a random source, so every process holds the same edition.

use std::fmt::Write as _;
use std::sync::Arc;

use touchstone_vocabulary::{
    Case, Criteria, DetectorId, HarnessId, HarnessType, Message, ProbeId, PromptId, ScenarioId, Version,
};
use uuid::Uuid;

use crate::benchmark::{BENCHMARKS, Benchmark};
use crate::draw::hash64;
use crate::frameworks;
use crate::model::{Edition, Half, Harness, Probe, Prompt, Scenario};
use crate::mutate::{Mutator, chain};
use crate::release::Release;
use crate::rows::{HARNESSES, HarnessRow, Row, ScenarioRow, Ways};
use crate::themes::{Seed, Seeds};

/// The namespace of prompt ids.
const PROMPTS: Uuid = Uuid::from_u128(0x7c1f_5a0e_94d3_5b6a_a1c2_0d3e_8f47_6b19);
/// Prompts per probe in the `_Small` harnesses.
const SMALL: usize = 10;

pub(crate) fn edition(release: &Release) -> Edition {
    let mut scenarios: Vec<Scenario> = Vec::new();
    let mut probes: Vec<Arc<Probe>> = Vec::new();
    let mut harnesses = Vec::new();
    for harness in HARNESSES.iter().filter(|row| row.since <= release.since) {
        for scenario in held(harness, release) {
            let rows = scenario.probes.iter().filter(|row| row.since <= release.since);
            probes.extend(rows.map(|row| Arc::new(probe(row, harness, release))));
            scenarios.push(scenario_of(scenario, release));
        }
        let whole = whole(harness, release);
        let small = (harness.kind == HarnessType::Dimension).then(|| small(harness, &whole));
        harnesses.extend([Some(whole), small].into_iter().flatten());
    }
    if release.scenario_harnesses {
        harnesses.extend(scenarios.iter().map(alone));
    }
    if release.benchmarks {
        harnesses.extend(BENCHMARKS.iter().map(Benchmark::harness));
    }
    Edition::new(Version::from(release.version), release.created_at, harnesses, scenarios, probes)
}

fn held(row: &HarnessRow, release: &Release) -> impl Iterator<Item = &'static ScenarioRow> {
    row.scenarios.iter().copied().filter(|scenario| scenario.since <= release.since)
}

fn harness_id(id: &str) -> HarnessId {
    HarnessId(format!("vijil.harnesses.{id}"))
}

fn whole(row: &HarnessRow, release: &Release) -> Harness {
    Harness {
        id: harness_id(row.id),
        name: row.name.to_owned(),
        harness_type: row.kind,
        description: row.description.to_owned(),
        scenario_ids: held(row, release).map(|scenario| scenario_id(scenario.id)).collect(),
        prompt_cap: None,
    }
}

fn small(row: &HarnessRow, whole: &Harness) -> Harness {
    Harness {
        id: HarnessId(format!("{}_Small", whole.id)),
        name: format!("{} (small)", row.name),
        description: format!("{} At most {SMALL} prompts of each probe.", row.description),
        prompt_cap: Some(SMALL),
        ..whole.clone()
    }
}

/// A harness of one scenario, with the scenario's name.
fn alone(scenario: &Scenario) -> Harness {
    Harness {
        id: harness_id(scenario.id.as_str().trim_start_matches("vijil.scenarios.")),
        name: scenario.name.clone(),
        harness_type: HarnessType::Scenario,
        description: scenario.description.clone(),
        scenario_ids: vec![scenario.id.clone()],
        prompt_cap: None,
    }
}

fn scenario_id(id: &str) -> ScenarioId {
    ScenarioId(format!("vijil.scenarios.{id}"))
}

fn probe_id(id: &str) -> ProbeId {
    ProbeId(format!("vijil.probes.{id}"))
}

fn scenario_of(row: &ScenarioRow, release: &Release) -> Scenario {
    let own = row.probes.iter().filter(|probe| probe.since <= release.since).map(|probe| probe.id);
    Scenario {
        id: scenario_id(row.id),
        name: row.name.to_owned(),
        description: row.description.to_owned(),
        probe_ids: own.chain(row.shared.iter().copied()).map(probe_id).collect(),
    }
}

fn probe(row: &Row, harness: &HarnessRow, release: &Release) -> Probe {
    let ways = row.ways(release.since);
    let id = probe_id(row.id);
    let salt = hash64(&[id.as_str()]);
    let pairs = matches!(ways.theme.seeds, Seeds::Paired(_));
    let count = match (pairs, ways.mutators) {
        (true, _) => release.pairs,
        (false, []) => release.plain,
        (false, _) => release.mutated,
    };
    let maker = Maker { ways, probe: &id, version: release.version, names: names(ways.mutators) };
    let seeds = ways.theme.take(salt, count);
    let prompts = if pairs {
        seeds.iter().flat_map(|seed| maker.pair(seed)).collect()
    } else {
        seeds.iter().map(|seed| maker.prompt(seed)).collect()
    };
    Probe {
        name: row.name.to_owned(),
        description: description(ways),
        goal: ways.theme.goal.to_owned(),
        expected: ways.verdict.expected.to_owned(),
        tags: tags(row, ways, harness, release),
        detector_ids: ways.verdict.detectors.iter().map(|d| DetectorId::from(*d)).collect(),
        scoring: ways.verdict.scoring,
        unpractised: ways.verdict.unpractised.map(str::to_owned),
        prompts,
        id,
    }
}

fn names(mutators: &[Mutator]) -> Vec<&'static str> {
    mutators.iter().map(|mutator| mutator.name()).collect()
}

fn tags(row: &Row, ways: &Ways, harness: &HarnessRow, release: &Release) -> Vec<String> {
    let mut tags = vec![harness.id.to_owned(), ways.theme.key.to_owned(), ways.theme.seeds.tag().to_owned()];
    tags.extend(ways.mutators.iter().map(|mutator| format!("mutator:{}", mutator.name())));
    tags.extend(row.owasp.iter().map(|code| format!("owasp:{code}")));
    if release.frameworks {
        let disguise =
            ways.mutators.iter().any(|mutator| mutator.hides()).then_some(&frameworks::OBFUSCATION);
        for code in ways.theme.codes.iter().chain(disguise) {
            if !tags.iter().any(|tag| tag == code.tag) {
                tags.push(code.tag.to_owned());
            }
        }
    }
    tags
}

fn description(ways: &Ways) -> String {
    let looks: Vec<&str> = ways.mutators.iter().map(|m| m.words()).collect();
    let looks = match (&ways.theme.seeds, looks.as_slice()) {
        (Seeds::Paired(_), []) => "Each question is asked as it is and in another form.".to_owned(),
        (Seeds::Paired(_), looks) => {
            format!("Each question is asked as it is and again {}.", looks.join(", then "))
        }
        (_, []) => "The requests are made in plain words.".to_owned(),
        (_, looks) => format!("The requests are {}.", looks.join(", then ")),
    };
    format!("{} {looks} {} No judge model takes part.", ways.theme.measures, ways.verdict.words)
}

/// Makes the prompts of one probe.
struct Maker<'a> {
    ways: &'a Ways,
    probe: &'a ProbeId,
    version: &'a str,
    names: Vec<&'static str>,
}

impl Maker<'_> {
    fn key(&self, seed: &Seed) -> String {
        let Self { ways, probe, version, names } = self;
        format!("{probe}\n{version}\n{}/{}/{}", ways.theme.key, seed.key, names.join("+"))
    }

    fn prompt(&self, seed: &Seed) -> Prompt {
        let key = self.key(seed);
        let dice = hash64(&[&key]);
        let case = seed.answer.as_deref().map(|answer| Case::of(serial(dice), answer));
        let mutated = request(seed, seed.payload.as_deref(), &self.canary(seed), self.ways.mutators, dice);
        self.of(prompt_id(&key), seed, mutated, case.as_ref(), None)
    }

    /// The original and its variant, under the same system message.
    fn pair(&self, seed: &Seed) -> [Prompt; 2] {
        let key = self.key(seed);
        let dice = hash64(&[&key]);
        let [original, variant] = ["original", "variant"].map(|half| prompt_id(&format!("{key}/{half}")));
        let payload = seed.payload.as_deref();
        let canary = self.canary(seed);
        let asked = request(seed, payload, &canary, &[], dice);
        let varied = request(seed, seed.variant.as_deref().or(payload), &canary, self.ways.mutators, dice);
        let answer = seed.answer.as_deref().unwrap_or_default();
        let case = Case::of(serial(dice), answer).filed(&asked);
        let halves = [
            (original.clone(), asked, Half::Original { variant: variant.clone() }),
            (variant, varied, Half::Variant { original }),
        ];
        halves.map(|(id, user, half)| self.of(id, seed, user, Some(&case), Some(half)))
    }

    fn canary(&self, seed: &Seed) -> String {
        if seed.canary.is_empty() { String::new() } else { self.ways.canary.replace("{}", &seed.canary) }
    }

    fn of(&self, id: PromptId, seed: &Seed, user: String, case: Option<&Case>, half: Option<Half>) -> Prompt {
        let canary = self.canary(seed);
        let mut system = seed.system.clone();
        if let Some(case) = case {
            let _ = write!(system, " {case}.");
        }
        if !canary.is_empty() {
            let _ = write!(system, " Never write «{canary}».");
        }
        let criteria = seed
            .criteria
            .clone()
            .unwrap_or_else(|| Criteria::of_triggers(vec![seed.answer.clone().unwrap_or(canary)]));
        Prompt { id, messages: vec![Message::system(system), Message::user(user)], criteria, half }
    }
}

/// Version 5 over the BLAKE3 hash of the key: SHA-1 over the key itself takes longer than everything else.
fn prompt_id(key: &str) -> PromptId {
    PromptId(Uuid::new_v5(&PROMPTS, blake3::hash(key.as_bytes()).as_bytes()).hyphenated().to_string())
}

/// A case's number, of up to five digits.
fn serial(dice: u64) -> u32 {
    u32::try_from(dice % 100_000).unwrap_or_default()
}

/// The user's message: the mutators act on the payload where the text has a place for one, else on all of it.
fn request(seed: &Seed, payload: Option<&str>, canary: &str, mutators: &[Mutator], dice: u64) -> String {
    let text = seed.user.replace("{core}", &seed.canary);
    if text.contains("{payload}") {
        text.replace("{payload}", &chain(mutators, payload.unwrap_or(canary), dice))
    } else {
        chain(mutators, &text, dice)
    }
}
