//! New tables beside the live ones, filled from the log and put in their place in one transaction.
//!
//! Reads and the live group go on meanwhile. The generation keeps its own progress in its own row, so a rebuild that
//! was interrupted goes on where it was, and two processes that rebuild the same thing cannot both apply an event.

mod fill;
mod switch;

use tokio_util::sync::CancellationToken;

use crate::generation::{self, Kind};
use crate::group::apply::{Fault, Skips, Target};
use crate::progress::{self, Place};
use crate::{Group, ReadError, Scope, Tx, args};

pub(crate) use fill::{fill, until_equal};
use switch::Switched;
pub(crate) use switch::dead_letters_are_the_same;

/// How far a rebuild has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filling {
    pub seq: i64,
    /// Where it has to go, as known now.
    pub head: i64,
}

/// What a rebuild has made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rebuilt {
    /// The newest event that the new tables show.
    pub seq: i64,
    pub generation: i64,
}

/// How often a switch that finds its tables outdated starts over before it gives up.
const STARTS: usize = 20;

/// Rebuilds all projections of a group, or one. `None` when cancelled: calling it again goes on from there.
///
/// A single projection that cannot apply an event which the others could is rebuilt together with all others, since
/// lanes are parked for a whole group.
pub async fn rebuild(
    group: &Group,
    scope: &Scope,
    cancel: &CancellationToken,
    mut report: impl FnMut(Filling) + Send,
) -> Result<Option<Rebuilt>, ReadError> {
    let mut scope = scope.clone();
    for _ in 0..STARTS {
        let Some(built) = obtain(group, &scope, Kind::Rebuild).await? else {
            return Err(ReadError::Data(
                "the group's tables were never made: start the server once".to_owned(),
            ));
        };
        match once(group, &scope, &built, cancel, &mut report).await {
            Ok(Some(Switched::Done(rebuilt))) => {
                group.refresh().await?;
                return Ok(Some(rebuilt));
            }
            Ok(Some(Switched::Outdated)) => {
                tracing::info!(
                    group = group.name(),
                    "dead letters changed during the rebuild: starting over"
                );
                drop_generation(group, built.number).await?;
            }
            Ok(Some(Switched::Gone)) => {
                if let Some(rebuilt) = finished_elsewhere(group, &built).await? {
                    return Ok(Some(rebuilt));
                }
            }
            Ok(None) => return Ok(None),
            Err(Fault::Event { seq, reason }) if scope != Scope::All => {
                tracing::warn!(
                    seq,
                    reason,
                    "one projection alone cannot be rebuilt: rebuilding all of its group"
                );
                drop_generation(group, built.number).await?;
                scope = Scope::All;
            }
            Err(fault) => return Err(fault.into()),
        }
    }
    Err(ReadError::Unavailable(
        "the rebuild was overtaken again and again: try it when less is retried".to_owned(),
    ))
}

/// Two may rebuild the same thing at once, sharing one generation: whoever is first puts it in place for both.
async fn finished_elsewhere(group: &Group, built: &Built) -> Result<Option<Rebuilt>, ReadError> {
    let live: Option<(i64,)> = group
        .db()
        .as_owner()
        .one(
            "select generation from projection where group_name = $1 and generation = $2",
            args![group.name(), built.number],
        )
        .await?;
    let at = group.refresh().await?;
    Ok(live.map(|(generation,)| Rebuilt { seq: at.seq, generation }))
}

async fn once(
    group: &Group,
    scope: &Scope,
    built: &Built,
    cancel: &CancellationToken,
    report: &mut (impl FnMut(Filling) + Send),
) -> Result<Option<Switched>, Fault> {
    let mut thorough = false;
    loop {
        match fill(group, built, scope, thorough, cancel, report).await? {
            fill::Filled::Cancelled => return Ok(None),
            fill::Filled::Gone => return Ok(Some(Switched::Gone)),
            fill::Filled::Near => {}
        }
        index(group, built).await?;
        match cancel.run_until_cancelled(switch::switch(group, scope, built)).await {
            None => return Ok(None),
            Some(Ok(Some(switched))) => return Ok(Some(switched)),
            // Readers hold a table, or the live tables are too far ahead to catch up with while they wait.
            Some(Ok(None)) => {
                thorough = true;
                tokio::time::sleep(switch::PAUSE).await;
            }
            Some(Err(fault)) => return Err(fault),
        }
    }
}

/// A generation under construction.
pub(crate) struct Built {
    pub number: i64,
    pub target: Target,
}

