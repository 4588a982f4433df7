#!/bin/sh
# Run once by a superuser of a new PostgreSQL: the login, the roles in whose names it reads for callers and writes
# read tables, and the database.
set -eu
psql --set ON_ERROR_STOP=1 --set password="$POSTGRES_PASSWORD" --username "${POSTGRES_USER:-postgres}" <<'SQL'
create role touchstone login nosuperuser nobypassrls password :'password';
create role touchstone_reader nologin;
create role touchstone_projector nologin;
grant touchstone_reader, touchstone_projector to touchstone;
create database touchstone owner touchstone;
SQL
