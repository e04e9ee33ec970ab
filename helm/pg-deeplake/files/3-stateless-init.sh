#!/usr/bin/env bash
# Mounted in /docker-entrypoint-initdb.d, and so run once, at the first start, against a server that listens on its local
# socket only. The server is started anew after it: no reload is needed.
# With --check it says whether the settings are valid, and does nothing.
set -euo pipefail

overrides=/etc/postgresql-overrides.conf
interval=${DEEPLAKE_SYNC_INTERVAL_MS:-2000}
memory=${PG_DEEPLAKE_MEMORY_LIMIT_MB:-0}
jitter=${DEEPLAKE_STARTUP_JITTER_MAX_SECONDS:-0}

# Nine digits are within what PostgreSQL's integer settings and the shell can hold.
integer() {
  if [[ ! $2 =~ ^[0-9]{1,9}$ ]]; then
    echo "$1='$2' is no whole number of 0 or more (at most 9 digits)" >&2
    exit 1
  fi
}
integer DEEPLAKE_SYNC_INTERVAL_MS "$interval"
integer PG_DEEPLAKE_MEMORY_LIMIT_MB "$memory"
integer DEEPLAKE_STARTUP_JITTER_MAX_SECONDS "$jitter"
if [[ ${1:-} == --check ]]; then
  exit
fi

# Instances that are started together do not all read the catalog at once. 10#: 08 is a number, too.
seconds=$((RANDOM % (10#$jitter + 1)))
if ((seconds > 0)); then
  echo "Waiting ${seconds}s of at most ${jitter}s (DEEPLAKE_STARTUP_JITTER_MAX_SECONDS)"
  sleep "$seconds"
fi

# No credentials here: what ALTER SYSTEM sets is kept on disk.
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --quiet \
  -v root_path="$DEEPLAKE_ROOT_PATH" -v interval="$((10#$interval))" -v memory="$((10#$memory))" <<'SQL'
ALTER SYSTEM SET deeplake.stateless_enabled = on;
ALTER SYSTEM SET deeplake.root_path = :'root_path';
ALTER SYSTEM SET deeplake.sync_interval_ms = :interval;
ALTER SYSTEM SET pg_deeplake.memory_limit_mb = :memory;
SQL

if [[ -f $overrides ]]; then
  { printf '\n# From %s\n' "$overrides" && cat "$overrides"; } >>"$PGDATA/postgresql.conf"
else
  echo "$overrides is not mounted: PostgreSQL runs with its defaults and without the credentials file" >&2
fi
echo "pg_deeplake: stateless, root path $DEEPLAKE_ROOT_PATH"
