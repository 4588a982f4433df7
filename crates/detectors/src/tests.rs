//! Tables of cases for every detector, and what holds for all of them.

mod code;
mod combine;
mod markdown;
mod misleading;
mod opening;
mod pii;
mod refusal;
mod registry;
mod signature;
mod text;

use touchstone_vocabulary::{Criteria, Message};

use crate::{Subject, Verdict, find};

/// The verdict of one detector.
fn judge(id: &str, response: &str, triggers: &[&str], messages: &[Message]) -> Verdict {
    let criteria = Criteria::of_triggers(triggers.iter().map(|trigger| (*trigger).to_owned()).collect());
    let detector = find(id).expect("the detector is registered");
    detector.judge(&Subject::new(response, &criteria, messages))
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
