//! What each detector goes back to: the work that named the task, and the method or standard that is followed.
//!
//! The rules themselves are ours. Ids and names are those of the public catalogue, so that results can be compared; those
//! that begin with `touchstone` are ours too.

use crate::Description;

const GARAK: &str =
    "garak (Derczynski et al. 2024, arXiv:2406.11036), whose detector of this name looks for the same.";
const TRIGGERS: &str = "garak's list of trigger strings (Derczynski et al. 2024, arXiv:2406.11036); here compared without case and marks.";
const REFUSAL: &str = "garak's list of refusals (Derczynski et al. 2024, arXiv:2406.11036); the phrases here are ours, in six languages.";
const SNOWBALL: &str =
    "How language model hallucinations can snowball (Zhang et al. 2023, arXiv:2305.13534).";
const DECODING_TRUST: &str = "DecodingTrust (Wang et al. 2023, arXiv:2306.11698).";
const PERSONA: &str = "Shen et al. 2023, \"Do Anything Now\" (arXiv:2308.03825): the marker that a second persona is told to write.";
const PACKAGES: &str = "Spracklen et al. 2024, We have a package for you (arXiv:2406.10279); names are compared as the registry compares them.";
const TOXIC: &str = "The task of the Jigsaw toxic comment classification (2018); here by the words of the crate rustrict, not by a model.";
const SURGE: &str =
    "The category of that name in Surge AI's profanity list; the words are the owner's file, none ships.";
const TEST_FILES: &str = "The test strings of virus, spam and phishing filters: EICAR, GTUBE, GTPHISH.";

impl Description {
    /// One or two sentences.
    pub fn source(&self) -> &'static str {
        let row = SOURCES.iter().find(|(ids, _)| ids.contains(&self.id));
        row.map_or("", |(_, source)| source)
    }
}

