#!/usr/bin/env bash
# Calls one after another and at once: each is answered, and afterwards nothing of them is left.
# shellcheck source-path=SCRIPTDIR source=server.sh
source "$(dirname "$0")/server.sh"
# Ten calls at once are more than two cores bear: here they are wanted all the same, so admission looks at no age.
start_server "$ROOT/agents/receptionist.yaml" '"admission": {"age": "0s", "lateness": "0s"}'

say=$OFFHOOK_CACHE/demo/2.wav
call() { timeout 100 "$offhook" call --quiet --to "ws://127.0.0.1:$port/phone" --say "$say" >"$scratch/$1.txt" 2>&1; }
answered() { tail -n 1 "$scratch/$1.txt" | jq -e '.turns == 1 and (.v2v_ms | length) == 1' >/dev/null; }
resident() { awk '/VmRSS/ { print $2 }' "/proc/$server/status"; }
threads() { find "/proc/$server/task" -mindepth 1 -maxdepth 1 | wc -l; }
sockets() { find "/proc/$server/fd" -lname 'socket:*' | wc -l; }
tidied() { pause 4; } # the server gives memory back within 2 s of its last call
idle() { [ "$(metric offhook_calls_active)" = 0 ] && [ "$(metric offhook_sockets_open)" = 0 ]; }

call first
answered first || fail "the first call was not answered: $(cat "$scratch/first.txt")"
wait_until 10 idle || fail "the first call did not end"
tidied
resident0=$(resident) threads0=$(threads) sockets0=$(sockets)

call a &
a=$!
call b &
b=$!
if ! wait "$a" || ! wait "$b"; then fail "two callers at once: $(cat "$scratch/a.txt" "$scratch/b.txt")"; fi
if ! answered a || ! answered b; then fail "one of two callers was not answered"; fi
echo "  two callers at once are both answered"

for i in $(seq 10); do
  call "row$i" || fail "call $i of ten in a row: $(cat "$scratch/row$i.txt")"
done
wait_until 10 idle || fail "ten calls in a row did not all end"
tidied
row=$(resident)
pids=()
for i in $(seq 10); do
  call "once$i" &
  pids+=($!)
done
heard=0
for i in $(seq 10); do if wait "${pids[i - 1]}"; then heard=$((heard + 1)); fi; done
wait_until 10 idle || fail "ten calls at once did not all end"
# The aim is 5 MB. One at a time it is met, but for what the C library keeps from run to run; after ten at once the
# recogniser's arena stays larger by up to 30 MB (docs/benchmarks.md), once: the tests allow 15 and 64.
within() { (($1 - resident0 <= $2 * 1024)); }
settled() { [ "$(threads)" = "$threads0" ] && [ "$(sockets)" -le "$sockets0" ]; }
wait_until 20 settled || fail "threads $(threads) of $threads0, sockets $(sockets) of $sockets0"
echo "  no thread and no socket is left: $threads0 threads, $sockets0 sockets"
tidied
once=$(resident)
echo "  resident: $resident0 kB after one call, $row after ten in a row, $once after ten at once ($heard of ten answered)"
expect "ten in a row leave little behind" within "$row" 15
expect "ten at once leave little behind" within "$once" 64
expect "ten at once are all answered" test "$heard" = 10

replayed=0
while read -r file; do
  "$offhook" replay "$file" >"$scratch/replay.txt" || fail "$file: $(cat "$scratch/replay.txt")"
  [ "$(stat -c %a "$file")" = 600 ] || fail "$file is readable by others"
  replayed=$((replayed + 1))
done < <(find "$scratch/data/calls" -name '*.jsonl')
expect "all 23 event logs take the same decisions again" test "$replayed" = 23
stop_server || fail "SIGTERM: the server ended with status $?"
echo "  SIGTERM ends it with status 0"
