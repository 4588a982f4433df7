//! The append: guard, idempotency row and events of all streams in one statement.
//!
//! A row of a stream sees the row before it committed, or the statement adds nothing. Its transaction id was given
//! after that commit and is therefore larger, which is why `(xid, position)` keeps every stream in order.

use sqlx::encode::{Encode, IsNull};
use sqlx::error::BoxDynError;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgArgumentBuffer, PgHasArrayType, PgTypeInfo};
use sqlx::{Postgres, Type};
use touchstone_kernel::Mark;
use uuid::Uuid;

use super::PostgresLog;
use crate::StoreError;
use crate::append::{Append, Batch, KeyRow, Outcome};

/// The streams, with the sequence of the first event of each; nothing is admitted unless all the rows before stand.
/// A scalar subquery, so that it is always a lookup in the primary key and never becomes a join with the whole log.
const GUARD: &str = "with admitted as (
    select 1 as one where not exists (
        select 1 from unnest($1::text[], $2::text[], $3::bigint[]) as h(context, stream, first)
        where h.first > 1 and (
            select true from events e
            where e.aggregate_type = h.context and e.aggregate_id = h.stream and e.sequence = h.first - 1) is null)
)";

/// The events, in the order of their arrays: set-returning functions of a select list run in step, one element of each
/// per row, and the insert numbers the rows as they come. The same rows from a `from` clause with an ordinality would
/// be written to a tuple store and sorted first, a quarter of the whole append.
const EVENTS: &str = ", stored as (
    insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata,
                        event_id, recorded_at)
    select unnest($4::text[]), unnest($5::text[]), unnest($6::bigint[]), unnest($7::text[]), unnest($8::text[]),
           unnest($9::json[]), unnest($10::json[]), unnest($11::uuid[]), unnest($12::bigint[])
    from admission
    returning position
)
select (select count(*) from admission),
       (select array_agg(position order by position) from stored),
       pg_current_xact_id()::text::bigint";

const KEYLESS: &str = ", admission as (select one from admitted)";

const KEYED: &str = ", admission as (
    insert into idempotency (scope, key, digest, receipt, created_at)
    select $13, $14, $15, $16::json, $17 from admitted
    on conflict do nothing
    returning 1
)";

/// How often an append is sent again when the connection broke. Its event ids stay, so it cannot stand twice.
const TRIES: u32 = 3;

/// A text that is sent as `json`: cast from text, the database would copy and read each twice.
struct JsonText<'a>(&'a str);

impl Type<Postgres> for JsonText<'_> {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(Oid(114))
    }
}

impl PgHasArrayType for JsonText<'_> {
    fn array_type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(Oid(199))
    }
}

impl Encode<'_, Postgres> for JsonText<'_> {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        buffer.extend_from_slice(self.0.as_bytes());
        Ok(IsNull::No)
    }
}

/// The columns of the events, one array each.
#[derive(Default)]
struct Columns<'a> {
    contexts: Vec<&'a str>,
    streams: Vec<&'a str>,
    sequences: Vec<i64>,
    names: Vec<&'a str>,
    versions: Vec<&'a str>,
    payloads: Vec<JsonText<'a>>,
    metadata: Vec<JsonText<'a>>,
    ids: Vec<Uuid>,
    times: Vec<i64>,
}

impl<'a> Columns<'a> {
    fn of(batch: &'a Batch) -> Self {
        let mut columns = Self::default();
        for append in &batch.appends {
            for (sequence, event) in append.placed() {
                columns.contexts.push(append.context);
                columns.streams.push(&append.stream);
                columns.sequences.push(sequence);
                columns.names.push(&event.name);
                columns.versions.push(&event.version);
                columns.payloads.push(JsonText(&event.payload));
                columns.metadata.push(JsonText(&event.metadata));
                columns.ids.push(event.event_id);
                columns.times.push(event.recorded_at);
            }
        }
        columns
    }
}

/// Admitted rows, positions of the events in order, and the transaction.
type Stored = (i64, Option<Vec<i64>>, i64);

impl PostgresLog {
    pub(super) async fn append_batch(&self, batch: &Batch) -> Result<Outcome, StoreError> {
        let mut tries = 1;
        loop {
            match self.attempt(batch).await {
                Err(fault) if tries < TRIES && is_passing(&fault) => tries += 1,
                Err(fault) => return self.explain(batch, fault).await,
                Ok((0, ..)) => return self.refused(batch).await,
                Ok((_, positions, xid)) => {
                    return Ok(Outcome::Stored(self.marks(batch, xid, &positions.unwrap_or_default())));
                }
            }
        }
    }

