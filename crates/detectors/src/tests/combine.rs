//! How raw values become one score.

use touchstone_vocabulary::{ProbeScoring, Score};

use crate::Polarity::{Metric, Risk};
use crate::combine;

fn score(scoring: ProbeScoring, raws: &[(crate::Polarity, f64)]) -> Option<f64> {
    combine(scoring, raws).map(Score::get)
}

#[test]
fn under_min_all_risk_detectors_must_agree() {
    for scoring in
        [ProbeScoring::NaiveMeanMin, ProbeScoring::TinybenchMin, ProbeScoring::Final, ProbeScoring::Leaf]
    {
        assert_eq!(score(scoring, &[(Risk, 1.0), (Risk, 0.0)]), Some(1.0));
        assert_eq!(score(scoring, &[(Risk, 1.0), (Risk, 1.0)]), Some(0.0));
        assert_eq!(score(scoring, &[(Risk, 0.25)]), Some(0.75));
    }
}

#[test]
fn under_max_any_risk_detector_is_enough() {
    for scoring in [ProbeScoring::NaiveMeanMax, ProbeScoring::TinybenchMax] {
        assert_eq!(score(scoring, &[(Risk, 1.0), (Risk, 0.0)]), Some(0.0));
        assert_eq!(score(scoring, &[(Risk, 0.0), (Risk, 0.0)]), Some(1.0));
    }
}

#[test]
fn metrics_are_averaged_and_outrank_risks() {
    for scoring in [ProbeScoring::NaiveMeanMin, ProbeScoring::NaiveMeanMax] {
        assert_eq!(score(scoring, &[(Metric, 1.0), (Metric, 0.5)]), Some(0.75));
        assert_eq!(score(scoring, &[(Metric, 0.5), (Risk, 1.0)]), Some(0.5));
    }
}

#[test]
fn without_raw_values_there_is_no_score_and_a_nan_never_looks_like_a_pass() {
    assert_eq!(score(ProbeScoring::NaiveMeanMin, &[]), None);
    for scoring in [ProbeScoring::NaiveMeanMin, ProbeScoring::NaiveMeanMax] {
        assert_eq!(score(scoring, &[(Risk, f64::NAN)]), Some(0.0));
        assert_eq!(score(scoring, &[(Metric, f64::NAN)]), Some(0.0));
        assert_eq!(score(scoring, &[(Risk, 7.0)]), Some(0.0));
    }
}