/// Detectors, and what they go back to.
const SOURCES: &[(&[&str], &str)] = &[
    (
        &[
            "garak.detectors.base.TriggerListDetector",
            "autoredteam.detectors.base.TriggerListAbsenceDetector",
        ],
        TRIGGERS,
    ),
    (
        &[
            "garak.detectors.mitigation.MitigationBypass",
            "autoredteam.detectors.mitigation.TriggerAbsenceWithRefusal",
        ],
        REFUSAL,
    ),
    (
        &["autoredteam.detectors.mitigation.MitigationBypassART"],
        "garak's list of refusals (Derczynski et al. 2024, arXiv:2406.11036), tuned on one half of pyrit's labelled refusals; beside the request, the stems of its content words are looked for in the answer.",
    ),
    (&["autoredteam.detectors.snowball.DontStartYes", "garak.detectors.snowball.DontStartNo"], SNOWBALL),
    (
        &["autoredteam.detectors.advstereo.IAgree", "autoredteam.detectors.privateinfo.DontAnswerYes"],
        DECODING_TRUST,
    ),
    (
        &["autoredteam.detectors.adultdata.PairwiseComparison"],
        "DecodingTrust (Wang et al. 2023, arXiv:2306.11698), over questions like those of the Adult data set (Becker and Kohavi 1996).",
    ),
    (
        &["autoredteam.detectors.advglue.PairwiseComparison"],
        "AdvGLUE (Wang et al. 2021, arXiv:2111.02840): the answer to a changed question beside that to the original.",
    ),
    (
        &["autoredteam.detectors.instructionFollowing.InstructionFollowing"],
        "IFEval (Zhou et al. 2023, arXiv:2311.07911): its 25 verifiable instructions, checked strictly.",
    ),
    (
        &["autoredteam.detectors.leakreplay.StartsWith"],
        "Speak, Memory (Chang et al. 2023, arXiv:2305.00118): the go-on test for text learnt by heart.",
    ),
    (
        &["autoredteam.detectors.mathLatexSympy.MathLatexSympy"],
        "MATH (Hendrycks et al. 2021, arXiv:2103.03874): results are equal when they are the same number or expression.",
    ),
    (
        &[
            "garak.detectors.misleading.MustRefuteClaimKW",
            "autoredteam.detectors.misleading.MustRefuteClaimKWART",
        ],
        "garak's misleading claims (Derczynski et al. 2024, arXiv:2406.11036); the wordings of doubt are ours.",
    ),
    (
        &["autoredteam.detectors.nlp.BERTScore"],
        "BERTScore (Zhang et al. 2020, arXiv:1904.09675), greedily matched F1 over static word vectors instead of BERT's.",
    ),
    (
        &["autoredteam.detectors.nlp.BLEU"],
        "BLEU (Papineni et al. 2002), of one sentence, with exponential smoothing as in sacreBLEU (Post 2018).",
    ),
    (&["autoredteam.detectors.nlp.METEOR"], "METEOR (Banerjee and Lavie 2005), by word forms and stems."),
    (
        &[
            "autoredteam.detectors.packagehallucinationART.JavaScriptNpm",
            "autoredteam.detectors.packagehallucinationART.PythonPypi",
            "autoredteam.detectors.packagehallucinationART.RubyGems",
            "autoredteam.detectors.packagehallucinationART.RustCrates",
        ],
        PACKAGES,
    ),
    (
        &["autoredteam.detectors.privateinfo.LeakPII"],
        "DecodingTrust (Wang et al. 2023, arXiv:2306.11698); card numbers by the check of ISO/IEC 7812-1 (Luhn), accounts by that of ISO 13616 (IBAN).",
    ),
    (
        &["autoredteam.detectors.toolcalling.ToolCorrectness"],
        "The tool correctness metric of DeepEval: the expected tools among those that were called.",
    ),
    (&["autoredteam.detectors.toxicity.ToxicCommentModel", "dome.detectors.dome_guardrails.Toxicity"], TOXIC),
    (
        &["autoredteam.detectors.winobias.TriggerPlusAmbiguity"],
        "WinoBias (Zhao et al. 2018, arXiv:1804.06876), where the sentence leaves open who is meant.",
    ),
    (
        &["autoredteam.detectors.xss.MarkdownExfilBasic", "autoredteam.detectors.xss.MarkdownExfilContent"],
        "Rehberger 2023 on private data in the addresses of Markdown images, and garak's xss (Derczynski et al. 2024, arXiv:2406.11036).",
    ),
    (
        &["garak.detectors.ansiescape.Escaped", "garak.detectors.ansiescape.Raw"],
        "garak's ansiescape (Derczynski et al. 2024, arXiv:2406.11036); sequences as in ECMA-48.",
    ),
    (
        &[
            "garak.detectors.dan.AntiDAN",
            "garak.detectors.dan.DAN",
            "garak.detectors.dan.DANJailbreak",
            "garak.detectors.dan.DUDE",
            "garak.detectors.dan.DevMode",
            "garak.detectors.dan.STAN",
        ],
        PERSONA,
    ),
    (
        &[
            "autoredteam.detectors.malwaregenART.AnyCode",
            "garak.detectors.dan.MarkdownLink",
            "garak.detectors.encoding.DecodeMatch",
            "garak.detectors.productkey.Win5x5",
        ],
        GARAK,
    ),
    (
        &["garak.detectors.goodside.Glitch"],
        "Rumbelow and Watkins 2023 on tokens that a model cannot say, and garak's goodside (arXiv:2406.11036).",
    ),
    (
        &["garak.detectors.goodside.PlainJSON", "garak.detectors.goodside.RileyIsnt"],
        "Goodside's published findings, as in garak's goodside (Derczynski et al. 2024, arXiv:2406.11036).",
    ),
    (
        &[
            "garak.detectors.knownbadsignatures.EICAR",
            "garak.detectors.knownbadsignatures.GTUBE",
            "garak.detectors.knownbadsignatures.GTphish",
        ],
        TEST_FILES,
    ),
    (
        &["garak.detectors.lmrc.QuackMedicine"],
        "Risk cards (Derczynski et al. 2023, arXiv:2303.18190), the card on quack medicine; the wordings are ours.",
    ),
    (
        &["garak.detectors.riskywords.OfcomOffensiveRaceEthnic"],
        "Ofcom's research on offensive language (2021), its category of race and ethnicity; the words are the owner's file, none ships.",
    ),
    (
        &["garak.detectors.riskywords.SurgeProfanitySexual"],
        "The category of that name in Surge AI's profanity list; here by the words of the crate rustrict.",
    ),
    (
        &[
            "garak.detectors.riskywords.SurgeProfanityAnimalReferences",
            "garak.detectors.riskywords.SurgeProfanityBodilyFluids",
            "garak.detectors.riskywords.SurgeProfanityMentalDisability",
            "garak.detectors.riskywords.SurgeProfanityPhysicalAttributes",
            "garak.detectors.riskywords.SurgeProfanityPhysicalDisability",
            "garak.detectors.riskywords.SurgeProfanityPolitical",
            "garak.detectors.riskywords.SurgeProfanityRacialEthnic",
            "garak.detectors.riskywords.SurgeProfanityReligious",
            "garak.detectors.riskywords.SurgeProfanitySexualOrientationGender",
        ],
        SURGE,
    ),
    (
        &["touchstone.detectors.answer.FromNotes"],
        "Ours, over gaps as in the cloze procedure (Taylor 1953), asked among notes that have other values.",
    ),
    (
        &["touchstone.detectors.answer.SameFromNotes"],
        "Ours; that paraphrases are answered alike is the consistency of Elazar et al. 2021 (arXiv:2102.01017).",
    ),
];
