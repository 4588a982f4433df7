//! The log on SQLite: one writer at a time, so `seq` and hash are given inside the append.
//!
//! Other processes may append as well. Every append therefore takes the write lock first and reads the head and the
//! streams' versions under it; nothing is kept in memory between two appends.

use std::fmt::Write;
use std::sync::LazyLock;
use std::time::Duration;

use async_trait::async_trait;
use futures::TryStreamExt;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, Sqlite, SqlitePool, Transaction};
use touchstone_kernel::{ChainHash, Envelope, Mark, StreamRange};
use uuid::Uuid;

use crate::StoreError;
use crate::append::{Append, Batch, Fresh, KeyRow, Outcome};
use crate::backend::{Backend, Row, Sequenced, TAIL, bounds, chain, in_ranges, micros};

/// Rows per insert statement, largest first: few statements, and each is prepared once.
const CHUNKS: [usize; 3] = [64, 8, 1];

static INSERT_EVENTS: LazyLock<[String; 3]> = LazyLock::new(|| {
    let head = "insert into events (position, aggregate_type, aggregate_id, sequence, event_type, \
                event_version, payload, metadata, event_id, recorded_at) values ";
    CHUNKS.map(|rows| insert(head, 10, rows))
});

static INSERT_INDEX: LazyLock<[String; 3]> = LazyLock::new(|| {
    CHUNKS.map(|rows| insert("insert into log_index (seq, position, hash) values ", 3, rows))
});

fn insert(head: &str, columns: usize, rows: usize) -> String {
    let row = format!("({})", vec!["?"; columns].join(","));
    format!("{head}{}", vec![row; rows].join(","))
}

/// The versions of several streams, in their order.
const VERSIONS: &str = "select coalesce((select max(e.sequence) from events e \
     where e.aggregate_type = json_extract(h.value, '$[0]') and e.aggregate_id = json_extract(h.value, '$[1]')), 0) \
     from json_each(?) h order by h.key";

const COLUMNS: &str = "i.seq, i.hash, e.event_id, e.aggregate_type, e.aggregate_id, e.sequence, e.event_type, \
     e.event_version, e.payload, e.metadata, e.recorded_at";

const NOW: &str = "cast(unixepoch('subsec') * 1000000 as integer)";

#[derive(Clone)]
pub(crate) struct SqliteLog {
    pub write: SqlitePool,
    pub read: SqlitePool,
}

/// An event on its way into the two tables.
struct Placed<'a> {
    seq: i64,
    hash: ChainHash,
    append: &'a Append,
    sequence: i64,
    event: &'a Fresh,
}

impl SqliteLog {
    async fn try_key(tx: &mut Transaction<'_, Sqlite>, key: &KeyRow) -> Result<Option<Outcome>, StoreError> {
        let made = sqlx::query(
            "insert into idempotency (scope, key, digest, receipt, created_at) values (?, ?, ?, ?, ?) \
             on conflict do nothing",
        )
        .bind(&key.scope)
        .bind(&key.key)
        .bind(&key.digest)
        .bind(&key.receipt)
        .bind(key.created_at)
        .execute(&mut **tx)
        .await?;
        if made.rows_affected() == 1 {
            return Ok(None);
        }
        let (digest, answer) =
            sqlx::query_as(SELECT_KEY).bind(&key.scope).bind(&key.key).fetch_one(&mut **tx).await?;
        Ok(Some(Outcome::Repeated { digest, answer }))
    }

    async fn versions(tx: &mut Transaction<'_, Sqlite>, batch: &Batch) -> Result<Vec<i64>, StoreError> {
        if let [append] = batch.appends.as_slice() {
            let version = sqlx::query_scalar(
                "select coalesce(max(sequence), 0) from events where aggregate_type = ? and aggregate_id = ?",
            )
            .bind(append.context)
            .bind(&append.stream)
            .fetch_one(&mut **tx)
            .await?;
            return Ok(vec![version]);
        }
        let streams = serde_json::to_string(&batch.streams().collect::<Vec<_>>())
            .map_err(|fault| StoreError::Corrupt(fault.to_string()))?;
        Ok(sqlx::query_scalar(VERSIONS).bind(streams).fetch_all(&mut **tx).await?)
    }

