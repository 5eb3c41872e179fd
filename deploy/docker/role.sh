#!/bin/sh
# Runs once, when the database's volume is empty: the role that Tandem connects as owns its database and nothing else.
# A superuser would walk through row-level security.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$TANDEM_PASSWORD" --username postgres <<'SQL'
CREATE ROLE tandem LOGIN PASSWORD :'password' NOSUPERUSER NOBYPASSRLS;
CREATE DATABASE tandem OWNER tandem;
SQL
