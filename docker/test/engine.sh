#!/usr/bin/env bash
# A Docker engine with Compose and buildx for the tests of the deployment.
#   engine.sh start   finds one, or installs and starts one where it may (root, apt); prints `export` lines for the tests
#   engine.sh stop    stops the dockerd that start has started, and no other
# start ends with 1 and one line of reason where the machine refuses.
# $cache and $prefix come from common.sh.
# shellcheck disable=SC2154
set -euo pipefail
here=$(dirname -- "$(readlink -f -- "$0")")
# shellcheck source=/dev/null
source "$here/common.sh"
pid_file=$cache/dockerd.pid
log=$cache/dockerd.log

refuse() {
  say "$*"
  exit 1
}

reachable() { docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

install_engine() {
  say "Installing docker.io (about 20 s)"
  # Its service is not wanted: the tests start dockerd themselves and end it (Debian Policy, 9.3.3.1).
  local policy=/usr/sbin/policy-rc.d failed=0
  [[ -e $policy ]] && policy=
  if [[ -n $policy ]]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
  fi
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends docker.io; } \
    >"$cache/install.log" 2>&1 || failed=1
  [[ -z $policy ]] || rm -f "$policy"
  return "$failed"
}

start_engine() {
  # In a session of its own, so that Ctrl-C at bin/test ends the tests first and the engine after them; and without the
  # caller's output, which would stay open for as long as dockerd lives.
  setsid dockerd --pidfile "$pid_file" >"$log" 2>&1 </dev/null &
  local pid=$! waited
  for ((waited = 0; waited < 150; waited++)); do
    if reachable; then
      return
    fi
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.2
  done
  kill "$pid" 2>/dev/null || true
  refuse "dockerd does not start: $(tail -n 1 "$log")"
}

# Compose 2 and buildx are plugins of the client; Debian bookworm has neither.
install_plugins() {
  local plugins=$cache/docker-config/cli-plugins
  if [[ ! -x $plugins/docker-compose || ! -x $plugins/docker-buildx ]]; then
    say "Fetching Docker Compose and buildx"
    (
      use_private_apt
      rm -rf "$cache/plugins"
      mkdir -p "$cache/plugins" "$plugins"
      cd "$cache/plugins"
      apt-get download -qq docker-compose docker-buildx >&2
      for package in *.deb; do
        dpkg -x "$package" .
      done
      mv usr/libexec/docker/cli-plugins/* "$plugins/"
      cd /
      rm -rf "$cache/plugins"
    ) || refuse "Docker Compose and buildx cannot be fetched"
  fi
  export DOCKER_CONFIG=$cache/docker-config
}

start() {
  [[ $(uname -s) == Linux ]] || refuse "Docker tests need Linux"
  mkdir -p "$cache"
  exec 9>"$cache/lock"
  flock 9
  if ! command -v docker >/dev/null || ! reachable; then
    [[ $(id -u) == 0 ]] || refuse "no Docker engine answers, and only root may start one"
    if ! command -v dockerd >/dev/null; then
      command -v apt-get >/dev/null || refuse "no Docker engine answers, and there is no apt-get to install one"
      install_engine || refuse "apt-get cannot install docker.io: $(tail -n 1 "$cache/install.log")"
    fi
    # The lock must not live on in dockerd.
    start_engine 9>&-
  fi
  if ! docker compose version >/dev/null 2>&1 || ! docker buildx version >/dev/null 2>&1; then
    install_plugins
    docker compose version >/dev/null 2>&1 || refuse "docker compose does not run on this machine"
  fi
  "$here/build-images.sh" stand-ins >&2 || refuse "the stand-in images cannot be built"

  if [[ -n ${DOCKER_CONFIG:-} ]]; then
    printf 'export DOCKER_CONFIG=%q\n' "$DOCKER_CONFIG"
  fi
  # For Testcontainers: its helper image cannot be pulled everywhere, and inside a container (/.dockerenv) it would look
  # for the engine's ports at the wrong address.
  echo 'export PGDEEPLAKE_DOCKER=1 TESTCONTAINERS_RYUK_DISABLED=true TESTCONTAINERS_HOST_OVERRIDE=localhost'
}

stop() {
  local pid waited
  pid=$(cat "$pid_file" 2>/dev/null) || return 0
  if [[ $(cat "/proc/$pid/comm" 2>/dev/null) != dockerd ]]; then
    rm -f "$pid_file"
    return
  fi
  if [[ -n $(docker ps -q 2>/dev/null) ]]; then
    say "dockerd ($pid) goes on: containers are running in it"
    return
  fi
  kill "$pid"
  for ((waited = 0; waited < 100; waited++)); do
    kill -0 "$pid" 2>/dev/null || return 0
    sleep 0.1
  done
  say "dockerd ($pid) does not end"
}

case ${1:-} in
  start | stop) "$1" ;;
  *) refuse "usage: engine.sh start|stop" ;;
esac
