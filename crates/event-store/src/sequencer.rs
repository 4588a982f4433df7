//! The sequencer: gives committed events their places, on PostgreSQL.
//!
//! A lease on the database's clock keeps all but one process quiet; it is there for thrift, not for safety. The
//! primary key of the index is the fence: whoever was frozen and woke up meets the places that another has given,
//! which are the same ones, and reads on from there.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::StoreError;
use crate::postgres::{PostgresLog, Size, Tip};
use crate::store::Store;

const LEASE: &str = "sequencer";
const TTL: Duration = Duration::from_secs(3);
const RENEW: Duration = Duration::from_secs(1);
const POLL: Duration = Duration::from_millis(25);
/// How often a process that is not the sequencer looks how far the log has come.
const FOLLOW: Duration = Duration::from_millis(100);
const AFTER_FAULT: Duration = Duration::from_millis(500);

/// One step should take about this long, so that its commit holds nobody back.
const STEP: Duration = Duration::from_millis(50);
const MOST_EVENTS: i64 = 2_000;
const LEAST_EVENTS: i64 = 50;
const MOST_BYTES: i64 = 4 * 1024 * 1024;

/// Gives events their places while it holds the lease; otherwise tells this process how far the log has come.
pub struct Sequencer {
    store: Store,
    owner: Uuid,
    pace: Mutex<Pace>,
}

struct Pace {
    /// The last place given, as far as we know: wrong when another has given more, and then the fence tells.
    tip: Option<Tip>,
    events: i64,
}

impl Sequencer {
    /// `owner` names this process in the lease.
    #[must_use]
    pub fn new(store: Store, owner: Uuid) -> Self {
        Self { store, owner, pace: Mutex::new(Pace { tip: None, events: 500 }) }
    }

    /// Runs until cancelled. Faults of the database are waited out.
    pub async fn run(self, cancel: CancellationToken) {
        let mut renewed: Option<Instant> = None;
        let mut measured: Option<Instant> = None;
        while !cancel.is_cancelled() {
            let result = self.turn(&mut renewed, &mut measured).await;
            let pause = match result {
                Ok((_, given)) if given > 0 => continue,
                Ok((true, _)) => POLL,
                Ok((false, _)) => FOLLOW,
                Err(fault) => {
                    tracing::warn!(error = &fault as &dyn std::error::Error, "the sequencer could not go on");
                    renewed = None;
                    AFTER_FAULT
                }
            };
            tokio::select! {
                () = cancel.cancelled() => break,
                () = self.store.appended(), if pause == POLL => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
        if renewed.is_some()
            && let Err(fault) = self.store.release(LEASE, self.owner).await
        {
            tracing::debug!(
                error = &fault as &dyn std::error::Error,
                "the sequencer's lease runs out by itself"
            );
        }
    }

    /// Whether we are the sequencer, and how many places were given.
    async fn turn(
        &self,
        renewed: &mut Option<Instant>,
        measured: &mut Option<Instant>,
    ) -> Result<(bool, usize), StoreError> {
        let Some(postgres) = self.store.postgres() else {
            self.follow().await?;
            return Ok((false, 0));
        };
        if renewed.is_none_or(|at| at.elapsed() >= RENEW) {
            let now = Instant::now();
            *renewed = self.store.lease(LEASE, self.owner, TTL).await?.map(|_| now);
        }
        if renewed.is_none() {
            self.set_tip(None);
            self.follow().await?;
            return Ok((false, 0));
        }
        let given = self.step().await?;
        if measured.is_none_or(|at| at.elapsed() >= RENEW) {
            *measured = Some(Instant::now());
            self.measure(postgres).await?;
        }
        Ok((true, given))
    }

    /// Gives places to one batch of events and returns how many; 0 when all that can have one do. Without a lease,
    /// for tests and the command line; safe beside a running sequencer.
    pub async fn step(&self) -> Result<usize, StoreError> {
        let Some(postgres) = self.store.postgres() else { return Ok(0) };
        loop {
            let begun = Instant::now();
            let tip = match self.known_tip() {
                Some(tip) => tip,
                None => postgres.tip().await?,
            };
            let events = self.lock().events;
            let run = postgres.next_run(tip, Size { events, bytes: MOST_BYTES }, true).await?;
            if run.len() == 0 {
                self.set_tip(Some(tip));
                self.store.publish(tip.seq);
                return Ok(0);
            }
            let stored = postgres.store_run(&run).await?;
            self.set_tip(stored);
            if let Some(tip) = stored {
                self.adapt(begun.elapsed(), run.len());
                self.store.publish(tip.seq);
                return Ok(run.len());
            }
            // Another has given these places. Read where it stands.
        }
    }

    fn adapt(&self, took: Duration, given: usize) {
        let mut pace = self.lock();
        if took > STEP {
            pace.events = (pace.events / 2).max(LEAST_EVENTS);
        } else if took < STEP / 2 && i64::try_from(given).is_ok_and(|given| given >= pace.events) {
            pace.events = (pace.events * 2).min(MOST_EVENTS);
        }
    }

    async fn follow(&self) -> Result<(), StoreError> {
        let (seq, _) = self.store.backend().head().await?;
        self.store.publish(seq);
        Ok(())
    }

    async fn measure(&self, postgres: &PostgresLog) -> Result<(), StoreError> {
        let Some(tip) = self.known_tip() else { return Ok(()) };
        let lag = u32::try_from(postgres.lag(tip).await? / 1_000).unwrap_or(u32::MAX);
        metrics::gauge!("touchstone_sequencer_lag_seconds").set(f64::from(lag) / 1_000.0);
        Ok(())
    }

    fn known_tip(&self) -> Option<Tip> {
        self.lock().tip
    }

    fn set_tip(&self, tip: Option<Tip>) {
        self.lock().tip = tip;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
