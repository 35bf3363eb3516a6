# Sourced by the programs beside it: starts the server of this build on a free port (or
# $OFFHOOK_PORT) and ends it with the program.
#   start_server AGENT [KEY=VALUE of --config, as JSON…]   sets server (its pid), port, url, log, scratch
#   helpers+=($!)                                          what else was started, and is to end with the program
# shellcheck shell=bash source-path=SCRIPTDIR source=../../scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../scripts/lib.sh"

offhook=${OFFHOOK_PROGRAM:-$ROOT/build/offhook} # the program under test: another build of it, a sanitized one
scratch=$(mktemp -d)
helpers=()
server='' port='''' url='' log=''
pinned=() # what starts the server on cores of its own: (taskset -c 0)

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

pause() { read -rt "$1" <> <(:) || true; } # of a shell that has no other clock; what is waited for is asked in a loop

# Waits until a command succeeds, at most $1 seconds.
wait_until() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < deadline)) || return 1
    pause 0.1
  done
}

gone() { ! kill -0 "$1" 2>/dev/null; }

stop_server() { # by TERM, its exit status is ours
  local pid=$server status=0
  server=''
  kill -TERM "$pid" 2>/dev/null || true
  wait_until 30 gone "$pid" || kill -KILL "$pid"
  wait "$pid" || status=$?
  return "$status"
}

clean_up() {
  trap - EXIT INT TERM
  if [ -n "$server" ]; then stop_server || true; fi
  if ((${#helpers[@]} > 0)); then kill "${helpers[@]}" 2>/dev/null || true; fi
  rm -rf "$scratch"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

start_server() {
  local agent=$1
  shift
  local config
  config=$(jq -n --arg data "$scratch/data" --arg cache "$OFFHOOK_CACHE" '{data_dir: $data, cache_dir: $cache}')
  local extra
  for extra in "$@"; do config=$(jq ". + {$extra}" <<<"$config"); done
  printf '%s\n' "$config" >"$scratch/server.yaml"
  port=${OFFHOOK_PORT:-$(free_port)}
  url=http://127.0.0.1:$port
  log=$LOGS/$(basename "$0" .sh)-server.log
  "${pinned[@]}" "$offhook" serve --agent "$agent" --config "$scratch/server.yaml" --listen "127.0.0.1:$port" >"$log" 2>&1 </dev/null &
  server=$!
  ready() { curl -fs --max-time 2 "$url/readyz"; }
  local deadline=$((SECONDS + 120))
  until ready >/dev/null; do
    gone "$server" && fail "the server has ended: $(tail -n 5 "$log")"
    ((SECONDS < deadline)) || fail "not ready after 120 s; its log is $log"
    pause 0.1
  done
}

metric() { curl -fs --max-time 5 "$url/metrics" | awk -v name="$1" '$1 == name { print $2 }'; }
expect() { # what, then a test command
  local what=$1
  shift
  "$@" || fail "$what"
  echo "  $what"
}
