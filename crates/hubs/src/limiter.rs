//! The rate limit of a key, shared by everything that uses it.
//!
//! The promise is strict: in any window of the interval's length at most `per_interval` calls are admitted. A plain
//! token bucket with a full burst would admit almost twice that in its first window, so the burst is small (one in
//! twenty) and what it takes is left out of the refill.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::clock::{Clock, Reference};
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use tokio::time::Instant;
use touchstone_vocabulary::ApiKeyId;

/// The limits of all keys. Clones share them.
#[derive(Clone, Default)]
pub struct KeyLimits(Arc<Mutex<HashMap<Setting, Arc<Gate>>>>);

/// A limit belongs to a key and to what is set on it: new settings are a new limit, effective with the next call.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Setting {
    key: ApiKeyId,
    per_interval: u32,
    interval_secs: u32,
}

struct Gate {
    bucket: RateLimiter<NotKeyed, InMemoryState, TokioClock, NoOpMiddleware<Ticks>>,
    clock: TokioClock,
    /// Whoever holds it is next; the others queue behind in order of arrival, so that one timer runs and not one each.
    turn: tokio::sync::Mutex<()>,
}

/// Gates that nobody uses are dropped when there are more than this.
const KEEP: usize = 256;

impl KeyLimits {
    /// Waits until the key may make one more call. Values of 0 count as 1. Dropping the future before it is ready
    /// gives the place in the queue up and uses nothing.
    pub async fn admit(&self, key: ApiKeyId, per_interval: u32, interval_secs: u32) {
        let setting = Setting { key, per_interval: per_interval.max(1), interval_secs: interval_secs.max(1) };
        let gate = self.gate(setting);
        let _turn = gate.turn.lock().await;
        // There is no await between taking the permit and returning: a permit cannot be lost.
        while let Err(not_yet) = gate.bucket.check() {
            tokio::time::sleep(not_yet.wait_time_from(gate.clock.now())).await;
        }
    }

    fn gate(&self, setting: Setting) -> Arc<Gate> {
        let mut gates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(gate) = gates.get(&setting) {
            return Arc::clone(gate);
        }
        if gates.len() >= KEEP {
            // A gate that is still recovering must stay, or its key would get a second burst.
            gates.retain(|kept, gate| {
                Arc::strong_count(gate) > 1
                    || gate.clock.used_within(Duration::from_secs(kept.interval_secs.into()))
            });
        }
        let gate = Arc::new(Gate::new(setting));
        gates.insert(setting, Arc::clone(&gate));
        gate
    }
}

impl Gate {
    fn new(setting: Setting) -> Self {
        let burst = 1 + setting.per_interval / 20;
        let refill = setting.per_interval - burst + 1;
        let interval = Duration::from_secs(setting.interval_secs.into());
        // Rounded up: a fraction of a nanosecond too slow keeps the promise, a fraction too fast breaks it.
        let period = (interval / refill + Duration::from_nanos(1)).max(Duration::from_nanos(1));
        let clock = TokioClock::start();
        let quota = Quota::with_period(period)
            .unwrap_or_else(|| Quota::per_second(NonZeroU32::MIN))
            .allow_burst(NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN));
        Self {
            bucket: RateLimiter::direct_with_clock(quota, clock.clone()),
            clock,
            turn: tokio::sync::Mutex::new(()),
        }
    }
}

/// The runtime's clock, which tests can stop and turn. It remembers when it was last read.
#[derive(Clone)]
struct TokioClock {
    start: Instant,
    read: Arc<Mutex<Instant>>,
}

impl TokioClock {
    fn start() -> Self {
        let start = Instant::now();
        Self { start, read: Arc::new(Mutex::new(start)) }
    }

    fn used_within(&self, span: Duration) -> bool {
        self.read.lock().unwrap_or_else(PoisonError::into_inner).elapsed() < span
    }
}

/// Time since the clock's start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Ticks(Duration);

impl std::ops::Add<Nanos> for Ticks {
    type Output = Self;

    fn add(self, other: Nanos) -> Self {
        Self(self.0 + Duration::from(other))
    }
}

impl Reference for Ticks {
    fn duration_since(&self, earlier: Self) -> Nanos {
        self.0.saturating_sub(earlier.0).into()
    }

    fn saturating_sub(&self, duration: Nanos) -> Self {
        Self(self.0.checked_sub(duration.into()).unwrap_or(self.0))
    }
}

impl Clock for TokioClock {
    type Instant = Ticks;

    fn now(&self) -> Ticks {
        let now = Instant::now();
        *self.read.lock().unwrap_or_else(PoisonError::into_inner) = now;
        Ticks(now.duration_since(self.start))
    }
}
