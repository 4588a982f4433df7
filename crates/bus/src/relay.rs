//! From the log into the bus: every event, in order, for as long as the process lives.
//!
//! The cursor only ever covers what the bus has acknowledged without a gap. It is a saving, not a promise: at the
//! start, each minute, after every reconnect and after every failure the stream itself is asked what it holds, and
//! publishing goes on from there. A stream that was deleted, emptied or put back from an old copy is filled again.

use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;
use touchstone_kernel::{ChainHash, Envelope};

use crate::{Bus, BusError, BusState};

/// The log behind a relay cannot be read or written just now.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the event log cannot be reached: {0}")]
pub struct SourceError(pub String);

/// How far a relay has come.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cursor {
    /// The newest event that the bus acknowledged without a gap before it.
    pub seq: i64,
    /// The stream it was published into, as [`BusState::incarnation`] named it.
    pub stream: String,
}

/// The log as the relay needs it.
#[async_trait]
pub trait RelaySource: Send + Sync {
    /// Events after a number, by number; at least one if there is one.
    async fn read(&self, after: i64, limit: usize, max_bytes: usize) -> Result<Vec<Envelope>, SourceError>;
    /// The newest event's number.
    async fn head(&self) -> Result<i64, SourceError>;
    /// The chain hash at a number, where the log has it.
    async fn hash_at(&self, seq: i64) -> Result<Option<ChainHash>, SourceError>;
    async fn cursor(&self) -> Result<Cursor, SourceError>;
    async fn save_cursor(&self, cursor: &Cursor) -> Result<(), SourceError>;
    /// Takes or renews the right to publish, for about three seconds. False: somebody else has it.
    async fn lease(&self) -> Result<bool, SourceError>;
    /// A hint of the newest event's number in this process.
    fn advanced(&self) -> watch::Receiver<i64>;
}

const BATCH_EVENTS: usize = 500;
const BATCH_BYTES: usize = 4 * 1024 * 1024;
/// Another process may have written: its events are found this late at most.
const POLL: Duration = Duration::from_millis(25);
const EXAMINE_EVERY: Duration = Duration::from_mins(1);
const RENEW_EVERY: Duration = Duration::from_secs(1);
const SAVE_EVERY: Duration = Duration::from_secs(1);
const WITHOUT_LEASE: Duration = Duration::from_millis(500);
const AFTER_FAULT: Duration = Duration::from_millis(250);
/// A stream that was damaged for so long is thrown away and made anew.
const DAMAGED: Duration = Duration::from_secs(2);
/// Not more often than this: with a full disk it would help nobody.
const DISCARD_EVERY: Duration = Duration::from_mins(1);

/// What a step came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Published(usize),
    Idle,
    /// Somebody else publishes.
    NotOurs,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum RelayFault {
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error(transparent)]
    Bus(#[from] BusError),
}

/// Publishes the log of one source into one bus.
pub struct Relay<S> {
    source: S,
    bus: Bus,
    cursor: Option<Cursor>,
    saved: Cursor,
    saved_at: Instant,
    leased_at: Option<Instant>,
    /// When the stream was compared with the log, over which connection.
    examined: Option<(Instant, u64)>,
    damaged_since: Option<Instant>,
    discarded_at: Option<Instant>,
}

impl<S: RelaySource> Relay<S> {
    pub fn new(source: S, bus: Bus) -> Self {
        Self {
            source,
            bus,
            cursor: None,
            saved: Cursor::default(),
            saved_at: Instant::now(),
            leased_at: None,
            examined: None,
            damaged_since: None,
            discarded_at: None,
        }
    }

    /// Publishes until cancelled. Faults of bus and log are retried for ever.
    pub async fn run(mut self, cancel: CancellationToken) {
        let mut advanced = self.source.advanced();
        let mut faulty = false;
        while !cancel.is_cancelled() {
            advanced.borrow_and_update();
            let pause = match Box::pin(cancel.run_until_cancelled(self.step())).await {
                None => break,
                Some(Ok(step)) => {
                    if std::mem::take(&mut faulty) {
                        tracing::info!("the relay publishes again");
                    }
                    match step {
                        Step::Published(_) => continue,
                        Step::Idle => POLL,
                        Step::NotOurs => WITHOUT_LEASE,
                    }
                }
                Some(Err(error)) => {
                    if !std::mem::replace(&mut faulty, true) {
                        tracing::warn!(%error, "the relay cannot publish: trying again until it can");
                    }
                    AFTER_FAULT
                }
            };
            let wake = async {
                // A closed channel only means that nobody hints: the pause remains.
                if advanced.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
            };
            if pause == POLL {
                let _ = cancel.run_until_cancelled(timeout(pause, wake)).await;
            } else {
                let _ = cancel.run_until_cancelled(tokio::time::sleep(pause)).await;
            }
        }
        if let Err(error) = self.save(true).await {
            tracing::debug!(%error, "the relay's cursor is not saved: the stream itself will tell it");
        }
    }

