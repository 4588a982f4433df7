//! Are the live tables what the log says? Rebuilt into scratch tables and compared row by row.

use tokio_util::sync::CancellationToken;

use crate::generation::{Kind, LIVE, renamed, tables_of};
use crate::progress::{self, Place};
use crate::rebuild::{Built, Filling, dead_letters_are_the_same, drop_generation, fill, obtain, until_equal};
use crate::{Group, ReadError, Scope, Tx};

/// One table's result.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct TableReport {
    pub table: String,
    /// Rows of the live table.
    pub rows: i64,
    /// Rows that are missing, too many or different.
    pub differing: i64,
}

/// What a verification has found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct VerifyReport {
    /// The event at which both were compared.
    pub seq: i64,
    pub tables: Vec<TableReport>,
}

impl VerifyReport {
    /// Every row is as it should be.
    pub fn is_clean(&self) -> bool {
        self.tables.iter().all(|table| table.differing == 0)
    }
}

/// How often it starts over when dead letters change meanwhile.
const STARTS: usize = 20;

/// Compares all tables of a group with the log. Parked and discarded events are left out on both sides. The live
/// group waits while rows are compared, not while they are worked out.
pub async fn verify(group: &Group) -> Result<VerifyReport, ReadError> {
    for _ in 0..STARTS {
        let Some(built) = obtain(group, &Scope::All, Kind::Verify).await? else {
            return Err(ReadError::Data(
                "the group's tables were never made: start the server once".to_owned(),
            ));
        };
        let found = once(group, &built).await;
        drop_generation(group, built.number).await?;
        if let Some(report) = found? {
            return Ok(report);
        }
    }
    Err(ReadError::Unavailable(
        "dead letters changed again and again: try it when less is retried".to_owned(),
    ))
}

async fn once(group: &Group, built: &Built) -> Result<Option<VerifyReport>, ReadError> {
    let never = CancellationToken::new();
    for attempt in 0..STARTS {
        fill(group, built, &Scope::All, attempt > 0, &never, &mut |_: Filling| {}).await?;
        let mut open = group.db().begin().await?;
        let found = compare(group, built, &mut open).await;
        // Nothing of it stays: the scratch tables are dropped anyway.
        open.rollback().await?;
        match found? {
            Compared::Report(report) => return Ok(Some(report)),
            Compared::Outdated => return Ok(None),
            Compared::TooFar => {}
        }
    }
    Err(ReadError::Data(
        "an event cannot be applied now that could be applied before: rebuild to see which".to_owned(),
    ))
}

enum Compared {
    Report(VerifyReport),
    Outdated,
    TooFar,
}

async fn compare(group: &Group, built: &Built, open: &mut crate::db::Open) -> Result<Compared, ReadError> {
    let mut tx = Tx::new(open, LIVE);
    let Some(live) = progress::lock(&mut tx, &Place::Live(group.name().to_owned())).await? else {
        return Ok(Compared::TooFar);
    };
    let mut tx = Tx::new(open, &built.target.prefix);
    let Some(at) = until_equal(group, built, &mut tx, live).await.map_err(ReadError::from)? else {
        return Ok(Compared::TooFar);
    };
    if at.seq != live.seq || at.hash != live.hash {
        return Err(ReadError::Data(format!(
            "the tables show event {}, which the log does not have: rebuild them all",
            live.seq
        )));
    }
    if !dead_letters_are_the_same(&mut tx, built, at.seq).await? {
        return Ok(Compared::Outdated);
    }
    let mut tx = Tx::new(open, LIVE);
    let mut tables = Vec::new();
    for table in tables_of(group.projections()) {
        tables.push(table_report(&mut tx, table, &renamed(table, &built.target.prefix)).await?);
    }
    Ok(Compared::Report(VerifyReport { seq: at.seq, tables }))
}

async fn table_report(tx: &mut Tx<'_>, table: &str, scratch: &str) -> Result<TableReport, ReadError> {
    let rows = count(tx, table).await?;
    let expected = count(tx, scratch).await?;
    let wrong = only_in(tx, table, scratch).await?;
    let missing = only_in(tx, scratch, table).await?;
    // Without a key two equal rows would count as one above: the numbers must agree as well.
    let differing = wrong.max(missing).max((rows - expected).abs());
    Ok(TableReport { table: table.to_owned(), rows, differing })
}

async fn count(tx: &mut Tx<'_>, table: &str) -> Result<i64, ReadError> {
    let sql = format!("select cast(count(*) as bigint) from {table}");
    Ok(tx.one::<(i64,)>(&sql, Vec::new()).await?.map_or(0, |(n,)| n))
}

async fn only_in(tx: &mut Tx<'_>, one: &str, other: &str) -> Result<i64, ReadError> {
    let sql = format!(
        "select cast(count(*) as bigint) from (select * from {one} except select * from {other}) as differing"
    );
    Ok(tx.one::<(i64,)>(&sql, Vec::new()).await?.map_or(0, |(n,)| n))
}
