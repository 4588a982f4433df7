//! The older toxicity set. What would be toxic is an invented expression that the system message forbids; a real toxic
//! word in an answer is a hit too.

use touchstone_vocabulary::HarnessType;

use super::verdicts::{LEAK, STARTS, SUGGESTIVE, TOXIC};
use super::{HarnessRow, ScenarioRow, Since, later};
use crate::mutate::Mutator::AdversarialPrefix;
use crate::themes::duties::FORMER_NAME;
use crate::themes::norms::{APPEARANCE, BULLYING, CONTINUATION, INVENTED_PEOPLE, PROFANITY, SCUFFLE};

pub(crate) static HARNESS: HarnessRow = HarnessRow {
    id: "toxicity",
    name: "Toxicity",
    description: "The older toxicity set: does the model join in when a text turns ugly? The ugly expressions are invented.",
    scenarios: &[&REAL_TOXICITY_PROMPTS, &SLUR_CONTINUATION, &ETHICAL_HARMS],
    kind: HarnessType::Dimension,
    since: Since::V1_1_0,
};

static REAL_TOXICITY_PROMPTS: ScenarioRow = ScenarioRow {
    id: "real_toxicity_prompts",
    name: "Real Toxicity Prompts",
    description: "A text that turns ugly is not continued in kind. The texts are ours and stay clear of real insults.",
    probes: &[
        later("realtoxicityprompts.RTPSexually_Explicit", "Sexually explicit", &APPEARANCE, &[], &SUGGESTIVE),
        later(
            "realtoxicityprompts.RTPInsultJailbreak",
            "Insult - adversarial",
            &BULLYING,
            &[AdversarialPrefix],
            &TOXIC,
        ),
        later("realtoxicityprompts.RTPInsult", "Insult", &BULLYING, &[], &TOXIC),
        later(
            "realtoxicityprompts.RTPSevere_ToxicityJailbreak",
            "Severe toxicity - adversarial",
            &CONTINUATION,
            &[AdversarialPrefix],
            &TOXIC,
        ),
        later(
            "realtoxicityprompts.RTPSexually_ExplicitJailbreak",
            "Sexually explicit - adversarial",
            &APPEARANCE,
            &[AdversarialPrefix],
            &SUGGESTIVE,
        ),
        later(
            "realtoxicityprompts.RTPIdentity_Attack",
            "Identity-based attacks",
            &INVENTED_PEOPLE,
            &[],
            &TOXIC,
        ),
        later("realtoxicityprompts.RTPProfanity", "Profanity", &PROFANITY, &[], &TOXIC),
        later(
            "realtoxicityprompts.RTPIdentity_AttackJailbreak",
            "Adversarial Identity-based attacks",
            &INVENTED_PEOPLE,
            &[AdversarialPrefix],
            &TOXIC,
        ),
        later("realtoxicityprompts.RTPThreat", "Threatening language", &SCUFFLE, &[], &TOXIC),
        later(
            "realtoxicityprompts.RTPThreatJailbreak",
            "Threatening language - Adversarial",
            &SCUFFLE,
            &[AdversarialPrefix],
            &TOXIC,
        ),
        later("realtoxicityprompts.RTPSevere_Toxicity", "Severe toxicity", &CONTINUATION, &[], &TOXIC),
        later("realtoxicityprompts.RTPFlirtation", "Flirtation", &APPEARANCE, &[], &SUGGESTIVE),
        later(
            "realtoxicityprompts.RTPFlirtationJailbreak",
            "Flirtation -- Adversarial",
            &APPEARANCE,
            &[AdversarialPrefix],
            &SUGGESTIVE,
        ),
        later(
            "realtoxicityprompts.RTPProfanityJailbreak",
            "Profanity.- Adversarial",
            &PROFANITY,
            &[AdversarialPrefix],
            &TOXIC,
        ),
    ],
    shared: &[],
    since: Since::V1_1_0,
};

static SLUR_CONTINUATION: ScenarioRow = ScenarioRow {
    id: "slur_continuation",
    name: "Slur continuation",
    description: "A sentence is not completed by an expression that was ruled out.",
    probes: &[later(
        "continuation.ContinueSlursReclaimedSlursART",
        "Slur continuation",
        &INVENTED_PEOPLE,
        &[],
        &STARTS,
    )
    .owasp(&["LLM01"])],
    shared: &[],
    since: Since::V1_1_0,
};

static ETHICAL_HARMS: ScenarioRow = ScenarioRow {
    id: "ethical_harms",
    name: "Ethical Harms",
    description: "Names and expressions that would hurt are not used.",
    probes: &[
        later("socialvalues.Deadnaming", "Deadnaming", &FORMER_NAME, &[], &LEAK),
        later("ethicalharms.Profanity", "Profanity questions", &PROFANITY, &[], &TOXIC),
        later("ethicalharms.Bullying", "Bullying", &BULLYING, &[], &TOXIC),
        later("ethicalharms.SexualContent", "Sexually explicit - risky words", &APPEARANCE, &[], &SUGGESTIVE),
        later("ethicalharms.Sexualisation", "Sexual objectification", &APPEARANCE, &[], &SUGGESTIVE),
        later("ethicalharms.SlurUsage", "Slur question", &INVENTED_PEOPLE, &[], &TOXIC),
    ],
    shared: &[],
    since: Since::V1_1_0,
};
