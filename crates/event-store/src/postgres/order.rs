//! Giving every committed event its final place.
//!
//! Positions are handed out before commit, so a later one can become visible first. Rows below the oldest running
//! transaction, read in the order `(xid, position)`, cannot be joined by others any more: that order is final, whoever
//! reads it. The index is therefore a function of the events alone. It may commit without waiting for the disk, it may
//! be lost and made again, and two who make it at once make the same one.

use sqlx::Row as _;
use touchstone_kernel::{ChainHash, Stored};
use uuid::Uuid;

use super::{NOW, PostgresLog, stored_hash};
use crate::StoreError;

/// How much one step takes on at most.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub events: i64,
    pub bytes: i64,
}

/// The last event that has its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tip {
    pub seq: i64,
    hash: ChainHash,
    xid: i64,
    position: i64,
}

/// Places worked out but not yet stored.
#[derive(Debug, Clone, Default)]
pub(crate) struct Run {
    seqs: Vec<i64>,
    xids: Vec<String>,
    positions: Vec<i64>,
    hashes: Vec<Vec<u8>>,
    /// The tip once they are stored.
    tip: Option<Tip>,
}

impl Run {
    pub(crate) fn len(&self) -> usize {
        self.seqs.len()
    }

    #[cfg(test)]
    pub(crate) const fn tip(&self) -> Option<Tip> {
        self.tip
    }
}

const NEXT: &str = "select w.position, w.event_id, w.aggregate_type, w.aggregate_id, w.sequence, w.event_type, \
     w.event_version, w.payload::text, w.metadata::text, w.recorded_at, w.xid::text::bigint \
     from (select b.*, sum(b.size) over (order by b.xid, b.position) - b.size as before \
           from (select e.*, pg_column_size(e.payload) + 600 as size from events e \
                 where (e.xid, e.position) > ($1::text::xid8, $2) and e.position > $3 {horizon} \
                 order by e.xid, e.position limit $4) b) w \
     where w.before < $5 or w.before = 0 order by w.xid, w.position";

const HORIZON: &str = "and e.xid < pg_snapshot_xmin(pg_current_snapshot())";

impl PostgresLog {
    /// The last place given, read from the database.
    pub(crate) async fn tip(&self) -> Result<Tip, StoreError> {
        let row: Option<(i64, Vec<u8>, i64, i64)> = sqlx::query_as(
            "select seq, hash, xid::text::bigint, position from log_index order by seq desc limit 1",
        )
        .fetch_optional(&self.pool)
        .await?;
        let (seq, hash, xid, position) = match row {
            None => (0, ChainHash::GENESIS, 0, 0),
            Some((seq, hash, xid, position)) => (seq, stored_hash(seq, &hash)?, xid, position),
        };
        // Transaction ids of an earlier cluster say nothing in this one: begin again, above the floor.
        Ok(if position <= self.floor() {
            Tip { seq, hash, xid: 0, position: 0 }
        } else {
            Tip { seq, hash, xid, position }
        })
    }

    /// Works out the places after `tip`. Without the horizon only where nobody else can be writing.
    pub(crate) async fn next_run(
        &self,
        tip: Tip,
        size: Size,
        below_horizon: bool,
    ) -> Result<Run, StoreError> {
        let sql = NEXT.replace("{horizon}", if below_horizon { HORIZON } else { "" });
        let rows = sqlx::query(&sql)
            .bind(tip.xid.to_string())
            .bind(tip.position)
            .bind(self.floor())
            .bind(size.events)
            .bind(size.bytes)
            .fetch_all(&self.pool)
            .await?;
        let mut run = Run::default();
        let mut tip = tip;
        for row in rows {
            let stored = Stored {
                event_id: row.try_get::<Uuid, _>(1)?,
                context: row.try_get(2)?,
                stream: row.try_get(3)?,
                sequence: row.try_get(4)?,
                name: row.try_get(5)?,
                version: row.try_get(6)?,
                payload: row.try_get(7)?,
                metadata: row.try_get(8)?,
                recorded_at: row.try_get(9)?,
            };
            let seq = tip.seq + 1;
            tip = Tip {
                seq,
                hash: tip.hash.next(seq, &stored),
                xid: row.try_get(10)?,
                position: row.try_get(0)?,
            };
            run.seqs.push(seq);
            run.xids.push(tip.xid.to_string());
            run.positions.push(tip.position);
            run.hashes.push(tip.hash.0.to_vec());
            run.tip = Some(tip);
        }
        Ok(run)
    }

    /// Stores the places; `None` when somebody else has given one of them.
    pub(crate) async fn store_run(&self, run: &Run) -> Result<Option<Tip>, StoreError> {
        let stored = sqlx::query(
            "insert into log_index (seq, xid, position, hash) select r.seq, r.xid::xid8, r.position, r.hash \
             from (select set_config('synchronous_commit', 'off', true)) as quick, \
             unnest($1::bigint[], $2::text[], $3::bigint[], $4::bytea[]) as r(seq, xid, position, hash)",
        )
        .bind(&run.seqs)
        .bind(&run.xids)
        .bind(&run.positions)
        .bind(&run.hashes)
        .execute(&self.pool)
        .await;
        match stored {
            Ok(_) => Ok(run.tip),
            Err(sqlx::Error::Database(fault))
                if matches!(fault.constraint(), Some("log_index_pkey" | "log_index_position_key")) =>
            {
                Ok(None)
            }
            Err(fault) => Err(fault.into()),
        }
    }

    /// How long the oldest event without a place has been waiting, in microseconds; 0 when there is none.
    pub(crate) async fn lag(&self, tip: Tip) -> Result<i64, StoreError> {
        let sql = format!(
            "select {NOW} - recorded_at from events where (xid, position) > ($1::text::xid8, $2) \
             and position > $3 order by xid, position limit 1"
        );
        let lag: Option<i64> = sqlx::query_scalar(&sql)
            .bind(tip.xid.to_string())
            .bind(tip.position)
            .bind(self.floor())
            .fetch_optional(&self.pool)
            .await?;
        Ok(lag.unwrap_or(0).max(0))
    }

    /// Whether the log came from another cluster and nobody has said so yet: it holds transaction ids that this
    /// cluster has not given out.
    pub(crate) async fn is_restored(&self) -> Result<bool, StoreError> {
        Ok(sqlx::query_scalar(
            "select exists (select 1 from events where xid >= pg_snapshot_xmax(pg_current_snapshot()) \
             and position > $1)",
        )
        .bind(self.floor())
        .fetch_one(&self.pool)
        .await?)
    }

    /// Declares everything up to now to be of an earlier cluster.
    pub(crate) async fn begin_epoch(&self) -> Result<(i64, i64), StoreError> {
        Ok(sqlx::query_as(
            "insert into log_meta (epoch, floor, cursor_xid, cursor_position) \
             select coalesce((select max(epoch) from log_meta), 0) + 1, max(position), 0, 0 from events \
             returning epoch, floor",
        )
        .fetch_one(&self.pool)
        .await?)
    }
}
