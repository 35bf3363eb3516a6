#!/usr/bin/env bash
# A new process takes over from the one that runs: the call in progress ends there with its answers, new ones reach the
# new process, and of those who connect all through it not one is refused. A successor that dies changes nothing.
# shellcheck source-path=SCRIPTDIR source=server.sh
source "$(dirname "$0")/server.sh"
agent=$ROOT/agents/receptionist.yaml
demo=$OFFHOOK_CACHE/demo
start_server "$agent"
old=$server old_log=$log
new='' new_log=$LOGS/takeover-successor.log

# Two servers live at once; a failure must leave neither. An ended one's number may be another's, so it is forgotten.
ended() {
  if [ "$old" = "$1" ]; then old=''; fi
  if [ "$new" = "$1" ]; then new=''; fi
}
clean_up_both() {
  local pid
  touch "$scratch/enough"
  for pid in $old $new; do
    if [ "$pid" != "$server" ]; then kill -KILL "$pid" 2>/dev/null || true; fi
  done
  clean_up
}
trap clean_up_both EXIT

take_over() { # starts a successor
  "$offhook" serve --take-over --agent "$agent" --config "$scratch/server.yaml" --listen "127.0.0.1:$port" \
    >"$new_log" 2>&1 </dev/null &
  new=$!
}
says() { grep -q "$1" "$2"; }
answered() { tail -n 1 "$scratch/$1.txt" | jq -e ".turns == $2 and (.v2v_ms | length) == $2" >/dev/null; }

# A successor that is killed while it loads.
take_over
wait_until 60 says takeover_begun "$old_log" || fail "the successor did not ask: $(tail -n 5 "$new_log")"
kill -KILL "$new"
{ wait "$new" || true; } 2>/dev/null # the shell would tell that it was killed
ended "$new"
wait_until 10 says takeover_given_up "$old_log" || fail "the server did not notice that its successor died"
expect "a successor that dies while it loads changes nothing" test "$(curl -s "$url/readyz")" = ready

# Someone connects all the time, and someone talks.
: >"$scratch/knocks.txt"
knock() {
  until [ -e "$scratch/enough" ]; do
    curl -s -o /dev/null -w '%{http_code}\n' --max-time 20 "$url/healthz" >>"$scratch/knocks.txt" ||
      echo refused >>"$scratch/knocks.txt"
  done
}
knock &
knocking=$!
timeout 120 "$offhook" call --quiet --to "ws://127.0.0.1:$port/phone" --say "$demo/1.wav" --say "$demo/2.wav" \
  --say "$demo/3.wav" >"$scratch/during.txt" 2>&1 &
caller=$!
active() { [ "$(metric offhook_calls_active)" = 1 ]; }
wait_until 20 active || fail "the call did not begin"

take_over
wait_until 120 says taken_over=true "$new_log" || fail "the successor did not take over: $(tail -n 5 "$new_log")"
server=$new # clean_up ends it
wait_until 5 says handed_over "$old_log" || fail "the server did not let go"
expect "the call was still in progress" says 'handed_over calls=1' "$old_log"

timeout 100 "$offhook" call --quiet --to "ws://127.0.0.1:$port/phone" --say "$demo/2.wav" >"$scratch/after.txt" 2>&1 ||
  fail "a call to the successor: $(cat "$scratch/after.txt")"
expect "a new call is answered" answered after 1
expect "by the new process" test "$(metric offhook_calls_total)" = 1
wait "$caller" || fail "the call in progress: $(cat "$scratch/during.txt")"
expect "the call in progress got all its answers from the old one" answered during 3

wait_until 60 gone "$old" || fail "the old process did not end"
status=0
wait "$old" || status=$?
ended "$old"
expect "the old process ended with status 0" test "$status" = 0
expect "without cutting a call" says 'stopped calls_cut=0' "$old_log"
touch "$scratch/enough"
wait "$knocking"
knocks=$(wc -l <"$scratch/knocks.txt")
expect "of $knocks who connected all through it, not one was refused" test "$(sort -u "$scratch/knocks.txt")" = 200

# The successor can be succeeded, too.
old=$new old_log=$new_log new_log=$LOGS/takeover-second.log
take_over
wait_until 120 says taken_over=true "$new_log" || fail "nobody took over from the successor: $(tail -n 5 "$new_log")"
server=$new
wait_until 20 gone "$old" || fail "the successor did not end"
wait "$old" || fail "the successor ended with status $?"
ended "$old"
expect "a successor is succeeded in the same way" test "$(curl -s "$url/readyz")" = ready
stop_server || fail "SIGTERM: the server ended with status $?"
