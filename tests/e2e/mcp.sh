#!/usr/bin/env bash
# MCP servers as tools, end to end: a model (played) calls the tools of a server made with the protocol's own library, as
# a process beside us and over HTTP. One of them dies and comes back, one is not there; the caller always hears an answer.
# shellcheck source-path=SCRIPTDIR source=server.sh
source "$(dirname "$0")/server.sh"

mcp=$ROOT/tests/mcp
standins=${OFFHOOK_STANDINS:-$ROOT/build/offhook-standins}
make_venv() { # joined by &&: its caller looks at the status, so that set -e does not hold in here
  rm -rf "$venv" &&
    python3 -m venv "$venv" &&
    "$venv/bin/pip" install --no-input --no-deps --require-hashes -r "$mcp/requirements.txt" &&
    "$venv/bin/pip" check &&
    touch "$venv/complete"
}
key=$({ cat "$mcp/requirements.txt"; python3 --version; } | sha256sum | cut -c1-16)
venv=$OFFHOOK_CACHE/venvs/mcp-$key
mkdir -p "$OFFHOOK_CACHE/venvs"
exec 8>"$OFFHOOK_CACHE/venvs/mcp.lock"
flock 8
if [ ! -e "$venv/complete" ]; then step "the MCP library" make_venv || fail "the MCP library could not be installed"; fi
exec 8>&-

vendors_port=$(free_port) http_port=$(free_port)

tools=(grape fruit_apple banana cherry dates elder hazel docs_apple banana figs)
phrases=()
for name in "${tools[@]}"; do phrases+=(--phrase "the $name please"); done
"$standins" --listen "127.0.0.1:$vendors_port" --keys open --tools '{"when": "nine"}' "${phrases[@]}" \
  >"$LOGS/mcp-standins.log" 2>&1 </dev/null &
helpers+=($!)
stdio=$scratch/stdio.jsonl http=$scratch/http.jsonl
: >"$stdio"
: >"$http"
start_http() {
  FRUIT_KEY=over-http PYTHONDONTWRITEBYTECODE=1 "$venv/bin/python" "$mcp/server.py" "$http" http "$http_port" >>"$LOGS/mcp-server.log" 2>&1 </dev/null &
  http_server=$!
  helpers+=("$http_server")
}
: >"$LOGS/mcp-server.log"
start_http
vendors_there() { curl -fs --max-time 1 "http://127.0.0.1:$vendors_port/standin/stats"; }
http_there() { curl -s --max-time 1 -o /dev/null "http://127.0.0.1:$http_port/mcp"; }
wait_until 10 vendors_there || fail "the stand-ins do not answer"
wait_until 30 http_there || fail "the MCP server does not answer; its log is $LOGS/mcp-server.log"

agent=$scratch/agent.yaml
sed -e "s|127.0.0.1:9100|127.0.0.1:$vendors_port|" -e '/^limits:/d' -e 's/fallback:.*//' "$ROOT/bench/agents/standins.yaml" >"$agent"
cat >>"$agent" <<YAML
mcp:
  - name: fruit
    command: ["$venv/bin/python", -B, "$mcp/server.py", "$stdio", stdio]
    env: { FRUIT_KEY: { env: FRUIT_SECRET } }
    only: [apple, banana, cherry, dates, elder, figs, grape, hazel]
    tools: [{ name: elder, timeout: 2s }, { name: cherry, effect: none }]
  - name: docs
    url: http://127.0.0.1:$http_port/mcp
    allow: [127.0.0.1]
    only: [apple]
  - name: absent
    command: [no-such-program]
