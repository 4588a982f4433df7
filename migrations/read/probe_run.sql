create table if not exists rm_probe_run_open (
    team_id text not null,
    evaluation_id text not null,
    primary key (team_id, evaluation_id)
);

create table if not exists rm_probe (
    team_id text not null,
    evaluation_id text not null,
    config_id text not null,
    id text not null,
    place bigint not null,
    name text not null,
    description text not null,
    scoring text not null,
    detectors text not null,
    tests bigint not null,
    primary key (team_id, evaluation_id, config_id)
);
create index if not exists ix_rm_probe_id on rm_probe (team_id, id);

create table if not exists rm_probe_prompts (
    team_id text not null,
    evaluation_id text not null,
    config_id text not null,
    prompt_ids text not null,
    primary key (team_id, evaluation_id, config_id)
);

create table if not exists rm_probe_count (
    team_id text not null,
    evaluation_id text not null,
    config_id text not null,
    stage bigint not null,
    score double precision,
    completed_tests bigint not null,
    errored_tests bigint not null,
    completed_responses bigint not null,
    errored_responses bigint not null,
    skipped_responses bigint not null,
    prompt_tokens bigint not null,
    completion_tokens bigint not null,
    generation_micros bigint not null,
    first_started_micros bigint,
    last_finished_micros bigint,
    primary key (team_id, evaluation_id, config_id)
);

create table if not exists rm_evaluation_count (
    team_id text not null,
    evaluation_id text not null,
    completed_tests bigint not null,
    errored_tests bigint not null,
    completed_responses bigint not null,
    errored_responses bigint not null,
    skipped_responses bigint not null,
    prompt_tokens bigint not null,
    completion_tokens bigint not null,
    generation_micros bigint not null,
    first_started_micros bigint,
    last_finished_micros bigint,
    primary key (team_id, evaluation_id)
);

create table if not exists rm_response (
    team_id text not null,
    id text not null,
    evaluation_id text not null,
    probe_config_id text not null,
    ordinal bigint not null,
    test_id text not null,
    prompt_id text not null,
    prompt_index bigint not null,
    prompt_group text not null,
    generation bigint not null,
    messages text not null,
    triggers text not null,
    answer text not null,
    status text not null,
    test_status text not null,
    error text,
    detector_scores text not null,
    score double precision,
    started_at bigint not null,
    finished_at bigint not null,
    primary key (team_id, id)
);
create index if not exists ix_rm_response_recorded on rm_response (team_id, ordinal);
create index if not exists ix_rm_response_evaluation on rm_response (team_id, evaluation_id, ordinal);
create index if not exists ix_rm_response_test on rm_response (team_id, test_id);
