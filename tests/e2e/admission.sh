#!/usr/bin/env bash
# A server with as many calls as it bears: whoever asks for one more gets a busy tone at once, each is counted with its
# reason, and the call in progress notices nothing.
# shellcheck source-path=SCRIPTDIR source=server.sh
source "$(dirname "$0")/server.sh"
start_server "$ROOT/agents/receptionist.yaml" '"max_calls": 1'
demo=$OFFHOOK_CACHE/demo

refused() { metric "offhook_calls_refused_total{reason=\"$1\"}"; }
active() { [ "$(metric offhook_calls_active)" = 1 ]; }
upgrade=(-H 'Connection: Upgrade' -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13' -H 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==')
socket() { curl -s -i --max-time 10 "${upgrade[@]}" "$url/phone"; }

timeout 100 "$offhook" call --quiet --to "ws://127.0.0.1:$port/phone" --say "$demo/1.wav" --say "$demo/2.wav" >"$scratch/call.txt" 2>&1 &
caller=$!
wait_until 20 active || fail "the call did not begin"

answer=$(curl -s -w '\n%{http_code}' -X POST -d 'CallSid=CA1' "$url/phone/answer")
expect "the webhook gives one more a busy tone" grep -q '<Response><Reject reason="busy"/></Response>' <<<"$answer"
expect "with status 200" test "$(tail -n 1 <<<"$answer")" = 200
expect "the socket refuses it with 503" grep -q '^HTTP/1.1 503 ' <<<"$(socket)"
expect "and says when to try again" grep -qi '^Retry-After: [0-9]' <<<"$(socket)"
for _ in $(seq 51); do
  curl -s -o /dev/null -w '%{time_connect} %{time_starttransfer}\n' "${upgrade[@]}" --max-time 10 "$url/phone"
done >"$scratch/times.txt"
median=$(awk '{ printf "%.2f\n", ($2 - $1) * 1000 }' "$scratch/times.txt" | sort -n | sed -n 26p)
echo "  a refusal takes $median ms, the median of 51"
expect "54 were refused, and each is counted" test "$(refused max_calls)" = 54
expect "offered is admitted and refused" test "$(metric offhook_calls_offered_total)" = 55
expect "one was admitted" test "$(metric offhook_calls_admitted_total)" = 1

wait "$caller" || fail "the call in progress: $(cat "$scratch/call.txt")"
tail -n 1 "$scratch/call.txt" | jq -e '.turns == 2 and (.v2v_ms | length) == 2' >/dev/null || fail "a turn was not answered: $(tail -n 1 "$scratch/call.txt")"
echo "  the call in progress got its answers"
free() { [ "$(metric offhook_places_taken)" = 0 ]; }
expect "its end makes room" wait_until 10 free
timeout 60 "$offhook" call --quiet --to "ws://127.0.0.1:$port/phone" --say "$demo/2.wav" >"$scratch/next.txt" 2>&1 ||
  fail "the next call: $(cat "$scratch/next.txt")"
echo "  and the next is answered"
stop_server || fail "SIGTERM: the server ended with status $?"
