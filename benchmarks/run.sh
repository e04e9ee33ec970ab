#!/usr/bin/env bash
# Micro-benchmarks (JMH). Arguments are JMH's own, such as a pattern or -prof gc: benchmarks/run.sh StartupDecoder -prof gc
set -euo pipefail
root=$(dirname -- "$(dirname -- "$(readlink -f -- "$0")")")
# shellcheck source=/dev/null
source "$root/bin/java.sh"

java=$(find_java)
build_if_needed proxy benchmarks
exec "$java" -jar "$(module_jar benchmarks)" "$@"
