//! How many calls may be in flight at once, learnt from how they end.
//!
//! Additive increase, multiplicative decrease. Until the first sign of overload every success adds a place, which
//! doubles the number each round trip; after it, a whole round of successes adds one. An overload halves the number,
//! but only when the call began after the previous halving: calls that were already under way say nothing about the
//! new number. It grows only while at least half of it is used, so that an idle hour is not taken for a proof of
//! strength, and it is never below 1.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;
use tokio::time::Instant;
use touchstone_vocabulary::ApiKeyId;

use crate::error::HubError;

/// The adaptive number of calls in flight for one key. Clones share it.
#[derive(Clone)]
pub struct Concurrency(Arc<Inner>);

struct Inner {
    places: Semaphore,
    state: Mutex<State>,
}

struct State {
    limit: usize,
    max: usize,
    in_flight: usize,
    /// Places that are to vanish when their calls end, because the limit fell below what is in flight.
    owed: usize,
    /// No overload was seen yet.
    doubling: bool,
    /// Successes since the limit last grew, once past doubling.
    successes: usize,
    last_cut: Option<Instant>,
}

/// A place for one call. Dropping it without a verdict changes nothing but frees the place.
#[must_use]
pub struct Permit {
    inner: Arc<Inner>,
    began: Instant,
}

impl Concurrency {
    /// Starts with `initial` places and never has more than `max`; both count as at least 1.
    pub fn new(initial: usize, max: usize) -> Self {
        let max = max.clamp(1, Semaphore::MAX_PERMITS);
        let limit = initial.clamp(1, max);
        let state = State { limit, max, in_flight: 0, owed: 0, doubling: true, successes: 0, last_cut: None };
        Self(Arc::new(Inner { places: Semaphore::new(limit), state: Mutex::new(state) }))
    }

    /// Waits for a place, first come first served. Dropping the future gives up the wait.
    pub async fn acquire(&self) -> Permit {
        match self.0.places.acquire().await {
            Ok(place) => place.forget(),
            // The semaphore is private and nothing closes it.
            Err(_) => std::future::pending::<()>().await,
        }
        self.0.state().in_flight += 1;
        Permit { inner: Arc::clone(&self.0), began: Instant::now() }
    }

    /// The present number of places.
    pub fn limit(&self) -> usize {
        self.0.state().limit
    }

    /// The present number of calls.
    pub fn in_flight(&self) -> usize {
        self.0.state().in_flight
    }
}

impl Permit {
    /// The verdict that follows from how a call ended: an answer, an overload, or neither.
    pub fn settle<T>(self, outcome: &Result<T, HubError>) {
        match outcome {
            Ok(_) => self.succeeded(),
            Err(error) if error.is_overload() => self.overloaded(),
            Err(_) => drop(self),
        }
    }

    /// The call was answered.
    pub fn succeeded(self) {
        let mut state = self.inner.state();
        if state.in_flight * 2 < state.limit || state.limit == state.max {
            return;
        }
        state.successes += 1;
        if state.doubling || state.successes >= state.limit {
            state.successes = 0;
            state.limit += 1;
            if state.owed > 0 {
                state.owed -= 1;
            } else {
                self.inner.places.add_permits(1);
            }
        }
    }

    /// The hub had too much: 429, 5xx or a time-out.
    pub fn overloaded(self) {
        let mut state = self.inner.state();
        state.doubling = false;
        state.successes = 0;
        if state.last_cut.is_some_and(|cut| self.began <= cut) {
            return;
        }
        state.last_cut = Some(Instant::now());
        let fall = state.limit - (state.limit / 2).max(1);
        state.limit -= fall;
        let vanished = self.inner.places.forget_permits(fall);
        state.owed += fall - vanished;
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut state = self.inner.state();
        state.in_flight -= 1;
        if state.owed > 0 {
            state.owed -= 1;
        } else {
            self.inner.places.add_permits(1);
        }
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One [`Concurrency`] per key, made at first use. Clones share them.
#[derive(Clone)]
pub struct KeyConcurrency {
    keys: Arc<Mutex<HashMap<ApiKeyId, Concurrency>>>,
    initial: usize,
    max: usize,
}

impl Default for KeyConcurrency {
    /// 64 places at first, at most 1,000.
    fn default() -> Self {
        Self::new(64, 1_000)
    }
}

impl KeyConcurrency {
    pub fn new(initial: usize, max: usize) -> Self {
        Self { keys: Arc::default(), initial, max }
    }

    pub fn of(&self, key: ApiKeyId) -> Concurrency {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        keys.entry(key).or_insert_with(|| Concurrency::new(self.initial, self.max)).clone()
    }
}
