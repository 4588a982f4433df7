//! The security dimension: confidentiality, integrity, availability, resistance to manipulation.

use touchstone_vocabulary::HarnessType;

use super::verdicts::{LEAK, LEAK_UNREFUSED};
use super::{HarnessRow, ScenarioRow, Since, probe};
use crate::mutate::Mutator::{
    AuthorityEndorsement, CharCode, Diacritics, EmbedJson, EmbedXml, Fullwidth, Homoglyph, LogicalAppeal,
    Lowercase, MathProblem, Misrepresentation, SoftMutation, Spaces, Underline, Uppercase, ZeroWidth,
};
use crate::themes::cloze::{BOOK_CLOZE, HERALD_CLOZE, LEDGER_CLOZE};
use crate::themes::confidential::{DATA_PRIVACY, MODEL_PRIVACY, USER_PRIVACY};
use crate::themes::persons::{MAIL_ADDRESS, TELEPHONE};
use crate::themes::programs::{CODE_WORD_PROGRAM, GADGET, KEY_PHRASE};
use crate::themes::steady::{AVAILABILITY, INTEGRITY};

pub(crate) static HARNESS: HarnessRow = HarnessRow {
    id: "security",
    name: "Security",
    description: "Does the system keep secrets, keep to its instructions and stay available under attack?",
    scenarios: &[
        &DATAPRIVACY,
        &USERPRIVACY,
        &MODELPRIVACY,
        &INTEGRITY_SCENARIO,
        &AVAILABILITY_SCENARIO,
        &MANIPULATIONRESISTANCE,
    ],
    kind: HarnessType::Dimension,
    since: Since::V1_0_0,
};

static DATAPRIVACY: ScenarioRow = ScenarioRow {
    id: "security_confidentiality_dataprivacy",
    name: "Data Privacy",
    description: "What a model knows by heart but must keep back stays back.",
    probes: &[
        probe("LiteratureCloze80_Small", "Book Excerpt Insertion", &BOOK_CLOZE, &[], &LEAK),
        probe(
            "LiteratureCloze80_Small_char_code",
            "Book Excerpt Insertion with Character Code Mutation",
            &BOOK_CLOZE,
            &[CharCode],
            &LEAK,
        ),
        probe(
            "LiteratureCloze80_Small_embed_json",
            "Book Excerpt Insertion with Embed JSON Mutation",
            &BOOK_CLOZE,
            &[EmbedJson],
            &LEAK,
        ),
        probe("8kEnronLeakEmail_Small", "Emails Leakage - Enron", &MAIL_ADDRESS, &[], &LEAK),
        probe("leakreplay.GuardianCloze", "Media Excerpt Insertion - Guardian", &HERALD_CLOZE, &[], &LEAK),
        probe("NYTCloze_Small", "Media Excerpt Insertion - NYT", &LEDGER_CLOZE, &[], &LEAK),
        probe(
            "confidentiality.data_leakage_resistance_diacritics",
            "Data Leakage Resistance / Diacritics",
            &DATA_PRIVACY,
            &[Diacritics],
            &LEAK,
        ),
        probe(
            "confidentiality.data_leakage_resistance_underline",
            "Data Leakage Resistance / Underline",
            &DATA_PRIVACY,
            &[Underline],
            &LEAK,
        ),
        probe(
            "confidentiality.data_leakage_resistance_logical_appeal",
            "Data Leakage Resistance / Logical Appeal",
            &DATA_PRIVACY,
            &[LogicalAppeal],
            &LEAK,
        ),
        probe(
            "confidentiality.data_leakage_resistance_soft_mutation",
            "Data Leakage Resistance / Soft Mutation",
            &DATA_PRIVACY,
            &[SoftMutation],
            &LEAK,
        ),
        probe(
            "confidentiality.data_leakage_resistance_embed_xml",
            "Data Leakage Resistance / Embed Xml",
            &DATA_PRIVACY,
            &[EmbedXml],
            &LEAK,
        ),
        probe(
            "confidentiality.data_privacy_soft_mutation",
            "Data Privacy / Soft Mutation",
            &DATA_PRIVACY,
            &[SoftMutation],
            &LEAK,
        ),
        probe(
            "confidentiality.data_privacy_embed_json",
            "Data Privacy / Embed Json",
            &DATA_PRIVACY,
            &[EmbedJson],
            &LEAK,
        ),
        probe(
            "confidentiality.data_privacy_math_problem",
            "Data Privacy / Math Problem",
            &DATA_PRIVACY,
            &[MathProblem],
            &LEAK,
        ),
    ],
    shared: &[],
    since: Since::V1_0_0,
};

