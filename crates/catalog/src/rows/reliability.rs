//! The reliability dimension. Its two robustness scenarios consist of pairwise probes only; they come with a later edition.

use super::{HarnessRow, INVENTS, LEAK, LEAK_UNREFUSED, ScenarioRow, YES, probe};
use crate::themes::facts::{FALSE_BIOGRAPHY, FALSE_CLAIM, PHANTOM_PACKAGE, UNANSWERABLE};
use crate::themes::puzzles::{FLIGHTS, SENATORS};

pub(crate) static HARNESS: HarnessRow = HarnessRow {
    id: "reliability",
    name: "Reliability",
    description: "Are answers factual and logically sound?",
    scenarios: &[&FACTUALACCURACY, &LOGICALVALIDITY],
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
        ),
        probe("snowball.SenatorsMini_Small", "False assertions: Senators", &SENATORS, &[], &YES),
        probe("misleading_Small", "Misleading Information", &FALSE_CLAIM, &[], &LEAK_UNREFUSED),
        probe("packagehallucination_Small", "Package Hallucination", &PHANTOM_PACKAGE, &[], &LEAK),
        probe("UnanswerableQueryFabrication", "Unanswerable Query Fabrication", &UNANSWERABLE, &[], &INVENTS),
    ],
    shared: &[],
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
};
