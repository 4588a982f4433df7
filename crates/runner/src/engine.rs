//! The engine of one process: what its parts share, and their life.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use touchstone_event_store::{Store, Writer};
use touchstone_hubs::{ChatCompletions, KeyConcurrency, KeyLimits};
use touchstone_kernel::{Actor, Clock, Meta, Rejection};
use touchstone_vocabulary::{TeamId, WorkerId};
use uuid::Uuid;

use crate::coordinator::Coordinator;
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
}

impl Default for Options {
    fn default() -> Self {
        Self { alone: false, deadline: Duration::from_hours(24), backlog: 2_000 }
    }
}

/// What all parts of an engine use.
pub struct Shared {
    pub store: Store,
    pub writer: Writer,
    pub hub: ChatCompletions,
    pub limits: KeyLimits,
    pub concurrency: KeyConcurrency,
    pub clock: Arc<dyn Clock>,
    pub options: Options,
    pub worker: WorkerId,
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
        }
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
    pub fn new(store: Store, hub: ChatCompletions, clock: Arc<dyn Clock>, options: Options) -> Self {
        let worker = WorkerId(clock.new_id());
        let writer = store.writer();
        Self {
            shared: Arc::new(Shared {
                store,
                writer,
                hub,
                limits: KeyLimits::default(),
                concurrency: KeyConcurrency::default(),
                clock,
                options,
                worker,
            }),
        }
    }

    /// Works until told to stop; then ends its tasks, whose runs another process, or the next start, takes over.
    pub async fn run(self, cancel: CancellationToken) {
        let (board, follow) = crate::coordinator::follow(Arc::clone(&self.shared));
        let coordinator = Coordinator::new(Arc::clone(&self.shared), board.clone());
        let worker = Worker::new(Arc::clone(&self.shared), board);
        tokio::join!(follow.run(cancel.clone()), coordinator.run(cancel.clone()), worker.run(cancel));
    }
}
