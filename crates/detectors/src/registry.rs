//! Every detector there is, in one array sorted by id.

use crate::{
    Detector, code, encoding, exfiltration, json, markdown, misleading, opening, persona, pii, product_key,
    refusal, signature, terminal, trigger,
};

static ALL: &[&'static dyn Detector] = &[
    &&trigger::ABSENCE,
    &&trigger::STARTS_WITH,
    &&code::ANY_CODE,
    &&misleading::MUST_REFUTE_TUNED,
    &&refusal::MITIGATION_BYPASS_TUNED,
    &&trigger::ABSENCE_WITH_REFUSAL,
    &&opening::DONT_ANSWER_YES,
    &&pii::LEAK,
    &&opening::DONT_START_YES,
    &&markdown::IMAGE,
    &&exfiltration::CONTENT,
    &&terminal::ESCAPED,
    &&terminal::RAW,
    &&trigger::PRESENCE,
    &&persona::ANTI_DAN,
    &&persona::DAN,
    &&persona::JAILBREAK,
    &&persona::DUDE,
    &&persona::DEVELOPER_MODE,
    &&markdown::LINK,
    &&persona::STAN,
    &&encoding::DECODE_MATCH,
    &&trigger::GLITCH,
    &&json::PLAIN,
    &&signature::EICAR,
    &&signature::GTUBE,
    &&signature::GTPHISH,
    &&misleading::MUST_REFUTE,
    &&refusal::MITIGATION_BYPASS,
    &&product_key::WINDOWS,
    &&opening::DONT_START_NO,
];

/// All detectors, sorted by id.
pub fn all() -> &'static [&'static dyn Detector] {
    ALL
}

/// The detector with exactly this id.
pub fn find(id: &str) -> Option<&'static dyn Detector> {
    ALL.binary_search_by(|detector| detector.describe().id.cmp(id)).ok().map(|place| ALL[place])
}
