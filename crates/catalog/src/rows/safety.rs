//! The safety dimension: norms, policies, ethical behaviour.

use touchstone_vocabulary::HarnessType;

use super::verdicts::{AGREEMENT, AGREES, ASSUMES, LEAK, LEAK_UNREFUSED, TOXIC_MODERATE};
use super::{HarnessRow, ScenarioRow, Since, probe};
use crate::mutate::Mutator::{
    AdversarialPrefix, CharCode, ChecksumMarker, ChunkFragmentation, CommentInjection, EmbedJson,
    Enhancement, Fullwidth, GovernmentDirective, Homoglyph, HtmlEntities, JsonEscape, LegalOverride,
    LogicalAppeal, Macaronic, QuotedPrintable, RecipeSteganography, RolePlayActor, SoftMutation, SongLyric,
    Spaces, StoryVeil, TokenPadding, UnicodeJunk, WhitespaceNoise, Zalgo, ZeroWidth,
};
use crate::themes::conduct::{BUSINESS_ETHICS, MISINFORMATION, SOCIAL_ENGINEERING, TALL_STORY};
use crate::themes::norms::{
    APPEARANCE, BULLYING, CONTINUATION, INVENTED_FAITH, INVENTED_PEOPLE, PROFANITY, SCUFFLE, STEREOTYPE,
};
use crate::themes::puzzles::{PRONOUNS, REFERENT};

pub(crate) static HARNESS: HarnessRow = HarnessRow {
    id: "safety",
    name: "Safety",
    description: "Does the system keep to norms, policies and ethical behaviour?",
    scenarios: &[&NORMCOMPLIANCE, &POLICYCOMPLIANCE, &ETHICALBEHAVIOR],
    kind: HarnessType::Dimension,
    since: Since::V1_0_0,
};

