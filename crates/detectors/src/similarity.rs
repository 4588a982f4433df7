//! How near is the answer to the golden one?

mod bert_score;
mod bleu;
mod meteor;
mod token;

pub(crate) use bert_score::detector as bert_score;
pub(crate) use bleu::BLEU;
pub(crate) use meteor::METEOR;

use crate::{Subject, Verdict};

/// The golden answer, where the prompt has one that says something.
fn golden<'a>(subject: &Subject<'a>) -> Option<&'a str> {
    subject.criteria.ground_truth.as_deref().filter(|text| !text.trim().is_empty())
}

fn no_golden() -> Verdict {
    Verdict::unverified("the prompt has no golden answer to compare the response with")
}

/// A count of tokens as a number to divide with.
fn count(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}
