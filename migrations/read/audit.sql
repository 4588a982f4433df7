create table if not exists rm_audit (
    team_id text not null,
    ordinal bigint not null,
    event_id text not null,
    kind text not null,
    actor text not null,
    user_id text,
    at bigint not null,
    detail text not null,
    primary key (team_id, ordinal)
);
