#!/usr/bin/env bash
# Flows, end to end: the four examples in virtual time, and a caller who books an appointment on a line, with the voices,
# ears and mind of this machine and a real tool server.
# shellcheck source-path=SCRIPTDIR source=server.sh
source "$(dirname "$0")/server.sh"

for example in booking order-status survey intake; do
  expect "$example: it works as a flow" \
    timeout 60 "$offhook" eval --text "$ROOT/evals/flow-$example.yaml" >"$scratch/said.txt" 2>&1 || {
    cat "$scratch/said.txt"
    fail "the example $example"
  }
  "$offhook" flow draw "$ROOT/agents/$example.yaml" --svg "$scratch/$example.svg" >"$scratch/drawn.txt"
  expect "$example: it is drawn, each node of it" python3 - "$scratch/$example.svg" "$scratch/drawn.txt" <<'PY'
import sys, xml.etree.ElementTree as xml
picture = xml.parse(sys.argv[1])
names = {e.text for e in picture.iter("{http://www.w3.org/2000/svg}text") if e.get("class") == "name"}
told = {line.strip() for line in open(sys.argv[2], encoding="utf-8") if line[:1] not in (" ", "\n", "d")}
sys.exit(0 if told - {"from anywhere"} <= names else f"{told - names} is not in the picture")
PY
done

# A mistake in the graph is told with its line, before any call.
sed 's/then: sure/then: shure/' "$ROOT/agents/booking.yaml" >"$scratch/wrong.yaml"
if "$offhook" check "$scratch/wrong.yaml" >"$scratch/check.txt" 2>&1; then fail "check: a way to nowhere passed"; fi
expect "a way to nowhere is told with its line" grep -Eq 'wrong.yaml:[0-9]+:[0-9]+: flow.nodes\[\].*found "shure"' "$scratch/check.txt"

calendar=$(free_port)
python3 "$ROOT/agents/appointments.py" "$calendar" >"$scratch/calendar.txt" 2>&1 </dev/null &
helpers+=($!)
sed "s|127.0.0.1:8077|127.0.0.1:$calendar|" "$ROOT/agents/booking.yaml" >"$scratch/booking.yaml"
start_server "$scratch/booking.yaml"
says=()
for file in "$OFFHOOK_CACHE"/demo/[0-9].wav; do says+=(--say "$file"); done
timeout 120 "$offhook" call --to "ws://127.0.0.1:$port/phone" "${says[@]}" >"$scratch/call.txt" </dev/null || {
  cat "$scratch/call.txt"
  fail "the call did not go well"
}
said() { grep -qiE -- "$1" "$scratch/call.txt" || { cat "$scratch/call.txt" && return 1; }; }
expect "the caller is asked for the time" said 'At what time'
expect "… and for the name" said 'your name'
expect "… hears all of it again" said 'So Thursday at ten'
expect "… and is booked by the tool server" said 'Your number is 101'
expect "the tool server has the appointment" grep -q "thursday 10:00" "$scratch/calendar.txt"
expect "the agent ends the call" said 'Thank you for calling'
event_log=$(find "$scratch/data" -name '*.jsonl' | head -n 1)
expect "every event of the log carries its node" \
  jq -se '[.[] | select(.e and .e != "windows" and .e != "answered") | .node] | length > 10 and all(. != null)' "$event_log"
expect "replaying the log takes the same decisions" "$offhook" replay "$event_log"
"$offhook" explain "$event_log" >"$scratch/explained.txt"
expect "explain names the nodes" grep -q 'goes on at sure' "$scratch/explained.txt"
