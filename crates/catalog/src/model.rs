//! What a catalogue holds. All values are fixed when an edition is assembled and never change afterwards.

use std::collections::HashMap;
use std::sync::Arc;

use touchstone_vocabulary::{
    Criteria, DetectorId, HarnessId, HarnessType, Message, ProbeId, ProbeScoring, PromptId, ScenarioId,
    Version,
};

/// A set of scenarios that is evaluated and scored together.
#[derive(Debug, Clone, PartialEq)]
pub struct Harness {
    pub id: HarnessId,
    pub name: String,
    pub harness_type: HarnessType,
    pub description: String,
    /// None of a benchmark that nobody imported: there is nothing to run.
    pub scenario_ids: Vec<ScenarioId>,
    /// At most so many prompts of each probe; `None` means all of them.
    pub prompt_cap: Option<usize>,
}

/// A group of probes with a common subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    pub id: ScenarioId,
    pub name: String,
    pub description: String,
    pub probe_ids: Vec<ProbeId>,
}

/// One weakness, asked about in many ways.
#[derive(Debug, Clone, PartialEq)]
pub struct Probe {
    pub id: ProbeId,
    pub name: String,
    /// What it really measures in this edition.
    pub description: String,
    pub goal: String,
    /// What a good answer does.
    pub expected: String,
    pub tags: Vec<String>,
    pub detector_ids: Vec<DetectorId>,
    pub scoring: ProbeScoring,
    /// Why the practice target's `steadfast` persona does not score 1 on it and its `gullible` one 0, where that is so.
    pub unpractised: Option<String>,
    pub prompts: Vec<Prompt>,
}

/// One conversation that is sent to a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Prompt {
    /// A UUID (version 5) derived from probe, version and seed.
    pub id: PromptId,
    pub messages: Vec<Message>,
    /// What the probe's detectors compare an answer with.
    pub criteria: Criteria,
    /// What it is to another prompt where the two belong together.
    pub half: Option<Half>,
}

/// One half of a pair: a question, and the same question put differently. The two are asked together, and only the
/// answer to the variant is judged, beside that to the original.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Half {
    Original { variant: PromptId },
    Variant { original: PromptId },
}

impl Prompt {
    /// Whether an answer to it gets a score; that to the original of a pair gets none of its own.
    pub const fn is_scored(&self) -> bool {
        !matches!(self.half, Some(Half::Original { .. }))
    }

    /// Its own id, then that of its other half; empty when it stands alone.
    pub fn group(&self) -> Vec<PromptId> {
        match &self.half {
            None => Vec::new(),
            Some(Half::Original { variant: other } | Half::Variant { original: other }) => {
                vec![self.id.clone(), other.clone()]
            }
        }
    }
}

/// One version of the catalogue.
#[derive(Debug, Clone)]
pub struct Edition {
    version: Version,
    created_at: i64,
    harnesses: Vec<Harness>,
    scenarios: Vec<Scenario>,
    probes: Vec<Arc<Probe>>,
    by_harness: HashMap<HarnessId, usize>,
    by_scenario: HashMap<ScenarioId, usize>,
    by_probe: HashMap<ProbeId, usize>,
}

impl Edition {
    pub(crate) fn new(
        version: Version,
        created_at: i64,
        harnesses: Vec<Harness>,
        scenarios: Vec<Scenario>,
        probes: Vec<Arc<Probe>>,
    ) -> Self {
        let by_harness = harnesses.iter().enumerate().map(|(at, h)| (h.id.clone(), at)).collect();
        let by_scenario = scenarios.iter().enumerate().map(|(at, s)| (s.id.clone(), at)).collect();
        let by_probe = probes.iter().enumerate().map(|(at, p)| (p.id.clone(), at)).collect();
        Self { version, created_at, harnesses, scenarios, probes, by_harness, by_scenario, by_probe }
    }

    pub fn version(&self) -> &Version {
        &self.version
    }

    /// When this version was published, in unix seconds. A constant of the version.
    pub fn created_at(&self) -> i64 {
        self.created_at
    }

    pub fn harnesses(&self) -> &[Harness] {
        &self.harnesses
    }

    pub fn scenarios(&self) -> &[Scenario] {
        &self.scenarios
    }

    pub fn probes(&self) -> &[Arc<Probe>] {
        &self.probes
    }

    pub fn harness(&self, id: &HarnessId) -> Option<&Harness> {
        self.by_harness.get(id).and_then(|at| self.harnesses.get(*at))
    }

    pub fn scenario(&self, id: &ScenarioId) -> Option<&Scenario> {
        self.by_scenario.get(id).and_then(|at| self.scenarios.get(*at))
    }

    pub fn probe(&self, id: &ProbeId) -> Option<&Arc<Probe>> {
        self.by_probe.get(id).and_then(|at| self.probes.get(*at))
    }

    /// The number of prompts of all probes.
    pub fn prompt_count(&self) -> usize {
        self.probes.iter().map(|probe| probe.prompts.len()).sum()
    }
}
