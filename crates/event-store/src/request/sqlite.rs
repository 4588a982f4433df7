//! Answers on SQLite.

use sqlx::SqlitePool;
use touchstone_vocabulary::Time;

use super::{Kept, Name};
use crate::StoreError;

pub(super) async fn find(read: &SqlitePool, name: &Name) -> Result<Option<Kept>, StoreError> {
    let row: Option<(String, String)> =
        sqlx::query_as("select digest, answer from request where scope = ? and key = ?")
            .bind(&name.scope)
            .bind(&name.key)
            .fetch_optional(read)
            .await?;
    Ok(row.map(|(digest, answer)| Kept { digest, answer: Some(answer) }))
}

/// All of them in one transaction: name, digest, sealed answer, time.
pub(super) async fn store(
    write: &SqlitePool,
    rows: &[(&Name, &String, String, Time)],
) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut tx = write.begin_with("begin immediate").await?;
    for (name, digest, answer, at) in rows {
        sqlx::query(
            "insert into request (scope, key, digest, answer, created_at) values (?, ?, ?, ?, ?) \
             on conflict do nothing",
        )
        .bind(&name.scope)
        .bind(&name.key)
        .bind(digest)
        .bind(answer)
        .bind(at.micros())
        .execute(&mut *tx)
        .await?;
    }
    Ok(tx.commit().await?)
}

pub(super) async fn sweep(write: &SqlitePool, before: Time) -> Result<u64, StoreError> {
    let mut removed = 0;
    for table in ["request", "idempotency"] {
        let sql = format!("delete from {table} where created_at < ?");
        removed += sqlx::query(&sql).bind(before.micros()).execute(write).await?.rows_affected();
    }
    Ok(removed)
}