    /// The marks of appends that all stand already, by their event ids.
    async fn recognise(
        tx: &mut Transaction<'_, Sqlite>,
        appends: &[Append],
    ) -> Result<Option<Vec<Mark>>, StoreError> {
        let mut marks = Vec::with_capacity(appends.len());
        for append in appends {
            let stored: Vec<(i64, Uuid)> = sqlx::query_as(
                "select position, event_id from events where aggregate_type = ? and aggregate_id = ? \
                 and sequence > ? and sequence <= ? order by sequence",
            )
            .bind(append.context)
            .bind(&append.stream)
            .bind(append.expected)
            .bind(append.version())
            .fetch_all(&mut **tx)
            .await?;
            let ours = append.events.iter().map(|event| event.event_id);
            match stored.last() {
                Some((position, _)) if stored.iter().map(|(_, id)| *id).eq(ours) => {
                    marks.push(Mark { xid: 0, position: *position });
                }
                _ => return Ok(None),
            }
        }
        Ok(Some(marks))
    }

    async fn insert(tx: &mut Transaction<'_, Sqlite>, batch: &Batch) -> Result<Vec<Mark>, sqlx::Error> {
        let head: Option<(i64, Vec<u8>)> =
            sqlx::query_as("select seq, hash from log_index order by seq desc limit 1")
                .fetch_optional(&mut **tx)
                .await?;
        let (mut seq, mut hash) = head.map_or((0, ChainHash::GENESIS), |(seq, hash)| {
            (seq, ChainHash::from_slice(&hash).unwrap_or(ChainHash::GENESIS))
        });
        let mut placed = Vec::with_capacity(batch.len());
        let mut marks = Vec::with_capacity(batch.appends.len());
        for append in &batch.appends {
            for (sequence, event) in append.placed() {
                seq += 1;
                hash = hash.next(seq, &append.stored(sequence, event));
                placed.push(Placed { seq, hash, append, sequence, event });
            }
            marks.push(Mark { xid: 0, position: seq });
        }
        let mut rest = placed.as_slice();
        for (size, (events, index)) in CHUNKS.into_iter().zip(INSERT_EVENTS.iter().zip(INSERT_INDEX.iter())) {
            while rest.len() >= size {
                let (chunk, later) = rest.split_at(size);
                insert_chunk(tx, events, index, chunk).await?;
                rest = later;
            }
        }
        Ok(marks)
    }
}

