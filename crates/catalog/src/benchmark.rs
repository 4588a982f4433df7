//! Benchmarks: harnesses of the catalogue whose questions people bring, because the data sets are not ours to pass on.
//!
//! An edition lists each without a scenario, so it cannot be run. [`Edition::with`] puts an imported [`Set`] in its place.

use std::sync::Arc;

use touchstone_vocabulary::{HarnessId, HarnessType, ScenarioId};

use crate::frameworks::{self, Code};
use crate::model::{Edition, Harness, Probe, Scenario};

/// A public data set, known by its name and form alone.
#[derive(Debug, PartialEq, Eq)]
pub struct Benchmark {
    /// The id of its harness without `vijil.harnesses.`.
    pub name: &'static str,
    pub title: &'static str,
    pub kind: HarnessType,
    /// What its questions are about, as a sentence.
    pub about: &'static str,
    codes: &'static [Code],
}

const KNOWLEDGE: &[Code] = &[frameworks::LLM09, frameworks::CONFABULATION];
const SECURITY: &[Code] = &[frameworks::LLM01, frameworks::JAILBREAK, frameworks::SECURITY];
const HARM: &[Code] = &[frameworks::JAILBREAK, frameworks::DANGEROUS];
const BIAS: &[Code] = &[frameworks::EXTERNAL_HARMS, frameworks::BIAS];
const MORALS: &[Code] = &[frameworks::EXTERNAL_HARMS, frameworks::HUMAN_AI];
const OFFENCE: &[Code] = &[frameworks::EXTERNAL_HARMS, frameworks::DEGRADING];

macro_rules! benchmarks {
    ($($kind:ident { $($name:literal, $title:literal, $codes:ident, $about:literal;)+ })+) => {
        /// All of them, in the order in which an edition lists them.
        pub const BENCHMARKS: &[Benchmark] = &[$($(Benchmark {
            name: $name, title: $title, kind: HarnessType::$kind, about: $about, codes: $codes,
        }),+),+];
    };
}

benchmarks! {
    BenchmarkReliability {
        "MMLU", "MMLU", KNOWLEDGE, "Questions of many subjects of school and university, with four choices (Hendrycks et al., arXiv 2009.03300).";
        "ARC", "ARC", KNOWLEDGE, "Questions of school science, with choices (Clark et al., arXiv 1803.05457).";
        "HellaSwag", "HellaSwag", KNOWLEDGE, "Beginnings of everyday scenes, with four endings (Zellers et al., arXiv 1905.07830).";
        "GSM8k", "GSM8k", KNOWLEDGE, "Sums of primary school in several steps (Cobbe et al., arXiv 2110.14168).";
        "advglue", "AdvGLUE", KNOWLEDGE, "Questions on short texts whose wording was disturbed on purpose (Wang et al., arXiv 2111.02840).";
    }
    BenchmarkSecurity {
        "garak", "garak", SECURITY, "Probes of the scanner garak (Derczynski et al., arXiv 2406.11036).";
        "CyberSecEval3", "CyberSecEval 3", SECURITY, "Requests that bear on the security of computers (Wan et al., arXiv 2408.01605).";
        "JBB", "JailbreakBench", SECURITY, "Requests for misuse, and as many harmless ones on the same subjects (Chao et al., arXiv 2404.01318).";
    }
    BenchmarkSafety {
        "winobias", "WinoBias", BIAS, "Sentences with two occupations and a pronoun (Zhao et al., arXiv 1804.06876).";
        "ETHICS_original", "ETHICS", MORALS, "Moral judgements on short situations (Hendrycks et al., arXiv 2008.02275).";
        "socialstigma_qa", "SocialStigmaQA", BIAS, "Questions on what a social stigma should change (Nagireddy et al., arXiv 2312.07492).";
        "Winogrande", "WinoGrande", KNOWLEDGE, "Sentences with a gap that common sense fills (Sakaguchi et al., arXiv 1907.10641).";
        "SafeEval", "SafeEval", HARM, "Requests that should be declined.";
        "realtoxicityprompts", "RealToxicityPrompts", OFFENCE, "Beginnings of texts, to be continued civilly (Gehman et al., arXiv 2009.11462).";
        "bbq", "BBQ", BIAS, "Questions on people of different groups, with and without the facts that answer them (Parrish et al., arXiv 2110.08193).";
        "jiminycricket", "Jiminy Cricket", MORALS, "Actions in text adventures, to be judged (Hendrycks et al., arXiv 2110.13136).";
        "TruthfulQA", "TruthfulQA", KNOWLEDGE, "Questions that many people answer with a common misconception (Lin et al., arXiv 2109.07958).";
        "HarmBench", "HarmBench", HARM, "Harmful behaviours, to be declined (Mazeika et al., arXiv 2402.04249).";
        "do_not_answer", "Do-Not-Answer", HARM, "Questions that a responsible model declines (Wang et al., arXiv 2308.13387).";
        "SAP", "SAP", HARM, "Attack prompts that were written half by machine (Deng et al., arXiv 2310.12505).";
        "strong_reject", "StrongREJECT", HARM, "Forbidden requests, to be declined (Souly et al., arXiv 2402.10260).";
    }
}

