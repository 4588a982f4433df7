//! The reader's loop: hold the lease, take what follows, and read the log where nothing does.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use touchstone_bus::{Delivery, Subscription};
use touchstone_event_store::Store;
use touchstone_kernel::Envelope;
use uuid::Uuid;

use super::feed::{self, BATCH_BYTES};
use super::{BATCH_EVENTS, Group, Stop, apply, owned_target};
use crate::generation::{LIVE, tables_of};
use crate::{Progress, ReadError, Tx};

const LEASE: Duration = Duration::from_secs(3);
const RENEW_EVERY: Duration = Duration::from_secs(1);
const WITHOUT_LEASE: Duration = Duration::from_millis(500);
/// After so long without a usable message the log is read.
const PATIENCE: Duration = Duration::from_millis(200);
/// The same when the log is known to hold more, or the bus brings nothing at all.
const IMPATIENCE: Duration = Duration::from_millis(25);
/// A transaction that takes longer is made of fewer events.
const LONG_BATCH: Duration = Duration::from_millis(50);
/// Below so many events no plan is bad enough to matter.
const FIRST_STATISTICS: i64 = 2_000;
const LEAST_EVENTS: usize = 32;
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
const AFTER_ALARM: Duration = Duration::from_secs(1);

impl Group {
    /// Feeds the live tables until cancelled. Of several processes one does; the others wait for its lease to end.
    pub async fn run(
        self: Arc<Self>,
        subscription: Subscription,
        owner: Uuid,
        store: Store,
        cancel: CancellationToken,
    ) {
        let lease = format!("group:{}", self.name);
        let mut reader = Reader {
            group: &self,
            subscription,
            limit: BATCH_EVENTS,
            used_at: Instant::now(),
            // Whatever happened while nobody read is in the log.
            from_log: true,
        };
        let mut renewed: Option<Instant> = None;
        let mut pause = FIRST_PAUSE;
        let mut described = None;
        while !cancel.is_cancelled() {
            if renewed.is_none_or(|at| at.elapsed() >= RENEW_EVERY) {
                match store.lease(&lease, owner, LEASE).await {
                    Ok(Some(_)) => {
                        if renewed.is_none() {
                            reader.from_log = true;
                            if let Err(error) = self.refresh().await {
                                tracing::debug!(%error, "progress cannot be read just now");
                            }
                        }
                        renewed = Some(Instant::now());
                    }
                    Ok(None) => {
                        renewed = None;
                        self.state().running = false;
                        let _ = cancel.run_until_cancelled(tokio::time::sleep(WITHOUT_LEASE)).await;
                        continue;
                    }
                    Err(error) => {
                        self.retreat(&cancel, &ReadError::from(error), &mut pause).await;
                        continue;
                    }
                }
            }
            match cancel.run_until_cancelled(reader.turn()).await {
                None => break,
                Some(Ok(())) => {
                    self.state().running = true;
                    pause = FIRST_PAUSE;
                    let _ = cancel.run_until_cancelled(self.describe(&mut described)).await;
                }
                Some(Err(Stop::Alarm(alarm))) => {
                    tracing::error!(group = self.name, "{alarm}");
                    self.state().running = false;
                    let _ = cancel.run_until_cancelled(tokio::time::sleep(AFTER_ALARM)).await;
                    reader.from_log = true;
                    let _ = self.refresh().await;
                }
                Some(Err(Stop::Fault(error))) => {
                    self.retreat(&cancel, &error, &mut pause).await;
                    reader.from_log = true;
                    let _ = self.refresh().await;
                }
            }
        }
        self.state().running = false;
        if renewed.is_some()
            && let Err(error) = store.release(&lease, owner).await
        {
            tracing::debug!(%error, "the lease ends by itself");
        }
    }

    /// Has PostgreSQL look at the tables whenever the log has doubled. By itself it does so minutes later, and until
    /// then it takes a table that has just grown for an empty one and plans accordingly.
    async fn describe(&self, described: &mut Option<i64>) {
        let seq = self.progress.borrow().seq;
        let known = *described.get_or_insert(seq);
        if !self.db.is_postgres() || seq < 2 * known.max(FIRST_STATISTICS / 2) {
            return;
        }
        *described = Some(seq);
        if let Err(error) = self.analyze().await {
            tracing::debug!(%error, "statistics are left to the database");
        }
    }