async fn insert_chunk(
    tx: &mut Transaction<'_, Sqlite>,
    events: &str,
    index: &str,
    chunk: &[Placed<'_>],
) -> Result<(), sqlx::Error> {
    let mut query = sqlx::query(events);
    for row in chunk {
        query = query
            .bind(row.seq)
            .bind(row.append.context)
            .bind(&row.append.stream)
            .bind(row.sequence)
            .bind(&row.event.name)
            .bind(&row.event.version)
            .bind(&row.event.payload)
            .bind(&*row.event.metadata)
            .bind(row.event.event_id)
            .bind(row.event.recorded_at);
    }
    query.execute(&mut **tx).await?;
    let mut query = sqlx::query(index);
    for row in chunk {
        query = query.bind(row.seq).bind(row.seq).bind(row.hash.0.to_vec());
    }
    query.execute(&mut **tx).await?;
    Ok(())
}

fn envelope(row: &SqliteRow) -> Result<Envelope, StoreError> {
    let seq = row.try_get(0)?;
    Sequenced {
        seq,
        hash: row.try_get(1)?,
        // Filled in from the event before, or read where the events are not contiguous.
        prev: row.try_get::<Option<Vec<u8>>, _>("prev").ok().flatten(),
        event_id: row.try_get(2)?,
        context: row.try_get(3)?,
        stream: row.try_get(4)?,
        sequence: row.try_get(5)?,
        name: row.try_get(6)?,
        version: row.try_get(7)?,
        payload: row.try_get(8)?,
        metadata: row.try_get(9)?,
        recorded_at: row.try_get(10)?,
        mark: Mark { xid: 0, position: seq },
    }
    .envelope()
}

const SELECT_KEY: &str = "select digest, receipt from idempotency where scope = ? and key = ?";

#[async_trait]
impl Backend for SqliteLog {
    async fn append(&self, batch: &Batch) -> Result<Outcome, StoreError> {
        let mut tx = self.write.begin_with("begin immediate").await?;
        if let Some(key) = &batch.key
            && let Some(repeated) = Self::try_key(&mut tx, key).await?
        {
            return Ok(repeated);
        }
        if !batch.appends.is_empty() {
            let versions = Self::versions(&mut tx, batch).await?;
            if batch.appends.iter().map(|append| append.expected).ne(versions) {
                let known = Self::recognise(&mut tx, &batch.appends).await?;
                return Ok(known.map_or(Outcome::Conflict, Outcome::Stored));
            }
        }
        let marks = match Self::insert(&mut tx, batch).await {
            Ok(marks) => marks,
            Err(sqlx::Error::Database(fault))
                if fault.is_unique_violation() && fault.message().contains("events.event_id") =>
            {
                return Ok(Outcome::Duplicate);
            }
            Err(fault) => return Err(fault.into()),
        };
        tx.commit().await?;
        Ok(Outcome::Stored(marks))
    }

    async fn stream(&self, context: &str, stream: &str, after: i64) -> Result<Vec<Row>, StoreError> {
        let rows = sqlx::query(
            "select event_id, sequence, event_type, event_version, payload, metadata from events \
             where aggregate_type = ? and aggregate_id = ? and sequence > ? order by sequence",
        )
        .bind(context)
        .bind(stream)
        .bind(after)
        .fetch_all(&self.read)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(Row {
                    event_id: row.try_get(0)?,
                    sequence: row.try_get(1)?,
                    name: row.try_get(2)?,
                    version: row.try_get(3)?,
                    payload: row.try_get(4)?,
                    metadata: row.try_get(5)?,
                })
            })
            .collect()
    }

    async fn mark(
        &self,
        context: &str,
        stream: &str,
        sequence: Option<i64>,
    ) -> Result<Option<Mark>, StoreError> {
        let position: Option<i64> = sqlx::query_scalar(
            "select position from events where aggregate_type = ?1 and aggregate_id = ?2 \
             and (?3 is null or sequence = ?3) order by sequence desc limit 1",
        )
        .bind(context)
        .bind(stream)
        .bind(sequence)
        .fetch_optional(&self.read)
        .await?;
        Ok(position.map(|position| Mark { xid: 0, position }))
    }

    async fn key(&self, scope: &str, key: &str) -> Result<Option<(String, String)>, StoreError> {
        Ok(sqlx::query_as(SELECT_KEY).bind(scope).bind(key).fetch_optional(&self.read).await?)
    }

    async fn read(&self, after: i64, limit: i64, max_bytes: i64) -> Result<Vec<Envelope>, StoreError> {
        let sql = format!(
            "select {COLUMNS} from log_index i join events e on e.position = i.position \
             where i.seq > ? order by i.seq limit ?"
        );
        let before = self.hash_at(after).await?;
        let mut rows = sqlx::query(&sql).bind(after).bind(limit).fetch(&self.read);
        let mut found = Vec::new();
        let mut bytes = 0;
        while let Some(row) = rows.try_next().await? {
            let next = envelope(&row)?;
            let size = next.payload.as_ref().map_or(0, |payload| payload.get().len());
            found.push(next);
            bytes += i64::try_from(size).unwrap_or(i64::MAX / 2);
            if bytes >= max_bytes {
                break;
            }
        }
        chain(before, &mut found);
        Ok(found)
    }

    async fn find(
        &self,
        ranges: &[StreamRange],
        after: i64,
        limit: i64,
    ) -> Result<Vec<Envelope>, StoreError> {
        if ranges.is_empty() {
            return Ok(Vec::new());
        }
        let (head, _) = self.head().await?;
        // The order of the tables is the order of the loops: near the head the tail is short, else the streams are.
        let tables = if head - after <= TAIL {
            "log_index i cross join events e on e.position = i.position"
        } else {
            "events e cross join log_index i on i.position = e.position"
        };
        let mut sql = format!(
            "select {COLUMNS}, (select p.hash from log_index p where p.seq = i.seq - 1) as prev \
             from {tables} where i.seq > $1 and ({})",
            in_ranges(ranges.len(), 3)
        );
        let _ = write!(sql, " order by i.seq limit $2");
        let mut query = sqlx::query(&sql).bind(after).bind(limit);
        for range in ranges {
            let (low, high) = bounds(range);
            query = query.bind(range.context).bind(low).bind(high);
        }
        query.fetch_all(&self.read).await?.iter().map(envelope).collect()
    }

    async fn skim(
        &self,
        after: i64,
        until: i64,
        limit: i64,
        skip: &[&str],
    ) -> Result<Vec<Envelope>, StoreError> {
        let names = vec!["?"; skip.len()].join(", ");
        let sql = format!(
            "select {COLUMNS}, (select p.hash from log_index p where p.seq = i.seq - 1) as prev \
             from log_index i cross join events e on e.position = i.position \
             where i.seq > ? and i.seq <= ? and e.event_type not in ({names}) order by i.seq limit ?"
        );
        let mut query = sqlx::query(&sql).bind(after).bind(until);
        for name in skip {
            query = query.bind(*name);
        }
        query.bind(limit).fetch_all(&self.read).await?.iter().map(envelope).collect()
    }

    /// An event has its place from the moment it is stored.
    async fn unsequenced(&self) -> Result<i64, StoreError> {
        Ok(0)
    }

    async fn sequenced(
        &self,
        context: &str,
        stream: &str,
        after: i64,
        limit: i64,
    ) -> Result<Vec<Envelope>, StoreError> {
        let sql = format!(
            "select {COLUMNS}, (select p.hash from log_index p where p.seq = i.seq - 1) as prev \
             from events e join log_index i on i.position = e.position \
             where e.aggregate_type = ? and e.aggregate_id = ? and e.sequence > ? order by e.sequence limit ?"
        );
        let query = sqlx::query(&sql).bind(context).bind(stream).bind(after).bind(limit);
        query.fetch_all(&self.read).await?.iter().map(envelope).collect()
    }

    async fn head(&self) -> Result<(i64, ChainHash), StoreError> {
        let head: Option<(i64, Vec<u8>)> =
            sqlx::query_as("select seq, hash from log_index order by seq desc limit 1")
                .fetch_optional(&self.read)
                .await?;
        let Some((seq, hash)) = head else { return Ok((0, ChainHash::GENESIS)) };
        let hash = ChainHash::from_slice(&hash)
            .ok_or_else(|| StoreError::Corrupt(format!("event {seq} has a broken hash")))?;
        Ok((seq, hash))
    }

    async fn hash_at(&self, seq: i64) -> Result<Option<ChainHash>, StoreError> {
        let hash: Option<Vec<u8>> = sqlx::query_scalar("select hash from log_index where seq = ?")
            .bind(seq)
            .fetch_optional(&self.read)
            .await?;
        Ok(hash.and_then(|hash| ChainHash::from_slice(&hash)))
    }

    async fn lease(&self, name: &str, owner: Uuid, ttl: Duration) -> Result<Option<i64>, StoreError> {
        let sql = format!(
            "insert into lease (name, owner, fence, expires_at) values (?1, ?2, 1, {NOW} + ?3) \
             on conflict (name) do update set owner = excluded.owner, \
             fence = lease.fence + (lease.owner <> excluded.owner), expires_at = excluded.expires_at \
             where lease.owner = excluded.owner or lease.expires_at <= {NOW} returning fence"
        );
        let query = sqlx::query_scalar(&sql).bind(name).bind(owner).bind(micros(ttl));
        Ok(query.fetch_optional(&self.write).await?)
    }

    async fn release(&self, name: &str, owner: Uuid) -> Result<(), StoreError> {
        sqlx::query("update lease set owner = ?, expires_at = 0 where name = ? and owner = ?")
            .bind(Uuid::nil())
            .bind(name)
            .bind(owner)
            .execute(&self.write)
            .await?;
        Ok(())
    }

    async fn leases(&self, prefix: &str) -> Result<i64, StoreError> {
        let sql = format!(
            "select count(*) from lease where substr(name, 1, length(?1)) = ?1 and expires_at > {NOW}"
        );
        Ok(sqlx::query_scalar(&sql).bind(prefix).fetch_one(&self.read).await?)
    }

    async fn cursor(&self, name: &str) -> Result<i64, StoreError> {
        let seq = sqlx::query_scalar("select seq from relay_cursor where name = ?").bind(name);
        Ok(seq.fetch_optional(&self.read).await?.unwrap_or(0))
    }

    async fn save_cursor(&self, name: &str, seq: i64) -> Result<(), StoreError> {
        sqlx::query(
            "insert into relay_cursor (name, seq) values (?, ?) on conflict (name) do update set seq = excluded.seq",
        )
        .bind(name)
        .bind(seq)
        .execute(&self.write)
        .await?;
        Ok(())
    }
}
