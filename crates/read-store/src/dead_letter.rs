//! Events that could not be applied, kept by lane until somebody mends the cause or gives them up.

use std::collections::BTreeSet;
use std::time::{SystemTime, UNIX_EPOCH};

use touchstone_kernel::Recorded;
use touchstone_vocabulary::Time;

use crate::generation::LIVE;
use crate::group::{feed, owned_target};
use crate::progress::{self, Place};
use crate::{Arg, Group, ReadError, Tx, args};

/// One parked event.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct DeadLetter {
    pub group: String,
    /// Within which order matters; the later events of a parked lane are parked too.
    pub lane: String,
    pub seq: i64,
    pub event_id: String,
    pub event_name: String,
    pub reason: String,
    pub parked_at: Time,
    /// Given up: it stays out of the tables.
    pub discarded: bool,
}

/// What a retry of one lane came to.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Retried {
    pub lane: String,
    /// How many events wait, or waited, in it.
    pub events: usize,
    /// Why it stays parked; `None` when it is healed.
    pub fault: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Line {
    lane: String,
    seq: i64,
    event_id: String,
    event_name: String,
    reason: String,
    parked_at: i64,
    discarded: bool,
}

const MAX_REASON: usize = 1_000;
const COLUMNS: [&str; 8] =
    ["group_name", "generation", "seq", "lane", "event_id", "event_name", "reason", "parked_at"];

#[expect(clippy::disallowed_methods, reason = "when it was parked is for the operator; no row depends on it")]
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// All dead letters of a group's live tables, in log order.
pub async fn list(group: &Group) -> Result<Vec<DeadLetter>, ReadError> {
    let lines: Vec<Line> = group
        .db()
        .as_owner()
        .all(
            "select lane, seq, event_id, event_name, reason, parked_at, discarded from dead_letter \
             where group_name = $1 and generation = 0 order by seq",
            args![group.name()],
        )
        .await?;
    Ok(lines
        .into_iter()
        .map(|line| DeadLetter {
            group: group.name().to_owned(),
            lane: line.lane,
            seq: line.seq,
            event_id: line.event_id,
            event_name: line.event_name,
            reason: line.reason,
            parked_at: Time(line.parked_at),
            discarded: line.discarded,
        })
        .collect())
}

/// Applies the parked events of a lane, or of every lane, again: all of a lane or nothing of it.
pub async fn retry(group: &Group, lane: Option<&str>) -> Result<Vec<Retried>, ReadError> {
    let parked: BTreeSet<String> =
        list(group).await?.into_iter().filter(|letter| !letter.discarded).map(|letter| letter.lane).collect();
    let mut results = Vec::new();
    for lane in parked.into_iter().filter(|parked| lane.is_none_or(|lane| lane == parked)) {
        results.push(retry_lane(group, lane).await?);
    }
    Ok(results)
}

/// Gives up what is parked in a lane. Its later events are applied again as they come; the discarded ones stay out of
/// every rebuild. Returns how many events were given up.
pub async fn discard(group: &Group, lane: &str) -> Result<u64, ReadError> {
    let mut open = group.db().begin().await?;
    let mut tx = Tx::new(&mut open, LIVE);
    progress::lock(&mut tx, &Place::Live(group.name().to_owned())).await?;
    let sql = "update dead_letter set discarded = true \
               where group_name = $1 and generation = 0 and lane = $2 and discarded = false";
    let count = tx.run(sql, args![group.name(), lane]).await?;
    open.commit().await?;
    Ok(count)
}

async fn retry_lane(group: &Group, lane: String) -> Result<Retried, ReadError> {
    loop {
        let seqs: Vec<(i64,)> =
            group.db().as_owner().all(OF_LANE, args![group.name(), lane.as_str()]).await?;
        let seqs: Vec<i64> = seqs.into_iter().map(|(seq,)| seq).collect();
        let (events, fault) = read(group, &seqs).await?;
        let stays = |fault: String| Retried { lane: lane.clone(), events: seqs.len(), fault: Some(fault) };
        if let Some(fault) = fault {
            return Ok(stays(fault));
        }
        let target = owned_target(group);
        let mut open = group.db().begin().await?;
        let mut tx = Tx::new(&mut open, LIVE);
        progress::lock(&mut tx, &target.place).await?;
        let now: Vec<(i64,)> = tx.all(OF_LANE, args![group.name(), lane.as_str()]).await?;
        if !now.iter().map(|(seq,)| seq).eq(&seqs) {
            // More joined the lane meanwhile, or somebody healed it.
            open.rollback().await?;
            continue;
        }
        for projection in &target.projections {
            if let Err(error) = projection.apply(&mut tx, &events).await {
                open.rollback().await?;
                if error.is_deterministic() {
                    return Ok(stays(format!("{}: {error}", projection.name())));
                }
                return Err(ReadError::Unavailable(error.to_string()));
            }
        }
        let sql = "delete from dead_letter \
                   where group_name = $1 and generation = 0 and lane = $2 and discarded = false";
        tx.run(sql, args![group.name(), lane.as_str()]).await?;
        open.commit().await?;
        group.healed(&lane);
        return Ok(Retried { events: seqs.len(), lane, fault: None });
    }
}

