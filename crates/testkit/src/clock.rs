//! A clock that only moves when told to, but for one microsecond a look, so that it never stands.

use std::backtrace::Backtrace;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use touchstone_kernel::Clock;
use touchstone_vocabulary::Time;
use uuid::Uuid;

#[derive(Debug)]
pub struct MockClock {
    now: AtomicI64,
    trap: Mutex<Option<Trap>>,
}

/// Where a look at the clock panics.
#[derive(Debug)]
struct Trap {
    file: &'static str,
    text: String,
    sprung: usize,
}

impl Default for MockClock {
    fn default() -> Self {
        Self { now: AtomicI64::new(Time::from_secs(1_790_000_000).micros()), trap: Mutex::default() }
    }
}

impl MockClock {
    pub fn advance(&self, by: Duration) {
        self.now.fetch_add(i64::try_from(by.as_micros()).unwrap_or(0), Ordering::Relaxed);
    }

    /// From now on whoever asks for the time or an id below a function of this source file panics with a text.
    pub fn trap(&self, file: &'static str, text: &str) {
        *self.trap.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(Trap { file, text: text.to_owned(), sprung: 0 });
    }

    /// How often that happened.
    pub fn sprung(&self) -> usize {
        let trap = self.trap.lock().unwrap_or_else(PoisonError::into_inner);
        trap.as_ref().map_or(0, |trap| trap.sprung)
    }

    /// Nobody panics any more.
    pub fn mend(&self) {
        *self.trap.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn looked_at(&self) {
        let mut trap = self.trap.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(trap) = trap.as_mut() else { return };
        assert!(!trap.is_sprung_here(), "{}", trap.text);
    }
}

impl Trap {
    fn is_sprung_here(&mut self) -> bool {
        let is_here = Backtrace::force_capture().to_string().contains(self.file);
        self.sprung += usize::from(is_here);
        is_here
    }
}

impl Clock for MockClock {
    fn now(&self) -> Time {
        self.looked_at();
        Time(self.now.fetch_add(1, Ordering::Relaxed))
    }

    #[expect(clippy::disallowed_methods, reason = "ids need no control in journeys, only to differ")]
    fn new_id(&self) -> Uuid {
        self.looked_at();
        Uuid::now_v7()
    }
}
