#!/usr/bin/env bash
# The proxy side by side with others, measured: benchmarks/run.sh --help
# The micro-benchmarks (JMH); arguments are JMH's own: benchmarks/run.sh micro StartupDecoder -prof gc
set -euo pipefail
root=$(dirname -- "$(dirname -- "$(readlink -f -- "$0")")")
# shellcheck source=/dev/null
source "$root/bin/java.sh"

# program, Debian package, what is missing without it
needs=(
  "haproxy|haproxy|HAProxy, which ratios refer to"
  "nginx|nginx libnginx-mod-stream|nginx"
  "pgbouncer|pgbouncer|PgBouncer"
  "pgbench|postgresql postgresql-contrib|everything with a real PostgreSQL"
  "psql|postgresql-client|COPY and wake"
)

# Debian keeps PostgreSQL's programs, and the daemons, off the PATH of ordinary users.
found() {
  command -v "$1" >/dev/null || [[ -x /usr/sbin/$1 ]] || compgen -G "/usr/lib/postgresql/*/bin/$1" >/dev/null
}

# Neither services (Debian Policy, 9.3.3.1) nor a cluster: only the programs are wanted.
install() {
  local policy=/usr/sbin/policy-rc.d clusters=/etc/postgresql-common/createcluster.d/pg-benchmarks.conf failed=0
  [[ -e $policy ]] && policy=
  if [[ -n $policy ]]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
  fi
  mkdir -p "${clusters%/*}"
  echo 'create_main_cluster = false' >"$clusters"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; } >/dev/null || failed=1
  rm -f "$clusters"
  [[ -z $policy ]] || rm -f "$policy"
  return "$failed"
}

peers() {
  local need program package packages=()
  for need in "${needs[@]}"; do
    IFS='|' read -r program package _ <<<"$need"
    # shellcheck disable=SC2206
    found "$program" || packages+=($package)
  done
  if ((${#packages[@]} > 0)) && [[ $(id -u) == 0 && -z ${PG_BENCHMARKS_NO_INSTALL:-} ]] && command -v apt-get >/dev/null; then
    echo "Installing, without starting any service: ${packages[*]} (PG_BENCHMARKS_NO_INSTALL=1: not)" >&2
    install "${packages[@]}" || echo "apt-get failed; going on without." >&2
  fi
  for need in "${needs[@]}"; do
    IFS='|' read -r program package what <<<"$need"
    found "$program" || echo "Left out without $program (Debian package $package): $what" >&2
  done
}

java=$(find_java)
build_if_needed proxy benchmarks
jar=$(module_jar benchmarks)

if [[ ${1:-} == micro ]]; then
  shift
  exec "$java" -cp "$jar" org.openjdk.jmh.Main "$@"
fi

# As the image has it; without it only the start is slower, and what runs then.
train() {
  local cache=$root/proxy/target/pg-proxy.aot
  if [[ ! $cache -nt $(module_jar proxy) ]]; then
    echo "bin/pg-proxy --train, as at the build of the image" >&2
    "$root/bin/pg-proxy" --train >/dev/null || echo "It failed; going on without." >&2
  fi
}

quiet=
for argument in "$@"; do
  [[ $argument =~ ^(-h|--help|--list|--report(=.*)?|-V|--version)$ ]] && quiet=1
done
if [[ -z $quiet ]]; then
  peers
  train
fi

# 10,000 sessions are 20,000 files of one process.
limit=$(ulimit -Hn)
[[ $limit == unlimited || $limit -gt 65536 ]] && limit=65536
ulimit -Sn "$limit"

exec "$java" -Xmx512m -XX:+UseSerialGC -Djava.awt.headless=true --enable-native-access=ALL-UNNAMED \
  --sun-misc-unsafe-memory-access=allow "-Dbenchmarks.root=$root" -jar "$jar" "$@"
