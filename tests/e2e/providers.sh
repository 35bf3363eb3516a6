#!/usr/bin/env bash
# The services people use, played by stand-ins: calls are answered with them, each of them is killed and started again in
# the middle of calls, and no call is lost: the caller hears an answer or an apology within 3 s.
# shellcheck source-path=SCRIPTDIR source=server.sh
source "$(dirname "$0")/server.sh"

standins=${OFFHOOK_STANDINS:-$ROOT/build/offhook-standins}
load=${OFFHOOK_LOAD:-$ROOT/build/offhook-load}
declare -A at
kinds="stt llm tts"

standin() { pgrep -f -- "--listen 127.0.0.1:${at[$1]} --keys"; }
start_standin() { # start_standin KIND: the same program for all; each plays one service here
  "$standins" --listen "127.0.0.1:${at[$1]}" --keys open >>"$LOGS/providers-$1.log" 2>&1 </dev/null &
  disown
  there() { curl -fs --max-time 1 "http://127.0.0.1:${at[$1]}/standin/stats"; }
  wait_until 10 there "$1" || fail "the stand-in for $1 does not answer"
}
kill_standin() {
  local pid
  pid=$(standin "$1") || return 0
  kill -KILL "$pid"
  wait_until 5 gone "$pid"
}
everything_down() {
  local kind
  for kind in $kinds; do kill_standin "$kind" || true; done
  clean_up
}
trap everything_down EXIT
for kind in $kinds; do
  at[$kind]=$(free_port)
  start_standin "$kind"
done

# agent NAME LIMITS FALLBACK: the agent of bench/, its three addresses ours; without FALLBACK it has none
agent() {
  sed -e "/^stt:/,/^llm:/s|127.0.0.1:9100|127.0.0.1:${at[stt]}|" -e "/^llm:/,/^tts:/s|127.0.0.1:9100|127.0.0.1:${at[llm]}|" \
    -e "/^tts:/,\$s|127.0.0.1:9100|127.0.0.1:${at[tts]}|" "$ROOT/bench/agents/standins.yaml"
}
agent >"$scratch/agent.yaml"
agent | grep -v 'fallback:' >"$scratch/alone.yaml"

# Before any call: each service is asked, and a failure said in the vendor's own words.
"$offhook" check --online "$scratch/agent.yaml" >"$scratch/check.txt" || fail "check --online: $(cat "$scratch/check.txt")"
expect "check --online finds all three services well" test "$(grep -c ': works' "$scratch/check.txt")" = 3
sed 's|^  provider: openai|&\n  api_key: wrong|' "$scratch/agent.yaml" >"$scratch/wrong.yaml"
if "$offhook" check --online "$scratch/wrong.yaml" >"$scratch/check.txt"; then fail "check --online: a wrong key passed"; fi
expect "a wrong key is told in the vendor's words" grep -q '^llm openai .*refused: .*401' "$scratch/check.txt"
kill_standin tts
if "$offhook" check --online "$scratch/agent.yaml" >"$scratch/check.txt"; then fail "check --online: a dead host passed"; fi
expect "a host that does not answer is told" grep -q '^tts cartesia .*unavailable' "$scratch/check.txt"
start_standin tts

result() { jq -r "$1" "$scratch/load.json"; }
calls() { # calls ARGUMENTS…: the load; its result is in load.json
  timeout 170 "$load" --url "ws://127.0.0.1:$port/phone" --wav "$OFFHOOK_CACHE/demo/2.wav" --json "$@" >"$scratch/load.json" \
    2>"$scratch/load.txt" || true
  [ -s "$scratch/load.json" ] || fail "offhook-load: $(cat "$scratch/load.txt")"
}
all_answered() { [ "$(result '.errors')" = 0 ] && [ "$(result '.missed')" = 0 ]; }
within() { [ "$(result "(.v2v_max // 1e9) <= $1")" = true ]; } # ms

# All is well.
start_server "$scratch/agent.yaml"
calls --calls 8 --turns 3 --greet 10s --ramp 2s
expect "eight calls are answered" all_answered
printf '  voice to voice %s ms p50, %s ms p95\n' "$(result '.v2v_p50|floor')" "$(result '.v2v_p95|floor')"
billed() { curl -fs "$url/metrics" | grep '^offhook_cost_total' | awk '$2 > 0' | wc -l; }
expect "and billed: every service has a cost" test "$(billed)" = 3

# Each service dies in the middle of calls, for 3 s, twice. With fallback: nothing is noticed but a delay.
trouble() { # trouble KIND SECONDS
  for _ in 1 2; do
    pause 4
    kill_standin "$1"
    pause "$2"
    start_standin "$1"
  done
}
for kind in stt tts; do
  trouble "$kind" 3 &
  troubled=$!
  calls --calls 4 --turns 6 --greet 10s --ramp 1s
  wait "$troubled" || fail "the stand-in for $kind did not come back"
  expect "$kind dies twice in mid-call: no call is lost, no turn without an answer" all_answered
  expect "$kind dies: each answer comes within 3 s ($(result '.v2v_max|floor') ms at most)" within 3000
done
stop_server || fail "SIGTERM: the server ended with status $?"

# Without any fallback: an apology is heard, and the next turn is answered again.
start_server "$scratch/alone.yaml"
for kind in llm tts stt; do
  trouble "$kind" 2 &
  troubled=$!
  calls --calls 4 --turns 6 --greet 10s --ramp 1s
  wait "$troubled" || fail "the stand-in for $kind did not come back"
  expect "$kind dies with nothing to fall back to: no call is lost, none left in silence" all_answered
  expect "$kind dies: an answer or an apology comes within 3 s ($(result '.v2v_max|floor') ms at most)" within 3000
done
idle() { [ "$(metric offhook_calls_active)" = 0 ]; }
expect "nothing of the calls is left" wait_until 20 idle
stop_server || fail "SIGTERM: the server ended with status $?"