impl Benchmark {
    /// By its name or its harness' id.
    pub fn named(text: &str) -> Option<&'static Self> {
        let name = text.strip_prefix("vijil.harnesses.").unwrap_or(text);
        BENCHMARKS.iter().find(|benchmark| benchmark.name == name)
    }

    /// Entries of [`frameworks`] that it bears on, as tags.
    pub fn tags(&self) -> impl Iterator<Item = &'static str> {
        self.codes.iter().map(|code| code.tag)
    }

    /// What an operator runs to make it runnable.
    pub fn remedy(&self) -> String {
        format!("touchstone catalog import-benchmark {} FILE…", self.name)
    }

    /// As an edition lists it: without anything to run.
    pub(crate) fn harness(&self) -> Harness {
        let about = self.about;
        Harness {
            id: HarnessId(format!("vijil.harnesses.{}", self.name)),
            name: self.title.to_owned(),
            harness_type: self.kind,
            description: format!(
                "{about} It cannot be run until its data set is imported: `{}`.",
                self.remedy()
            ),
            scenario_ids: Vec::new(),
            prompt_cap: None,
        }
    }
}

/// What somebody imported for a benchmark. Its digest names its content, which never changes.
#[derive(Debug, Clone)]
pub struct Set {
    pub benchmark: &'static Benchmark,
    pub digest: String,
    pub probes: Vec<Arc<Probe>>,
}

impl Set {
    fn scenario(&self) -> Scenario {
        Scenario {
            id: ScenarioId(format!("vijil.scenarios.{}", self.benchmark.name)),
            name: self.benchmark.title.to_owned(),
            description: format!("{} Imported set {}.", self.benchmark.about, self.digest),
            probe_ids: self.probes.iter().map(|probe| probe.id.clone()).collect(),
        }
    }
}

impl Edition {
    /// The same with these sets to run. Those of benchmarks that it does not list are left out.
    #[must_use]
    pub fn with(&self, sets: impl IntoIterator<Item = Set>) -> Self {
        let mut harnesses = self.harnesses().to_vec();
        let mut scenarios = self.scenarios().to_vec();
        let mut probes = self.probes().to_vec();
        for set in sets {
            let id = set.benchmark.harness().id;
            let Some(harness) = harnesses.iter_mut().find(|harness| harness.id == id) else { continue };
            let scenario = set.scenario();
            harness.description.clone_from(&scenario.description);
            harness.scenario_ids = vec![scenario.id.clone()];
            scenarios.push(scenario);
            probes.extend(set.probes);
        }
        Self::new(self.version().clone(), self.created_at(), harnesses, scenarios, probes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{edition, latest};

    fn set(name: &str) -> Set {
        let probe = latest().probes()[0].as_ref().clone();
        let probe = Probe { id: format!("vijil.probes.{name}.0").as_str().into(), ..probe };
        let benchmark = Benchmark::named(name).unwrap();
        Set { benchmark, digest: "5f0c".to_owned(), probes: vec![Arc::new(probe)] }
    }

    #[test]
    fn a_benchmark_is_listed_empty_and_says_what_to_run() {
        for benchmark in BENCHMARKS {
            let harness = latest().harness(&benchmark.harness().id).unwrap();
            assert!(harness.scenario_ids.is_empty() && harness.harness_type == benchmark.kind);
            assert!(harness.description.contains(&format!("import-benchmark {} FILE", benchmark.name)));
            assert!(benchmark.about.ends_with('.') && benchmark.tags().count() >= 2);
            assert_eq!(Benchmark::named(harness.id.as_str()), Some(benchmark));
            assert_eq!(edition("1.0.0").unwrap().harness(&harness.id), None);
        }
        assert_eq!(BENCHMARKS.len(), 21);
    }

    #[test]
    fn an_imported_set_stands_in_its_benchmarks_place_and_nothing_else_changes() {
        let with = latest().with([set("GSM8k")]);
        let harness = with.harness(&"vijil.harnesses.GSM8k".into()).unwrap();
        let scenario = with.scenario(&harness.scenario_ids[0]).unwrap();
        assert!(with.probe(&scenario.probe_ids[0]).is_some() && harness.description.ends_with("set 5f0c."));
        assert_eq!(with.harnesses().len(), latest().harnesses().len());
        assert_eq!(with.probes().len(), latest().probes().len() + 1);
        assert!(with.harness(&"vijil.harnesses.MMLU".into()).unwrap().scenario_ids.is_empty());
    }

    #[test]
    fn an_edition_that_does_not_list_a_benchmark_takes_no_set_of_it() {
        let old = edition("1.0.0").unwrap();
        let with = old.with([set("GSM8k")]);
        assert_eq!((with.probes().len(), with.harnesses()), (old.probes().len(), old.harnesses()));
    }
}
