-- Neither log nor projection: these rows change, are destroyed and are never rebuilt.

-- One sealed secret a row. Events hold only secret_ref.
create table secret (
    secret_ref  text not null primary key,
    -- Which key-encryption key wrapped the row's own key.
    kek_id      text not null,
    wrapped_key text not null,
    sealed      text not null
) strict, without rowid;

-- The keys under which texts stand sealed in the log. A destroyed key leaves its subject behind with nulls, so that it
-- is never made anew and what it sealed stays unreadable.
create table data_key (
    subject     text not null primary key,
    kek_id      text,
    wrapped_key text,
    check ((kek_id is null) = (wrapped_key is null))
) strict, without rowid;
