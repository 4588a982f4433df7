//! Which evaluations still accept results.
//!
//! A row stands for an evaluation that has begun and not ended. What a probe run records counts while the row is
//! there; the order of events is the order of the log, so a result after the terminal event finds no row. Nothing has
//! to be remembered about an evaluation that is over or deleted.

use std::collections::{BTreeMap, BTreeSet};

use touchstone_kernel::Recorded;
use touchstone_read_store::{ApplyError, Arg, Tx};

use crate::batch::{Key, load, remove};

/// What an evaluation event means to the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    Open,
    /// It ended; what it has stays.
    Close,
    /// It is gone, with all it had.
    Purge,
}

impl Turn {
    /// By wire name, so that nobody decodes what it does not need.
    pub fn of(recorded: &Recorded) -> Option<Self> {
        match recorded.envelope.name.as_str() {
            "evaluation.created" => Some(Self::Open),
            "evaluation.completed"
            | "evaluation.canceled"
            | "evaluation.errored"
            | "evaluation.timed_out"
            | "evaluation.failed" => Some(Self::Close),
            "evaluation.deleted" => Some(Self::Purge),
            _ => None,
        }
    }
}

/// Team and evaluation of an event of either context: the first two segments of its stream.
pub fn evaluation(recorded: &Recorded) -> Result<Key, ApplyError> {
    let mut parts = recorded.envelope.stream.split('/');
    match (parts.next(), parts.next()) {
        (Some(team), Some(id)) => Ok((team.to_owned(), id.to_owned())),
        _ => Err(ApplyError::Data(format!("{:?} belongs to no evaluation", recorded.envelope.stream))),
    }
}

/// The gates of the evaluations of one batch.
pub struct Gates {
    table: &'static str,
    open: BTreeMap<Key, Gate>,
    purged: BTreeSet<Key>,
}

#[derive(Clone, Copy)]
struct Gate {
    before: bool,
    now: bool,
}

#[derive(sqlx::FromRow)]
struct OpenRow {
    team_id: String,
    evaluation_id: String,
}

impl Gates {
    pub async fn load(
        tx: &mut Tx<'_>,
        table: &'static str,
        touched: &BTreeSet<Key>,
    ) -> Result<Self, ApplyError> {
        let select = format!("select team_id, evaluation_id from {table}");
        let rows: Vec<OpenRow> = load(tx, &select, ["team_id", "evaluation_id"], touched).await?;
        let open = rows.into_iter().map(|r| ((r.team_id, r.evaluation_id), Gate { before: true, now: true }));
        Ok(Self { table, open: open.collect(), purged: BTreeSet::new() })
    }

    pub fn turn(&mut self, key: &Key, turn: Turn) {
        let gate = self.open.entry(key.clone()).or_insert(Gate { before: false, now: false });
        gate.now = turn == Turn::Open;
        if turn == Turn::Purge {
            self.purged.insert(key.clone());
        }
    }

    pub fn is_open(&self, key: &Key) -> bool {
        self.open.get(key).is_some_and(|gate| gate.now)
    }

    /// Evaluations deleted in this batch.
    pub fn purged(&self) -> &BTreeSet<Key> {
        &self.purged
    }

    /// Writes what has changed.
    pub async fn save(self, tx: &mut Tx<'_>) -> Result<(), ApplyError> {
        let mut opened = Vec::new();
        let mut closed = BTreeSet::new();
        for (key, gate) in self.open {
            match (gate.before, gate.now) {
                (false, true) => opened.push(vec![Arg::Text(key.0), Arg::Text(key.1)]),
                (true, false) => {
                    closed.insert(key);
                }
                (true, true) | (false, false) => {}
            }
        }
        if !opened.is_empty() {
            let suffix = "on conflict (team_id, evaluation_id) do nothing";
            tx.insert(self.table, &["team_id", "evaluation_id"], opened, suffix).await?;
        }
        remove(tx, &[self.table], ["team_id", "evaluation_id"], &closed).await
    }
}
