create table if not exists rm_token (
    id text not null,
    digest text not null,
    user_id text not null,
    team_id text not null,
    is_service boolean not null,
    expires_at bigint,
    is_revoked boolean not null,
    created_at bigint not null,
    primary key (id)
);
create index if not exists ix_rm_token_digest on rm_token (digest);
