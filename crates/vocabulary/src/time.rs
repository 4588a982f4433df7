//! Points in time. The log keeps microseconds, the public API shows seconds.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Microseconds since the Unix epoch, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(pub i64);

impl Time {
    pub const fn from_secs(seconds: i64) -> Self {
        Self(seconds * 1_000_000)
    }

    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whole seconds, as every public timestamp is shown.
    pub const fn secs(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// Seconds with their fraction, exact to the microsecond for a few centuries.
    #[expect(clippy::cast_precision_loss, reason = "microseconds since 1970 stay far below 2^53")]
    pub const fn secs_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// The point that so many seconds name, down to the microsecond; the end of time for what lies beyond.
    #[expect(clippy::cast_possible_truncation, reason = "a cast from float to integer saturates")]
    pub const fn from_secs_f64(seconds: f64) -> Self {
        Self((seconds * 1e6) as i64)
    }

    /// Time gone by since `earlier`; zero when the clock went back.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0 - earlier.0).unwrap_or(0))
    }

    #[must_use]
    pub fn before(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)))
    }

    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)))
    }
}
