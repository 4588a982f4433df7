//! Scores between 0 (failed) and 1 (passed).

use serde::{Deserialize, Serialize};

/// A finite number in `0.0..=1.0`; 1 is good.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Score(f64);

impl Score {
    pub const PASS: Self = Self(1.0);
    pub const FAIL: Self = Self(0.0);

    /// Clamps into range; a NaN counts as 0, so that no arithmetic slip can look like a pass.
    pub fn clamped(value: f64) -> Self {
        if value.is_nan() { Self::FAIL } else { Self(value.clamp(0.0, 1.0)) }
    }

    pub const fn get(self) -> f64 {
        self.0
    }
}

/// The unweighted mean of those that are present; `None` when none is. Every level of a result tree uses it.
pub fn mean(scores: impl IntoIterator<Item = Option<Score>>) -> Option<Score> {
    let (sum, count) =
        scores.into_iter().flatten().fold((0.0, 0_u32), |(sum, count), score| (sum + score.get(), count + 1));
    (count > 0).then(|| Score::clamped(sum / f64::from(count)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_skips_what_is_absent_and_is_absent_when_nothing_is_there() {
        assert_eq!(mean([Some(Score::PASS), None, Some(Score::FAIL)]).map(Score::get), Some(0.5));
        assert_eq!(mean([None, None]), None);
    }

    #[test]
    fn a_score_never_leaves_its_range() {
        assert_eq!(Score::clamped(7.0), Score::PASS);
        assert_eq!(Score::clamped(-1.0), Score::FAIL);
        assert_eq!(Score::clamped(f64::NAN), Score::FAIL);
    }
}