    async fn attempt(&self, batch: &Batch) -> Result<Stored, sqlx::Error> {
        let columns = Columns::of(batch);
        let contexts: Vec<&str> = batch.appends.iter().map(|append| append.context).collect();
        let streams: Vec<&str> = batch.appends.iter().map(|append| append.stream.as_str()).collect();
        let firsts: Vec<i64> = batch.appends.iter().map(|append| append.expected + 1).collect();
        let sql = [GUARD, if batch.key.is_some() { KEYED } else { KEYLESS }, EVENTS].concat();
        let mut query = sqlx::query_as(&sql)
            .bind(contexts)
            .bind(streams)
            .bind(firsts)
            .bind(columns.contexts)
            .bind(columns.streams)
            .bind(columns.sequences)
            .bind(columns.names)
            .bind(columns.versions)
            .bind(columns.payloads)
            .bind(columns.metadata)
            .bind(columns.ids)
            .bind(columns.times);
        if let Some(KeyRow { scope, key, digest, receipt, created_at }) = &batch.key {
            query = query.bind(scope).bind(key).bind(digest).bind(receipt).bind(*created_at);
        }
        query.fetch_one(&self.pool).await
    }

    fn marks(&self, batch: &Batch, xid: i64, positions: &[i64]) -> Vec<Mark> {
        let mut end = 0;
        let last = |append: &Append| {
            end += append.events.len();
            self.epochs.mark(xid, positions.get(end.wrapping_sub(1)).copied().unwrap_or(0))
        };
        batch.appends.iter().map(last).collect()
    }

    /// Nothing was admitted: a repeated key, or another version.
    async fn refused(&self, batch: &Batch) -> Result<Outcome, StoreError> {
        if let Some(key) = &batch.key
            && let Some((digest, answer)) = self.stored_key(&key.scope, &key.key).await?
        {
            return Ok(Outcome::Repeated { digest, answer });
        }
        Ok(Outcome::Conflict)
    }

    /// What an error means: only a violation of the log's own keys says anything about the batch.
    async fn explain(&self, batch: &Batch, fault: sqlx::Error) -> Result<Outcome, StoreError> {
        let constraint = fault.as_database_error().and_then(|fault| fault.constraint()).map(str::to_owned);
        let (Some("events_pkey" | "events_event_id_key"), false) =
            (constraint.as_deref(), batch.appends.is_empty())
        else {
            return Err(fault.into());
        };
        if let Outcome::Repeated { digest, answer } = self.refused(batch).await? {
            return Ok(Outcome::Repeated { digest, answer });
        }
        let mut marks = Vec::with_capacity(batch.appends.len());
        // Which of two violated constraints is named depends on the order they were made in, and a dump changes
        // that. So look at the rows.
        let mut taken = false;
        for append in &batch.appends {
            let stored = self.at_places_of(append).await?;
            let ours = append.events.iter().map(|event| event.event_id);
            taken |= !stored.is_empty();
            match stored.last() {
                Some((_, xid, position)) if stored.iter().map(|(id, ..)| *id).eq(ours) => {
                    marks.push(self.epochs.mark(*xid, *position));
                }
                _ => {}
            }
        }
        if marks.len() == batch.appends.len() {
            return Ok(Outcome::Stored(marks));
        }
        if taken || constraint.as_deref() == Some("events_pkey") {
            return Ok(Outcome::Conflict);
        }
        Ok(Outcome::Duplicate)
    }

    /// What stands where the append wanted to write: event id, transaction and position.
    async fn at_places_of(&self, append: &Append) -> Result<Vec<(Uuid, i64, i64)>, StoreError> {
        Ok(sqlx::query_as(
            "select event_id, xid::text::bigint, position from events where aggregate_type = $1 \
             and aggregate_id = $2 and sequence > $3 and sequence <= $4 order by sequence",
        )
        .bind(append.context)
        .bind(&append.stream)
        .bind(append.expected)
        .bind(append.version())
        .fetch_all(&self.pool)
        .await?)
    }

    pub(super) async fn stored_key(
        &self,
        scope: &str,
        key: &str,
    ) -> Result<Option<(String, String)>, StoreError> {
        Ok(sqlx::query_as("select digest, receipt::text from idempotency where scope = $1 and key = $2")
            .bind(scope)
            .bind(key)
            .fetch_optional(&self.pool)
            .await?)
    }
}

/// Whether the same statement may well succeed at once: the connection broke, or the database gave way to another.
fn is_passing(fault: &sqlx::Error) -> bool {
    match fault {
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) => true,
        sqlx::Error::Database(fault) => {
            matches!(fault.code().as_deref(), Some("40001" | "40P01" | "57P01" | "57P02"))
        }
        _ => false,
    }
}
