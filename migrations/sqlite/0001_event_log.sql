-- The event log. Kept for ever: rows are only ever added.
--
-- The columns are those of the PostgreSQL table. There is one writer at a time, so `position` is given in commit
-- order and equals `seq`, and there are no transaction ids.
create table events (
    position       integer primary key,
    aggregate_type text not null,
    aggregate_id   text not null,
    sequence       integer not null check (sequence >= 1),
    event_type     text not null,
    event_version  text not null,
    payload        text not null,
    metadata       text not null,
    xid            integer not null default 0,
    event_id       blob not null unique,
    -- Microseconds since the Unix epoch.
    recorded_at    integer not null,
    unique (aggregate_type, aggregate_id, sequence)
);

create trigger events_are_not_updated before update on events
begin
    select raise(abort, 'the event log is only ever added to');
end;

create trigger events_are_not_deleted before delete on events
begin
    select raise(abort, 'the event log is only ever added to');
end;

-- The final place of each event: dense, from 1, with a hash over everything before it.
create table log_index (
    seq      integer primary key,
    position integer not null unique,
    hash     blob not null
);

create table log_meta (
    epoch           integer primary key,
    floor           integer not null,
    cursor_xid      integer not null,
    cursor_position integer not null
);

-- Operational tables: neither log nor projection.
create table idempotency (
    scope      text not null,
    key        text not null,
    digest     text not null,
    receipt    text not null,
    created_at integer not null,
    primary key (scope, key)
) without rowid;

create table lease (
    name       text primary key,
    owner      blob not null,
    fence      integer not null,
    expires_at integer not null
) without rowid;

create table relay_cursor (
    name text primary key,
    seq  integer not null
) without rowid;
