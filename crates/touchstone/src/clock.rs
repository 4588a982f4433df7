//! The real clock and the real random numbers: the only place that has them.

use std::time::{SystemTime, UNIX_EPOCH};

use touchstone_kernel::Clock;
use touchstone_vocabulary::Time;
use uuid::Uuid;

/// Wall clock and version 7 ids.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else is given")]
    fn now(&self) -> Time {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Time(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }

    #[expect(clippy::disallowed_methods, reason = "this is the source of ids that everybody else is given")]
    fn new_id(&self) -> Uuid {
        Uuid::now_v7()
    }
}
