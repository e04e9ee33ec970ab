# shellcheck shell=bash
# What the launchers share; sourced with the project's directory in $root.

# Prints the path of a java that is new enough, or says what to install and ends.
find_java() {
  local java version
  for java in "${JAVA_HOME:+$JAVA_HOME/bin/java}" "$(command -v java)" /usr/lib/jvm/*/bin/java; do
    [[ -n $java && -x $java ]] || continue
    version=$("$java" -version 2>&1 | sed -n 's/^[a-z]* version "\([0-9]*\).*/\1/p')
    if [[ -n $version && $version -ge 25 ]]; then
      printf '%s\n' "$java"
      return
    fi
  done
  echo "No Java 25 or newer found. Install a JDK 25 (for example Temurin: https://adoptium.net)," >&2
  echo "and put it on the PATH, into /usr/lib/jvm, or set JAVA_HOME." >&2
  exit 1
}

# Builds the module $1 if it has not been built.
build_if_needed() {
  local jars=("$root/$1"/target/*.jar)
  [[ -e ${jars[0]} ]] && return
  if ! command -v mvn >/dev/null; then
    echo "The module $1 is not built, and there is no Maven. Install it (Debian: apt-get install maven)." >&2
    exit 1
  fi
  echo "Building $1; this happens once." >&2
  (cd "$root" && mvn -q -B -DskipTests -pl "$1" package) >&2 || exit 1
}
