//! What was asked of the practice target and how often, so that a test can tell repeated calls from first ones.
//!
//! A conversation is known by the BLAKE3 hash of all its messages; no text is kept.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use touchstone_vocabulary::{Message, Role};

#[derive(Default)]
pub(super) struct Calls {
    total: AtomicU64,
    in_flight: AtomicU64,
    peak: AtomicU64,
    seen: Mutex<HashMap<[u8; 32], u64>>,
}

/// A call under way.
pub(super) struct Call<'a> {
    calls: &'a Calls,
    /// Counted from 1.
    pub number: u64,
}

/// The answer of `GET /calls`.
#[derive(Serialize)]
pub(super) struct Tally {
    calls: u64,
    /// Different conversations.
    distinct: usize,
    /// Calls whose conversation had been seen before.
    repeated: u64,
    /// Most calls that were under way at once.
    peak: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    by_key: Option<BTreeMap<String, u64>>,
}

impl Calls {
    /// Counts a call before anything is done about it: also one that will hang or fail was made.
    pub fn begin(&self, messages: &[Message]) -> Call<'_> {
        let key = fingerprint(messages);
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default() += 1;
        let under_way = self.in_flight.fetch_add(1, Ordering::Relaxed) + 1;
        self.peak.fetch_max(under_way, Ordering::Relaxed);
        Call { calls: self, number: self.total.fetch_add(1, Ordering::Relaxed) + 1 }
    }

    pub fn tally(&self, by_key: bool) -> Tally {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let calls = seen.values().sum::<u64>();
        let distinct = seen.len();
        let repeated = seen.values().map(|count| count - 1).sum();
        let hex = |key: &[u8; 32]| blake3::Hash::from_bytes(*key).to_hex().to_string();
        let by_key = by_key.then(|| seen.iter().map(|(key, count)| (hex(key), *count)).collect());
        Tally { calls, distinct, repeated, peak: self.peak.load(Ordering::Relaxed), by_key }
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        self.calls.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Each message as one byte of role, eight of length, and the text: no two conversations read alike.
fn fingerprint(messages: &[Message]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    for message in messages {
        let role: u8 = match message.role {
            Role::System => 0,
            Role::User => 1,
            Role::Assistant => 2,
        };
        hasher.update(&[role]);
        hasher.update(&u64::try_from(message.content.len()).unwrap_or(u64::MAX).to_le_bytes());
        hasher.update(message.content.as_bytes());
    }
    hasher.finalize().into()
}
