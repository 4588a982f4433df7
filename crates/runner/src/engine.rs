//! The engine of one process: what its parts share, and their life.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use touchstone_aggregates::api_key::ApiKeyEvent;
use touchstone_benchmarks::Benchmarks;
use touchstone_detectors::Detectors;
use touchstone_event_store::{Store, Writer};
use touchstone_hubs::{ChatCompletions, KeyConcurrency, KeyLimits};
use touchstone_kernel::{Actor, Clock, Meta, Owned, Recorded, Rejection, WireFault};
use touchstone_vocabulary::{ApiKeyId, ApiKeyStatus, TeamId, WorkerId};
use uuid::Uuid;

use crate::coordinator::Coordinator;
use crate::target::Barred;
use crate::worker::Worker;

/// How an engine runs.
#[derive(Debug, Clone)]
pub struct Options {
    /// No other process can be alive on this store, so what others claimed is free at once. True for SQLite, which
    /// one `serve` locks.
    pub alone: bool,
    /// An evaluation that runs longer ends as timed out.
    pub deadline: Duration,
    /// Tests that this process may hold claimed at once.
    pub backlog: usize,
    /// Calls that may be under way at once for one API key; how many are is learnt from how they end.
    pub max_in_flight: usize,
}

/// [`Options::max_in_flight`] unless told otherwise.
pub const MAX_IN_FLIGHT: usize = 1_000;
/// Calls under way for a key that nothing is known of yet.
const FIRST_IN_FLIGHT: usize = 64;

impl Default for Options {
    fn default() -> Self {
        Self {
            alone: false,
            deadline: Duration::from_hours(24),
            backlog: 2_000,
            max_in_flight: MAX_IN_FLIGHT,
        }
    }
}

/// What all parts of an engine use.
pub struct Shared {
    pub store: Store,
    pub writer: Writer,
    pub hub: ChatCompletions,
    pub detectors: Arc<Detectors>,
    pub benchmarks: Benchmarks,
    pub limits: KeyLimits,
    pub concurrency: KeyConcurrency,
    pub clock: Arc<dyn Clock>,
    pub options: Options,
    pub worker: WorkerId,
    /// The process is stopping: begin no new call, record what is in flight.
    pub drain: CancellationToken,
    /// Keys of which this process has heard that they must not be called with.
    pub barred_keys: Mutex<HashMap<ApiKeyId, Barred>>,
    /// Workers that share each key's rate limit, this one included.
    pub sharers: AtomicU32,
}

impl Shared {
    pub fn meta(&self, team: TeamId, command: Uuid, correlation: Uuid, cause: Uuid) -> Meta {
        Meta {
            actor: Actor::System("runner"),
            team: Some(team),
            at: self.clock.now(),
            command,
            correlation,
            causation: Some(cause),
            idempotency: None,
            expected: None,
        }
    }

    /// Why a key must not be called with any more, if something has happened to it since its run was claimed.
    pub fn barred(&self, key: ApiKeyId) -> Option<Barred> {
        self.barred_keys.lock().unwrap_or_else(PoisonError::into_inner).get(&key).copied()
    }

    /// Takes notice of what happened to a key.
    pub fn hear(&self, recorded: &Recorded) -> Result<(), WireFault> {
        let Ok(key) = recorded.envelope.stream.parse::<Owned<ApiKeyId>>() else { return Ok(()) };
        let mut barred = self.barred_keys.lock().unwrap_or_else(PoisonError::into_inner);
        match recorded.event::<ApiKeyEvent>()? {
            ApiKeyEvent::Deleted {} => drop(barred.insert(key.id, Barred::Deleted)),
            ApiKeyEvent::StatusChanged { status: ApiKeyStatus::Inactive } => {
                barred.insert(key.id, Barred::Inactive);
            }
            ApiKeyEvent::StatusChanged { status: ApiKeyStatus::Active } => drop(barred.remove(&key.id)),
            ApiKeyEvent::Created { .. }
            | ApiKeyEvent::Renamed { .. }
            | ApiKeyEvent::LimitsChanged { .. }
            | ApiKeyEvent::SecretRotated { .. }
            | ApiKeyEvent::HubConfigChanged { .. } => {}
        }
        Ok(())
    }

    /// This process's part of a key's calls per interval: workers that are alive share it equally, so that together
    /// they stay within the key's limit.
    pub fn share(&self, per_interval: u32) -> u32 {
        (per_interval / self.sharers.load(Ordering::Relaxed).max(1)).max(1)
    }

    /// Repeats what fails only because the store is away, until it answers or the process stops (`None`).
    pub async fn persist<T, F, Fut>(
        &self,
        cancel: &CancellationToken,
        attempt: F,
    ) -> Option<Result<T, Rejection>>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<T, Rejection>>,
    {
        let mut pause = Duration::from_millis(50);
        loop {
            match attempt().await {
                Err(Rejection::Unavailable(reason)) => {
                    tracing::warn!(reason, "the event log is away; trying again");
                    cancel.run_until_cancelled(tokio::time::sleep(pause)).await?;
                    pause = (pause * 2).min(Duration::from_secs(2));
                }
                answer => return Some(answer),
            }
        }
    }
}

/// The engine of one process.
pub struct Engine {
    shared: Arc<Shared>,
}

impl Engine {
    pub fn new(
        store: Store,
        hub: ChatCompletions,
        detectors: Arc<Detectors>,
        benchmarks: Benchmarks,
        clock: Arc<dyn Clock>,
        options: Options,
    ) -> Self {
        let worker = WorkerId(clock.new_id());
        let writer = store.writer();
        Self {
            shared: Arc::new(Shared {
                store,
                writer,
                hub,
                detectors,
                benchmarks,
                limits: KeyLimits::default(),
                concurrency: KeyConcurrency::new(FIRST_IN_FLIGHT, options.max_in_flight),
                clock,
                options,
                worker,
                drain: CancellationToken::new(),
                barred_keys: Mutex::default(),
                sharers: AtomicU32::new(1),
            }),
        }
    }

    /// Works until told to stop; then records what is in flight, for a few seconds at most, and leaves the rest to
    /// another process or the next start.
    pub async fn run(self, cancel: CancellationToken) {
        let (board, follow) = crate::coordinator::follow(Arc::clone(&self.shared));
        let coordinator = Coordinator::new(Arc::clone(&self.shared), board.clone());
        let worker = Worker::new(Arc::clone(&self.shared), board);
        tokio::join!(follow.run(cancel.clone()), coordinator.run(cancel.clone()), worker.run(cancel));
    }
}
