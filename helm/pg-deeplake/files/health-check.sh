#!/usr/bin/env bash
# Whether this instance can serve pg_deeplake. Silent and 0 if so; otherwise 1 and one word that says what is missing:
#   connection   PostgreSQL does not answer on its local socket
#   extension    pg_deeplake is not installed in POSTGRES_DB
#   stateless    deeplake.stateless_enabled is not on
#   root_path    deeplake.root_path is empty
#   catalog      s3:// path: the catalog cannot be read
#   directory    local path: there is no such directory
set -euo pipefail

user=${POSTGRES_USER:-postgres}

unhealthy() {
  echo "$1"
  exit 1
}

# Over the local socket, with no password: from outside the container nobody comes in this way. The name lets those who
# look at pg_stat_activity tell this from clients.
query() {
  PGAPPNAME=health-check PGCONNECT_TIMEOUT=3 PGOPTIONS='-c statement_timeout=4s' \
    psql -h "${PGSOCKETDIR:-/var/run/postgresql}" -U "$user" -d "${POSTGRES_DB:-$user}" \
    -X -q -t -A -v ON_ERROR_STOP=1 -c "$1" 2>/dev/null
}

state=$(query "
  SELECT CASE
    WHEN NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_deeplake') THEN 'extension'
    WHEN coalesce(current_setting('deeplake.stateless_enabled', true), '') NOT IN ('on', 'true', 'yes', '1')
      THEN 'stateless'
    WHEN coalesce(current_setting('deeplake.root_path', true), '') = '' THEN 'root_path'
    ELSE 'path:' || current_setting('deeplake.root_path')
  END") || unhealthy connection

case $state in
  path:s3://*) query 'SELECT count(*) FROM pg_deeplake_tables' >/dev/null || unhealthy catalog ;;
  path:/*) [[ -d ${state#path:} ]] || unhealthy directory ;;
  # Another kind of storage: nothing is known of how to look at it.
  path:*) ;;
  *) unhealthy "$state" ;;
esac
