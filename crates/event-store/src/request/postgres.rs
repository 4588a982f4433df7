//! Requests on PostgreSQL, seen by every process.
//!
//! No commit here waits for the disk: what a power failure takes is an answer or a hold, and both can be done without.

use sqlx::PgPool;
use touchstone_kernel::Repeatable;
use touchstone_vocabulary::Time;

use super::{HOLD, Kept, Name};
use crate::StoreError;
use crate::backend::micros;
use crate::postgres::NOW;

const QUICK: &str = "(select set_config('synchronous_commit', 'off', true)) as quick";

/// `None` when the request is ours to carry out, because nobody does or whoever did is dead.
pub(super) async fn begin(
    pool: &PgPool,
    name: &Name,
    request: &Repeatable,
) -> Result<Option<Kept>, StoreError> {
    let take = format!(
        "insert into request (scope, key, digest, attempt, held_until, created_at) \
         select $1, $2, $3, $4, {NOW} + $5, $6 from {QUICK} \
         on conflict (scope, key) do update set attempt = excluded.attempt, held_until = excluded.held_until \
         where request.answer is null and request.digest = excluded.digest and request.held_until <= {NOW} \
         returning true"
    );
    loop {
        let taken: Option<bool> = sqlx::query_scalar(&take)
            .bind(&name.scope)
            .bind(&name.key)
            .bind(&request.idempotency.digest)
            .bind(request.attempt)
            .bind(micros(HOLD))
            .bind(request.at.micros())
            .fetch_optional(pool)
            .await?;
        if taken.is_some() {
            return Ok(None);
        }
        let found: Option<(String, Option<String>)> =
            sqlx::query_as("select digest, answer from request where scope = $1 and key = $2")
                .bind(&name.scope)
                .bind(&name.key)
                .fetch_optional(pool)
                .await?;
        // Gone in between: whoever carried it out has given it up.
        if let Some((digest, answer)) = found {
            return Ok(Some(Kept { digest, answer }));
        }
    }
}

pub(super) async fn renew(pool: &PgPool, name: &Name, request: &Repeatable) -> Result<(), StoreError> {
    let sql = format!(
        "update request set held_until = {NOW} + $4 from {QUICK} \
         where scope = $1 and key = $2 and attempt = $3 and answer is null"
    );
    let query = sqlx::query(&sql).bind(&name.scope).bind(&name.key).bind(request.attempt).bind(micros(HOLD));
    query.execute(pool).await?;
    Ok(())
}

pub(super) async fn answer(
    pool: &PgPool,
    name: &Name,
    request: &Repeatable,
    sealed: &str,
) -> Result<(), StoreError> {
    let sql = format!(
        "update request set answer = $4, held_until = 0 from {QUICK} \
         where scope = $1 and key = $2 and attempt = $3 and answer is null"
    );
    let query = sqlx::query(&sql).bind(&name.scope).bind(&name.key).bind(request.attempt).bind(sealed);
    query.execute(pool).await?;
    Ok(())
}

pub(super) async fn abandon(pool: &PgPool, name: &Name, request: &Repeatable) -> Result<(), StoreError> {
    let sql = format!(
        "delete from request using {QUICK} where scope = $1 and key = $2 and attempt = $3 and answer is null"
    );
    sqlx::query(&sql).bind(&name.scope).bind(&name.key).bind(request.attempt).execute(pool).await?;
    Ok(())
}

pub(super) async fn sweep(pool: &PgPool, before: Time) -> Result<u64, StoreError> {
    let mut removed = 0;
    for table in ["request", "idempotency"] {
        let sql = format!("delete from {table} where created_at < $1");
        removed += sqlx::query(&sql).bind(before.micros()).execute(pool).await?.rows_affected();
    }
    Ok(removed)
}
