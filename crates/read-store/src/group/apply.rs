//! One batch, one transaction: lock the progress, apply, save the progress.
//!
//! A batch that fails for a deterministic reason is halved until the one event that cannot be applied stands alone. It
//! is tried a few times more and then parked with its lane, while everything else goes on.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use touchstone_kernel::Recorded;

use super::feed::Batch;
use crate::dead_letter;
use crate::progress::{self, Place};
use crate::tx::Tx;
use crate::{ApplyError, Db, Progress, Projection, ReadError};

/// How often a single event is tried before its lane is parked.
const TRIES: u32 = 5;
const FIRST_PAUSE: Duration = Duration::from_millis(10);

/// Which dead letters of the live tables are left out when other tables are filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Skips {
    /// The live tables themselves: their dead letters are never met again.
    Nothing,
    /// A rebuild of everything tries what is parked again, but not what was given up.
    Discarded,
    /// Tables that must equal the live ones.
    All,
}

/// A set of tables that events go into.
pub(crate) struct Target {
    pub group: String,
    pub place: Place,
    /// 0 for the live tables.
    pub generation: i64,
    pub prefix: String,
    pub projections: Vec<Arc<dyn Projection>>,
    pub skips: Skips,
    /// Whether an event that cannot be applied is parked, or ends the undertaking.
    pub parks: bool,
}

/// What became of a batch.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// All of it is in, or parked. With the lanes that are parked now.
    Applied { to: Progress, parked: BTreeSet<String> },
    /// The tables stand elsewhere than thought: somebody else applied events, or the place is gone.
    Moved(Option<Progress>),
}

/// Why a batch is not in.
#[derive(Debug)]
pub(crate) enum Fault {
    /// Worth trying again, for ever.
    Passing(ReadError),
    /// This event would fail again, for this reason.
    Event { seq: i64, reason: String },
}

impl From<ReadError> for Fault {
    fn from(error: ReadError) -> Self {
        Self::Passing(error)
    }
}

impl From<Fault> for ReadError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Passing(error) => error,
            Fault::Event { seq, reason } => Self::Data(format!("event {seq} cannot be applied: {reason}")),
        }
    }
}

/// Applies a batch that follows `from`, in as many transactions as its faults make necessary.
pub(crate) async fn advance(
    db: &Db,
    target: &Target,
    from: Progress,
    batch: &Batch,
) -> Result<Outcome, Fault> {
    let mut at = from;
    let mut lanes = BTreeSet::new();
    let mut work = Vec::from([(0, batch.events.len())]);
    let mut tries = 0;
    while let Some((start, end)) = work.pop() {
        let events = &batch.events[start..end];
        if events.is_empty() {
            continue;
        }
        match attempt(db, target, at, events, &batch.unreadable).await {
            Ok(Outcome::Applied { to, parked }) => {
                at = to;
                lanes = parked;
            }
            Ok(moved @ Outcome::Moved(_)) => return Ok(moved),
            Err(ApplyError::Read(error @ ReadError::Unavailable(_))) => return Err(Fault::Passing(error)),
            Err(error) if events.len() > 1 => {
                tracing::debug!(%error, first = events[0].envelope.seq, count = events.len(), "a batch cannot be applied: halving it");
                let middle = start + events.len() / 2;
                work.push((middle, end));
                work.push((start, middle));
            }
            Err(error) => {
                tries += 1;
                let event = &events[0];
                if tries < TRIES {
                    tokio::time::sleep(FIRST_PAUSE * 2_u32.pow(tries - 1)).await;
                    work.push((start, end));
                    continue;
                }
                tries = 0;
                let (seq, reason) = (event.envelope.seq, error.to_string());
                if !target.parks {
                    return Err(Fault::Event { seq, reason });
                }
                tracing::error!(
                    group = target.group,
                    seq,
                    event = event.envelope.name,
                    lane = event.envelope.lane(),
                    reason,
                    "an event cannot be applied: its lane is parked; see `touchstone dead-letters list`"
                );
                metrics::counter!("touchstone_dead_letters_total").increment(1);
                match park(db, target, at, event, &reason).await? {
                    Outcome::Applied { to, parked } => {
                        at = to;
                        lanes = parked;
                    }
                    moved @ Outcome::Moved(_) => return Ok(moved),
                }
            }
        }
    }
    Ok(Outcome::Applied { to: at, parked: lanes })
}

