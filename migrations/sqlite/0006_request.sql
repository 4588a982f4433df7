-- What was answered to requests that came with an idempotency key. Operational: neither log nor projection; rows go
-- after a day. Which are being carried out is known to the one process that serves.
create table request (
    scope      text not null,
    key        text not null,
    digest     text not null,
    -- Sealed.
    answer     text not null,
    -- Microseconds since the Unix epoch.
    created_at integer not null,
    primary key (scope, key)
) without rowid;
create index request_created on request (created_at);
create index idempotency_created on idempotency (created_at);
