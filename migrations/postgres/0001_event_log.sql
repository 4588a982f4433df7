-- The event log. Kept for ever: rows are only ever added.
--
-- The first seven columns and the primary key are those of postgres-es, whose own insert keeps working because every
-- further column has a default. Ids compare byte by byte, so that a prefix of stream ids is one index range.
create table events (
    aggregate_type text collate "C" not null,
    aggregate_id   text collate "C" not null,
    sequence       bigint not null check (sequence >= 1),
    event_type     text not null,
    event_version  text not null,
    payload        json not null,
    metadata       json not null,
    position       bigint generated always as identity,
    xid            xid8 not null default pg_current_xact_id(),
    event_id       uuid not null default gen_random_uuid(),
    -- Microseconds since the Unix epoch.
    recorded_at    bigint not null default (extract(epoch from clock_timestamp()) * 1000000)::bigint,
    constraint events_pkey primary key (aggregate_type, aggregate_id, sequence),
    constraint events_position_key unique (position),
    constraint events_event_id_key unique (event_id)
);

-- Most of a payload is ciphertext, which does not compress, and an event of some kilobytes is read as often as it is
-- written: keep it in its row, as it is.
alter table events alter column payload set storage external;
alter table events set (toast_tuple_target = 8160);

-- The order that the sequencer reads in.
create index events_xid_position on events (xid, position);

create function refuse_change_of_events() returns trigger language plpgsql as $$
begin
    raise exception 'the event log is only ever added to';
end
$$;

create trigger events_are_kept before update or delete on events
    for each row execute function refuse_change_of_events();
create trigger events_are_not_truncated before truncate on events
    for each statement execute function refuse_change_of_events();

-- The final place of each event: dense, from 1, with a hash over everything before it. A function of `events` alone.
create table log_index (
    seq      bigint not null constraint log_index_pkey primary key,
    position bigint not null constraint log_index_position_key unique,
    hash     bytea not null
);

-- One row per restore into another cluster: transaction ids up to that floor are of an earlier cluster, and reading
-- starts again at the cursor.
create table log_meta (
    epoch           bigint not null primary key,
    floor           bigint not null,
    cursor_xid      bigint not null,
    cursor_position bigint not null
);

-- Operational tables: neither log nor projection.
create table idempotency (
    scope      text collate "C" not null,
    key        text collate "C" not null,
    digest     text not null,
    receipt    json not null,
    created_at bigint not null,
    constraint idempotency_pkey primary key (scope, key)
);

create table lease (
    name       text collate "C" not null primary key,
    owner      uuid not null,
    fence      bigint not null,
    expires_at bigint not null
);

create table relay_cursor (
    name text collate "C" not null primary key,
    seq  bigint not null
);
