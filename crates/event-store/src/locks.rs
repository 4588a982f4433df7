//! At most one append per stream is in flight in this process.
//!
//! The database would refuse the second anyway; waiting here costs less than losing there. Streams share a fixed
//! number of locks, and whoever needs several takes them in one order, so nobody waits in a circle.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use tokio::sync::{Mutex, OwnedMutexGuard};

const STRIPES: usize = 1024;

#[derive(Debug)]
pub(crate) struct Locks {
    stripes: Vec<Arc<Mutex<()>>>,
    hasher: RandomState,
}

impl Locks {
    pub(crate) fn new() -> Self {
        Self { stripes: (0..STRIPES).map(|_| Arc::default()).collect(), hasher: RandomState::new() }
    }

    /// Holds all of these streams until the guards are dropped.
    pub(crate) async fn hold<'a>(
        &self,
        streams: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Vec<OwnedMutexGuard<()>> {
        let wanted: BTreeSet<usize> = streams.map(|stream| self.stripe(stream)).collect();
        let mut guards = Vec::with_capacity(wanted.len());
        for stripe in wanted {
            guards.push(Arc::clone(&self.stripes[stripe]).lock_owned().await);
        }
        guards
    }

    fn stripe(&self, stream: (&str, &str)) -> usize {
        let modulus = STRIPES as u64;
        usize::try_from(self.hasher.hash_one(stream) % modulus).unwrap_or(0)
    }
}
