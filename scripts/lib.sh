# shellcheck shell=bash
# What the scripts share: where things are, and how progress is shown. To be sourced.
set -euo pipefail
export LC_ALL=C.UTF-8

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
export ROOT
export OFFHOOK_CACHE=${OFFHOOK_CACHE:-${HOME:?}/.cache/offhook}
LOGS=$OFFHOOK_CACHE/log
mkdir -p "$LOGS"

# Another checkout finds the same objects: paths below the checkout count relative to it, the build folder not at all.
export CCACHE_DIR=$OFFHOOK_CACHE/ccache CCACHE_BASEDIR=$ROOT CCACHE_NOHASHDIR=1 CCACHE_MAXSIZE=5G

fail() {
  printf 'offhook: %s\n' "$*" >&2
  exit 1
}

microseconds() { printf '%s' "${EPOCHREALTIME/[.,]/}"; }

seconds_since() { # seconds_since MICROSECONDS: with one decimal
  local tenths=$((($(microseconds) - $1) / 100000))
  printf '%d.%d' $((tenths / 10)) $((tenths % 10))
}

# As many compilers at once as there are cores, and 1.5 GB of memory for each.
jobs_at_once() {
  local cores memory
  cores=$(nproc)
  memory=$(awk '/^MemAvailable/ { print int($2 / 1500000) }' /proc/meminfo)
  if ((memory < 1)); then memory=1; fi
  if ((memory < cores)); then echo "$memory"; else echo "$cores"; fi
}

# Shows the last line of a log until killed: each second in place on a terminal, each half minute on a line elsewhere.
watch_log() { # watch_log LOG NAME STARTED
  local every=30 line
  if [ -t 1 ]; then every=1; fi
  # read waits without a child that would outlive us; $$ is the script, which may have been ended meanwhile
  while ! read -rt "$every" <> <(:) && kill -0 $$ 2>/dev/null; do
    line=$(tail -c 400 "$1" 2>/dev/null | tr '\r' '\n' | grep -av '^ *$' | tail -n 1 | cut -c1-56) || true
    if [ -t 1 ]; then
      printf '\r\033[K  %-48s %6.0f s  %s' "$2" "$(seconds_since "$3")" "$line"
    else
      printf '    … %.0f s  %s\n' "$(seconds_since "$3")" "$line"
    fi
  done
}

# Runs a command with its output in a log and shows one line with its time; shows the log's end if it failed.
step() { # step NAME COMMAND…
  local name=$1 log=$LOGS/${1//[^A-Za-z0-9._-]/-}.log started watcher status=0
  shift
  started=$(microseconds)
  : >"$log"
  if [ -t 1 ]; then printf '  %-48s' "$name"; fi
  watch_log "$log" "$name" "$started" &
  watcher=$!
  "$@" >"$log" 2>&1 </dev/null || status=$?
  kill "$watcher" 2>/dev/null || true
  wait "$watcher" 2>/dev/null || true
  if [ -t 1 ]; then printf '\r\033[K'; fi
  if ((status == 0)); then
    printf '  %-48s %6s s\n' "$name" "$(seconds_since "$started")"
  else
    printf '  %-48s %6s s  FAILED (status %d); the end of %s:\n' "$name" "$(seconds_since "$started")" "$status" "$log"
    tail -n "${OFFHOOK_LOG_LINES:-40}" "$log" | sed 's/^/    | /'
  fi
  return "$status"
}
