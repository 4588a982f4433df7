create table if not exists rm_response_error_open (
    team_id text not null,
    evaluation_id text not null,
    primary key (team_id, evaluation_id)
);

create table if not exists rm_response_error (
    team_id text not null,
    evaluation_id text not null,
    cause text not null,
    cause_order text not null,
    occurrences bigint not null,
    primary key (team_id, evaluation_id, cause)
);
