create table if not exists rm_user (
    id text not null,
    ordinal bigint not null,
    email text not null,
    email_key text not null,
    given_name text not null,
    family_name text not null,
    created_at bigint not null,
    primary key (id)
);
create index if not exists ix_rm_user_email on rm_user (email_key);

create table if not exists rm_identity (
    digest text not null,
    user_id text not null,
    primary key (digest)
);