const OF_LANE: &str = "select seq from dead_letter \
    where group_name = $1 and generation = 0 and lane = $2 and discarded = false order by seq";

/// These events, opened; or why one of them cannot be.
async fn read(group: &Group, seqs: &[i64]) -> Result<(Vec<Recorded>, Option<String>), ReadError> {
    let wanted: BTreeSet<i64> = seqs.iter().copied().collect();
    let mut events = Vec::new();
    let mut next = wanted.first().copied();
    while let Some(seq) = next {
        let mut run = group.log().read(seq - 1, 500, feed::BATCH_BYTES).await?;
        let Some(last) = run.last().map(|e| e.seq) else { break };
        run.retain(|envelope| wanted.contains(&envelope.seq));
        for envelope in run {
            let batch = feed::open(group.log(), vec![envelope]).await?;
            if let Some(reason) = batch.unreadable.into_values().next() {
                return Ok((Vec::new(), Some(reason)));
            }
            events.extend(batch.events);
        }
        next = wanted.range(last + 1..).next().copied();
    }
    Ok((events, None))
}

/// The lanes that are parked.
pub(crate) async fn lanes(
    tx: &mut Tx<'_>,
    group: &str,
    generation: i64,
) -> Result<BTreeSet<String>, ReadError> {
    let sql = "select distinct lane from dead_letter \
               where group_name = $1 and generation = $2 and discarded = false";
    let lanes: Vec<(String,)> = tx.all(sql, args![group, generation]).await?;
    Ok(lanes.into_iter().map(|(lane,)| lane).collect())
}

/// The dead letters of the live tables between two numbers.
pub(crate) async fn numbers(
    tx: &mut Tx<'_>,
    group: &str,
    only_discarded: bool,
    first: i64,
    last: i64,
) -> Result<BTreeSet<i64>, ReadError> {
    let which = if only_discarded { " and discarded = true" } else { "" };
    let sql = format!(
        "select seq from dead_letter where group_name = $1 and generation = 0 and seq >= $2 and seq <= $3{which}"
    );
    let seqs: Vec<(i64,)> = tx.all(&sql, args![group, first, last]).await?;
    Ok(seqs.into_iter().map(|(seq,)| seq).collect())
}

pub(crate) async fn add(
    tx: &mut Tx<'_>,
    group: &str,
    generation: i64,
    events: &[(&Recorded, &str)],
) -> Result<(), ReadError> {
    let at = now();
    let rows: Vec<Vec<Arg>> = events
        .iter()
        .map(|(event, reason)| {
            let envelope = &event.envelope;
            let reason: String = reason.replace('\0', " ").chars().take(MAX_REASON).collect();
            args![
                group,
                generation,
                envelope.seq,
                envelope.lane(),
                envelope.event_id.to_string(),
                envelope.name.as_str(),
                reason,
                at
            ]
        })
        .collect();
    tx.insert("dead_letter", &COLUMNS, rows, "").await
}

/// Writes down that a generation left these out, so that a later change of the dead letters is noticed.
pub(crate) async fn note_skipped(
    tx: &mut Tx<'_>,
    generation: i64,
    seqs: &BTreeSet<i64>,
) -> Result<(), ReadError> {
    let count = i64::try_from(seqs.len()).unwrap_or(i64::MAX);
    let sql =
        "update generation set skipped = skipped + $1, skipped_sum = skipped_sum + $2 where number = $3";
    tx.run(sql, args![count, seqs.iter().sum::<i64>(), generation]).await?;
    Ok(())
}
