create table if not exists rm_prompt (
    team_id text not null,
    id text not null,
    ordinal bigint not null,
    messages text not null,
    description text not null,
    tags text not null,
    criteria text not null,
    lineage text,
    created_by text not null,
    created_at bigint not null,
    changed_in bigint not null,
    stream_version bigint not null,
    primary key (team_id, id)
);
create index if not exists ix_rm_prompt_ordinal on rm_prompt (team_id, ordinal);
create index if not exists ix_rm_prompt_changed on rm_prompt (team_id, changed_in);
