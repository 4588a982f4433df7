create table if not exists rm_probe_config (
    team_id text not null,
    id text not null,
    ordinal bigint not null,
    name text not null,
    description text not null,
    goals text not null,
    tags text not null,
    detectors text not null,
    scoring text not null,
    items text not null,
    created_by text not null,
    created_at bigint not null,
    stream_version bigint not null,
    primary key (team_id, id)
);
create index if not exists ix_rm_probe_config_ordinal on rm_probe_config (team_id, ordinal);
