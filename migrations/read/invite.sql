create table if not exists rm_invite (
    team_id text not null,
    id text not null,
    ordinal bigint not null,
    email text not null,
    email_key text not null,
    role text not null,
    status text not null,
    expires_at bigint not null,
    created_at bigint not null,
    created_by text not null,
    updated_at bigint not null,
    updated_by text not null,
    stream_version bigint not null,
    primary key (team_id, id)
);
create index if not exists ix_rm_invite_id on rm_invite (id);
create index if not exists ix_rm_invite_email on rm_invite (email_key);