YAML
export FRUIT_SECRET=s3cret-key FRUIT_HIDDEN=hidden
if "$offhook" check --online "$agent" >"$scratch/check.txt" 2>&1; then fail "check --online: a server that is not there passed"; fi
expect "check names the servers" grep -q 'the tools of fruit (.*), docs (http://127.0.0.1:[0-9]*), absent (no-such-program)' "$scratch/check.txt"
expect "check --online lists their tools" grep -Eq '^mcp fruit: fruit_apple \(without effect\), banana \(once\), cherry \(without effect\), .*hazel \(once\)$' "$scratch/check.txt"
expect "and what is missing of them" grep -q '^mcp fruit: left out: grape: its server does not list it$' "$scratch/check.txt"
expect "over HTTP too" grep -q '^mcp docs: docs_apple (without effect)$' "$scratch/check.txt"
expect "and who is not there" grep -q '^mcp absent: .*there is no such program in PATH' "$scratch/check.txt"
sed 's/effect: none/effect: nope/' "$agent" >"$scratch/wrong.yaml"
if "$offhook" check "$scratch/wrong.yaml" >"$scratch/check.txt" 2>&1; then fail "check: a wrong effect passed"; fi
expect "a mistake is told with its line" grep -Eq 'wrong.yaml:[0-9]+:[0-9]+: mcp\[\]\.tools\[\]\.effect: found "nope", expected' "$scratch/check.txt"

start_server "$agent"
expect "a server that is not there stops nobody" grep -q 'mcp_server_lost server=absent' "$log"
processes() { pgrep -fc "$stdio stdio" || true; }
expect "there is one process for the agent" test "$(processes)" = 1
# What the server has forgotten is begun anew.
kill "$http_server"
wait "$http_server" 2>/dev/null || true
start_http
wait_until 30 http_there || fail "the MCP server does not come back"

call() { # the caller says the first so many phrases
  local says=() i
  for ((i = 0; i < $1; i++)); do says+=(--say "$OFFHOOK_CACHE/demo/2.wav"); done
  rm -rf "$scratch/data/calls"
  timeout 170 "$offhook" call --to "ws://127.0.0.1:$port/phone" --quiet "${says[@]}" >"$scratch/call.json" 2>"$scratch/call.txt" ||
    fail "the call: $(tail -n 5 "$scratch/call.txt")"
  cat "$scratch"/data/calls/*/*.jsonl >"$scratch/call.jsonl"
  if grep -q s3cret "$scratch/call.jsonl"; then fail "the key stands in an event log"; fi
  jq -r 'select(.a == "agent_said") | .text' "$scratch/call.jsonl" >"$scratch/said.txt"
  local file
  for file in "$scratch"/data/calls/*/*.jsonl; do
    "$offhook" replay "$file" >"$scratch/replay.txt" 2>&1 || fail "replay: $(tail -n 5 "$scratch/replay.txt")"
  done
}
hears() { grep -qF -- "$1" "$scratch/said.txt" || { cat "$scratch/said.txt" >&2; return 1; }; }
call 10
expect "a tool's text is said" hears "It says: apple for nine, key"
expect "what is no text is named" hears "[image]"
expect "structured content is told" hears '"cherries": 7'
expect "a refusal is told in the server's words" hears "It says: The tool refused this: Error executing tool dates: there are no dates on Mondays"
expect "what never returns is told as such" hears "It says: The tool did not return in time."
expect "a server that dies is told as such" hears "It says: The tool failed on its side; it may work later."
expect "another server's tool of the same name is asked over HTTP" hears "It says: apple for nine, key over-http"
expect "what is not there yet is not called" test "$(jq -r 'select(.tool == "grape") | .tool' "$stdio")" = ""
listed() { grep -q 'mcp_tools server=fruit tools=9' "$log"; }
expect "a list that changes is read again" wait_until 10 listed
call 1
expect "the next call may use what is new" hears "It says: grape, brand new"
pids() { jq -r .pid "$stdio" | sort -u | wc -l; }
expect "the dead one has come back" test "$(pids)" = 2
expect "it is one process still" test "$(processes)" = 1
expect "it sees what the file names and nothing else" test "$(jq -rs 'map(.seen[]) | unique | join(" ")' "$stdio")" = FRUIT_KEY
expect "the arguments come as the model wrote them" test "$(jq -r 'select(.tool == "apple") | .when' "$http")" = nine
if grep -q s3cret "$log"; then fail "the key stands in the server's log"; fi
stop_server || fail "SIGTERM: the server ended with status $?"
none_left() { test "$(processes)" = 0; }
expect "no process is left" wait_until 5 none_left
expect "the session over HTTP was ended" grep -q 'DELETE /mcp' "$LOGS/mcp-server.log"
