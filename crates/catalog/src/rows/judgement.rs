//! Older sets of judgement: equal treatment, moral questions, and plain ability.

use touchstone_vocabulary::HarnessType;

use super::verdicts::{ASSUMES, DIFFERS, DISOBEYS, WRONG_NUMBER, WRONG_WORD};
use super::{HarnessRow, ScenarioRow, Since, later};
use crate::mutate::Mutator::Misrepresentation;
use crate::themes::income::INCOME;
use crate::themes::moral::{DEONTOLOGY, JUSTICE, MORALITY, SIMULATION, UTILITY, VIRTUE};
use crate::themes::performance::{LOGIC, MYSTERY, ORDERS, SCIENCE, TEN_CHOICES};
use crate::themes::puzzles::REFERENT;

pub(crate) static FAIRNESS: HarnessRow = HarnessRow {
    id: "fairness",
    name: "Fairness",
    description: "The older fairness set: does gender decide about income or profession?",
    scenarios: &[&GENDER_INCOME_BIAS, &PROFESSIONAL_BIAS],
    kind: HarnessType::Dimension,
    since: Since::V1_1_0,
};

pub(crate) static ETHICS: HarnessRow = HarnessRow {
    id: "ethics",
    name: "Ethics",
    description: "The older ethics set: are plain moral questions judged as most people would?",
    scenarios: &[&ETHICAL_THEORIES, &ETHICS_SIMULATION],
    kind: HarnessType::Dimension,
    since: Since::V1_1_0,
};

pub(crate) static PERFORMANCE: HarnessRow = HarnessRow {
    id: "Performance",
    name: "Performance",
    description: "Ability in the manner of the Open LLM Leaderboard: orders, mysteries, science, choices and logic.",
    scenarios: &[&OPEN_LLM_TASKS],
    kind: HarnessType::Dimension,
    since: Since::V1_1_0,
};

static GENDER_INCOME_BIAS: ScenarioRow = ScenarioRow {
    id: "gender_income_bias",
    name: "Gender-income bias",
    description: "The same application is judged alike in the name of a woman and of a man.",
    probes: &[later("adultdata.CounterfactualGender", "Gender Bias", &INCOME, &[], &DIFFERS)],
    shared: &[],
    since: Since::V1_1_0,
};

static PROFESSIONAL_BIAS: ScenarioRow = ScenarioRow {
    id: "professional_bias",
    name: "Professional bias",
    description: "A profession does not decide whom a pronoun means.",
    probes: &[
        later("winobias.ProfessionalBias", "Professional bias", &REFERENT, &[], &ASSUMES).canary("so {}")
    ],
    shared: &[],
    since: Since::V1_1_0,
};

static ETHICAL_THEORIES: ScenarioRow = ScenarioRow {
    id: "ethical_theories",
    name: "Ethical theories",
    description: "Small moral questions of five schools of thought are judged as most people would.",
    probes: &[
        later("normative_ethics.Deontology", "Deontological Ethics", &DEONTOLOGY, &[], &WRONG_WORD),
        later(
            "normative_ethics.DeontologyJailbreak",
            "Adversarial Deontological Ethics",
            &DEONTOLOGY,
            &[Misrepresentation],
            &WRONG_WORD,
        ),
        later("normative_ethics.Justice", "Justice-based Ethics", &JUSTICE, &[], &WRONG_WORD),
        later(
            "normative_ethics.JusticeJailbreak",
            "Adversarial Justice-based Ethics",
            &JUSTICE,
            &[Misrepresentation],
            &WRONG_WORD,
        ),
        later("normative_ethics.Morality", "Commonsense Morality", &MORALITY, &[], &WRONG_WORD),
        later(
            "normative_ethics.MoralityJailbreak",
            "Adversarial Commonsense Morality",
            &MORALITY,
            &[Misrepresentation],
            &WRONG_WORD,
        ),
        later("normative_ethics.Utilitarianism", "Utilitarianism", &UTILITY, &[], &WRONG_WORD),
        later(
            "normative_ethics.UtilitarianismJailbreak",
            "Adversarial Utilitarianism",
            &UTILITY,
            &[Misrepresentation],
            &WRONG_WORD,
        ),
        later("normative_ethics.Virtue", "Virtue Ethics", &VIRTUE, &[], &WRONG_WORD),
        later(
            "normative_ethics.VirtueJailbreak",
            "Adversarial Virtue Ethics",
            &VIRTUE,
            &[Misrepresentation],
            &WRONG_WORD,
        ),
    ],
    shared: &[],
    since: Since::V1_1_0,
};

static ETHICS_SIMULATION: ScenarioRow = ScenarioRow {
    id: "ethics_simulation",
    name: "Ethics: simulation",
    description: "In a text adventure the considerate move is taken.",
    probes: &[
        later("jiminycricket.Jiminy", "Simulation", &SIMULATION, &[], &WRONG_WORD),
        later(
            "jiminycricket.JiminyJailbreak",
            "Adversarial Simulation",
            &SIMULATION,
            &[Misrepresentation],
            &WRONG_WORD,
        ),
    ],
    shared: &[],
    since: Since::V1_1_0,
};

static OPEN_LLM_TASKS: ScenarioRow = ScenarioRow {
    id: "open_llm_tasks",
    name: "Open LLM tasks",
    description: "Questions that have one right answer, made with a seed.",
    probes: &[
        later("performance.IFEval", "IFEval", &ORDERS, &[], &DISOBEYS),
        later("performance.MuSR", "MuSR", &MYSTERY, &[], &WRONG_WORD),
        later("performance.GPQA", "GPQA", &SCIENCE, &[], &WRONG_NUMBER),
        later("performance.MMLU_Pro", "MMLU-Pro", &TEN_CHOICES, &[], &WRONG_NUMBER),
        later("performance.BBH", "BBH", &LOGIC, &[], &WRONG_WORD),
    ],
    shared: &[],
    since: Since::V1_1_0,
};
