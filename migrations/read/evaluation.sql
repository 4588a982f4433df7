create table if not exists rm_evaluation (
    team_id text not null,
    id text not null,
    ordinal bigint not null,
    name text not null,
    name_key text not null,
    name_order text not null,
    hub text not null,
    model text not null,
    model_order text not null,
    url text not null,
    api_key_id text not null,
    harnesses text not null,
    scenarios text not null,
    version text not null,
    sample_size bigint,
    is_lite boolean not null,
    tags text not null,
    temperature double precision,
    top_p double precision,
    max_completion_tokens bigint,
    generations bigint not null,
    timeout double precision,
    system_prompt text,
    agent_configuration_id text,
    api_key_hash text not null,
    created_by text not null,
    created_at bigint not null,
    completed_at bigint,
    status text not null,
    cause text,
    score double precision,
    restart_count bigint not null,
    total_tests bigint not null,
    stream_version bigint not null,
    primary key (team_id, id)
);
create index if not exists ix_rm_evaluation_created on rm_evaluation (team_id, created_at, ordinal);

create table if not exists rm_evaluation_tag (
    team_id text not null,
    evaluation_id text not null,
    tag text not null,
    primary key (team_id, evaluation_id, tag)
);
create index if not exists ix_rm_evaluation_tag on rm_evaluation_tag (team_id, tag, evaluation_id);

create table if not exists rm_harness (
    team_id text not null,
    id text not null,
    evaluation_id text not null,
    config_id text not null,
    place bigint not null,
    name text not null,
    description text not null,
    harness_type text not null,
    version text not null,
    scenario_ids text not null,
    scenario_config_ids text not null,
    primary key (team_id, id)
);
create index if not exists ix_rm_harness_evaluation on rm_harness (team_id, evaluation_id, place);

create table if not exists rm_scenario (
    team_id text not null,
    id text not null,
    evaluation_id text not null,
    config_id text not null,
    place bigint not null,
    name text not null,
    description text not null,
    version text not null,
    probe_ids text not null,
    probe_config_ids text not null,
    primary key (team_id, id)
);
create index if not exists ix_rm_scenario_evaluation on rm_scenario (team_id, evaluation_id, place);

create table if not exists rm_level_score (
    team_id text not null,
    evaluation_id text not null,
    config_id text not null,
    score double precision,
    primary key (team_id, evaluation_id, config_id)
);