    /// One batch.
    pub(crate) async fn step(&mut self) -> Result<Step, RelayFault> {
        let step = self.publish().await;
        if let Err(RelayFault::Bus(BusError::Damaged(reason))) = &step {
            self.give_up(reason).await?;
        } else {
            self.damaged_since = None;
        }
        step
    }

    async fn publish(&mut self) -> Result<Step, RelayFault> {
        if !self.lease().await? {
            return Ok(Step::NotOurs);
        }
        let connections = self.bus.connections();
        let due = self.examined.is_none_or(|(at, over)| over != connections || at.elapsed() >= EXAMINE_EVERY);
        if due {
            self.examine().await?;
            self.examined = Some((Instant::now(), connections));
        }
        let after = self.cursor.as_ref().map_or(0, |c| c.seq);
        let batch = self.source.read(after, BATCH_EVENTS, BATCH_BYTES).await?;
        if batch.is_empty() {
            self.save(false).await?;
            return Ok(Step::Idle);
        }
        let published = self.bus.publish(&batch).await;
        if !matches!(published, Ok(n) if n == batch.len()) {
            self.examined = None;
        }
        let published = published?;
        if let (Some(last), Some(cursor)) = (batch[..published].last(), self.cursor.as_mut()) {
            cursor.seq = last.seq;
        }
        metrics::counter!("touchstone_relay_published_total").increment(published as u64);
        self.save(false).await?;
        Ok(Step::Published(published))
    }

    /// Throws a stream away that stays damaged. It is transport: the log fills the next one.
    async fn give_up(&mut self, reason: &str) -> Result<(), BusError> {
        let since = *self.damaged_since.get_or_insert_with(Instant::now);
        let too_soon = self.discarded_at.is_some_and(|at| at.elapsed() < DISCARD_EVERY);
        if since.elapsed() < DAMAGED || too_soon {
            return Ok(());
        }
        tracing::error!(reason, "the event stream is damaged: it is made anew and filled from the log");
        metrics::counter!("touchstone_relay_discarded_total").increment(1);
        self.discarded_at = Some(Instant::now());
        self.damaged_since = None;
        self.bus.discard().await
    }

    async fn lease(&mut self) -> Result<bool, SourceError> {
        if self.leased_at.is_some_and(|at| at.elapsed() < RENEW_EVERY) {
            return Ok(true);
        }
        let ours = self.source.lease().await?;
        if ours && self.leased_at.is_none() {
            // Somebody else may have published meanwhile.
            self.examined = None;
        }
        self.leased_at = ours.then(Instant::now);
        Ok(ours)
    }

    /// Compares the stream with the log and sets the cursor to where publishing must go on.
    async fn examine(&mut self) -> Result<(), RelayFault> {
        if !self.bus.keeps() {
            // Nothing outlives the process, and every reader starts with the log: only news is worth sending.
            if self.cursor.is_none() {
                self.cursor = Some(Cursor { seq: self.source.head().await?, stream: String::new() });
            }
            return Ok(());
        }
        let known = match self.cursor.clone() {
            Some(cursor) => cursor,
            None => self.source.cursor().await?,
        };
        let state = self.bus.state().await?;
        let seq = self.resume_after(&known, &state).await?;
        if seq < known.seq {
            tracing::warn!(
                published = known.seq,
                stream = seq,
                "the event stream lacks events that were published: publishing them again"
            );
            metrics::counter!("touchstone_relay_rewound_total").increment(1);
        }
        self.cursor = Some(Cursor { seq, stream: state.incarnation });
        Ok(())
    }

    async fn resume_after(&self, known: &Cursor, state: &BusState) -> Result<i64, RelayFault> {
        let Some(last) = state.last_seq else { return Ok(0) };
        let in_log = self.source.hash_at(last).await?;
        if in_log.is_none() || in_log != state.last_hash {
            tracing::error!(
                seq = last,
                "the event stream ends with an event that the log does not have: was the log restored from a backup? \
                 Publishing goes on after the events that are known to be published"
            );
            return Ok(known.seq.min(self.source.head().await?));
        }
        // A hole that was there before has been filled once already, behind the tail.
        let hole_is_new = state.contiguous < last && state.incarnation != known.stream;
        Ok(if hole_is_new { state.contiguous } else { last })
    }

    async fn save(&mut self, now: bool) -> Result<(), SourceError> {
        let Some(cursor) = self.cursor.as_ref() else { return Ok(()) };
        if !self.bus.keeps() || *cursor == self.saved || !(now || self.saved_at.elapsed() >= SAVE_EVERY) {
            return Ok(());
        }
        self.source.save_cursor(cursor).await?;
        self.saved = cursor.clone();
        self.saved_at = Instant::now();
        Ok(())
    }
}
