#!/usr/bin/env bash
# The first program of an instance's container: checks what .env says, puts the AWS credentials where PostgreSQL reads
# them, and goes on with the image's own entrypoint. Runs at every start, so that a start with new credentials uses them.
set -euo pipefail

credentials=/dev/shm/deeplake-creds.conf
init=/docker-entrypoint-initdb.d/3-stateless-init.sh
data=/deeplake-data

fail() {
  echo "deeplake-entrypoint: $*" >&2
  exit 1
}

is_root() { [[ $(id -u) == 0 ]]; }

# Text as the inside of a JSON string. Control characters have no place in a key.
json() {
  if [[ $1 == *[[:cntrl:]]* ]]; then
    return 1
  fi
  local text=${1//\\/\\\\}
  printf '%s' "${text//\"/\\\"}"
}

# Text as the inside of a quoted value in postgresql.conf, where a backslash begins an escape, too.
quoted() {
  local text=${1//\\/\\\\}
  printf '%s' "${text//\'/\'\'}"
}

# To memory only, mode 600, and moved into place whole: the server reads it at any reload.
write_credentials() {
  local id=${AWS_ACCESS_KEY_ID:-} secret=${AWS_SECRET_ACCESS_KEY:-} token=${AWS_SESSION_TOKEN:-} text
  rm -f "$credentials"
  if [[ -z $id && -z $secret ]]; then
    # Local storage, or a role of the machine (IRSA): nothing to write.
    return
  fi
  if [[ -z $id || -z $secret ]]; then
    fail "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY belong together: one of them is empty"
  fi
  id=$(json "$id") || fail "AWS_ACCESS_KEY_ID contains a control character"
  secret=$(json "$secret") || fail "AWS_SECRET_ACCESS_KEY contains a control character"
  token=$(json "$token") || fail "AWS_SESSION_TOKEN contains a control character"
  text="{\"aws_access_key_id\":\"$id\",\"aws_secret_access_key\":\"$secret\"${token:+,\"session_token\":\"$token\"}}"
  (
    umask 077
    printf "deeplake.creds = '%s'\n" "$(quoted "$text")" >"$credentials.new"
  )
  if is_root; then
    chown postgres "$credentials.new"
  fi
  mv "$credentials.new" "$credentials"
}

# Local storage is always at /deeplake-data here, wherever it is on the host.
settle_root_path() {
  local path=${DEEPLAKE_ROOT_PATH:-}
  case $path in
    '') fail "DEEPLAKE_ROOT_PATH is empty: s3://bucket/prefix/, or $data for storage on this machine" ;;
    *://* | "$data" | "$data"/*) ;;
    *)
      if [[ ${path%/} != "${DEEPLAKE_LOCAL_PATH:-}" && ${path%/} != "${DEEPLAKE_LOCAL_PATH%/}" ]]; then
        fail "DEEPLAKE_ROOT_PATH=$path is a directory of the host, which is not mounted here. Set" \
          "DEEPLAKE_LOCAL_PATH=$path in .env as well, or DEEPLAKE_ROOT_PATH=$data for the volume deeplake-data"
      fi
      export DEEPLAKE_ROOT_PATH=$data
      ;;
  esac
  if [[ $DEEPLAKE_ROOT_PATH == /* ]] && is_root; then
    mkdir -p "$DEEPLAKE_ROOT_PATH"
    # A new volume belongs to root. A directory of somebody else's stays theirs.
    if [[ $(stat -c %u "$DEEPLAKE_ROOT_PATH") == 0 ]]; then
      chown postgres "$DEEPLAKE_ROOT_PATH"
    fi
  fi
}

# The settings of the first start are kept in the database's directory; that a later one is not heeded must be told.
tell_of_an_old_root_path() {
  local kept=${PGDATA:-}/postgresql.auto.conf
  if [[ -f $kept ]] && grep -q '^deeplake\.root_path' "$kept" && ! grep -qF "'$DEEPLAKE_ROOT_PATH'" "$kept"; then
    echo "deeplake-entrypoint: this instance was made for another DEEPLAKE_ROOT_PATH, and keeps it:" \
      "$(grep '^deeplake\.root_path' "$kept"). ALTER SYSTEM SET deeplake.root_path changes it." >&2
  fi
}

# Before anything is made: an initialization that fails halfway is taken for complete at the next start.
if [[ -f $init ]]; then
  bash "$init" --check
fi
settle_root_path
write_credentials
# The server has them from the file; its own environment would pass them on to whatever it starts.
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
tell_of_an_old_root_path
exec docker-entrypoint.sh "$@"