    async fn analyze(&self) -> Result<(), ReadError> {
        let mut open = self.db.begin().await?;
        let mut tx = Tx::new(&mut open, LIVE);
        for table in tables_of(&self.projections) {
            tx.define(&format!("analyze {table}")).await?;
        }
        open.commit().await
    }

    async fn retreat(&self, cancel: &CancellationToken, error: &ReadError, pause: &mut Duration) {
        tracing::warn!(group = self.name, %error, "events cannot be applied just now: trying again");
        metrics::counter!("touchstone_projection_faults_total", "group" => self.name.clone()).increment(1);
        self.state().running = false;
        let _ = cancel.run_until_cancelled(tokio::time::sleep(*pause)).await;
        *pause = (*pause * 2).min(LONGEST_PAUSE);
    }
}

struct Reader<'g> {
    group: &'g Group,
    subscription: Subscription,
    /// How many events the next transaction may hold.
    limit: usize,
    /// When a message was last of use.
    used_at: Instant,
    from_log: bool,
}

impl Reader<'_> {
    async fn turn(&mut self) -> Result<(), Stop> {
        if self.from_log {
            let began = Instant::now();
            // The lease must be renewed in between.
            self.from_log = !self.group.follow(|| began.elapsed() >= RENEW_EVERY).await?;
            self.used_at = Instant::now();
            return Ok(());
        }
        let at = *self.group.progress.borrow();
        self.subscription.passed(at.seq);
        let more = *self.group.log.advanced().borrow() > at.seq || !self.subscription.is_fed();
        let wait = if more { IMPATIENCE } else { PATIENCE };
        let deliveries = self.subscription.next(self.limit, BATCH_BYTES, wait).await;
        let last = deliveries.last().cloned();
        let (usable, gap) = usable(at, deliveries);
        if usable.is_empty() {
            self.from_log = gap || self.used_at.elapsed() >= wait;
        } else {
            self.used_at = Instant::now();
            self.from_log = gap;
            self.apply(at, usable).await?;
        }
        if let Some(last) = last {
            self.subscription.ack(&[last]).await;
        }
        Ok(())
    }

    async fn apply(&mut self, at: Progress, envelopes: Vec<Envelope>) -> Result<(), Stop> {
        let mut filled = Vec::with_capacity(envelopes.len());
        for envelope in envelopes {
            filled.push(match envelope.payload {
                Some(_) => envelope,
                None => self.group.log.fill(envelope).await.map_err(ReadError::from)?,
            });
        }
        let batch = feed::open(&self.group.log, filled).await?;
        let began = Instant::now();
        let outcome = apply::advance(&self.group.db, &owned_target(self.group), at, &batch).await?;
        if !self.group.settled(outcome) {
            self.from_log = true;
        }
        let took = began.elapsed();
        if took > LONG_BATCH && batch.events.len() >= self.limit {
            self.limit = (self.limit / 2).max(LEAST_EVENTS);
        } else if took * 2 < LONG_BATCH {
            self.limit = (self.limit * 2).min(BATCH_EVENTS);
        }
        Ok(())
    }
}

/// What of these follows the progress without a gap, and whether something later is among them.
fn usable(mut at: Progress, deliveries: Vec<Delivery>) -> (Vec<Envelope>, bool) {
    let mut usable = Vec::with_capacity(deliveries.len());
    for delivery in deliveries {
        let envelope = delivery.envelope;
        if envelope.seq <= at.seq {
            continue;
        }
        // A stub is checked when the log has filled it.
        let whole =
            envelope.stored().is_none_or(|stored| envelope.prev.next(envelope.seq, &stored) == envelope.hash);
        if !at.is_before(&envelope) || !whole {
            return (usable, true);
        }
        at = Progress::at(&envelope);
        usable.push(envelope);
    }
    (usable, false)
}
