#!/usr/bin/env bash
# A bad day: the language model dies in mid-call, callers misbehave or vanish, signatures are wrong. The server goes on.
# shellcheck source-path=SCRIPTDIR source=server.sh
source "$(dirname "$0")/server.sh"
start_server "$ROOT/agents/receptionist.yaml"
demo=$OFFHOOK_CACHE/demo

# The language models, for answers and for turns, are killed while the caller speaks: an apology from the cache, then
# answers again.
timeout 120 "$offhook" call --to "ws://127.0.0.1:$port/phone" --say "$demo/1.wav" --say "$demo/2.wav" >"$scratch/dead.txt" 2>&1 &
caller=$!
begun() { grep -q call_started "$log"; }
wait_until 20 begun || fail "the call did not begin"
for _ in 1 2 3 4 5 6; do
  pkill -KILL -P "$server" -f llama-server || true
  pause 0.6
done
wait "$caller" || fail "the caller was left in silence: $(cat "$scratch/dead.txt")"
tail -n 1 "$scratch/dead.txt" | jq -e '.v2v_ms | length == 2' >/dev/null || fail "a turn got no sound: $(tail -n 1 "$scratch/dead.txt")"
echo "  with the language model dead the caller still hears the agent"
up() { [ "$(metric offhook_local_llm_up)" = 1 ]; }
expect "the language model comes back by itself" wait_until 30 up

# Callers that break the protocol.
PYTHONDONTWRITEBYTECODE=1 timeout 100 python3 "$(dirname "$0")/rude_callers.py" "$port" || fail "rude callers: see above"
idle() { [ "$(metric offhook_calls_active)" = 0 ] && [ "$(metric offhook_sockets_open)" = 0 ]; }
expect "nothing of them is left" wait_until 20 idle
timeout 60 "$offhook" call --quiet --to "ws://127.0.0.1:$port/phone" --say "$demo/2.wav" >"$scratch/after.txt" 2>&1 ||
  fail "a well-behaved call after them: $(cat "$scratch/after.txt")"
echo "  a well-behaved call is answered as before"
stop_server || fail "SIGTERM: the server ended with status $?"

# With a token: only what is signed.
start_server "$ROOT/agents/receptionist.yaml" '"auth_token": "12345"' '"drain": "1s"'
status() { curl -s -o /dev/null -w '%{http_code}' "$@"; }
expect "an unsigned webhook is refused" test "$(status -X POST "$url/phone/answer")" = 403
signature=$(printf '%s' "$url/phone/answerCallSidCA1To+15550100" | openssl dgst -sha1 -hmac 12345 -binary | base64)
answer=$(curl -s -X POST -H "X-Twilio-Signature: $signature" -d 'To=%2B15550100' -d 'CallSid=CA1' "$url/phone/answer")
expect "a signed one gets its answer" grep -q "<Stream url=\"ws://127.0.0.1:$port/phone\">" <<<"$answer"
unsigned() { "$offhook" call --quiet --to "ws://127.0.0.1:$port/phone" --say "$demo/2.wav" --timeout 20; }
if unsigned >/dev/null 2>&1; then fail "an unsigned call was taken"; fi
timeout 60 "$offhook" call --quiet --auth-token 12345 --to "ws://127.0.0.1:$port/phone" --say "$demo/2.wav" >"$scratch/signed.txt" 2>&1 ||
  fail "a signed call: $(cat "$scratch/signed.txt")"
echo "  an unsigned call is refused, a signed one answered"

# A call in progress when the server is told to stop hears a goodbye, and the server ends with status 0.
"$offhook" call --auth-token 12345 --to "ws://127.0.0.1:$port/phone" --say "$demo/1.wav" --say "$demo/2.wav" --say "$demo/3.wav" \
  >"$scratch/drained.txt" 2>&1 &
caller=$!
active() { [ "$(metric offhook_calls_active)" = 1 ]; }
wait_until 10 active || fail "the call did not begin"
stop_server || fail "SIGTERM during a call: the server ended with status $?"
wait "$caller" || true
expect "a call in progress hears a goodbye" grep -q 'Goodbye' "$scratch/drained.txt"
