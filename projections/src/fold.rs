//! Tables with one row for each stream of a kind: read, folded and written whole. For streams of few events.

use std::collections::{BTreeMap, BTreeSet};

use touchstone_kernel::{Event, Recorded};
use touchstone_read_store::{ApplyError, Arg, Row, Tx};

use crate::batch::{Key, event, load, remove, replacing};

/// A row whose key is its stream's: a team and something of it.
pub trait Folded: Row {
    const TABLE: &'static str;
    /// The two of the key first.
    const COLUMNS: &'static [&'static str];
    type Event: Event;

    fn key(&self) -> Key;

    /// The row that a stream's first event makes; none for every other event.
    fn begun(key: &Key, recorded: &Recorded, event: &Self::Event) -> Result<Option<Self>, ApplyError>;

    /// What any other event does to it. `false` when nothing is left of it.
    fn follow(&mut self, recorded: &Recorded, event: Self::Event) -> Result<bool, ApplyError>;

    /// In the order of the columns.
    fn args(self) -> Vec<Arg>;
}

/// Folds a batch into the table. Events of streams that it has no row for are of no consequence.
pub async fn fold<F: Folded>(tx: &mut Tx<'_>, events: &[Recorded]) -> Result<(), ApplyError> {
    let mut heard = Vec::new();
    for recorded in events.iter().filter(|recorded| recorded.is::<F::Event>()) {
        let stream = &recorded.envelope.stream;
        let key = stream.split_once('/').map(|(team, id)| (team.to_owned(), id.to_owned()));
        let key = key.ok_or_else(|| ApplyError::Data(format!("{stream:?} belongs to no team")))?;
        heard.push((key, recorded, event::<F::Event>(recorded)?));
    }
    if heard.is_empty() {
        return Ok(());
    }
    let columns = [F::COLUMNS[0], F::COLUMNS[1]];
    let touched: BTreeSet<Key> = heard.iter().map(|(key, ..)| key.clone()).collect();
    let select = format!("select {} from {}", F::COLUMNS.join(", "), F::TABLE);
    let known: Vec<F> = load(tx, &select, columns, &touched).await?;
    let mut rows: BTreeMap<Key, F> = known.into_iter().map(|row| (row.key(), row)).collect();
    let mut gone = BTreeSet::new();
    for (key, recorded, event) in heard {
        if let Some(row) = F::begun(&key, recorded, &event)? {
            rows.insert(key, row);
        } else if let Some(row) = rows.get_mut(&key)
            && !row.follow(recorded, event)?
        {
            rows.remove(&key);
            gone.insert(key);
        }
    }
    remove(tx, &[F::TABLE], columns, &gone).await?;
    if !rows.is_empty() {
        let rows = rows.into_values().map(F::args).collect();
        tx.insert(F::TABLE, F::COLUMNS, rows, &replacing(&columns, F::COLUMNS)).await?;
    }
    Ok(())
}
