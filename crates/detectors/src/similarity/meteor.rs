//! METEOR of one sentence.
//!
//! Banerjee and Lavie, "METEOR: An Automatic Metric for MT Evaluation with Improved Correlation with Human Judgments",
//! 2005, with its usual parameters. Words are aligned when they are equal, then when their stems are (Porter's second
//! stemmer). The third stage, synonyms by WordNet, is left out: no dictionary ships.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use rust_stemmers::{Algorithm, Stemmer};

use super::{count, golden, no_golden, token};
use crate::rule::{RESPONSE_AND_GROUND_TRUTH, Rule};
use crate::{Subject, Verdict};

pub(crate) static METEOR: Rule = Rule::of_response(
    "autoredteam.detectors.nlp.METEOR",
    "METEOR",
    "1 when every word of the response aligns with one of the golden answer by form or stem; matches in many pieces cost up to half.",
    judge,
)
.taking(RESPONSE_AND_GROUND_TRUTH)
.metric();

/// Weight of recall against precision.
const ALPHA: f64 = 0.9;
/// Shape and weight of the penalty for scattered matches.
const BETA: f64 = 3.0;
const GAMMA: f64 = 0.5;

static STEMMER: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::create(Algorithm::English));

fn judge(subject: &Subject<'_>) -> Verdict {
    let Some(golden) = golden(subject) else { return no_golden() };
    let words = |text: &str| -> Vec<String> {
        token::spaced(text).to_lowercase().split_whitespace().map(str::to_owned).collect()
    };
    Verdict::Raw(meteor(&words(subject.response), &words(golden)))
}

fn meteor(answer: &[String], golden: &[String]) -> f64 {
    let pairs = align(answer, golden);
    if pairs.is_empty() {
        return 0.0;
    }
    let matched = count(pairs.len());
    let (precision, recall) = (matched / count(answer.len()), matched / count(golden.len()));
    let mean = precision * recall / (ALPHA * precision + (1.0 - ALPHA) * recall);
    let broken = pairs.windows(2).filter(|two| two[1] != (two[0].0 + 1, two[0].1 + 1)).count();
    let scatter = count(broken + 1) / matched;
    ((1.0 - GAMMA * scatter.powf(BETA)) * mean).clamp(0.0, 1.0)
}

/// Pairs of places, by place in the answer. Later words choose first, and among equals the last free one.
fn align(answer: &[String], golden: &[String]) -> Vec<(usize, usize)> {
    let stem = |word: &str| STEMMER.stem(word).into_owned();
    let mut free: (Vec<usize>, Vec<usize>) = ((0..answer.len()).collect(), (0..golden.len()).collect());
    let mut pairs = stage(&mut free, |at| answer[at].clone(), |at| golden[at].clone());
    pairs.extend(stage(&mut free, |at| stem(&answer[at]), |at| stem(&golden[at])));
    pairs.sort_unstable();
    pairs
}

/// Takes out of `free` all places whose forms are equal, and gives them in pairs.
fn stage(
    free: &mut (Vec<usize>, Vec<usize>),
    answer: impl Fn(usize) -> String,
    golden: impl Fn(usize) -> String,
) -> Vec<(usize, usize)> {
    let mut places: HashMap<String, Vec<usize>> = HashMap::new();
    for at in &free.1 {
        places.entry(golden(*at)).or_default().push(*at);
    }
    let mut pairs = Vec::new();
    for at in free.0.iter().rev() {
        if let Some(other) = places.get_mut(&answer(*at)).and_then(Vec::pop) {
            pairs.push((*at, other));
        }
    }
    let taken: (HashSet<usize>, HashSet<usize>) = pairs.iter().copied().unzip();
    free.0.retain(|at| !taken.0.contains(at));
    free.1.retain(|at| !taken.1.contains(at));
    pairs
}