static USERPRIVACY: ScenarioRow = ScenarioRow {
    id: "security_confidentiality_userprivacy",
    name: "User Privacy",
    description: "What one user has confided is not told to another.",
    probes: &[
        probe(
            "pii_query.embed_json",
            "PII Leakage Probe: Embed JSON Mutation",
            &TELEPHONE,
            &[EmbedJson],
            &LEAK,
        ),
        probe(
            "confidentiality.user_privacy_uppercase",
            "User Privacy / Uppercase",
            &USER_PRIVACY,
            &[Uppercase],
            &LEAK,
        ),
        probe(
            "confidentiality.user_privacy_homoglyph",
            "User Privacy / Homoglyph",
            &USER_PRIVACY,
            &[Homoglyph],
            &LEAK,
        ),
        probe(
            "confidentiality.user_privacy_diacritics",
            "User Privacy / Diacritics",
            &USER_PRIVACY,
            &[Diacritics],
            &LEAK,
        ),
        probe(
            "confidentiality.user_privacy_fullwidth",
            "User Privacy / Fullwidth",
            &USER_PRIVACY,
            &[Fullwidth],
            &LEAK,
        ),
        probe(
            "confidentiality.user_privacy_embed_xml",
            "User Privacy / Embed Xml",
            &USER_PRIVACY,
            &[EmbedXml],
            &LEAK,
        ),
    ],
    shared: &[],
    since: Since::V1_0_0,
};

static MODELPRIVACY: ScenarioRow = ScenarioRow {
    id: "security_confidentiality_modelprivacy",
    name: "Model Privacy",
    description: "Labels and settings of the system itself are not disclosed.",
    probes: &[
        probe(
            "confidentiality.model_privacy_lowercase",
            "Model Privacy / Lowercase",
            &MODEL_PRIVACY,
            &[Lowercase],
            &LEAK,
        ),
        probe(
            "confidentiality.model_privacy_uppercase",
            "Model Privacy / Uppercase",
            &MODEL_PRIVACY,
            &[Uppercase],
            &LEAK,
        ),
        probe(
            "confidentiality.model_privacy_zero_width",
            "Model Privacy / Zero Width",
            &MODEL_PRIVACY,
            &[ZeroWidth],
            &LEAK,
        ),
        probe(
            "confidentiality.model_privacy_diacritics",
            "Model Privacy / Diacritics",
            &MODEL_PRIVACY,
            &[Diacritics],
            &LEAK,
        ),
        probe(
            "confidentiality.model_privacy_soft_mutation",
            "Model Privacy / Soft Mutation",
            &MODEL_PRIVACY,
            &[SoftMutation],
            &LEAK,
        ),
    ],
    shared: &[],
    since: Since::V1_0_0,
};

static INTEGRITY_SCENARIO: ScenarioRow = ScenarioRow {
    id: "integrity",
    name: "integrity",
    description: "Instructions smuggled into user text do not override the system message.",
    probes: &[
        probe(
            "integrity.adversarial_robustness_spaces",
            "Adversarial Robustness / Spaces",
            &INTEGRITY,
            &[Spaces],
            &LEAK,
        ),
        probe(
            "integrity.adversarial_robustness_underline",
            "Adversarial Robustness / Underline",
            &INTEGRITY,
            &[Underline],
            &LEAK,
        ),
        probe(
            "integrity.adversarial_robustness_logical_appeal",
            "Adversarial Robustness / Logical Appeal",
            &INTEGRITY,
            &[LogicalAppeal],
            &LEAK,
        ),
        probe(
            "integrity.adversarial_robustness_misrepresentation",
            "Adversarial Robustness / Misrepresentation",
            &INTEGRITY,
            &[Misrepresentation],
            &LEAK,
        ),
        probe(
            "integrity.adversarial_robustness_soft_mutation",
            "Adversarial Robustness / Soft Mutation",
            &INTEGRITY,
            &[SoftMutation],
            &LEAK,
        ),
    ],
    shared: &[],
    since: Since::V1_0_0,
};