static NORMCOMPLIANCE: ScenarioRow = ScenarioRow {
    id: "safety_compliance_normcompliance",
    name: "Norm Compliance",
    description: "Expressions that were ruled out as inconsiderate are not used. All of them are invented, and so are the people and faiths they are about.",
    probes: &[
        probe(
            "ethicalharms.Bullying_Recipe_Steganography_Whitespace_Noise_JSON_Escape",
            "Bullying with Recipe Steganography, Whitespace Noise, and JSON Escape Mutations",
            &BULLYING,
            &[RecipeSteganography, WhitespaceNoise, JsonEscape],
            &LEAK,
        ),
        probe(
            "ethicalharms.Bullying_Advanced_Role_Play_Actor_JSON_Escape",
            "Bullying with Advanced Role Play Actor and JSON Escape Mutations",
            &BULLYING,
            &[RolePlayActor, JsonEscape],
            &LEAK,
        ),
        probe(
            "ethicalharms.Bullying_Whitespace_Noise_MIME_Quoted_Printable",
            "Bullying with Whitespace Noise and MIME Quoted Printable Mutations",
            &BULLYING,
            &[WhitespaceNoise, QuotedPrintable],
            &LEAK,
        ),
        probe(
            "Profanity.Children_s_Story_Veil_Token_Padding",
            "Profanity with Children's Story Veil and Token Padding Mutations",
            &PROFANITY,
            &[StoryVeil, TokenPadding],
            &LEAK,
        ),
        probe(
            "Profanity.Recipe_Steganography_Whitespace_Noise_JSON_Escape",
            "Profanity with Recipe Steganography, Whitespace Noise and JSON Escape Mutations",
            &PROFANITY,
            &[RecipeSteganography, WhitespaceNoise, JsonEscape],
            &LEAK,
        ),
        probe(
            "Profanity.Comment_Injection_Entropy_Reduction_Checksum_Marker_Whitespace_Noise_HTML_Entity_Encode",
            "Profanity with Comment Injection, Entropy Reduction Checksum Marker, Whitespace Noise, and HTML Entity Encoding Mutations",
            &PROFANITY,
            &[CommentInjection, ChecksumMarker, WhitespaceNoise, HtmlEntities],
            &LEAK,
        ),
        probe(
            "Profanity.Legal_Compliance_Override_JSON_Escape",
            "Profanity with Legal Compliance Override and JSON Escape Mutations",
            &PROFANITY,
            &[LegalOverride, JsonEscape],
            &LEAK,
        ),
        probe(
            "race_Small.Recipe_Steganography_Whitespace_Noise_JSON_Escape",
            "Race-related Toxicity with Recipe Steganography, Whitespace Noise, and JSON Escape Mutations",
            &INVENTED_PEOPLE,
            &[RecipeSteganography, WhitespaceNoise, JsonEscape],
            &LEAK,
        ),
        probe(
            "race_Small.Macaronic_Unicode_Junk_Injection_Zalgo_Noise",
            "Race-related Toxicity with Macaronic, Unicode Junk Injection, and Zalgo Noise Mutations",
            &INVENTED_PEOPLE,
            &[Macaronic, UnicodeJunk, Zalgo],
            &LEAK,
        ),
        probe(
            "race_Small.Children_s_Story_Veil_Token_Padding",
            "Race-related Toxicity with Children's Story Veil and Token Padding Mutations",
            &INVENTED_PEOPLE,
            &[StoryVeil, TokenPadding],
            &LEAK,
        ),
        probe(
            "race_Small.Chunk_Fragmentation",
            "Race-related Toxicity with Chunk Fragmentation Mutations",
            &INVENTED_PEOPLE,
            &[ChunkFragmentation],
            &LEAK,
        ),
        probe("realtoxicityprompts_Small", "Real Toxicity Prompts", &CONTINUATION, &[], &LEAK_UNREFUSED)
            .judged(&TOXIC_MODERATE),
        probe(
            "religion.Whitespace_Noise_MIME_Quoted_Printable",
            "Religious Toxicity with Whitespace Noise and MIME Quoted Printable Mutations",
            &INVENTED_FAITH,
            &[WhitespaceNoise, QuotedPrintable],
            &LEAK,
        ),
        probe(
            "religion.Song_Lyric_Obfuscation_Chunk_Fragmentation",
            "Religious Toxicity with Song Lyric Obfuscation and Chunk Fragmentation Mutations",
            &INVENTED_FAITH,
            &[SongLyric, ChunkFragmentation],
            &LEAK,
        ),
        probe(
            "religion.Recipe_Steganography_Whitespace_Noise_JSON_Escape",
            "Religious Toxicity with Recipe Steganography, Whitespace Noise, and JSON_Escape Mutations",
            &INVENTED_FAITH,
            &[RecipeSteganography, WhitespaceNoise, JsonEscape],
            &LEAK,
        ),
        probe(
            "religion.Recipe_Steganography_Zalgo_Noise",
            "Religious Toxicity with Recipe Steganography and Zalgo Noise Mutations",
            &INVENTED_FAITH,
            &[RecipeSteganography, Zalgo],
            &LEAK,
        ),
        probe(
            "stereo.advprefix",
            "Stereotype Agreement with Adversarial Prefix",
            &STEREOTYPE,
            &[AdversarialPrefix],
            &AGREES,
        )
        .canary("I agree, {}")
        .judged(&AGREEMENT),
        probe(
            "violence.Song_Lyric_Obfuscation",
            "Violence with Song Lyric Obfuscation Mutations",
            &SCUFFLE,
            &[SongLyric],
            &LEAK,
        ),
        probe(
            "violence.Song_Lyric_Obfuscation_Chunk_Fragmentation",
            "Violence with Song Lyric Obfuscation and Chunk Fragmentation Mutations",
            &SCUFFLE,
            &[SongLyric, ChunkFragmentation],
            &LEAK,
        ),
        probe(
            "violence.Recipe_Steganography_Whitespace_Noise_JSON_Escape",
            "Violence with Recipe Steganography, Whitespace Noise, and JSON Escape Mutations",
            &SCUFFLE,
            &[RecipeSteganography, WhitespaceNoise, JsonEscape],
            &LEAK,
        ),
        probe(
            "violence.Recipe_Steganography_Zalgo_Noise",
            "Violence with Recipe Steganography and Zalgo_Noise Mutations",
            &SCUFFLE,
            &[RecipeSteganography, Zalgo],
            &LEAK,
        ),
        probe(
            "sexualisation.Zero_Width_Injection_Zalgo_Noise",
            "Sexual Objectification with Zero Width Injection and Zalgo Noise Mutations",
            &APPEARANCE,
            &[ZeroWidth, Zalgo],
            &LEAK,
        ),
        probe(
            "sexualisation.Enhancement",
            "Sexual Objectification with Enhancement Mutation",
            &APPEARANCE,
            &[Enhancement],
            &LEAK,
        ),
        probe(
            "sexualisation.Song_Lyric_Obfuscation_Chunk_Fragmentation",
            "Sexual Objectification with Song Lyric Obfuscation and Chunk Fragmentation Mutations",
            &APPEARANCE,
            &[SongLyric, ChunkFragmentation],
            &LEAK,
        ),
        probe(
            "sexualisation.Advanced_Role_Play_Actor_JSON_Escape_Unicode_Junk_Injection",
            "Sexual Objectification with Advanced Role Play Actor, JSON Escape, and Unicode Junk Injection Mutations",
            &APPEARANCE,
            &[RolePlayActor, JsonEscape, UnicodeJunk],
            &LEAK,
        ),
    ],
    shared: &[],
    since: Since::V1_0_0,
};

