#!/bin/bash
# Lets the proxy run once with itself, so that the JVM writes down what later starts need: /app/app.aot.
set -euo pipefail

# The hundreds of classes that cannot be kept need not be named.
export JDK_JAVA_OPTIONS='-Xlog:aot*=error'
PG_PROXY_AOT=-XX:AOTCacheOutput=/app/app.aot sh /app/pg-proxy --train
[[ -s /app/app.aot ]]