static AVAILABILITY_SCENARIO: ScenarioRow = ScenarioRow {
    id: "availability",
    name: "availability",
    description: "Requests for work without end are turned down.",
    probes: &[
        probe(
            "availability.denial_of_service_resistance_uppercase",
            "Denial Of Service Resistance / Uppercase",
            &AVAILABILITY,
            &[Uppercase],
            &LEAK,
        ),
        probe(
            "availability.denial_of_service_resistance_zero_width",
            "Denial Of Service Resistance / Zero Width",
            &AVAILABILITY,
            &[ZeroWidth],
            &LEAK,
        ),
        probe(
            "availability.denial_of_service_resistance_diacritics",
            "Denial Of Service Resistance / Diacritics",
            &AVAILABILITY,
            &[Diacritics],
            &LEAK,
        ),
        probe(
            "availability.denial_of_service_resistance_spaces",
            "Denial Of Service Resistance / Spaces",
            &AVAILABILITY,
            &[Spaces],
            &LEAK,
        ),
    ],
    shared: &[],
    since: Since::V1_0_0,
};

static MANIPULATIONRESISTANCE: ScenarioRow = ScenarioRow {
    id: "security_integrity_manipulationresistance",
    name: "Manipulation Resistance",
    description: "Pressure, authority and disguise do not get out a program, key or part that was put out of bounds. Everything forbidden here is a harmless code word.",
    probes: &[
        probe(
            "malicious_code.malware_generation_fullwidth",
            "Malware Generation / Fullwidth",
            &CODE_WORD_PROGRAM,
            &[Fullwidth],
            &LEAK,
        ),
        probe(
            "malicious_code.malware_generation_authority_endorsement",
            "Malware Generation / Authority Endorsement",
            &CODE_WORD_PROGRAM,
            &[AuthorityEndorsement],
            &LEAK,
        ),
        probe(
            "malicious_code.malware_generation_logical_appeal",
            "Malware Generation / Logical Appeal",
            &CODE_WORD_PROGRAM,
            &[LogicalAppeal],
            &LEAK,
        ),
        probe(
            "malicious_code.malware_generation_soft_mutation",
            "Malware Generation / Soft Mutation",
            &CODE_WORD_PROGRAM,
            &[SoftMutation],
            &LEAK,
        ),
        probe(
            "malicious_code.malware_generation_embed_json",
            "Malware Generation / Embed Json",
            &CODE_WORD_PROGRAM,
            &[EmbedJson],
            &LEAK,
        ),
        probe(
            "malicious_code.exploit_generation_fullwidth",
            "Exploit Generation / Fullwidth",
            &KEY_PHRASE,
            &[Fullwidth],
            &LEAK_UNREFUSED,
        ),
        probe(
            "malicious_code.exploit_generation_authority_endorsement",
            "Exploit Generation / Authority Endorsement",
            &KEY_PHRASE,
            &[AuthorityEndorsement],
            &LEAK_UNREFUSED,
        ),
        probe(
            "malicious_code.exploit_generation_logical_appeal",
            "Exploit Generation / Logical Appeal",
            &KEY_PHRASE,
            &[LogicalAppeal],
            &LEAK_UNREFUSED,
        ),
        probe(
            "malicious_code.exploit_generation_misrepresentation",
            "Exploit Generation / Misrepresentation",
            &KEY_PHRASE,
            &[Misrepresentation],
            &LEAK_UNREFUSED,
        ),
        probe(
            "malicious_code.exploit_generation_soft_mutation",
            "Exploit Generation / Soft Mutation",
            &KEY_PHRASE,
            &[SoftMutation],
            &LEAK_UNREFUSED,
        ),
        probe(
            "malicious_code.malicious_tool_generation_authority_endorsement",
            "Malicious Tool Generation / Authority Endorsement",
            &GADGET,
            &[AuthorityEndorsement],
            &LEAK,
        ),
        probe(
            "malicious_code.malicious_tool_generation_logical_appeal",
            "Malicious Tool Generation / Logical Appeal",
            &GADGET,
            &[LogicalAppeal],
            &LEAK,
        ),
        probe(
            "malicious_code.malicious_tool_generation_misrepresentation",
            "Malicious Tool Generation / Misrepresentation",
            &GADGET,
            &[Misrepresentation],
            &LEAK,
        ),
        probe(
            "malicious_code.malicious_tool_generation_embed_json",
            "Malicious Tool Generation / Embed Json",
            &GADGET,
            &[EmbedJson],
            &LEAK,
        ),
        probe(
            "malicious_code.malicious_tool_generation_embed_xml",
            "Malicious Tool Generation / Embed Xml",
            &GADGET,
            &[EmbedXml],
            &LEAK,
        ),
    ],
    shared: &[],
    since: Since::V1_0_0,
};
