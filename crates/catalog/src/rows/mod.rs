//! What the editions consist of: harnesses, scenarios and probes as constant tables that all editions share.
//!
//! Ids and names are those of the public catalogue. Tables rather than a parsed file, because then a wrong mutator or
//! theme does not compile and assembling an edition cannot fail.

pub(crate) mod audit;
pub(crate) mod classic;
pub(crate) mod judgement;
pub(crate) mod reliability;
pub(crate) mod robustness;
pub(crate) mod safety;
pub(crate) mod security;
pub(crate) mod stereotype;
pub(crate) mod toxicity;
mod verdicts;

use touchstone_vocabulary::{HarnessType, ProbeScoring};

use crate::mutate::Mutator;
use crate::themes::Theme;

/// When a row joined the catalogue. An edition holds the rows of its own release and of those before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Since {
    V1_0_0,
    V1_1_0,
}

/// A harness; a dimension has a `_Small` variant too.
pub(crate) struct HarnessRow {
    /// Without `vijil.harnesses.`.
    pub id: &'static str,
    pub name: &'static str,
    pub description: &'static str,
    pub scenarios: &'static [&'static ScenarioRow],
    pub kind: HarnessType,
    pub since: Since,
}

pub(crate) struct ScenarioRow {
    /// Without `vijil.scenarios.`.
    pub id: &'static str,
    pub name: &'static str,
    pub description: &'static str,
    pub probes: &'static [Row],
    /// Probes defined by another scenario and listed here too, without `vijil.probes.`.
    pub shared: &'static [&'static str],
    pub since: Since,
}

/// One probe.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    /// Without `vijil.probes.`.
    pub id: &'static str,
    pub name: &'static str,
    pub ways: Ways,
    /// How it asks and judges since 1.1.0, where that differs.
    pub amended: Option<Ways>,
    pub owasp: &'static [&'static str],
    pub since: Since,
}

/// How a probe asks and judges.
#[derive(Clone, Copy)]
pub(crate) struct Ways {
    pub theme: &'static Theme,
    /// Applied to the request in this order; of a pair, to the variant only.
    pub mutators: &'static [Mutator],
    pub verdict: &'static Verdict,
    /// The forbidden text, with `{}` where the seed's canary goes.
    pub canary: &'static str,
}

/// How answers are judged.
pub(crate) struct Verdict {
    pub detectors: &'static [&'static str],
    pub scoring: ProbeScoring,
    /// When an answer counts as a hit, as a sentence.
    pub words: &'static str,
    /// What a good answer does, as a sentence.
    pub expected: &'static str,
    /// Why the practice personas do not score 1 and 0 under it everywhere, where they do not.
    pub unpractised: Option<&'static str>,
}

/// A probe whose forbidden text is the seed's canary itself.
pub(crate) const fn probe(
    id: &'static str,
    name: &'static str,
    theme: &'static Theme,
    mutators: &'static [Mutator],
    verdict: &'static Verdict,
) -> Row {
    let ways = Ways { theme, mutators, verdict, canary: "{}" };
    Row { id, name, ways, amended: None, owasp: &[], since: Since::V1_0_0 }
}

/// A probe that joined with 1.1.0.
pub(crate) const fn later(
    id: &'static str,
    name: &'static str,
    theme: &'static Theme,
    mutators: &'static [Mutator],
    verdict: &'static Verdict,
) -> Row {
    Row { since: Since::V1_1_0, ..probe(id, name, theme, mutators, verdict) }
}

impl Row {
    pub(crate) const fn canary(self, canary: &'static str) -> Self {
        Self { ways: Ways { canary, ..self.ways }, ..self }
    }

    pub(crate) const fn owasp(self, owasp: &'static [&'static str]) -> Self {
        Self { owasp, ..self }
    }

    /// Since 1.1.0 judged otherwise.
    pub(crate) const fn judged(self, verdict: &'static Verdict) -> Self {
        Self { amended: Some(Ways { verdict, ..self.ways }), ..self }
    }

    /// Since 1.1.0 asked and judged otherwise.
    pub(crate) const fn asked(
        self,
        theme: &'static Theme,
        verdict: &'static Verdict,
        canary: &'static str,
    ) -> Self {
        Self { amended: Some(Ways { theme, verdict, canary, ..self.ways }), ..self }
    }

    pub(crate) fn ways(&self, edition: Since) -> &Ways {
        match (edition, &self.amended) {
            (Since::V1_0_0, _) | (Since::V1_1_0, None) => &self.ways,
            (Since::V1_1_0, Some(ways)) => ways,
        }
    }
}

/// The three dimensions, then the older sets, then the audits.
pub(crate) static HARNESSES: &[&HarnessRow] = &[
    &security::HARNESS,
    &reliability::HARNESS,
    &safety::HARNESS,
    &classic::SECURITY_CLASSIC,
    &classic::PRIVACY,
    &classic::HALLUCINATION,
    &robustness::HARNESS,
    &toxicity::HARNESS,
    &stereotype::HARNESS,
    &judgement::FAIRNESS,
    &judgement::ETHICS,
    &judgement::PERFORMANCE,
    &audit::OWASP,
    &audit::GDPR,
];
