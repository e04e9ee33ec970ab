# shellcheck shell=bash
# Sourced by the scripts beside it.

# What is fetched is kept here, outside the repository.
cache=${PGDEEPLAKE_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pgdeeplake-test}
# Of the names of all images that are made here.
# shellcheck disable=SC2034
prefix=pgdeeplake-test

# To the person: standard output belongs to the caller.
say() { echo "$*" >&2; }

# Makes apt-get read Debian trixie alone, with its state under $cache: what the machine has installed and which sources it
# uses is neither seen nor changed. trixie, since bookworm has neither Compose 2 nor buildx.
use_private_apt() {
  local apt=$cache/apt
  local keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  if ! command -v apt-get >/dev/null || [[ ! -r $keyring ]]; then
    say "there is no apt-get with Debian's keyring ($keyring)"
    return 1
  fi
  mkdir -p "$apt/lists/partial" "$apt/archives/partial"
  : >"$apt/status"
  echo "deb [signed-by=$keyring] ${DEBIAN_MIRROR:-http://deb.debian.org/debian} trixie main" >"$apt/sources.list"
  # Snapshots of the archive may be older than their Release file allows; the signature is checked all the same.
  cat >"$apt/apt.conf" <<CONF
Dir::Etc::SourceList "$apt/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::State "$apt";
Dir::State::Lists "$apt/lists";
Dir::State::status "$apt/status";
Dir::Cache "$apt";
Dir::Cache::archives "$apt/archives";
APT::Sandbox::User "root";
APT::Install-Recommends "false";
Acquire::Check-Valid-Until "false";
Acquire::Retries "2";
CONF
  export APT_CONFIG=$apt/apt.conf
  if [[ -z $(find "$apt/lists" -name '*_Packages*' -mtime -1 -print -quit) ]]; then
    apt-get update -qq >&2
  fi
}
