//! Reading: one stream as it stands, or sequenced events by `seq`.

use sqlx::Row as _;
use sqlx::postgres::PgRow;
use touchstone_kernel::{Envelope, StreamRange};

use super::PostgresLog;
use crate::StoreError;
use crate::backend::{Backend, Row, Sequenced, bounds, chain, in_ranges};

/// What a row costs besides its payload.
const OVERHEAD: i64 = 600;

impl PostgresLog {
    pub(super) async fn rows(&self, context: &str, stream: &str, after: i64) -> Result<Vec<Row>, StoreError> {
        let rows = sqlx::query(
            "select event_id, sequence, event_type, event_version, payload::text, metadata::text from events \
             where aggregate_type = $1 and aggregate_id = $2 and sequence > $3 order by sequence",
        )
        .bind(context)
        .bind(stream)
        .bind(after)
        .fetch_all(&self.pool)
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

    /// The size of a payload is taken as it lies on disk, so that no large one is read only to be left out.
    pub(super) async fn read_range(
        &self,
        after: i64,
        limit: i64,
        max_bytes: i64,
    ) -> Result<Vec<Envelope>, StoreError> {
        let sql = format!(
            "select w.seq, w.hash, null::bytea, w.event_id, w.aggregate_type, w.aggregate_id, w.sequence, \
             w.event_type, w.event_version, w.payload::text, w.metadata::text, w.recorded_at, \
             w.xid::text::bigint, w.position \
             from (select b.*, sum(b.size) over (order by b.seq) - b.size as before \
                   from (select i.seq, i.hash, e.*, pg_column_size(e.payload) + {OVERHEAD} as size \
                         from (select seq, hash, xid, position from log_index where seq > $1 \
                               order by seq limit $2) i \
                         join events e on e.xid = i.xid and e.position = i.position) b) w \
             where w.before < $3 or w.before = 0 order by w.seq"
        );
        let query = sqlx::query(&sql).bind(after).bind(limit).bind(max_bytes);
        let (before, rows) = tokio::join!(self.hash_at(after), query.fetch_all(&self.pool));
        let mut found = rows?.iter().map(|row| self.envelope(row)).collect::<Result<Vec<_>, _>>()?;
        chain(before?, &mut found);
        Ok(found)
    }

    pub(super) async fn find_ranges(
        &self,
        ranges: &[StreamRange],
        after: i64,
        limit: i64,
    ) -> Result<Vec<Envelope>, StoreError> {
        if ranges.is_empty() {
            return Ok(Vec::new());
        }
        let sql =
            sequenced(&format!("i.seq > $1 and ({}) order by i.seq limit $2", in_ranges(ranges.len(), 3)));
        let mut query = sqlx::query(&sql).bind(after).bind(limit);
        for range in ranges {
            let (low, high) = bounds(range);
            query = query.bind(range.context).bind(low).bind(high);
        }
        query.fetch_all(&self.pool).await?.iter().map(|row| self.envelope(row)).collect()
    }

    pub(super) async fn read_but(
        &self,
        after: i64,
        until: i64,
        limit: i64,
        skip: &[&str],
    ) -> Result<Vec<Envelope>, StoreError> {
        let sql = sequenced("i.seq > $1 and i.seq <= $2 and e.event_type <> all($4) order by i.seq limit $3");
        let skip: Vec<String> = skip.iter().map(|name| (*name).to_owned()).collect();
        let query = sqlx::query(&sql).bind(after).bind(until).bind(limit).bind(skip);
        query.fetch_all(&self.pool).await?.iter().map(|row| self.envelope(row)).collect()
    }

    pub(super) async fn read_stream(
        &self,
        context: &str,
        stream: &str,
        after: i64,
        limit: i64,
    ) -> Result<Vec<Envelope>, StoreError> {
        let sql = sequenced(
            "e.aggregate_type = $1 and e.aggregate_id = $2 and e.sequence > $3 order by e.sequence limit $4",
        );
        let query = sqlx::query(&sql).bind(context).bind(stream).bind(after).bind(limit);
        query.fetch_all(&self.pool).await?.iter().map(|row| self.envelope(row)).collect()
    }

    fn envelope(&self, row: &PgRow) -> Result<Envelope, StoreError> {
        Sequenced {
            seq: row.try_get(0)?,
            hash: row.try_get(1)?,
            prev: row.try_get(2)?,
            event_id: row.try_get(3)?,
            context: row.try_get(4)?,
            stream: row.try_get(5)?,
            sequence: row.try_get(6)?,
            name: row.try_get(7)?,
            version: row.try_get(8)?,
            payload: row.try_get(9)?,
            metadata: row.try_get(10)?,
            recorded_at: row.try_get(11)?,
            mark: self.epochs.mark(row.try_get(12)?, row.try_get(13)?),
        }
        .envelope()
    }
}

/// Sequenced events under a condition, each with the hash before it.
fn sequenced(condition: &str) -> String {
    format!(
        "select i.seq, i.hash, (select p.hash from log_index p where p.seq = i.seq - 1), e.event_id, \
         e.aggregate_type, e.aggregate_id, e.sequence, e.event_type, e.event_version, e.payload::text, \
         e.metadata::text, e.recorded_at, e.xid::text::bigint, e.position \
         from log_index i join events e on e.xid = i.xid and e.position = i.position where {condition}"
    )
}
