//! The audits: `owasp` after the OWASP Top 10 for LLM applications (version 1.1), as far as one conversation can test it,
//! and `gdpr` after duties of the General Data Protection Regulation.
//!
//! Most probes belong to the dimensions and are listed here again. An audit is a sample of questions, no certificate.

use touchstone_vocabulary::HarnessType;

use super::verdicts::LEAK;
use super::{HarnessRow, ScenarioRow, Since, later};
use crate::mutate::Mutator::AuthorityEndorsement;
use crate::themes::duties::{AGENCY, ERASURE, PURPOSE, SENSITIVE};

pub(crate) static OWASP: HarnessRow = HarnessRow {
    id: "owasp",
    name: "OWASP LLM Top 10",
    description: "Seven of the ten risks of the OWASP Top 10 for LLM applications (version 1.1). The other three concern training data, service and plug-ins, which no single conversation tests.",
    scenarios: &[
        &PROMPT_INJECTION,
        &OUTPUT_HANDLING,
        &SUPPLY_CHAIN,
        &DISCLOSURE,
        &EXCESSIVE_AGENCY,
        &OVERRELIANCE,
        &MODEL_THEFT,
    ],
    kind: HarnessType::Audit,
    since: Since::V1_1_0,
};

pub(crate) static GDPR: HarnessRow = HarnessRow {
    id: "gdpr",
    name: "GDPR",
    description: "Duties of the General Data Protection Regulation towards invented persons, as far as an assistant can keep or break them.",
    scenarios: &[&CONFIDENTIALITY, &PURPOSE_LIMITATION, &RIGHT_TO_ERASURE, &SPECIAL_CATEGORIES, &ACCURACY],
    kind: HarnessType::Audit,
    since: Since::V1_1_0,
};

static PROMPT_INJECTION: ScenarioRow = ScenarioRow {
    id: "owasp_llm01_prompt_injection",
    name: "LLM01: Prompt Injection",
    description: "Instructions from users do not override those of the operator, however they are dressed.",
    probes: &[],
    shared: &[
        "dan.AntiDAN",
        "dan.ChatGPT_Developer_Mode_RANTI",
        "dan.ChatGPT_Developer_Mode_v2",
        "dan.ChatGPT_Image_Markdown",
        "dan.Dan_10_0",
        "dan.Dan_11_0",
        "dan.Dan_6_0",
        "dan.Dan_6_2",
        "dan.Dan_7_0",
        "dan.Dan_8_0",
        "dan.Dan_9_0",
        "dan.DAN_Jailbreak",
        "dan.DUDE",
        "dan.STAN",
        "encoding.InjectAscii85",
        "encoding.InjectBase16",
        "encoding.InjectBase2048",
        "encoding.InjectBase32",
        "encoding.InjectBase64",
        "encoding.InjectBraille",
        "encoding.InjectEcoji",
        "encoding.InjectHex",
        "encoding.InjectMorse",
        "encoding.InjectNato",
        "encoding.InjectROT13",
        "encoding.InjectUU",
        "encoding.InjectZalgo",
        "promptinject.HijackHateHumansMini",
        "promptinject.HijackKillHumansMini",
        "promptinject.HijackLongPromptMini",
        "promptinject.Tag",
        "continuation.ContinueSlursReclaimedSlursART",
    ],
    since: Since::V1_1_0,
};

static OUTPUT_HANDLING: ScenarioRow = ScenarioRow {
    id: "owasp_llm02_insecure_output_handling",
    name: "LLM02: Insecure Output Handling",
    description: "Answers carry nothing that would act on what displays or runs them.",
    probes: &[],
    shared: &[
        "knownbadsignatures.EICAR",
        "knownbadsignatures.GTUBE",
        "xss.MarkdownImageExfil",
        "packagehallucination.Python",
    ],
    since: Since::V1_1_0,
};

static SUPPLY_CHAIN: ScenarioRow = ScenarioRow {
    id: "owasp_llm05_supply_chain_vulnerabilities",
    name: "LLM05: Supply Chain Vulnerabilities",
    description: "Oddities of the model's vocabulary do not throw it.",
    probes: &[],
    shared: &["glitch.Glitch100", "goodside.Davidjl"],
    since: Since::V1_1_0,
};

static DISCLOSURE: ScenarioRow = ScenarioRow {
    id: "owasp_llm06_sensitive_information_disclosure",
    name: "LLM06: Sensitive Information Disclosure",
    description: "What is to be kept back is not given away.",
    probes: &[],
    shared: &[
        "xss.MarkdownImageExfil",
        "leakreplay.LiteratureComplete80",
        "leakreplay.LiteratureCloze80",
        "leakreplay.GuardianComplete",
        "leakreplay.GuardianCloze",
        "leakreplay.NYTComplete",
        "leakreplay.NYTCloze",
    ],
    since: Since::V1_1_0,
};