async fn attempt(
    db: &Db,
    target: &Target,
    from: Progress,
    events: &[Recorded],
    unreadable: &HashMap<i64, String>,
) -> Result<Outcome, ApplyError> {
    let mut open = db.begin().await?;
    let mut tx = Tx::new(&mut open, &target.prefix);
    let outcome = match locked(&mut tx, target, from).await {
        Ok(None) => apply(&mut tx, target, events, unreadable).await,
        Ok(Some(moved)) => Ok(moved),
        Err(error) => Err(error.into()),
    };
    if matches!(outcome, Ok(Outcome::Applied { .. })) {
        open.commit().await?;
    } else if let Err(error) = open.rollback().await {
        tracing::debug!(%error, "a rollback was not answered");
    }
    outcome
}

/// Takes the progress row's lock; tells when the tables stand elsewhere.
async fn locked(tx: &mut Tx<'_>, target: &Target, from: Progress) -> Result<Option<Outcome>, ReadError> {
    let found = progress::lock(tx, &target.place).await?;
    let same = found.is_some_and(|found| found.seq == from.seq && found.hash == from.hash);
    Ok((!same).then_some(Outcome::Moved(found)))
}

/// Applies events inside a transaction that holds the progress row.
pub(crate) async fn apply(
    tx: &mut Tx<'_>,
    target: &Target,
    events: &[Recorded],
    unreadable: &HashMap<i64, String>,
) -> Result<Outcome, ApplyError> {
    let (Some(first), Some(last)) = (events.first(), events.last()) else {
        return Err(ApplyError::Data("an empty batch".to_owned()));
    };
    let skipped = match target.skips {
        Skips::Nothing => BTreeSet::new(),
        Skips::Discarded | Skips::All => {
            let only_discarded = target.skips == Skips::Discarded;
            dead_letter::numbers(tx, &target.group, only_discarded, first.envelope.seq, last.envelope.seq)
                .await?
        }
    };
    let parked = if target.parks {
        dead_letter::lanes(tx, &target.group, target.generation).await?
    } else {
        BTreeSet::new()
    };
    let kept: Vec<Recorded>;
    let go = if skipped.is_empty() && parked.is_empty() {
        events
    } else {
        let mut going = Vec::with_capacity(events.len());
        let mut parking = Vec::new();
        for event in events {
            if skipped.contains(&event.envelope.seq) {
            } else if !parked.is_empty() && parked.contains(&event.envelope.lane()) {
                parking.push((event, "an earlier event of the same lane is parked"));
            } else {
                going.push(event.clone());
            }
        }
        dead_letter::add(tx, &target.group, target.generation, &parking).await?;
        kept = going;
        &kept
    };
    if let Some(reason) = go.iter().find_map(|event| unreadable.get(&event.envelope.seq)) {
        return Err(ApplyError::Data(reason.clone()));
    }
    if !go.is_empty() {
        for projection in &target.projections {
            projection.apply(tx, go).await.map_err(|error| match error {
                ApplyError::Data(reason) => ApplyError::Data(format!("{}: {reason}", projection.name())),
                read @ ApplyError::Read(_) => read,
            })?;
        }
    }
    if let Place::Generation(number) = target.place
        && !skipped.is_empty()
    {
        dead_letter::note_skipped(tx, number, &skipped).await?;
    }
    let to = Progress::at(&last.envelope);
    progress::save(tx, &target.place, &to).await?;
    Ok(Outcome::Applied { to, parked })
}

/// Passes over one event, which waits with its lane from now on.
async fn park(
    db: &Db,
    target: &Target,
    from: Progress,
    event: &Recorded,
    reason: &str,
) -> Result<Outcome, ReadError> {
    let mut open = db.begin().await?;
    let mut tx = Tx::new(&mut open, &target.prefix);
    if let Some(moved) = locked(&mut tx, target, from).await? {
        open.rollback().await?;
        return Ok(moved);
    }
    dead_letter::add(&mut tx, &target.group, target.generation, &[(event, reason)]).await?;
    let parked = dead_letter::lanes(&mut tx, &target.group, target.generation).await?;
    let to = Progress::at(&event.envelope);
    progress::save(&mut tx, &target.place, &to).await?;
    open.commit().await?;
    Ok(Outcome::Applied { to, parked })
}
