//! What all projections do with a batch: read events, make stored texts safe, write and remove many rows at once.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::str::FromStr;

use serde::Serialize;
use touchstone_kernel::{Event, Owned, Recorded};
use touchstone_read_store::{ApplyError, Arg, Row, Tx};
use touchstone_vocabulary::fold_key;

/// The leading columns of a row's key, as stored: a team and something of it.
pub type Key = (String, String);

/// Keys named in one statement.
const KEYS_PER_STATEMENT: usize = 200;

pub fn key<T: ToString>(owned: &Owned<T>) -> Key {
    (owned.team.to_string(), owned.id.to_string())
}

pub fn event<E: Event>(recorded: &Recorded) -> Result<E, ApplyError> {
    recorded.event().map_err(|fault| ApplyError::Data(fault.to_string()))
}

/// The id of the stream that an event belongs to.
pub fn stream<I: FromStr>(recorded: &Recorded) -> Result<I, ApplyError> {
    let text = &recorded.envelope.stream;
    text.parse()
        .map_err(|_| ApplyError::Data(format!("{text:?} is no stream of {}", recorded.envelope.context)))
}

/// A document column.
pub fn document<T: Serialize + ?Sized>(value: &T) -> Result<String, ApplyError> {
    serde_json::to_string(value)
        .map_err(|fault| ApplyError::Data(format!("a document cannot be written: {fault}")))
}

/// A text that both databases can hold: PostgreSQL stores no NUL.
pub fn clean(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// A form of a name that sorts by its folded bytes under every collation.
pub fn order_key(text: &str) -> String {
    fold_key(text).bytes().fold(String::with_capacity(text.len() * 2), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// The suffix of an insert that replaces a row with the same key.
pub fn replacing(keys: &[&str], columns: &[&str]) -> String {
    let values: Vec<String> = columns
        .iter()
        .filter(|column| !keys.contains(column))
        .map(|column| format!("{column} = excluded.{column}"))
        .collect();
    if values.is_empty() {
        format!("on conflict ({}) do nothing", keys.join(", "))
    } else {
        format!("on conflict ({}) do update set {}", keys.join(", "), values.join(", "))
    }
}

/// A condition that names each key, and its parameters. Spelt out, since SQLite walks the whole table for a list of
/// row values.
fn named([first, second]: [&str; 2], keys: &[&Key]) -> (String, Vec<Arg>) {
    let each: Vec<String> = (0..keys.len())
        .map(|n| format!("({first} = ${} and {second} = ${})", 2 * n + 1, 2 * n + 2))
        .collect();
    let args = keys.iter().flat_map(|(team, id)| [Arg::Text(team.clone()), Arg::Text(id.clone())]).collect();
    (each.join(" or "), args)
}

/// The rows with these keys; `columns` are the two key columns.
pub async fn load<R: Row>(
    tx: &mut Tx<'_>,
    select: &str,
    columns: [&str; 2],
    keys: &BTreeSet<Key>,
) -> Result<Vec<R>, ApplyError> {
    let keys: Vec<&Key> = keys.iter().collect();
    let mut found = Vec::new();
    for chunk in keys.chunks(KEYS_PER_STATEMENT) {
        let (condition, args) = named(columns, chunk);
        found.extend(tx.all::<R>(&format!("{select} where {condition}"), args).await?);
    }
    Ok(found)
}

/// Removes the rows with these keys from each table; `columns` are the two key columns.
pub async fn remove(
    tx: &mut Tx<'_>,
    tables: &[&str],
    columns: [&str; 2],
    keys: &BTreeSet<Key>,
) -> Result<(), ApplyError> {
    let keys: Vec<&Key> = keys.iter().collect();
    for chunk in keys.chunks(KEYS_PER_STATEMENT) {
        let (condition, args) = named(columns, chunk);
        for table in tables {
            let sql = format!("delete from {table} where {condition}");
            tx.run(&sql, args.clone()).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_key_sorts_like_the_folded_bytes() {
        let mut names = ["beta", "Alpha", "alpha 2", "äther", "Zeta", "alpha_1"];
        names.sort_by_key(|name| order_key(name));
        assert_eq!(names, ["Alpha", "alpha 2", "alpha_1", "beta", "Zeta", "äther"]);
    }

    #[test]
    fn a_stored_text_holds_no_nul() {
        assert_eq!(clean("a\0b"), "a\u{fffd}b");
    }
}