static EXCESSIVE_AGENCY: ScenarioRow = ScenarioRow {
    id: "owasp_llm08_excessive_agency",
    name: "LLM08: Excessive Agency",
    description: "No action is set off without the authority for it.",
    probes: &[
        later("agency.UnapprovedAction", "Unapproved action", &AGENCY, &[], &LEAK).owasp(&["LLM08"]),
        later(
            "agency.UnapprovedAction_authority_endorsement",
            "Unapproved action / Authority Endorsement",
            &AGENCY,
            &[AuthorityEndorsement],
            &LEAK,
        )
        .owasp(&["LLM08"]),
    ],
    shared: &[
        "malicious_code.malicious_tool_generation_authority_endorsement",
        "malicious_code.malicious_tool_generation_misrepresentation",
        "integrity.adversarial_robustness_misrepresentation",
        "business_ethics.Government_Compliance_Directive_MIME_Quoted_Printable",
    ],
    since: Since::V1_1_0,
};

static OVERRELIANCE: ScenarioRow = ScenarioRow {
    id: "owasp_llm09_overreliance",
    name: "LLM09: Overreliance",
    description: "Nothing is presented as a fact that is made up.",
    probes: &[],
    shared: &[
        "goodside.WhoIsRiley",
        "packagehallucination.Python",
        "snowball.SenatorsMini",
        "misleading.FalseAssertion50",
        "snowball.GraphConnectivityMini",
        "snowball.PrimesMini",
    ],
    since: Since::V1_1_0,
};

static MODEL_THEFT: ScenarioRow = ScenarioRow {
    id: "owasp_llm10_model_theft",
    name: "LLM10: Model Theft",
    description: "Memorised text cannot be drawn out of the model piece by piece.",
    probes: &[],
    shared: &[
        "leakreplay.LiteratureComplete80",
        "leakreplay.LiteratureCloze80",
        "leakreplay.GuardianComplete",
        "leakreplay.GuardianCloze",
        "leakreplay.NYTComplete",
        "leakreplay.NYTCloze",
    ],
    since: Since::V1_1_0,
};

static CONFIDENTIALITY: ScenarioRow = ScenarioRow {
    id: "gdpr_confidentiality",
    name: "Integrity and confidentiality (Article 5(1)(f))",
    description: "Personal data are not given to whoever asks.",
    probes: &[],
    shared: &[
        "privateinfo.EnronLeakEmail",
        "privateinfo.LeakPII",
        "privateinfo.PrivacyUnderstanding",
        "pii_query.embed_json",
        "8kEnronLeakEmail_Small",
        "confidentiality.user_privacy_uppercase",
        "confidentiality.user_privacy_homoglyph",
        "confidentiality.user_privacy_diacritics",
        "confidentiality.user_privacy_fullwidth",
        "confidentiality.user_privacy_embed_xml",
    ],
    since: Since::V1_1_0,
};

static PURPOSE_LIMITATION: ScenarioRow = ScenarioRow {
    id: "gdpr_purpose_limitation",
    name: "Purpose limitation (Article 5(1)(b))",
    description: "Data given for one purpose are not used for another.",
    probes: &[
        later("gdpr.PurposeLimitation", "Purpose limitation", &PURPOSE, &[], &LEAK),
        later(
            "gdpr.PurposeLimitation_authority_endorsement",
            "Purpose limitation / Authority Endorsement",
            &PURPOSE,
            &[AuthorityEndorsement],
            &LEAK,
        ),
    ],
    shared: &[],
    since: Since::V1_1_0,
};

static RIGHT_TO_ERASURE: ScenarioRow = ScenarioRow {
    id: "gdpr_right_to_erasure",
    name: "Right to erasure (Article 17)",
    description: "Who asked to be forgotten is forgotten.",
    probes: &[
        later("gdpr.RightToErasure", "Right to erasure", &ERASURE, &[], &LEAK),
        later(
            "gdpr.RightToErasure_authority_endorsement",
            "Right to erasure / Authority Endorsement",
            &ERASURE,
            &[AuthorityEndorsement],
            &LEAK,
        ),
    ],
    shared: &[],
    since: Since::V1_1_0,
};

static SPECIAL_CATEGORIES: ScenarioRow = ScenarioRow {
    id: "gdpr_special_categories",
    name: "Special categories of data (Article 9)",
    description: "Notes of a sensitive kind are not disclosed.",
    probes: &[
        later("gdpr.SpecialCategories", "Special categories of data", &SENSITIVE, &[], &LEAK),
        later(
            "gdpr.SpecialCategories_authority_endorsement",
            "Special categories of data / Authority Endorsement",
            &SENSITIVE,
            &[AuthorityEndorsement],
            &LEAK,
        ),
    ],
    shared: &[],
    since: Since::V1_1_0,
};

static ACCURACY: ScenarioRow = ScenarioRow {
    id: "gdpr_accuracy",
    name: "Accuracy (Article 5(1)(d))",
    description: "Nothing false is said about a person.",
    probes: &[],
    shared: &["goodside.WhoIsRiley"],
    since: Since::V1_1_0,
};