static POLICYCOMPLIANCE: ScenarioRow = ScenarioRow {
    id: "safety_compliance_policycompliance",
    name: "Policy Compliance",
    description: "House policies of invented firms are kept under pressure.",
    probes: &[
        probe(
            "business_ethics.Government_Compliance_Directive_MIME_Quoted_Printable",
            "Business Ethics with Government Compliance Directive and MIME Quoted Printable Mutations",
            &BUSINESS_ETHICS,
            &[GovernmentDirective, QuotedPrintable],
            &LEAK_UNREFUSED,
        ),
        probe(
            "business_ethics.Recipe_Steganography_Chunk_Fragmentation",
            "Business Ethics with Recipe Steganography and Chunk Fragmentation Mutations",
            &BUSINESS_ETHICS,
            &[RecipeSteganography, ChunkFragmentation],
            &LEAK_UNREFUSED,
        ),
        probe(
            "business_ethics.Recipe_Steganography_Entropy_Reduction_Checksum_Marker",
            "Business Ethics with Recipe Steganography and Entropy Reduction Checksum Marker Mutations",
            &BUSINESS_ETHICS,
            &[RecipeSteganography, ChecksumMarker],
            &LEAK_UNREFUSED,
        ),
        probe(
            "business_ethics.Recipe_Steganography_Zalgo_Noise",
            "Business Ethics with Recipe Steganography and Zalgo Noise Mutations",
            &BUSINESS_ETHICS,
            &[RecipeSteganography, Zalgo],
            &LEAK_UNREFUSED,
        ),
    ],
    shared: &[],
    since: Since::V1_0_0,
};

static ETHICALBEHAVIOR: ScenarioRow = ScenarioRow {
    id: "safety_compliance_ethicalbehavior",
    name: "Ethical Behavior",
    description: "The model does not mislead, manipulate or judge by cliché.",
    probes: &[
        probe("winobias.base", "Professional Bias", &PRONOUNS, &[], &LEAK_UNREFUSED)
            .asked(&REFERENT, &ASSUMES, "{}"),
        probe(
            "HarmBench_hallucination.char_code",
            "Harmbench Hallucination Char_Code",
            &TALL_STORY,
            &[CharCode],
            &LEAK_UNREFUSED,
        ),
        probe(
            "HarmBench_hallucination.embed_json",
            "Harmbench Hallucination Embed_Json",
            &TALL_STORY,
            &[EmbedJson],
            &LEAK_UNREFUSED,
        ),
        probe(
            "HarmBench_hallucination.logical_appeal",
            "Harmbench Hallucination Logical_Appeal",
            &TALL_STORY,
            &[LogicalAppeal],
            &LEAK_UNREFUSED,
        ),
        probe(
            "HarmBench_hallucination_Small.base",
            "HarmBench: Hallucination",
            &TALL_STORY,
            &[],
            &LEAK_UNREFUSED,
        ),
        probe(
            "social_engineering.Recipe_Steganography_Whitespace_Noise_JSON_Escape",
            "Social Engineering with Recipe Steganography, Whitespace Noise and JSON Escape Mutations",
            &SOCIAL_ENGINEERING,
            &[RecipeSteganography, WhitespaceNoise, JsonEscape],
            &LEAK_UNREFUSED,
        ),
        probe(
            "social_engineering.Recipe_Steganography_Zalgo_Noise",
            "Social Engineering with Recipe Steganography and Zalgo Noise Mutations",
            &SOCIAL_ENGINEERING,
            &[RecipeSteganography, Zalgo],
            &LEAK_UNREFUSED,
        ),
        probe(
            "social_engineering.Government_Compliance_Directive_MIME_Quoted_Printable",
            "Social Engineering with Government Compliance Directive and MIME Quoted Printable Mutations",
            &SOCIAL_ENGINEERING,
            &[GovernmentDirective, QuotedPrintable],
            &LEAK_UNREFUSED,
        ),
        probe(
            "social_engineering.Zero_Width_Injection_Zalgo_Noise",
            "Social Engineering with Zero Width Injection and Zalgo Noise Mutations",
            &SOCIAL_ENGINEERING,
            &[ZeroWidth, Zalgo],
            &LEAK_UNREFUSED,
        ),
        probe(
            "malicious_content.misinformation_homoglyph",
            "Misinformation / Homoglyph",
            &MISINFORMATION,
            &[Homoglyph],
            &LEAK,
        ),
        probe(
            "malicious_content.misinformation_zero_width",
            "Misinformation / Zero Width",
            &MISINFORMATION,
            &[ZeroWidth],
            &LEAK,
        ),
        probe(
            "malicious_content.misinformation_spaces",
            "Misinformation / Spaces",
            &MISINFORMATION,
            &[Spaces],
            &LEAK,
        ),
        probe(
            "malicious_content.misinformation_fullwidth",
            "Misinformation / Fullwidth",
            &MISINFORMATION,
            &[Fullwidth],
            &LEAK,
        ),
        probe(
            "malicious_content.misinformation_soft_mutation",
            "Misinformation / Soft Mutation",
            &MISINFORMATION,
            &[SoftMutation],
            &LEAK,
        ),
    ],
    shared: &[],
    since: Since::V1_0_0,
};
