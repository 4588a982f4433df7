//! A group of projections that share one reader and one place in the log.
//!
//! The group hears of events from the bus and believes only what follows its own progress hash by hash; everything
//! else it reads from the log. So gaps, repetitions, wrong order and a lost or outdated stream all end the same way.

pub(crate) mod apply;
pub(crate) mod feed;
mod freshness;
mod prepare;
mod run;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use touchstone_event_store::Log;

use crate::generation::LIVE;
use crate::progress::{self, Place};
use crate::{Db, Progress, Projection, ReadError};
use apply::{Fault, Outcome, Skips, Target};
use feed::Ahead;

/// How many events one transaction of the live tables may hold.
pub(crate) const BATCH_EVENTS: usize = 500;

/// How a group is doing in this process.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Health {
    /// This process feeds the group.
    pub running: bool,
    /// The group has stopped because its progress and the log contradict each other.
    pub alarm: Option<String>,
    /// Lanes that wait for somebody, as last seen.
    pub parked: usize,
}

/// Projections with one reader.
pub struct Group {
    name: String,
    db: Db,
    log: Log,
    projections: Vec<Arc<dyn Projection>>,
    progress: watch::Sender<Progress>,
    state: Mutex<State>,
    /// Whoever holds it asks the database how far another process has come, for everybody who waits here.
    asking: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct State {
    running: bool,
    alarm: Option<String>,
    parked: BTreeSet<String>,
}

/// Why following the log ended early.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Progress and log contradict each other.
    Alarm(String),
    Fault(ReadError),
}

impl From<ReadError> for Stop {
    fn from(error: ReadError) -> Self {
        Self::Fault(error)
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault.into())
    }
}

impl From<Stop> for ReadError {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Alarm(text) => Self::Data(text),
            Stop::Fault(error) => error,
        }
    }
}

/// The live tables of a group as a target.
pub(crate) fn owned_target(group: &Group) -> Target {
    Target {
        group: group.name.clone(),
        place: Place::Live(group.name.clone()),
        generation: 0,
        prefix: LIVE.to_owned(),
        projections: group.projections.clone(),
        skips: Skips::Nothing,
        parks: true,
    }
}

impl Group {
    pub fn new(name: impl Into<String>, db: Db, log: Log, projections: Vec<Arc<dyn Projection>>) -> Self {
        Self {
            name: name.into(),
            db,
            log,
            projections,
            progress: watch::Sender::new(Progress::START),
            state: Mutex::default(),
            asking: tokio::sync::Mutex::new(()),
        }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn projections(&self) -> &[Arc<dyn Projection>] {
        &self.projections
    }

    pub(crate) const fn db(&self) -> &Db {
        &self.db
    }

    pub(crate) const fn log(&self) -> &Log {
        &self.log
    }

    /// How far the live tables have come, as this process knows.
    pub fn progress(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    pub fn health(&self) -> Health {
        let state = self.state();
        Health { running: state.running, alarm: state.alarm.clone(), parked: state.parked.len() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn healed(&self, lane: &str) {
        self.state().parked.remove(lane);
    }

    /// Asks the database how far the live tables have come.
    pub(crate) async fn refresh(&self) -> Result<Progress, ReadError> {
        let found = progress::live(&self.db, &self.name).await?.unwrap_or(Progress::START);
        self.note(found);
        Ok(found)
    }

    fn note(&self, to: Progress) {
        self.progress.send_if_modified(|known| std::mem::replace(known, to) != to);
    }

    fn settled(&self, outcome: Outcome) -> bool {
        match outcome {
            Outcome::Applied { to, parked } => {
                #[expect(clippy::cast_precision_loss, reason = "a gauge")]
                metrics::gauge!("touchstone_projected_seq", "group" => self.name.clone()).set(to.seq as f64);
                #[expect(clippy::cast_precision_loss, reason = "a gauge")]
                metrics::gauge!("touchstone_parked_lanes", "group" => self.name.clone())
                    .set(parked.len() as f64);
                self.state().parked = parked;
                self.note(to);
                true
            }
            Outcome::Moved(found) => {
                self.note(found.unwrap_or(Progress::START));
                false
            }
        }
    }

    /// Reads the log to its head and applies everything. Returns the number of the newest event shown.
    pub async fn catch_up(&self) -> Result<i64, ReadError> {
        loop {
            self.refresh().await?;
            if self.follow(|| false).await? {
                return Ok(self.progress.borrow().seq);
            }
        }
    }

    /// Follows the log from the known progress until its head, or until told to pause. True at the head.
    pub(crate) async fn follow(&self, pause: impl Fn() -> bool) -> Result<bool, Stop> {
        let mut at = *self.progress.borrow();
        self.agree(at).await?;
        let target = owned_target(self);
        let mut ahead = Ahead::start(self.log.clone(), at.seq, i64::MAX, BATCH_EVENTS);
        while let Some(batch) = ahead.next().await? {
            let follows = batch.events.first().is_some_and(|first| at.is_before(&first.envelope));
            if !follows {
                // Progress was read before: it is now elsewhere, or the log has another past.
                self.refresh().await?;
                return Ok(false);
            }
            if !self.settled(apply::advance(&self.db, &target, at, &batch).await?) {
                return Ok(false);
            }
            at = *self.progress.borrow();
            if pause() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Makes sure that the log still says what the tables were made from.
    async fn agree(&self, at: Progress) -> Result<(), Stop> {
        if at.seq == 0 {
            return Ok(());
        }
        let hash = self.log.hash_at(at.seq).await.map_err(ReadError::from)?;
        if hash == Some(at.hash) {
            self.state().alarm = None;
            return Ok(());
        }
        let found = if hash.is_none() { "the log ends before it" } else { "the log has another event there" };
        let alarm = format!(
            "the read tables of group {} show event {}, but {found}: was the log restored from a backup? They must be \
             made anew with `touchstone projections rebuild --all`",
            self.name, at.seq
        );
        self.state().alarm = Some(alarm.clone());
        Err(Stop::Alarm(alarm))
    }
}
