create table if not exists rm_harness_config (
    team_id text not null,
    id text not null,
    version text not null,
    ordinal bigint not null,
    name text not null,
    description text not null,
    status text not null,
    scenario_ids text not null,
    created_by text not null,
    created_at bigint not null,
    created_in bigint not null,
    stream_version bigint not null,
    primary key (team_id, id, version)
);

create table if not exists rm_scenario_config (
    team_id text not null,
    harness_id text not null,
    version text not null,
    id text not null,
    place bigint not null,
    ordinal bigint not null,
    name text not null,
    description text not null,
    probe_ids text not null,
    primary key (team_id, harness_id, version, id)
);
create index if not exists ix_rm_scenario_config_ordinal on rm_scenario_config (team_id, ordinal);
