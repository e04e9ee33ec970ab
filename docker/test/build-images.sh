#!/usr/bin/env bash
# Images for tests, on machines without a registry:
#   build-images.sh stand-ins   what docker-compose.yml and the Dockerfile take from registries, made of Debian packages
#   build-images.sh project     the proxy's and the manager's image from the jars of `mvn package`, on those
#   build-images.sh env         prints what docker-compose.yml needs to use them, for an .env file
# All are called pgdeeplake-test/..., so that nothing real is hidden by them. They are made again only when what they
# are made of has changed.
# $cache and $prefix come from common.sh.
# shellcheck disable=SC2154
set -euo pipefail
here=$(dirname -- "$(readlink -f -- "$0")")
root=$(dirname -- "$(dirname -- "$here")")
# shellcheck source=/dev/null
source "$here/common.sh"
label=org.pgdeeplake.test.inputs
export DOCKER_BUILDKIT=1

# current IMAGE HASH: whether the image is there and made of what HASH says.
current() {
  [[ $(docker image inspect --format "{{index .Config.Labels \"$label\"}}" "$1" 2>/dev/null) == "$2" ]]
}

build() {
  docker build -q --label "$label=$hash" "$@" >/dev/null
}

# Unpacks packages without installing them: no maintainer scripts run, which takes a fifth of debootstrap's time and
# needs no root. What they would have done (users, link cache) is done below, as far as the stand-ins need it.
debian_root() {
  local target=$1
  shift
  (
    use_private_apt
    apt-get install -qq -y --download-only "$@" >/dev/null
  )
  mkdir -p "$target/usr"/{bin,sbin,lib,lib64}
  ln -s usr/bin usr/sbin usr/lib usr/lib64 "$target/"
  local package files=()
  for package in "$cache"/apt/archives/*.deb; do
    case $package in
      # PostgreSQL's JIT compiler and what only maintainer scripts need: half of the bytes.
      */libllvm* | */libz3* | */locales_* | */perl* | */libperl* | */libdb5* | */debconf_* | */adduser_* | */passwd_*) ;;
      *) files+=("$package") ;;
    esac
  done
  printf '%s\0' "${files[@]}" | xargs -0 -P 2 -I '{}' dpkg-deb --extract '{}' "$target"
  rm -rf "$target/usr/share"/{doc,man,info,locale}
  printf '%s\n' root:x:0:0::/root:/bin/sh postgres:x:999:999::/var/lib/postgresql:/bin/bash >"$target/etc/passwd"
  printf '%s\n' root:x:0: postgres:x:999: >"$target/etc/group"
  ln -sf bash "$target/usr/bin/sh"
  mkdir -p "$target/tmp"
  chmod 1777 "$target/tmp"
  mkdir -p "$target"/{proc,sys,dev,run,root}
  rm -f "$cache"/apt/archives/*.deb
}

stand_ins() {
  local hash tree
  hash=$(find "$here" -type f ! -name engine.sh -print0 | LC_ALL=C sort -z | xargs -0 cat | sha256sum | cut -c1-16)
  if ! current "$prefix/debian" "$hash"; then
    say "Building the stand-in for Debian's base image (about 20 s)"
    tree=$(mktemp -d "$cache/root.XXXXXX")
    # shellcheck disable=SC2064
    trap "rm -rf '$tree'" EXIT
    debian_root "$tree" base-files bash coreutils grep sed findutils util-linux libc-bin busybox-static \
      postgresql-17 redis-server
    tar -C "$tree" --owner 0 --group 0 -c . |
      docker import --change "LABEL $label=$hash" --change 'ENV PATH=/usr/sbin:/usr/bin' - "$prefix/debian" >/dev/null
    rm -rf "$tree"
    trap - EXIT
  fi
  if ! current "$prefix/pg-deeplake" "$hash"; then
    say "Building the stand-in for pg-deeplake"
    build -t "$prefix/pg-deeplake" "$here/pg-deeplake"
  fi
  if ! current "$prefix/redis" "$hash"; then
    say "Building the stand-in for redis"
    build -t "$prefix/redis" -f "$here/redis.Dockerfile" "$here"
  fi
  if ! current "$prefix/jdk" "$hash"; then
    say "Building the stand-in for the JDK's image"
    local java jdk
    # shellcheck source=/dev/null
    java=$(source "$root/bin/java.sh" && find_java)
    jdk=$(dirname -- "$(dirname -- "$(readlink -f -- "$java")")")
    tree=$(mktemp -d "$cache/jdk.XXXXXX")
    # shellcheck disable=SC2064
    trap "rm -rf '$tree'" EXIT
    # With what links lead to: Debian's packages keep the certificates elsewhere.
    tar -C "$jdk" --exclude ./lib/src.zip -ch . | tar -C "$tree" -x
    build -t "$prefix/jdk" -f "$here/jdk.Dockerfile" "$tree"
    rm -rf "$tree"
    trap - EXIT
  fi
  if ! current "$prefix/docker-cli" "$hash"; then
    local client
    client=$(readlink -f -- "$(command -v docker)")
    build -t "$prefix/docker-cli" -f "$here/docker-cli.Dockerfile" --build-arg "NAME=$(basename -- "$client")" \
      "$(dirname -- "$client")"
  fi
}

# What a newer image of the same name has left behind; nothing that is not ours has the label.
prune() {
  docker image prune -f --filter "label=$label" >/dev/null
}

# The jars as they are: no Maven runs here.
project() {
  local module
  for module in proxy manager; do
    if ! compgen -G "$root/$module/target/pg-$module-*.jar" >/dev/null || [[ ! -d $root/$module/target/lib ]]; then
      say "$module is not built: mvn -Dmaven.test.skip package"
      exit 1
    fi
  done
  # BuildKit's own cache finds out what has changed.
  for module in proxy manager; do
    docker build -q --label "$label=jars" -f "$root/docker/Dockerfile" --target "$module" -t "$prefix/$module" \
      --build-arg JARS=context \
      --build-arg "BUILD_IMAGE=$prefix/jdk" \
      --build-arg "DOCKER_CLI_IMAGE=$prefix/docker-cli" \
      "$root" >/dev/null
  done
}

environment() {
  # The engine refuses more than there are.
  local cpus
  cpus=$(nproc)
  ((cpus <= 4)) || cpus=4
  cat <<ENV
PG_DEEPLAKE_IMAGE=$prefix/pg-deeplake
REDIS_IMAGE=$prefix/redis
PROXY_IMAGE=$prefix/proxy
MANAGER_IMAGE=$prefix/manager
PG_DEEPLAKE_CPUS=$cpus
ENV
}

mkdir -p "$cache"
if ! docker buildx version >/dev/null 2>&1; then
  # As engine.sh has fetched it.
  export DOCKER_CONFIG=$cache/docker-config
fi
case ${1:-} in
  stand-ins) stand_ins && prune ;;
  project) project && prune ;;
  env) environment ;;
  *)
    say "usage: build-images.sh stand-ins|project|env"
    exit 1
    ;;
esac
