//! Precision, recall and their intervals.

use crate::{Counts, Share, wilson};

#[test]
fn shares_have_the_wilson_interval() {
    // Reference: statsmodels 0.14 `proportion_confint(k, n, method="wilson")`.
    for (k, n, low, high) in
        [(8, 10, 0.490_162, 0.943_318), (0, 10, 0.0, 0.277_533), (10, 10, 0.722_467, 1.0)]
    {
        let Share { value, low: found_low, high: found_high } = wilson(k, n).unwrap();
        assert!((value - f64::from(k) / f64::from(n)).abs() < 1e-12);
        assert!(
            (found_low - low).abs() < 1e-6 && (found_high - high).abs() < 1e-6,
            "{k}/{n}: {found_low} {found_high}"
        );
    }
    assert_eq!(wilson(0, 0), None);
}

#[test]
fn the_unverified_are_counted_apart() {
    let mut counts = Counts::default();
    for (labelled, found, times) in [
        (true, Some(true), 6),
        (false, Some(true), 2),
        (true, Some(false), 3),
        (false, Some(false), 8),
        (true, None, 1),
        (false, None, 0),
    ] {
        (0..times).for_each(|_| counts.add(labelled, found));
    }
    assert_eq!(counts.total(), 20);
    let value = |share: Option<Share>| share.map(|share| share.value);
    assert_eq!(value(counts.precision()), Some(6.0 / 8.0));
    assert_eq!(value(counts.recall()), Some(6.0 / 9.0));
    assert_eq!(value(counts.unverified_share()), Some(1.0 / 20.0));
    assert_eq!(Counts::default().precision(), None);
    assert_eq!(Counts::default().recall(), None);
}
