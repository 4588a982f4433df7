-- What the projectors know about their own tables. Operational: neither log nor projection, never rebuilt.

-- How far each group's live tables have come; its row lock is what makes a batch, a retry and a switch exclude each
-- other.
create table progress (
    group_name text not null primary key,
    seq        integer not null,
    -- Chain hash at seq, hex.
    hash       text not null,
    -- Mark of that event, for readers that wait for their own writes.
    xid        integer not null,
    position   integer not null
);

-- Which generation each projection's live tables are of, and from which text they were made.
create table projection (
    group_name text not null,
    name       text not null,
    generation integer not null,
    ddl        text not null,
    primary key (group_name, name)
);

-- Tables under construction beside the live ones: of a rebuild or of a verification.
create table generation (
    number     integer not null primary key,
    group_name text not null,
    -- A projection's name, or empty for all of the group.
    scope      text not null,
    -- rebuild | verify
    kind       text not null,
    -- The tables' live names, separated by blanks, and the text they were made from.
    tables     text not null,
    ddl        text not null,
    seq        integer not null,
    hash       text not null,
    xid        integer not null,
    position   integer not null,
    -- How many events were left out because they are dead letters, and the sum of their numbers.
    skipped     integer not null,
    skipped_sum integer not null,
    indexed     boolean not null default false,
    unique (group_name, scope, kind)
);

-- Events that could not be applied, and everything after them in the same lane.
create table dead_letter (
    group_name text not null,
    -- 0: the live tables; otherwise the generation under construction that met them.
    generation integer not null,
    seq        integer not null,
    lane       text not null,
    event_id   text not null,
    event_name text not null,
    reason     text not null,
    -- Microseconds since the Unix epoch.
    parked_at  integer not null,
    -- Given up by the operator: stays out of the live tables, and out of every rebuild.
    discarded  boolean not null default false,
    primary key (group_name, generation, seq)
);

create index dead_letter_lane on dead_letter (group_name, generation, lane);

-- How far the relay has published, and into which stream.
create table relay_progress (
    name   text not null primary key,
    seq    integer not null,
    stream text not null
);
