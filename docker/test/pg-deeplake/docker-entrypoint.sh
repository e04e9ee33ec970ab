#!/usr/bin/env bash
# Behaves as the entrypoint of PostgreSQL's official image, as far as docker/pg-deeplake relies on it: root becomes
# postgres; an empty PGDATA is initialized with POSTGRES_USER, POSTGRES_PASSWORD and POSTGRES_DB, and the scripts of
# /docker-entrypoint-initdb.d run against a server that listens on its local socket only.
set -euo pipefail

if [[ ${1:-} == -* ]]; then
  set -- postgres "$@"
fi
if [[ ${1:-} != postgres ]]; then
  exec "$@"
fi

if [[ $(id -u) == 0 ]]; then
  mkdir -p "$PGDATA" /run/postgresql
  chmod 700 "$PGDATA"
  find "$PGDATA" ! -user postgres -exec chown postgres '{}' +
  chown postgres /run/postgresql
  exec setpriv --reuid postgres --regid postgres --clear-groups "$0" "$@"
fi

export POSTGRES_USER=${POSTGRES_USER:-postgres}
export POSTGRES_DB=${POSTGRES_DB:-$POSTGRES_USER}
if [[ ! -s $PGDATA/PG_VERSION ]]; then
  if [[ -z ${POSTGRES_PASSWORD:-} ]]; then
    echo 'Error: Database is uninitialized and superuser password is not specified.' >&2
    exit 1
  fi
  # shellcheck disable=SC2086 # several arguments, as in the official image
  initdb --username="$POSTGRES_USER" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") ${POSTGRES_INITDB_ARGS:-} -D "$PGDATA"
  printf '\nhost all all all %s\n' "${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >>"$PGDATA/pg_hba.conf"
  pg_ctl -D "$PGDATA" -o "-c listen_addresses=''" -w start
  if [[ $POSTGRES_DB != postgres ]]; then
    psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres -v db="$POSTGRES_DB" <<<'CREATE DATABASE :"db"'
  fi
  for script in /docker-entrypoint-initdb.d/*.sh; do
    echo "$0: running $script"
    if [[ -x $script ]]; then
      "$script"
    else
      # shellcheck source=/dev/null
      source "$script"
    fi
  done
  pg_ctl -D "$PGDATA" -m fast -w stop
fi
exec "$@"
