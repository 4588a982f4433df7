create table if not exists rm_api_key (
    team_id text not null,
    id text not null,
    ordinal bigint not null,
    name text not null,
    hub text not null,
    rate_limit_per_interval bigint not null,
    rate_limit_interval bigint not null,
    url text,
    mask text not null,
    value_ref text,
    config text not null,
    status text not null,
    created_by text not null,
    created_at bigint not null,
    stream_version bigint not null,
    primary key (team_id, id)
);
