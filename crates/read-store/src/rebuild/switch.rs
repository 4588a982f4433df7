//! Putting a generation in the place of the live tables.

use std::time::Duration;

use super::fill::until_equal;
use super::{Built, Rebuilt};
use crate::generation::{LIVE, renamed, tables_of};
use crate::group::apply::{Fault, Skips};
use crate::progress::{self, Place};
use crate::{Group, Progress, ReadError, Scope, Tx, args};

/// Between two attempts, so that readers get through.
pub(crate) const PAUSE: Duration = Duration::from_millis(50);

pub(crate) enum Switched {
    Done(Rebuilt),
    /// Dead letters were retried or parked meanwhile: the tables are not what they should be.
    Outdated,
    /// Somebody else finished or dropped the generation.
    Gone,
}

/// One attempt. `None`: not now.
pub(crate) async fn switch(group: &Group, scope: &Scope, built: &Built) -> Result<Option<Switched>, Fault> {
    let mut open = group.db().begin().await?;
    let attempt = within(group, scope, built, &mut open).await;
    match attempt {
        Ok(Some(Switched::Done(done))) => {
            open.commit().await?;
            Ok(Some(Switched::Done(done)))
        }
        other => {
            open.rollback().await?;
            match other {
                // A lock that was not to be had in time: readers and the live group go first.
                Err(Fault::Passing(ReadError::Unavailable(error))) => {
                    tracing::debug!(error, "the new tables cannot be put in place just now");
                    Ok(None)
                }
                other => other,
            }
        }
    }
}

async fn within(
    group: &Group,
    scope: &Scope,
    built: &Built,
    open: &mut crate::db::Open,
) -> Result<Option<Switched>, Fault> {
    let mut tx = Tx::new(open, LIVE);
    if tx.is_postgres() {
        tx.define("set local lock_timeout = '200ms'").await?;
    }
    let Some(live) = progress::lock(&mut tx, &Place::Live(group.name().to_owned())).await? else {
        return Ok(Some(Switched::Gone));
    };
    let mut tx = Tx::new(open, &built.target.prefix);
    if progress::lock(&mut tx, &built.target.place).await?.is_none() {
        return Ok(Some(Switched::Gone));
    }
    let Some(at) = until_equal(group, built, &mut tx, live).await? else { return Ok(None) };
    if *scope != Scope::All && (at.seq, at.hash) != (live.seq, live.hash) {
        return Ok(Some(Switched::Outdated));
    }
    if !dead_letters_are_the_same(&mut tx, built, at.seq).await? {
        return Ok(Some(Switched::Outdated));
    }
    let mut tx = Tx::new(open, LIVE);
    exchange(&mut tx, built).await?;
    if *scope == Scope::All {
        take_over(&mut tx, group, built, at).await?;
    }
    tx.run("delete from generation where number = $1", args![built.number]).await?;
    Ok(Some(Switched::Done(Rebuilt { seq: at.seq, generation: built.number })))
}

async fn exchange(tx: &mut Tx<'_>, built: &Built) -> Result<(), ReadError> {
    for table in tables_of(&built.target.projections) {
        tx.define(&format!("drop table if exists {table}")).await?;
        tx.define(&format!("alter table {} rename to {table}", renamed(table, &built.target.prefix))).await?;
    }
    for projection in &built.target.projections {
        tx.run(
            "insert into projection (group_name, name, generation, ddl) values ($1, $2, $3, $4) \
             on conflict (group_name, name) do update set generation = excluded.generation, ddl = excluded.ddl",
            args![built.target.group.as_str(), projection.name(), built.number, projection.ddl()],
        )
        .await?;
    }
    Ok(())
}

/// The generation's progress and dead letters become the group's.
async fn take_over(tx: &mut Tx<'_>, group: &Group, built: &Built, at: Progress) -> Result<(), ReadError> {
    progress::save(tx, &Place::Live(group.name().to_owned()), &at).await?;
    tx.run(
        "delete from dead_letter where group_name = $1 and generation = 0 and discarded = false",
        args![group.name()],
    )
    .await?;
    tx.run("update dead_letter set generation = 0 where generation = $1", args![built.number]).await?;
    Ok(())
}

/// Whether the dead letters that the generation left out are still those of the live tables.
pub(crate) async fn dead_letters_are_the_same(
    tx: &mut Tx<'_>,
    built: &Built,
    up_to: i64,
) -> Result<bool, ReadError> {
    let which = if built.target.skips == Skips::Discarded { " and discarded = true" } else { "" };
    let sql = format!(
        "select cast(count(*) as bigint), cast(coalesce(sum(seq), 0) as bigint) from dead_letter \
         where group_name = $1 and generation = 0 and seq <= $2{which}"
    );
    let now: Option<(i64, i64)> = tx.one(&sql, args![built.target.group.as_str(), up_to]).await?;
    let then: Option<(i64, i64)> =
        tx.one("select skipped, skipped_sum from generation where number = $1", args![built.number]).await?;
    Ok(now == then)
}
