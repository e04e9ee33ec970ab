#!/usr/bin/env bash
# The preStop hook of an instance: asks a proxy to send it no new sessions and waits until it has none, then has
# PostgreSQL end (SIGINT: fast shutdown). It is kept drained until it is down, so that its successor of the same name
# gets sessions again. Bash alone: an image of PostgreSQL need not have an HTTP client.
#   pre-stop.sh HOST PORT SECONDS [PID]
# DRAIN_CREDENTIALS: a directory with the files PROXY_STATS_USER and PROXY_STATS_PASSWORD.
set -euo pipefail

host=$1 port=$2 seconds=$3 postmaster=${4:-1}
credentials=${DRAIN_CREDENTIALS:-/etc/pg-deeplake/proxy}
instance=${DRAIN_INSTANCE:-$HOSTNAME}

# One request; the status is 0 if it was answered 200. Prints the status line and the body's last line otherwise.
ask() {
  local login status line='' last=''
  login=$(printf '%s:%s' "$(<"$credentials/PROXY_STATS_USER")" "$(<"$credentials/PROXY_STATS_PASSWORD")" | base64 -w 0)
  exec 3<>"/dev/tcp/$host/$port"
  printf '%s\r\n' "POST /api/v1/servers/$instance/drain?wait=${1}s&until=down HTTP/1.1" "Host: $host:$port" \
    "Authorization: Basic $login" 'Content-Length: 0' 'Connection: close' '' >&3
  IFS= read -r -t "$(($1 + 10))" status <&3 || status='no answer'
  [[ $status == 'HTTP/1.1 200 '* ]] && return
  while IFS= read -r -t 5 -n 1000 line <&3 || [[ -n $line ]]; do
    last=$line line=''
  done
  echo "pre-stop: $host:$port: ${status%$'\r'} $last" >&2
  # Answered, and asking again would not help: not empty in time (504), unknown (404), not allowed (401).
  [[ $status =~ ^HTTP/1.1\ (4|504) ]] && return 2
  return 1
}

if [[ ${DRAIN_ONCE:-} ]]; then
  ask "$DRAIN_ONCE"
  exit
fi

# A proxy that has just gone away is no reason to end sessions: the Service has others.
result=1
while ((SECONDS < seconds)); do
  left=$((seconds - SECONDS)) result=0
  DRAIN_ONCE=$left timeout "$((left + 5))" bash "$0" "$host" "$port" "$seconds" || result=$?
  ((result == 1)) || break
  sleep 1
done
kill -INT "$postmaster" || true
exit "$result"
