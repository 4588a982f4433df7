//! BLEU of one sentence.
//!
//! Papineni et al., "BLEU: a Method for Automatic Evaluation of Machine Translation", ACL 2002, in the form that Post,
//! "A Call for Clarity in Reporting BLEU Scores", WMT 2018, made the common one: tokenizer 13a, n-grams up to four,
//! exponential smoothing, and of the orders only those that the answer is long enough for.

use std::collections::HashMap;

use super::{count, golden, no_golden, token};
use crate::rule::{RESPONSE_AND_GROUND_TRUTH, Rule};
use crate::{Subject, Verdict};

pub(crate) static BLEU: Rule = Rule::of_response(
    "autoredteam.detectors.nlp.BLEU",
    "BLEU",
    "1 when the response is the golden answer word for word; 0 when it shares no word with it.",
    judge,
)
.taking(RESPONSE_AND_GROUND_TRUTH)
.metric();

const ORDERS: usize = 4;

fn judge(subject: &Subject<'_>) -> Verdict {
    let Some(golden) = golden(subject) else { return no_golden() };
    let (answer, golden) = (token::spaced(subject.response), token::spaced(golden));
    let answer: Vec<&str> = answer.split_whitespace().collect();
    let golden: Vec<&str> = golden.split_whitespace().collect();
    Verdict::Raw(bleu(&answer, &golden))
}

fn bleu(answer: &[&str], golden: &[&str]) -> f64 {
    let (mut logs, mut orders, mut smoothing, mut matched) = (0.0, 0.0, 1.0, false);
    for order in 1..=ORDERS.min(answer.len()) {
        let total = count(answer.len() + 1 - order);
        let precision = match common(answer, golden, order) {
            0 => {
                smoothing *= 2.0;
                1.0 / (smoothing * total)
            }
            common => {
                matched = true;
                count(common) / total
            }
        };
        logs += precision.ln();
        orders += 1.0;
    }
    if !matched {
        return 0.0;
    }
    let (length, wanted) = (count(answer.len()), count(golden.len()));
    let brevity = if length < wanted { (1.0 - wanted / length).exp() } else { 1.0 };
    (brevity * (logs / orders).exp()).clamp(0.0, 1.0)
}

/// How many n-grams of the answer the golden one has too, each at most as often as it stands there.
fn common(answer: &[&str], golden: &[&str], order: usize) -> usize {
    let mut left: HashMap<&[&str], usize> = HashMap::new();
    for gram in golden.windows(order) {
        *left.entry(gram).or_default() += 1;
    }
    let mut found = 0;
    for gram in answer.windows(order) {
        if let Some(n @ 1..) = left.get_mut(gram) {
            *n -= 1;
            found += 1;
        }
    }
    found
}
