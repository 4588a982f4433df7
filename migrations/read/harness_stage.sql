create table if not exists rm_harness_stage (
    team_id text not null,
    id text not null,
    ordinal bigint not null,
    harness_id text not null,
    status text not null,
    status_message text,
    harness_version text,
    name text,
    sources text,
    system_prompt text,
    bucket text,
    function text,
    personas text,
    model text,
    hub text,
    max_output_tokens bigint,
    created_by text not null,
    created_at bigint not null,
    started_at bigint,
    completed_at bigint,
    stream_version bigint not null,
    primary key (team_id, id)
);
create index if not exists ix_rm_harness_stage_harness on rm_harness_stage (team_id, harness_id);
create index if not exists ix_rm_harness_stage_newest on rm_harness_stage (team_id, ordinal);
create table if not exists rm_harness_stage_file (
    team_id text not null,
    id text not null,
    stage_id text not null,
    ordinal bigint not null,
    category text not null,
    name text not null,
    media text not null,
    size bigint not null,
    checksum text not null,
    expires_at bigint not null,
    created_by text not null,
    created_at bigint not null,
    verified_at bigint,
    primary key (team_id, id)
);
create index if not exists ix_rm_harness_stage_file_stage on rm_harness_stage_file (team_id, stage_id);
