//! Similarity in the manner of BERTScore.
//!
//! Zhang et al., "BERTScore: Evaluating Text Generation with BERT", ICLR 2020: each token takes its nearest token on
//! the other side by the cosine of their embeddings; recall is the mean over the golden answer, precision over the
//! response, and the score is their harmonic mean. The embeddings here are static ones, not a transformer's, so the
//! figures compare with each other and not with published ones.

use std::sync::Arc;

use touchstone_embeddings::Model;

use super::{count, golden, no_golden};
use crate::rule::{DataRule, RESPONSE_AND_GROUND_TRUTH, Supplied};
use crate::{Description, Detector, Polarity, Subject, Verdict};

static BERT_SCORE: DataRule<Arc<Model>> = DataRule {
    about: Description {
        polarity: Polarity::Metric,
        inputs: RESPONSE_AND_GROUND_TRUTH,
        ..Description::of_response(
            "autoredteam.detectors.nlp.BERTScore",
            "BERTScore",
            "1 when every token of the response has one of the same meaning in the golden answer, and the reverse, by static embeddings.",
        )
    },
    judge,
    without: "the embedding model is not installed; run touchstone models fetch and start the server again",
};

pub(crate) fn detector(model: Option<Arc<Model>>) -> Box<dyn Detector> {
    Box::new(Supplied { rule: &BERT_SCORE, data: model })
}

/// Tokens of either side that are compared; as many as BERT itself would read.
const TOKENS: usize = 512;

fn judge(model: &Arc<Model>, subject: &Subject<'_>) -> Verdict {
    let Some(golden) = golden(subject) else { return no_golden() };
    let (answer, golden) =
        (model.token_embeddings(subject.response, TOKENS), model.token_embeddings(golden, TOKENS));
    Verdict::Raw(score(&answer, &golden))
}

fn score(answer: &[Vec<f32>], golden: &[Vec<f32>]) -> f64 {
    if answer.is_empty() || golden.is_empty() {
        return 0.0;
    }
    let (precision, recall) = (nearest(answer, golden), nearest(golden, answer));
    if precision + recall <= 0.0 {
        return 0.0;
    }
    (2.0 * precision * recall / (precision + recall)).clamp(0.0, 1.0)
}

/// The mean over `from` of the largest cosine with any of `to`. All vectors have length 1 or 0.
fn nearest(from: &[Vec<f32>], to: &[Vec<f32>]) -> f64 {
    let cosine = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    let sum: f64 = from
        .iter()
        .map(|one| f64::from(to.iter().map(|other| cosine(one, other)).fold(-1.0, f32::max)))
        .sum();
    sum / count(from.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector of length 1 at an angle in degrees.
    fn at(degrees: f32) -> Vec<f32> {
        vec![degrees.to_radians().cos(), degrees.to_radians().sin()]
    }

    fn angles(degrees: &[f32]) -> Vec<Vec<f32>> {
        degrees.iter().copied().map(at).collect()
    }

    #[test]
    fn the_score_is_the_harmonic_mean_of_precision_and_recall_by_greedy_matching() {
        // Made with numpy 2.4: S = A @ B.T; p, r = S.max(1).mean(), S.max(0).mean(); 2 * p * r / (p + r).
        for (answer, golden, wanted) in [
            (&[0.0_f32, 90.0] as &[f32], &[90.0_f32, 0.0] as &[f32], 1.0),
            (&[0.0], &[60.0], 0.5),
            (&[0.0, 30.0, 80.0], &[10.0, 60.0], 0.958_475_846),
            (&[0.0], &[0.0, 90.0, 90.0], 0.5),
            (&[45.0, 45.0, 200.0], &[20.0], 0.417_087_188),
            (&[0.0], &[180.0], 0.0),
            (&[], &[0.0], 0.0),
            (&[0.0], &[], 0.0),
        ] {
            let found = score(&angles(answer), &angles(golden));
            assert!((found - wanted).abs() < 1e-6, "{answer:?} {golden:?}: {found} instead of {wanted}");
        }
    }
}
