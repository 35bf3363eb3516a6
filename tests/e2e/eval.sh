#!/usr/bin/env bash
# `offhook eval`: scenarios in virtual time, with answers of their own and with a model that is asked, and on a line with
# the voices and ears of this machine. What is right passes, what is wrong fails and says so. A judge, played too, finds
# criteria met or not.
# shellcheck source-path=SCRIPTDIR source=server.sh
source "$(dirname "$0")/server.sh"

standins=${OFFHOOK_STANDINS:-$ROOT/build/offhook-standins}
standin=$(free_port) judge=$(free_port) nobody=$(free_port)
"$standins" --listen "127.0.0.1:$standin" --keys open \
  --reply "We are open from nine in the morning until five in the afternoon, from Monday to Friday." \
  >"$LOGS/eval-standins.log" 2>&1 </dev/null &
helpers+=($!)
"$standins" --listen "127.0.0.1:$judge" --keys open \
  --reply 'Here you are: ```json {"verdicts":[{"n":1,"met":true,"because":"It names the hours."},
{"n":2,"met":false,"because":"It never says goodbye."}]} ```' >"$LOGS/eval-judge.log" 2>&1 </dev/null &
helpers+=($!)
there() { curl -fs --max-time 1 "http://127.0.0.1:$1/standin/stats"; }
wait_until 10 there "$standin" || fail "the stand-in for the language model does not answer"
wait_until 10 there "$judge" || fail "the stand-in for the judge does not answer"

cat >"$scratch/agent.yaml" <<END
name: shop
greeting: Hello, this is the shop.
instructions: You are a shop.
llm: { provider: openai, model: m, base_url: "http://127.0.0.1:$standin/v1", api_key: k }
turn: { words: tables }
END
cat >"$scratch/right.yaml" <<'END'
agent: agent.yaml
caller:
  - say: Hello, when are you open?
    expect: { says: we are, says_not: closed, within: 4s }
  - interrupt: { after: 1s, say: "Wait, what about Sunday?" }
    expect: { stops_within: 1500ms, matches: "nine|ten", within: 4s }
  - hang_up: true
expect: { ended_by: caller, tools_not: [ book ], max_v2v: 4s }
END
sed 's/says: we are/says: midnight/' "$scratch/right.yaml" >"$scratch/wrong.yaml"
printf 'agent: agent.yaml\ncaller:\n  - sya: Hello\n' >"$scratch/mistaken.yaml"
printf 'caller: [ Hello ]\n' >"$scratch/nobody.yaml"

status=0
evaluates() { # evaluates STATUS ARGUMENT…: with this exit status; what it says is in said.txt
  local wanted=$1
  shift
  status=0
  timeout 240 "$offhook" eval "$@" >"$scratch/said.txt" 2>&1 || status=$?
  [ "$status" = "$wanted" ] || {
    cat "$scratch/said.txt"
    return 1
  }
}
says() { grep -qF -- "$1" "$scratch/said.txt"; }

expect "a scenario with answers of its own passes" evaluates 0 "$ROOT/evals/booking.yaml"
expect "… each of its checks on a line" says "  ok      calls book"
expect "in virtual time the agent's model is asked" evaluates 0 --text "$scratch/right.yaml" --junit "$scratch/text.xml"
expect "what is wrong fails" evaluates 1 --text "$scratch/wrong.yaml"
expect "… with what was found" says 'found: "We are open'
expect "… and what was said" says "agent   Hello, this is the shop."
judged_by() { # judged_by PORT CRITERION…: a scenario with these criteria of its first step, and of the call the first
  local of=$1
  shift
  printf 'agent: agent.yaml\ncaller:\n  - say: When are you open?\n    expect: { judge: [ %s ] }\n' "$(IFS=,; echo "$*")"
  printf 'expect: { judge: %s }\n' "$1"
  printf 'judged_by: { provider: openai, model: m, base_url: "http://127.0.0.1:%s/v1", api_key: k }\n' "$of"
}
judged_by "$judge" "names the hours" >"$scratch/met.yaml"
judged_by "$judge" "names the hours" "says goodbye" >"$scratch/unmet.yaml"
judged_by "$nobody" "names the hours" >"$scratch/down.yaml"
expect "what the judge finds met passes" evaluates 0 --text "$scratch/met.yaml" --junit "$scratch/met.xml"
expect "… with its reason" says '"When are you open?": is judged to meet "names the hours" (It names the hours.)'
expect "… and of the whole call too" says '  ok      is judged to meet "names the hours"'
expect "… in JUnit's XML too" grep -qF '<system-out>It names the hours.</system-out>' "$scratch/met.xml"
expect "what it finds not met fails" evaluates 1 --text "$scratch/unmet.yaml" --json "$scratch/unmet.json"
expect "… with its reason" says "found: It never says goodbye."
unmet() { jq -e '[.scenarios[0].checks[] | .outcome + ": " + .found] == ["passed: It names the hours.",
  "failed: It never says goodbye.", "passed: It names the hours."]' "$scratch/unmet.json"; }
expect "… in the JSON too" unmet
asked() { there "$judge" | jq -e ".[\"openai.chat\"].connections == $1"; }
expect "the judge was asked once a step and once a call" asked 4
expect "what a judge who is down would say is unknown" evaluates 0 --text "$scratch/down.yaml"
expect "… and why" says '?       "When are you open?": is judged to meet "names the hours": the judge failed: '
expect "… and counted" says "0 of 2 checks; 2 could not be checked"
printf 'provider: openai\nmodel: m\nbase_url: http://127.0.0.1:%s/v1\n' "$judge" >"$scratch/judge.yaml"
expect "another judge may be named" evaluates 0 --text "$scratch/down.yaml" --judge "$scratch/judge.yaml"
expect "… who finds it met" says "2 of 2 checks"
grep -v judged_by "$scratch/met.yaml" >"$scratch/own.yaml"
expect "the agent's own model judges where none is named" evaluates 0 --text "$scratch/own.yaml"
expect "… and has to give verdicts" says 'the judge gives no verdict: it says "We are open from nine'
expect "a mistake in a file is told with its place" evaluates 2 --text "$scratch/mistaken.yaml"
expect "… and a remedy" says "mistaken.yaml:3:5: caller[]: unknown key \"sya\"; did you mean say?"
expect "no agent is a mistake" evaluates 2 "$scratch/nobody.yaml"

expect "on a line, with a server of its own" evaluates 0 "$scratch/right.yaml" --json "$scratch/live.json"
heard() { jq -e '.passed and (.scenarios[0].steps | map(.v2v_ms > 0) | .[:2] == [true, true])' "$scratch/live.json"; }
expect "… times are measured" heard
no_server_left() { ! pgrep -f -- "serve --agent $scratch/agent.yaml"; }
expect "… and the server is gone" wait_until 5 no_server_left

start_server "$scratch/agent.yaml"
expect "on a line, with a server that runs" evaluates 1 "$scratch/wrong.yaml" --url "ws://127.0.0.1:$port/phone" \
  --junit "$scratch/live.xml"
well_formed() {
  python3 - "$1" "$2" <<'END'
import sys, xml.etree.ElementTree as tree
suites = tree.parse(sys.argv[1]).getroot()
sys.exit(sum(int(s.get("failures")) for s in suites) != int(sys.argv[2]))
END
}
expect "JUnit's XML counts the failure" well_formed "$scratch/live.xml" 1
expect "… and none where all passed" well_formed "$scratch/text.xml" 0
stop_server || fail "SIGTERM: the server ended with status $?"

"$offhook" eval "$scratch/right.yaml" >"$scratch/said.txt" 2>&1 &
evaluating=$!
server_there() { pgrep -f -- "serve --agent $scratch/agent.yaml"; }
wait_until 20 server_there || fail "eval has started no server"
kill -TERM "$evaluating"
expect "a signal ends it" wait_until 20 gone "$evaluating"
expect "… and its server" wait_until 5 no_server_left
