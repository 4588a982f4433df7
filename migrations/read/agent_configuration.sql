create table if not exists rm_agent_configuration (
    team_id text not null,
    id text not null,
    ordinal bigint not null,
    name text not null,
    hub text not null,
    model text not null,
    url text,
    api_key_id text,
    system_prompt text,
    hub_config text,
    status text not null,
    created_by text not null,
    created_at bigint not null,
    stream_version bigint not null,
    primary key (team_id, id)
);
create table if not exists rm_agent_file (
    team_id text not null,
    id text not null,
    agent_id text not null,
    ordinal bigint not null,
    name text not null,
    media text not null,
    size bigint,
    checksum text,
    expires_at bigint not null,
    created_by text not null,
    created_at bigint not null,
    verified_at bigint,
    primary key (team_id, id)
);
create index if not exists ix_rm_agent_file_agent on rm_agent_file (team_id, agent_id);
