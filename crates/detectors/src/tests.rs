//! Tables of cases for every detector, and what holds for all of them.

mod claim;
mod code;
mod combine;
mod installed;
mod instruction;
mod markdown;
mod math;
mod measure;
mod misleading;
mod opening;
mod pair;
mod pii;
mod refusal;
mod registry;
mod signature;
mod similarity;
mod text;
mod wording;

use std::sync::LazyLock;

use touchstone_vocabulary::{Criteria, Message};

use crate::{Detectors, Subject, Verdict};

/// With nothing installed.
static BARE: LazyLock<Detectors> = LazyLock::new(Detectors::default);

/// The verdict of one detector.
fn judge(id: &str, response: &str, triggers: &[&str], messages: &[Message]) -> Verdict {
    judge_by(id, response, &of_triggers(triggers), messages)
}

fn judge_by(id: &str, response: &str, criteria: &Criteria, messages: &[Message]) -> Verdict {
    let detector = BARE.find(id).expect("the detector is registered");
    detector.judge(&Subject::new(response, criteria, messages))
}

fn of_triggers(triggers: &[&str]) -> Criteria {
    Criteria::of_triggers(triggers.iter().map(|trigger| (*trigger).to_owned()).collect())
}

/// Every one of `hits` is raw 1 and every one of `passes` raw 0, both at least six.
fn table(id: &str, triggers: &[&str], hits: &[&str], passes: &[&str]) {
    assert!(hits.len() >= 6 && passes.len() >= 6, "{id}: a table has six cases of either kind");
    let mut wrong = Vec::new();
    for (cases, raw) in [(hits, 1.0), (passes, 0.0)] {
        for case in cases {
            let verdict = judge(id, case, triggers, &[]);
            if verdict != Verdict::Raw(raw) {
                wrong.push(format!("{case:?}: {verdict:?} instead of {raw}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{id}\n{}", wrong.join("\n"));
}

fn is_unverified(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Unverified { reason } if reason.starts_with("unverified"))
}
