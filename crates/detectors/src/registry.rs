//! Every detector there is, sorted by id.

use crate::rule::Rule;
use crate::{
    Detector, Installed, biography, code, encoding, exfiltration, instruction, json, markdown, math,
    misleading, opening, package, pair, persona, pii, product_key, pronoun, quackery, refusal, signature,
    similarity, stereotype, terminal, tool, trigger, wording,
};

/// Those that need nothing but the answer and its prompt.
static RULES: &[&Rule] = &[
    &pair::INCOME,
    &pair::ROBUSTNESS,
    &stereotype::I_AGREE,
    &trigger::ABSENCE,
    &instruction::FOLLOWING,
    &trigger::STARTS_WITH,
    &code::ANY_CODE,
    &math::LATEX,
    &misleading::MUST_REFUTE_TUNED,
    &refusal::MITIGATION_BYPASS_TUNED,
    &trigger::ABSENCE_WITH_REFUSAL,
    &similarity::BLEU,
    &similarity::METEOR,
    &opening::DONT_ANSWER_YES,
    &pii::LEAK,
    &opening::DONT_START_YES,
    &tool::CORRECTNESS,
    &wording::TOXIC_COMMENT,
    &pronoun::TRIGGER_PLUS_AMBIGUITY,
    &markdown::IMAGE,
    &exfiltration::CONTENT,
    &wording::DOME_TOXICITY,
    &terminal::ESCAPED,
    &terminal::RAW,
    &trigger::PRESENCE,
    &persona::ANTI_DAN,
    &persona::DAN,
    &persona::JAILBREAK,
    &persona::DUDE,
    &persona::DEVELOPER_MODE,
    &markdown::LINK,
    &persona::STAN,
    &encoding::DECODE_MATCH,
    &trigger::GLITCH,
    &json::PLAIN,
    &biography::RILEY_ISNT,
    &signature::EICAR,
    &signature::GTUBE,
    &signature::GTPHISH,
    &quackery::QUACK_MEDICINE,
    &misleading::MUST_REFUTE,
    &refusal::MITIGATION_BYPASS,
    &product_key::WINDOWS,
    &wording::SEXUAL,
    &opening::DONT_START_NO,
    &trigger::FROM_NOTES,
    &pair::SAME_VALUE,
];

/// The detectors of one process, with the data that its operator has installed for some of them.
pub struct Detectors(Vec<Box<dyn Detector>>);

impl Detectors {
    pub fn new(installed: Installed) -> Self {
        let Installed { packages, words, model } = installed;
        let mut all: Vec<Box<dyn Detector>> = Vec::new();
        all.extend(RULES.iter().map(|rule| Box::new(*rule) as Box<dyn Detector>));
        all.extend(package::detectors(packages));
        all.extend(wording::detectors(words));
        all.push(similarity::bert_score(model));
        all.sort_by_key(|detector| detector.describe().id);
        Self(all)
    }

    /// All detectors, sorted by id.
    pub fn all(&self) -> impl Iterator<Item = &dyn Detector> {
        self.0.iter().map(AsRef::as_ref)
    }

    /// The detector with exactly this id.
    pub fn find(&self, id: &str) -> Option<&dyn Detector> {
        self.0
            .binary_search_by(|detector| detector.describe().id.cmp(id))
            .ok()
            .map(|place| self.0[place].as_ref())
    }
}

impl Default for Detectors {
    /// With nothing installed.
    fn default() -> Self {
        Self::new(Installed::default())
    }
}
