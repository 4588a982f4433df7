//! From the log into a generation's tables, in large batches, as near to the live tables as need be.

use tokio_util::sync::CancellationToken;

use super::{Built, Filling};
use crate::group::apply::{self, Fault, Outcome};
use crate::group::feed::{self, Ahead, BATCH_BYTES};
use crate::progress::{self, Place};
use crate::{Group, Progress, ReadError, Scope, Tx};

/// A switch applies at most so many events while the live tables wait.
pub(crate) const NEAR: i64 = 500;
/// PostgreSQL: bigger transactions cost less. Nobody waits for these tables.
const POSTGRES_EVENTS: usize = 2_000;
/// SQLite has one writer: appends wait for every batch.
const SQLITE_EVENTS: usize = 500;

pub(crate) enum Filled {
    /// So near to the live tables that the rest can be applied while they wait.
    Near,
    /// Somebody else finished or dropped this generation.
    Gone,
    Cancelled,
}

/// Fills until near enough; thoroughly: at least up to where the goal is now, so that an event that cannot be applied
/// is met here, where it can be singled out.
pub(crate) async fn fill(
    group: &Group,
    built: &Built,
    scope: &Scope,
    mut thorough: bool,
    cancel: &CancellationToken,
    report: &mut (impl FnMut(Filling) + Send),
) -> Result<Filled, Fault> {
    let limit = if group.db().is_postgres() { POSTGRES_EVENTS } else { SQLITE_EVENTS };
    loop {
        let Some(mut at) = place(group, built).await? else { return Ok(Filled::Gone) };
        let goal = goal(group, built, scope).await?;
        report(Filling { seq: at.seq, head: goal });
        let far = if std::mem::take(&mut thorough) { 0 } else { NEAR };
        if goal - at.seq <= far {
            return Ok(if cancel.is_cancelled() { Filled::Cancelled } else { Filled::Near });
        }
        let mut ahead = Ahead::start(group.log().clone(), at.seq, goal, limit);
        loop {
            let batch = match cancel.run_until_cancelled(ahead.next()).await {
                None => return Ok(Filled::Cancelled),
                Some(batch) => batch?,
            };
            let Some(batch) = batch else { break };
            follows(at, &batch)?;
            match apply::advance(group.db(), &built.target, at, &batch).await? {
                Outcome::Applied { to, .. } => at = to,
                Outcome::Moved(Some(_)) => break,
                Outcome::Moved(None) => return Ok(Filled::Gone),
            }
            report(Filling { seq: at.seq, head: goal });
        }
    }
}

/// Where to fill to. Tables that go beside other live ones must never show more than those.
async fn goal(group: &Group, built: &Built, scope: &Scope) -> Result<i64, ReadError> {
    if *scope == Scope::All && built.target.parks {
        return Ok(group.log().head().await?.0);
    }
    Ok(progress::live(group.db(), group.name()).await?.map_or(0, |live| live.seq))
}

async fn place(group: &Group, built: &Built) -> Result<Option<Progress>, ReadError> {
    let mut open = group.db().begin().await?;
    let found = progress::lock(&mut Tx::new(&mut open, &built.target.prefix), &built.target.place).await?;
    open.rollback().await?;
    Ok(found)
}

fn follows(at: Progress, batch: &feed::Batch) -> Result<(), ReadError> {
    let follows = batch.events.first().is_some_and(|first| at.is_before(&first.envelope));
    if follows {
        return Ok(());
    }
    Err(ReadError::Data(format!(
        "the log does not go on after event {} as it did when this rebuild began: run `touchstone log verify`",
        at.seq
    )))
}

/// Inside a transaction that holds the live row: applies what is between a generation and the live tables. `None`
/// when that is too much, or cannot be applied at once.
pub(crate) async fn until_equal(
    group: &Group,
    built: &Built,
    tx: &mut Tx<'_>,
    live: Progress,
) -> Result<Option<Progress>, Fault> {
    let Some(mut at) = progress::lock(tx, &built.target.place).await? else { return Ok(None) };
    if live.seq - at.seq > 4 * NEAR {
        return Ok(None);
    }
    while at.seq < live.seq {
        let limit = usize::try_from(live.seq - at.seq).unwrap_or(1);
        let envelopes = group.log().read(at.seq, limit, BATCH_BYTES).await.map_err(ReadError::from)?;
        let batch = feed::open(group.log(), envelopes).await?;
        if batch.events.is_empty() {
            // The live tables show more than the log has; the alarm says so.
            break;
        }
        follows(at, &batch)?;
        match apply::apply(tx, &built.target, &batch.events, &batch.unreadable).await {
            Ok(Outcome::Applied { to, .. }) => at = to,
            // Left to the fill, which finds the event and parks it.
            Ok(Outcome::Moved(_)) => return Ok(None),
            Err(error) if error.is_deterministic() => return Ok(None),
            Err(error) => return Err(Fault::Passing(ReadError::Unavailable(error.to_string()))),
        }
    }
    debug_assert!(matches!(built.target.place, Place::Generation(_)));
    Ok(Some(at))
}
