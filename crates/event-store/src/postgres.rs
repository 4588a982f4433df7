//! The log on PostgreSQL: many writers, none of whom waits for another.
//!
//! An append is one statement, so nothing is ever open between its parts. Places in the log are given afterwards, by
//! the sequencer.

mod append;
mod order;
mod read;

use std::time::Duration;

use async_trait::async_trait;
use sqlx::PgPool;
use touchstone_kernel::{ChainHash, Envelope, Mark, StreamRange};
use uuid::Uuid;

use crate::StoreError;
use crate::append::{Batch, Outcome};
use crate::backend::{Backend, Row, micros};
use crate::epochs::Epochs;

pub(crate) use order::{Size, Tip};

/// Microseconds on the database's clock.
pub(crate) const NOW: &str = "(extract(epoch from clock_timestamp()) * 1000000)::bigint";

#[derive(Clone)]
pub(crate) struct PostgresLog {
    pub pool: PgPool,
    epochs: Epochs,
}

impl PostgresLog {
    /// Reads how often the log has moved to another cluster.
    pub(crate) async fn open(pool: PgPool) -> Result<Self, StoreError> {
        let floors = sqlx::query_scalar("select floor from log_meta").fetch_all(&pool).await?;
        Ok(Self { pool, epochs: Epochs::new(floors) })
    }

    pub(crate) fn floor(&self) -> i64 {
        self.epochs.floor()
    }
}

#[async_trait]
impl Backend for PostgresLog {
    async fn append(&self, batch: &Batch) -> Result<Outcome, StoreError> {
        self.append_batch(batch).await
    }

    async fn stream(&self, context: &str, stream: &str, after: i64) -> Result<Vec<Row>, StoreError> {
        self.rows(context, stream, after).await
    }

    async fn mark(
        &self,
        context: &str,
        stream: &str,
        sequence: Option<i64>,
    ) -> Result<Option<Mark>, StoreError> {
        let found: Option<(i64, i64)> = sqlx::query_as(
            "select xid::text::bigint, position from events where aggregate_type = $1 and aggregate_id = $2 \
             and ($3::bigint is null or sequence = $3) order by sequence desc limit 1",
        )
        .bind(context)
        .bind(stream)
        .bind(sequence)
        .fetch_optional(&self.pool)
        .await?;
        Ok(found.map(|(xid, position)| self.epochs.mark(xid, position)))
    }

    async fn key(&self, scope: &str, key: &str) -> Result<Option<(String, String)>, StoreError> {
        self.stored_key(scope, key).await
    }

    async fn read(&self, after: i64, limit: i64, max_bytes: i64) -> Result<Vec<Envelope>, StoreError> {
        self.read_range(after, limit, max_bytes).await
    }

    async fn find(
        &self,
        ranges: &[StreamRange],
        after: i64,
        limit: i64,
    ) -> Result<Vec<Envelope>, StoreError> {
        self.find_ranges(ranges, after, limit).await
    }

    async fn skim(
        &self,
        after: i64,
        until: i64,
        limit: i64,
        skip: &[&str],
    ) -> Result<Vec<Envelope>, StoreError> {
        self.read_but(after, until, limit, skip).await
    }

    async fn unsequenced(&self) -> Result<i64, StoreError> {
        let sql = "select count(*) from events e \
                   where not exists (select 1 from log_index i where i.position = e.position)";
        Ok(sqlx::query_scalar(sql).fetch_one(&self.pool).await?)
    }

    async fn sequenced(
        &self,
        context: &str,
        stream: &str,
        after: i64,
        limit: i64,
    ) -> Result<Vec<Envelope>, StoreError> {
        self.read_stream(context, stream, after, limit).await
    }

    async fn head(&self) -> Result<(i64, ChainHash), StoreError> {
        let head: Option<(i64, Vec<u8>)> =
            sqlx::query_as("select seq, hash from log_index order by seq desc limit 1")
                .fetch_optional(&self.pool)
                .await?;
        let Some((seq, hash)) = head else { return Ok((0, ChainHash::GENESIS)) };
        Ok((seq, stored_hash(seq, &hash)?))
    }

    async fn hash_at(&self, seq: i64) -> Result<Option<ChainHash>, StoreError> {
        let hash: Option<Vec<u8>> = sqlx::query_scalar("select hash from log_index where seq = $1")
            .bind(seq)
            .fetch_optional(&self.pool)
            .await?;
        hash.map(|hash| stored_hash(seq, &hash)).transpose()
    }

    async fn lease(&self, name: &str, owner: Uuid, ttl: Duration) -> Result<Option<i64>, StoreError> {
        let sql = format!(
            "insert into lease (name, owner, fence, expires_at) values ($1, $2, 1, {NOW} + $3) \
             on conflict (name) do update set owner = excluded.owner, \
             fence = lease.fence + case when lease.owner = excluded.owner then 0 else 1 end, \
             expires_at = excluded.expires_at \
             where lease.owner = excluded.owner or lease.expires_at <= {NOW} returning fence"
        );
        let query = sqlx::query_scalar(&sql).bind(name).bind(owner).bind(micros(ttl));
        Ok(query.fetch_optional(&self.pool).await?)
    }

    async fn release(&self, name: &str, owner: Uuid) -> Result<(), StoreError> {
        sqlx::query("update lease set owner = $1, expires_at = 0 where name = $2 and owner = $3")
            .bind(Uuid::nil())
            .bind(name)
            .bind(owner)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    async fn leases(&self, prefix: &str) -> Result<i64, StoreError> {
        let sql = format!("select count(*) from lease where starts_with(name, $1) and expires_at > {NOW}");
        Ok(sqlx::query_scalar(&sql).bind(prefix).fetch_one(&self.pool).await?)
    }

    async fn cursor(&self, name: &str) -> Result<i64, StoreError> {
        let seq = sqlx::query_scalar("select seq from relay_cursor where name = $1").bind(name);
        Ok(seq.fetch_optional(&self.pool).await?.unwrap_or(0))
    }

    async fn save_cursor(&self, name: &str, seq: i64) -> Result<(), StoreError> {
        sqlx::query(
            "insert into relay_cursor (name, seq) values ($1, $2) \
             on conflict (name) do update set seq = excluded.seq",
        )
        .bind(name)
        .bind(seq)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

fn stored_hash(seq: i64, bytes: &[u8]) -> Result<ChainHash, StoreError> {
    ChainHash::from_slice(bytes).ok_or_else(|| StoreError::Corrupt(format!("event {seq} has a broken hash")))
}
