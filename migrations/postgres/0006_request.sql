-- Requests that came with an idempotency key. Operational: neither log nor projection; rows go after a day.
create table request (
    scope      text collate "C" not null,
    key        text collate "C" not null,
    digest     text not null,
    -- Which attempt carries it out, and until when that holds if nobody renews it: microseconds on this clock.
    attempt    uuid not null,
    held_until bigint not null,
    -- What was answered, sealed; null until then.
    answer     text,
    -- Microseconds since the Unix epoch.
    created_at bigint not null,
    constraint request_pkey primary key (scope, key)
);
create index request_created on request (created_at);
create index idempotency_created on idempotency (created_at);
