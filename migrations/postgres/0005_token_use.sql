-- When each token was last used, give or take a minute. Operational: neither log nor projection, never rebuilt.
create table token_use (
    token_id     uuid not null primary key,
    -- Microseconds since the Unix epoch.
    last_used_at bigint not null
);
