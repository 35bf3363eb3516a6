#!/usr/bin/env bash
# Tools, end to end: a model (played) calls them, a real server answers well, badly, never, with ten megabytes, or sends
# elsewhere. The caller always hears an answer; what is internal is never said; where a request may not go, none goes.
# shellcheck source-path=SCRIPTDIR source=server.sh
source "$(dirname "$0")/server.sh"

standins=${OFFHOOK_STANDINS:-$ROOT/build/offhook-standins}
vendors_port=$(free_port) tools_port=$(free_port)

fruit=(apple banana cherry dates elder figs grape hazel slow)
names=("${fruit[@]}" forbidden end_call)
phrases=()
for name in "${names[@]}"; do phrases+=(--phrase "the $name please"); done
"$standins" --listen "127.0.0.1:$vendors_port" --keys open --tools '{"when": "nine"}' "${phrases[@]}" \
  >"$LOGS/tools-standins.log" 2>&1 </dev/null &
helpers+=($!)
requests=$scratch/requests.jsonl
: >"$requests"
python3 "$ROOT/tests/e2e/tool_server.py" "$tools_port" "$requests" >"$LOGS/tools-server.log" 2>&1 </dev/null &
helpers+=($!)
vendors_there() { curl -fs --max-time 1 "http://127.0.0.1:$vendors_port/standin/stats"; }
tools_there() { curl -s --max-time 1 -o /dev/null "http://127.0.0.1:$tools_port/"; }
wait_until 10 vendors_there || fail "the stand-ins do not answer"
wait_until 10 tools_there || fail "the tools' server does not answer"
: >"$requests"

agent=$scratch/agent.yaml
sed -e "s|127.0.0.1:9100|127.0.0.1:$vendors_port|" -e '/^limits:/d' -e 's/fallback:.*//' "$ROOT/bench/agents/standins.yaml" >"$agent"
{
  echo "tools:"
  for name in "${fruit[@]}" forbidden; do
    allow="allow: [127.0.0.1], "
    if [ "$name" = forbidden ]; then allow=""; fi
    cat <<YAML
  - name: $name
    description: Says whether there is $name.
    parameters: { type: object, properties: { when: { type: string } }, required: [when] }
    http: { url: "http://127.0.0.1:$tools_port/$name", ${allow}bearer: { env: FRUIT_TOKEN } }
    timeout: $([ "$name" = slow ] && echo 10s || echo 2s)
YAML
  done
  echo "  - builtin: end_call"
} >>"$agent"
export FRUIT_TOKEN=s3cret-token
"$offhook" check "$agent" >"$scratch/check.txt" 2>&1 || fail "check: $(cat "$scratch/check.txt")"
expect "check names the tools" grep -q 'may call apple (POST http://127.0.0.1:[0-9]*, once), .*end_call' "$scratch/check.txt"

# Mistakes are told where they stand.
sed 's/type: string/type: strng/' "$agent" >"$scratch/wrong.yaml"
if "$offhook" check "$scratch/wrong.yaml" >"$scratch/check.txt" 2>&1; then fail "check: a wrong schema passed"; fi
expect "a wrong schema is told with its line" \
  grep -Eq 'wrong.yaml:[0-9]+:[0-9]+: tools\[\]\.parameters\.properties\.when\.type: found "strng", expected' "$scratch/check.txt"

start_server "$agent"
says=()
for _ in "${names[@]}"; do says+=(--say "$OFFHOOK_CACHE/demo/2.wav"); done
timeout 170 "$offhook" call --to "ws://127.0.0.1:$port/phone" --quiet "${says[@]}" >"$scratch/call.json" 2>"$scratch/call.txt" ||
  fail "the call: $(tail -n 5 "$scratch/call.txt")"
calls() { cat "$scratch"/data/calls/*/*.jsonl; }
said() { calls | jq -r 'select(.a == "agent_said") | .text'; }
said >"$scratch/said.txt"
hears() { grep -qF -- "$1" "$scratch/said.txt" || { cat "$scratch/said.txt" >&2; return 1; }; }
expect "a good answer is said" hears 'It says: {"booked": "for nine", "key":'
told() { calls | jq -r 'select(.e == "tool_returned") | .text' | grep -qF -- "$1"; }
expect "… without its secret, which the model is not told" told '"key": "***"'
expect "a web page is told as such" hears "It says: The tool answered with a web page instead of data."
expect "so is an error" hears "It says: The tool failed on its side; it may work later."
expect "so is an answer that never comes" hears "It says: The tool did not return in time."
expect "so are ten megabytes" hears "It says: The tool answered with more than can be read."
expect "so is a redirect" hears "It says: The tool answered with a redirect, which is not followed."
expect "so is nothing" hears "It says: The tool succeeded and returned nothing."
expect "so is what is no text" hears "It says: The tool answered with something that is no text."
expect "so is an address that is not allowed" hears "It says: The tool cannot be reached."
expect "a slow tool is bridged with a word" hears "One moment, please."
expect "and the model is told its answer" told "slowly done" # the caller may take the word that bridges it for the answer
internal() { grep -Eq 's3cret|intranet|internal|127\.0\.0\.1' "$scratch/said.txt"; }
if internal; then fail "something internal was said: $(cat "$scratch/said.txt")"; fi
asked_of() { jq -r --arg path "/$1" 'select(.path == $path) | .path' "$requests" | wc -l; }
for name in "${fruit[@]}"; do expect "$name was asked once" test "$(asked_of "$name")" = 1; done
expect "no request went where none may go" test "$(asked_of forbidden)" = 0
expect "requests carry the arguments and the token" \
  test "$(jq -r 'select(.path == "/apple") | .body + .authorization' "$requests")" = '{"when":"nine"}Bearer s3cret-token'
hung_up() { calls | grep -q '"a":"hang_up"'; }
expect "the agent ends the call" wait_until 20 hung_up
cat >"$scratch/eval.yaml" <<'YAML'
caller: [ { wav: hello.wav }, { hang_up: true } ]
expect: { tools: [ { name: apple, arguments: { when: nine } } ] }
YAML
cp "$OFFHOOK_CACHE/demo/2.wav" "$scratch/hello.wav"
timeout 60 "$offhook" eval "$scratch/eval.yaml" --url "ws://127.0.0.1:$port/phone" --json "$scratch/eval.json" \
  >"$scratch/eval.txt" 2>&1 || fail "eval: $(cat "$scratch/eval.txt")"
returned() { jq -e '.scenarios[0].tools[0].result | contains("for nine")' "$scratch/eval.json"; }
expect "who watches a call is told what its tools returned" returned
if calls | grep -q s3cret; then fail "the token stands in an event log"; fi
if grep -q s3cret "$log"; then fail "the token stands in the server's log"; fi
for file in "$scratch"/data/calls/*/*.jsonl; do
  "$offhook" replay "$file" >"$scratch/replay.txt" 2>&1 || fail "replay: $(tail -n 5 "$scratch/replay.txt")"
done
echo "  the call replays"
stop_server || fail "SIGTERM: the server ended with status $?"
