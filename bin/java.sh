# shellcheck shell=bash
# Sourced by the launchers: finds a Java 25 and builds what is missing. $root is the project's directory.

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)

# Prints the major version of the given java, or 0.
java_major() {
  local home version
  home=$(readlink -f -- "$1")
  home=${home%/*/*}
  # Every JDK names its version in this file; asking the JVM itself takes 100 ms.
  # Read by the shell itself: each program that is started takes a start's milliseconds.
  version=
  if [[ -r $home/release && $(<"$home/release") =~ JAVA_VERSION=\"([0-9]+) ]]; then
    version=${BASH_REMATCH[1]}
  fi
  if [[ -z $version ]]; then
    version=$("$1" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p;q' || true)
  fi
  echo "${version:-0}"
}

# Prints the path of a java of version 25 or newer; ends the (sub)shell with 1 if there is none.
find_java() {
  local java
  for java in "${JAVA_HOME:+$JAVA_HOME/bin/java}" "$(command -v java || true)" /usr/lib/jvm/*/bin/java; do
    if [[ -x $java ]] && (($(java_major "$java") >= 25)); then
      echo "$java"
      return
    fi
  done
  cat >&2 <<'MESSAGE'
No Java 25 or newer found in JAVA_HOME, PATH or /usr/lib/jvm.
Install a JDK 25, for example temurin-25-jdk or openjdk-25-jdk-headless, or set JAVA_HOME.
MESSAGE
  exit 1
}

# Prints the module's jar; fails if it is not built.
module_jar() {
  local jar
  for jar in "$root/$1/target/pg-$1"-*.jar; do
    if [[ -f $jar && -d $root/$1/target/lib ]]; then
      echo "$jar"
      return
    fi
  done
  return 1
}

# Builds those of the named modules that have not been built yet; tests are not run.
build_if_needed() {
  local module missing=()
  for module in "$@"; do
    module_jar "$module" >/dev/null || missing+=("$module")
  done
  if ((${#missing[@]} == 0)); then
    return
  fi
  if ! command -v mvn >/dev/null; then
    echo "${missing[*]}: not built yet, and there is no mvn to build with: install Maven 3.8 or newer." >&2
    exit 1
  fi
  echo "Building ${missing[*]}, once: mvn -Dmaven.test.skip package (about a minute, longer if Maven must download)" >&2
  local list
  list=$(IFS=, && echo "${missing[*]}")
  if ! (cd "$root" && mvn -q -B -ntp -Dmaven.test.skip -pl "$list" -am package >&2); then
    echo "The build failed; what it said is above." >&2
    exit 1
  fi
}

# Compiles the proxy's tests and prints what java needs to run them; ends the (sub)shell with 3 if that cannot be done.
# $1 is the launcher's name: two that run at once do not write the same file.
test_classpath() {
  local path=$root/proxy/target/$1.classpath
  if ! command -v mvn >/dev/null; then
    echo "The tests must be compiled, and there is no mvn to do so: install Maven 3.8 or newer." >&2
    exit 3
  fi
  if ! (cd "$root" && mvn -q -B -ntp -Dstyle.color=never -pl proxy test-compile dependency:build-classpath \
    -Dmdep.includeScope=test "-Dmdep.outputFile=$path" >&2); then
    echo "The tests do not compile; what Maven said is above." >&2
    exit 3
  fi
  echo "$root/proxy/target/test-classes:$root/proxy/target/classes:$(<"$path")"
}

# Becomes the given command, in a network of its own, which ends with it; where that is not possible, says so. Packets are
# only dropped in such a network, and there TCP's keepalive finds out in seconds, not in hours, that a machine has come back
# without knowing a connection.
private_network() {
  if [[ $(id -u) == 0 ]] && command -v unshare >/dev/null && command -v ip >/dev/null && command -v iptables >/dev/null; then
    # shellcheck disable=SC2016
    PG_FAULTS_NETWORK=private exec unshare --net -- sh -c '
      ip link set lo up
      (cd /proc/sys/net/ipv4 && echo 5 >tcp_keepalive_time && echo 1 >tcp_keepalive_intvl && echo 3 >tcp_keepalive_probes)
      exec "$@"' sh "$@"
  fi
  echo "Without packets that get lost: that needs root, unshare, ip and iptables." >&2
  exec "$@"
}
