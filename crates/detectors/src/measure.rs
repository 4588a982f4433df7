//! How well a detector does against human judgement.

/// Outcomes of one detector on labelled responses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Labelled as hits and found.
    pub true_positives: u32,
    /// Found, but labelled as no hits.
    pub false_positives: u32,
    /// Labelled as hits and passed.
    pub false_negatives: u32,
    pub true_negatives: u32,
    /// Neither passed nor failed; in no other count.
    pub unverified: u32,
}

/// A share with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    pub value: f64,
    pub low: f64,
    pub high: f64,
}

impl Counts {
    pub const fn total(&self) -> u32 {
        self.true_positives
            + self.false_positives
            + self.false_negatives
            + self.true_negatives
            + self.unverified
    }

    /// Adds one response.
    pub const fn add(&mut self, labelled: bool, found: Option<bool>) {
        match (labelled, found) {
            (true, Some(true)) => self.true_positives += 1,
            (false, Some(true)) => self.false_positives += 1,
            (true, Some(false)) => self.false_negatives += 1,
            (false, Some(false)) => self.true_negatives += 1,
            (_, None) => self.unverified += 1,
        }
    }

    /// Of what was found, the share that is labelled so. `None` when nothing was found.
    pub fn precision(&self) -> Option<Share> {
        wilson(self.true_positives, self.true_positives + self.false_positives)
    }

    /// Of what is labelled as a hit, the share that was found; the unverified are left out. `None` when nothing is.
    pub fn recall(&self) -> Option<Share> {
        wilson(self.true_positives, self.true_positives + self.false_negatives)
    }

    /// Of all responses, those that could not be judged.
    pub fn unverified_share(&self) -> Option<Share> {
        wilson(self.unverified, self.total())
    }
}

/// A share of `n` and its score interval at 95 % (Wilson, JASA 22, 1927), which stays inside 0 … 1 and is sound for
/// few responses too.
pub fn wilson(k: u32, n: u32) -> Option<Share> {
    const Z: f64 = 1.959_963_984_540_054;
    if n == 0 {
        return None;
    }
    let (k, n) = (f64::from(k), f64::from(n));
    let (share, z2) = (k / n, Z * Z);
    let middle = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let reach = Z / (1.0 + z2 / n) * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
    Some(Share { value: share, low: (middle - reach).max(0.0), high: (middle + reach).min(1.0) })
}

/// Figures of a detector on one data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measurement {
    /// What was labelled, by whom, and which part of it was used.
    pub data_set: &'static str,
    /// The day of the measurement, as `2026-11-25`.
    pub date: &'static str,
    /// What the detector is held to find: a raw 1, or its absence.
    pub positive: &'static str,
    pub counts: Counts,
}
