create table if not exists rm_team (
    team_id text not null,
    ordinal bigint not null,
    name text not null,
    name_key text not null,
    description text,
    is_single_user boolean not null,
    created_at bigint not null,
    stream_version bigint not null,
    primary key (team_id)
);
create index if not exists ix_rm_team_name on rm_team (name_key);

create table if not exists rm_member (
    team_id text not null,
    user_id text not null,
    ordinal bigint not null,
    role text not null,
    primary key (team_id, user_id)
);
create index if not exists ix_rm_member_user on rm_member (user_id);
