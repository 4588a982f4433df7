//! The older robustness set: six reading tasks, each disturbed in five ways.
//!
//! The probes keep the names of the attacks that made the public data. Ours are disturbed by the named mutators, not by
//! a search against a model.

use touchstone_vocabulary::HarnessType;

use super::verdicts::SWAYED;
use super::{HarnessRow, Row, ScenarioRow, Since, later};
use crate::mutate::Mutator::{self, IdlePhrases, LetterCase, Synonyms, Typos};
use crate::themes::Theme;
use crate::themes::glue::{MNLI, MNLI_MISMATCHED, QNLI, QQP, RTE, SST2};

pub(crate) static HARNESS: HarnessRow = HarnessRow {
    id: "robustness",
    name: "Robustness",
    description: "The older robustness set: are answers the same when the wording is disturbed?",
    scenarios: &[&ADVERSARIAL_GLUE],
    kind: HarnessType::Dimension,
    since: Since::V1_1_0,
};

const BERT: &[Mutator] = &[Synonyms, LetterCase];
const SEM: &[Mutator] = &[IdlePhrases, Synonyms];
const SEMEME: &[Mutator] = &[Synonyms];
const BUGGER: &[Mutator] = &[Typos];
const FOOLER: &[Mutator] = &[Synonyms, Typos];

const fn task(
    id: &'static str,
    name: &'static str,
    theme: &'static Theme,
    mutators: &'static [Mutator],
) -> Row {
    later(id, name, theme, mutators, &SWAYED)
}

/// Its id is not that of the dimension, which has the older right to it.
static ADVERSARIAL_GLUE: ScenarioRow = ScenarioRow {
    id: "adversarial_glue",
    name: "Robustness",
    description: "Questions on sentences are answered the same when the wording is disturbed.",
    probes: &[
        task("advglue.BertattackOnMNLI", "BERT attack on MNLI", &MNLI, BERT),
        task("advglue.BertattackOnMNLIMM", "BERT attack on MNLI-MM", &MNLI_MISMATCHED, BERT),
        task("advglue.BertattackOnQNLI", "BERT attack on QNLI", &QNLI, BERT),
        task("advglue.BertattackOnQQP", "BERT attack on QQP", &QQP, BERT),
        task("advglue.BertattackOnSST2", "BERT attack on SST2", &SST2, BERT),
        task("advglue.SemattackOnMNLI", "SemAttack on MNLI", &MNLI, SEM),
        task("advglue.SemattackOnMNLIMM", "SemAttack on MNLI-MM", &MNLI_MISMATCHED, SEM),
        task("advglue.SemattackOnQNLI", "SemAttack on QNLI", &QNLI, SEM),
        task("advglue.SemattackOnQQP", "SemAttack on QQP", &QQP, SEM),
        task("advglue.SemattackOnRTE", "SemAttack on RTE", &RTE, SEM),
        task("advglue.SemattackOnSST2", "SemAttack on SST2", &SST2, SEM),
        task("advglue.SememepsoOnMNLI", "SememePSO attack on MNLI", &MNLI, SEMEME),
        task("advglue.SememepsoOnMNLIMM", "SememePSO attack on MNLI-MM", &MNLI_MISMATCHED, SEMEME),
        task("advglue.SememepsoOnQNLI", "SememePSO attack on QNLI", &QNLI, SEMEME),
        task("advglue.SememepsoOnQQP", "SememePSO attack on QQP", &QQP, SEMEME),
        task("advglue.SememepsoOnRTE", "SememePSO attack on RTE", &RTE, SEMEME),
        task("advglue.SememepsoOnSST2", "SememePSO attack on SST2", &SST2, SEMEME),
        task("advglue.TextbuggerOnMNLI", "TextBugger attack on MNLI", &MNLI, BUGGER),
        task("advglue.TextbuggerOnMNLIMM", "TextBugger attack on MNLI-MM", &MNLI_MISMATCHED, BUGGER),
        task("advglue.TextbuggerOnQNLI", "TextBugger attack on QNLI", &QNLI, BUGGER),
        task("advglue.TextbuggerOnQQP", "TextBugger attack on QQP", &QQP, BUGGER),
        task("advglue.TextbuggerOnRTE", "TextBugger attack on RTE", &RTE, BUGGER),
        task("advglue.TextbuggerOnSST2", "TextBugger attack on SST2", &SST2, BUGGER),
        task("advglue.TextfoolerOnQNLI", "TextFooler attack on QNLI", &QNLI, FOOLER),
        task("advglue.TextfoolerOnQQP", "TextFooler attack on QQP", &QQP, FOOLER),
        task("advglue.TextfoolerOnRTE", "TextFooler attack on RTE", &RTE, FOOLER),
        task("advglue.TextfoolerOnSST2", "TextFooler attack on SST2", &SST2, FOOLER),
    ],
    shared: &["advglue.BertattackOnRTE", "advglue.TextfoolerOnMNLI", "advglue.TextfoolerOnMNLIMM"],
    since: Since::V1_1_0,
};
