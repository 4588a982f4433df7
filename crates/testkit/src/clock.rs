//! A clock that only moves when told to, but for one microsecond a look, so that it never stands.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use touchstone_kernel::Clock;
use touchstone_vocabulary::Time;
use uuid::Uuid;

#[derive(Debug)]
pub struct MockClock(AtomicI64);

impl Default for MockClock {
    fn default() -> Self {
        Self(AtomicI64::new(Time::from_secs(1_790_000_000).micros()))
    }
}

impl MockClock {
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(i64::try_from(by.as_micros()).unwrap_or(0), Ordering::Relaxed);
    }
}

impl Clock for MockClock {
    fn now(&self) -> Time {
        Time(self.0.fetch_add(1, Ordering::Relaxed))
    }

    #[expect(clippy::disallowed_methods, reason = "ids need no control in journeys, only to differ")]
    fn new_id(&self) -> Uuid {
        Uuid::now_v7()
    }
}
