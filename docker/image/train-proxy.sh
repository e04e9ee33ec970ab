#!/bin/bash
# Lets the proxy run once, so that the JVM writes down which classes it needs: /app/app.aot.
set -euo pipefail

# The hundreds of classes that cannot be kept need not be named.
export JDK_JAVA_OPTIONS='-Xlog:aot*=error'
PG_PROXY_AOT=-XX:AOTCacheOutput=/app/app.aot sh /app/pg-proxy --config /build/train.conf &
proxy=$!
get() { busybox wget -q -T 2 -O /dev/null "http://127.0.0.1:8404$1"; }

for ((i = 0; ; i++)); do
  if get /health/ready; then
    break
  elif ((i == 150)) || ! kill -0 "$proxy"; then
    echo 'the proxy does not start' >&2
    exit 1
  fi
  sleep 0.2
done
# A client whose session waits: version 3.0, user=a.
{ printf '\0\0\0\021\0\003\0\0user\0a\0\0' && sleep 1; } | busybox nc 127.0.0.1 5432 >/dev/null &
sleep 0.5
for path in /metrics /stats';csv' /api/v1/demand /api/v1/backends; do
  get "$path"
done
kill -TERM "$proxy"
wait "$proxy" || true
wait
[[ -s /app/app.aot ]]
