#!/bin/sh
# Run once by a superuser of a new PostgreSQL: the login, the role in whose name it reads for callers, and the database.
set -eu
psql --set ON_ERROR_STOP=1 --set password="$POSTGRES_PASSWORD" --username "${POSTGRES_USER:-postgres}" <<'SQL'
create role touchstone login nosuperuser nobypassrls password :'password';
create role touchstone_reader nologin;
grant touchstone_reader to touchstone;
create database touchstone owner touchstone;
SQL
