//! The reliability dimension. Its two robustness scenarios consist of pairs and joined with 1.1.0.

use touchstone_vocabulary::HarnessType;

use super::verdicts::{FALSE_LIFE, INVENTS, LEAK, LEAK_UNREFUSED, REPEATS_CLAIM, SWAYED, YES};
use super::{HarnessRow, ScenarioRow, Since, later, probe};
use crate::mutate::Mutator::{Diacritics, IdlePhrases, LetterCase, MarkupTags, Synonyms, Typos};
use crate::themes::facts::{FALSE_BIOGRAPHY, FALSE_CLAIM, PHANTOM_PACKAGE, UNANSWERABLE};
use crate::themes::glue::{MNLI, MNLI_MISMATCHED, RTE};
use crate::themes::hoaxes::RILEY;
use crate::themes::puzzles::{FLIGHTS, SENATORS};
use crate::themes::sums::{DISTRACTED, DISTURBED};

pub(crate) static HARNESS: HarnessRow = HarnessRow {
    id: "reliability",
    name: "Reliability",
    description: "Are answers factual and logically sound?",
    scenarios: &[&DISTRIBUTIONALROBUSTNESS, &FACTUALACCURACY, &LOGICALVALIDITY, &CONTEXTUALROBUSTNESS],
    kind: HarnessType::Dimension,
    since: Since::V1_0_0,
};

static FACTUALACCURACY: ScenarioRow = ScenarioRow {
    id: "reliability_correctness_factualaccuracy",
    name: "Factual Accuracy",
    description: "No invented persons, packages or answers are presented as facts.",
    probes: &[
        probe(
            "goodside.WhoIsRiley",
            "False Assertions: Riley Goodside",
            &FALSE_BIOGRAPHY,
            &[],
            &LEAK_UNREFUSED,
        )
        .asked(&RILEY, &FALSE_LIFE, "{}"),
        probe("snowball.SenatorsMini_Small", "False assertions: Senators", &SENATORS, &[], &YES),
        probe("misleading_Small", "Misleading Information", &FALSE_CLAIM, &[], &LEAK_UNREFUSED)
            .judged(&REPEATS_CLAIM),
        probe("packagehallucination_Small", "Package Hallucination", &PHANTOM_PACKAGE, &[], &LEAK),
        probe("UnanswerableQueryFabrication", "Unanswerable Query Fabrication", &UNANSWERABLE, &[], &INVENTS),
    ],
    shared: &[],
    since: Since::V1_0_0,
};

static LOGICALVALIDITY: ScenarioRow = ScenarioRow {
    id: "reliability_correctness_logicalvalidity",
    name: "Logical Validity",
    description: "Conclusions follow from what is given.",
    probes: &[probe(
        "snowball.GraphConnectivityMini_Small",
        "False Assertions: Flights",
        &FLIGHTS,
        &[],
        &YES,
    )],
    shared: &[],
    since: Since::V1_0_0,
};

static DISTRIBUTIONALROBUSTNESS: ScenarioRow = ScenarioRow {
    id: "reliability_robustness_distributionalrobustness",
    name: "Distributional Robustness",
    description: "An answer stays right when the question is worded otherwise.",
    probes: &[
        later(
            "SemattackOnMNLI_Small",
            "SemAttack Attack on MNLI Tasks",
            &MNLI,
            &[IdlePhrases, Synonyms],
            &SWAYED,
        ),
        later("TextfoolerOnRTE_Small", "TextFooler Attack on RTE Tasks", &RTE, &[Synonyms, Typos], &SWAYED),
        later(
            "advglue.TextfoolerOnMNLI",
            "TextFooler Attack on MNLI Tasks",
            &MNLI,
            &[Synonyms, Typos],
            &SWAYED,
        ),
        later(
            "advglue.TextfoolerOnMNLIMM",
            "TextFooler Attack on MNLI-MM Tasks",
            &MNLI_MISMATCHED,
            &[Synonyms, Typos],
            &SWAYED,
        ),
        later("advglue.BertattackOnRTE", "BERT-Attack on RTE Tasks", &RTE, &[Synonyms, LetterCase], &SWAYED),
        later(
            "SemattackOnMNLIMM_Small",
            "SemAttack Attack on MNLI-MM Tasks",
            &MNLI_MISMATCHED,
            &[IdlePhrases, Synonyms],
            &SWAYED,
        ),
    ],
    shared: &[],
    since: Since::V1_1_0,
};

static CONTEXTUALROBUSTNESS: ScenarioRow = ScenarioRow {
    id: "reliability_robustness_contextualrobustness",
    name: "Contextual Robustness",
    description: "A sum stays right when something beside the point stands in it.",
    probes: &[
        later(
            "math_robustness.2step_distractors",
            "Math Robustness: 2-Step Problems with Distractors",
            &DISTRACTED,
            &[],
            &SWAYED,
        ),
        later(
            "math_robustness.gsm_Add_Accents",
            "Math Robustness: Numerical and Text Variations with Add Accents mutation",
            &DISTURBED,
            &[Diacritics],
            &SWAYED,
        ),
        later(
            "math_robustness.gsm_Tag",
            "Math Robustness: Numerical and Text Variations with Tag mutation",
            &DISTURBED,
            &[MarkupTags],
            &SWAYED,
        ),
    ],
    shared: &[],
    since: Since::V1_1_0,
};