impl Built {
    fn new(group: &Group, scope: &Scope, kind: Kind, number: i64) -> Result<Self, ReadError> {
        let all = kind == Kind::Rebuild && *scope == Scope::All;
        Ok(Self {
            number,
            target: Target {
                group: group.name().to_owned(),
                place: Place::Generation(number),
                generation: number,
                prefix: generation::prefix(kind, number),
                projections: scope.of(group.projections())?,
                skips: if all { Skips::Discarded } else { Skips::All },
                parks: all,
            },
        })
    }
}

#[derive(sqlx::FromRow)]
struct Line {
    number: i64,
    ddl: String,
}

/// The unfinished generation of this kind and scope, or a new one. `None`: the group has no live tables.
pub(crate) async fn obtain(group: &Group, scope: &Scope, kind: Kind) -> Result<Option<Built>, ReadError> {
    let projections = scope.of(group.projections())?;
    let ddl = generation::ddl_of(&projections);
    let mut open = group.db().begin().await?;
    let mut tx = Tx::new(&mut open, generation::LIVE);
    // The live row's lock makes those who begin a generation wait for each other.
    if progress::lock(&mut tx, &Place::Live(group.name().to_owned())).await?.is_none() {
        return Ok(None);
    }
    let known: Option<Line> = tx
        .one(
            "select number, ddl from generation where group_name = $1 and scope = $2 and kind = $3",
            args![group.name(), scope.key(), kind.as_str()],
        )
        .await?;
    if let Some(known) = known {
        if kind == Kind::Rebuild && known.ddl == ddl {
            open.rollback().await?;
            return Built::new(group, scope, kind, known.number).map(Some);
        }
        remove(&mut tx, known.number).await?;
    }
    let highest: Option<(i64,)> = tx
        .one(
            "select cast(coalesce(max(number), 0) as bigint) from \
             (select number from generation union all select generation as number from projection) as numbers",
            Vec::new(),
        )
        .await?;
    let number = highest.map_or(1, |(n,)| n + 1);
    tx.run(
        "insert into generation (number, group_name, scope, kind, tables, ddl, seq, hash, xid, position, skipped, \
         skipped_sum) values ($1, $2, $3, $4, $5, $6, 0, $7, 0, 0, 0, 0)",
        args![
            number,
            group.name(),
            scope.key(),
            kind.as_str(),
            generation::tables_of(&projections).join(" "),
            ddl,
            crate::Progress::START.hash.to_string()
        ],
    )
    .await?;
    let built = Built::new(group, scope, kind, number)?;
    let mut tx = Tx::new(&mut open, &built.target.prefix);
    generation::create_tables(&mut tx, &projections).await?;
    open.commit().await?;
    Ok(Some(built))
}

/// Drops a generation's tables and forgets it.
pub(crate) async fn drop_generation(group: &Group, number: i64) -> Result<(), ReadError> {
    let mut open = group.db().begin().await?;
    let mut tx = Tx::new(&mut open, generation::LIVE);
    remove(&mut tx, number).await?;
    open.commit().await
}

async fn remove(tx: &mut Tx<'_>, number: i64) -> Result<(), ReadError> {
    let found: Option<(String, String)> =
        tx.one("select tables, kind from generation where number = $1", args![number]).await?;
    let Some((tables, kind)) = found else { return Ok(()) };
    let kind = if kind == Kind::Verify.as_str() { Kind::Verify } else { Kind::Rebuild };
    let prefix = generation::prefix(kind, number);
    for table in tables.split_whitespace() {
        tx.define(&format!("drop table if exists {}", generation::renamed(table, &prefix))).await?;
    }
    tx.run("delete from dead_letter where generation = $1", args![number]).await?;
    tx.run("delete from generation where number = $1", args![number]).await?;
    Ok(())
}

/// Makes the indexes, once the rows are in.
async fn index(group: &Group, built: &Built) -> Result<(), ReadError> {
    let mut open = group.db().begin().await?;
    let mut tx = Tx::new(&mut open, &built.target.prefix);
    progress::lock(&mut tx, &built.target.place).await?;
    let waiting: Option<(i64,)> = tx
        .one("select number from generation where number = $1 and indexed = false", args![built.number])
        .await?;
    if waiting.is_some() {
        generation::create_indexes(&mut tx, &built.target.projections).await?;
        tx.run("update generation set indexed = true where number = $1", args![built.number]).await?;
        if tx.is_postgres() {
            for table in generation::tables_of(&built.target.projections) {
                tx.define(&format!("analyze {table}")).await?;
            }
        }
    }
    open.commit().await
}
