#!/usr/bin/env bash
# Half an hour at a hundred calls at once, each ended after its turns and followed by another: what the server holds does
# not grow, no turn is missed, and behind the last call it is as it was before the first.
# The server has core 0, all else of this has core 1. Where others take the server's core, calls break and are refused
# without its fault: such minutes are shown and not judged. Variables: OFFHOOK_SOAK=3m shortens it, OFFHOOK_SOAK_CALLS.
# shellcheck source-path=SCRIPTDIR source=../e2e/server.sh
source "$(dirname "$0")/../e2e/server.sh"

lasts=${OFFHOOK_SOAK:-30m} at_once=${OFFHOOK_SOAK_CALLS:-100}
[[ $lasts =~ ^[1-9][0-9]*m$ && $lasts != 1m ]] || fail "OFFHOOK_SOAK: expected 2m or more; found $lasts"
minutes=${lasts%m}
(($(nproc) >= 2)) || fail "there is one core; the server and its callers need one each"
most_growth=20 # MB, while the calls go on: the median of the last minute by that of the minute behind a sixth of it
most_left=5    # MB, behind the last call, by what was left behind the first hundred
most_broken=6  # a minute: breaks of more than 5 ms in what is heard, 1 in 100 turns …
most_refused=6 # … and calls that admission refused, whose levels follow the core's
most_kept=5    # descriptors: connections to services that the next call may use
most_others=1  # % of a minute that others may have had the server's core: a stall of half a second is heard in all calls

load=$ROOT/build/offhook-load
standins='' caller=''
end_all() {
  local pid
  for pid in $caller $standins; do kill -TERM "$pid" 2>/dev/null || true; done
  clean_up
}
trap end_all EXIT

taskset -cp 1 $$ >/dev/null
at=$(free_port)
"$ROOT/build/offhook-standins" --listen "127.0.0.1:$at" --keys open >"$LOGS/soak-standins.log" 2>&1 </dev/null &
standins=$!
there() { curl -fs --max-time 1 "http://127.0.0.1:$at/standin/stats"; }
wait_until 10 there || fail "the stand-ins do not answer"
sed "s|127.0.0.1:9100|127.0.0.1:$at|" "$ROOT/bench/agents/standins.yaml" >"$scratch/agent.yaml"
# shellcheck disable=SC2034  # start_server's
pinned=(taskset -c 0)
start_server "$scratch/agent.yaml"

resident() { awk '/^VmRSS/ { print $2 }' "/proc/$server/status"; } # kB
descriptors() { find "/proc/$server/fd" -mindepth 1 -maxdepth 1 | wc -l; }
threads() { find "/proc/$server/task" -mindepth 1 -maxdepth 1 | wc -l; }
total() { curl -fs --max-time 5 "$url/metrics" | awk -v name="$1" '{ sub(/\{.*\}/, "", $1) } $1 == name { n += $2 } END { printf "%d\n", n }'; }
hundredths() { # of a second since they began: "CORE SERVER", what core 0 did for programs or was not given, and the server of it
  awk '/^cpu0 / { core = $2 + $3 + $4 + $9 } FILENAME != "/proc/stat" { sub(/.*\) /, ""); print core, $12 + $13 }' /proc/stat "/proc/$server/stat"
}
idle() { [ "$(metric offhook_calls_active)" = 0 ] && [ "$(metric offhook_sockets_open)" = 0 ]; }
settle() { # all calls have ended; the server gives memory back within 2 s of the last
  wait_until 20 idle || fail "calls are left: $(metric offhook_calls_active)"
  pause 5
}
calls() { # calls RESULT ARGUMENTS…
  local result=$1
  shift
  exec "$load" --url "ws://127.0.0.1:$port/phone" --calls "$at_once" --turns 3 --greet 10s --ramp 30s --json "$@" \
    >"$scratch/$result.json" 2>"$scratch/$result.txt" </dev/null
}
said() { jq -r "$2" "$scratch/$1.json"; }
median() { sort -n | awk '{ of[NR] = $1 } END { print of[int((NR + 1) / 2)] }'; }
mb() { awk -v kb="$1" 'BEGIN { printf "%.1f", kb / 1024 }'; }

(calls warm) || [ "$(said warm .missed)" = 0 ] || fail "the first $at_once calls: $(cat "$scratch/warm.txt" "$scratch/warm.json")"
settle
resident0=$(resident) descriptors0=$(descriptors) threads0=$(threads)
echo "  behind the first $at_once calls: resident $(mb "$resident0") MB, $descriptors0 descriptors, $threads0 threads"

began=$SECONDS broken=$(total offhook_underruns_total) refused=$(total offhook_calls_refused_total) judged=0 bad=0
refused0=$refused
read -r core own < <(hundredths)
calls soak --for "$lasts" &
caller=$!
for ((minute = 1; minute <= minutes; ++minute)); do
  while ((SECONDS < began + 60 * minute)); do
    if gone "$server"; then fail "the server has ended: $(tail -n 5 "$log")"; fi
    if gone "$caller"; then fail "the callers have ended: $(cat "$scratch/soak.txt" "$scratch/soak.json")"; fi
    resident >>"$scratch/resident.$minute"
    descriptors >>"$scratch/descriptors.$minute"
    pause 5
  done
  was=("$broken" "$refused" "$core" "$own")
  broken=$(total offhook_underruns_total) refused=$(total offhook_calls_refused_total)
  read -r core own < <(hundredths)
  others=$((core - was[2] - (own - was[3])))
  others=$((others > 0 ? others : 0))
  verdict=''
  if ((others > 60 * most_others)); then
    verdict=' (not judged)'
  else
    judged=$((judged + 1))
    if ((broken - was[0] > most_broken || refused - was[1] > most_refused)); then bad=$((bad + 1)) verdict=' (too many)'; fi
  fi
  printf '  minute %2d: %3d calls, %6d placed, %6d turns; resident %s MB, %d descriptors; %d breaks, %d refused%s; core 0: server %d %%, others %d.%d %%\n' \
    "$minute" "$(metric offhook_calls_active)" "$(total offhook_calls_admitted_total)" "$(total offhook_turns_total)" \
    "$(mb "$(median <"$scratch/resident.$minute")")" "$(median <"$scratch/descriptors.$minute")" \
    $((broken - was[0])) $((refused - was[1])) "$verdict" $(((own - was[3]) / 60)) $((others / 60)) $((others % 60 / 6))
  # what is long over is not read again: half an hour of event logs is a gigabyte
  find "$scratch/data/calls" -name '*.jsonl' -mmin +2 -delete
done
wait "$caller" || true # its status is 1 where any call was refused; what matters is asked below
caller=''
settle

early=$(((minutes + 5) / 6 + 1))
grown=$(($(median <"$scratch/resident.$minutes") - $(median <"$scratch/resident.$early")))
left=$(($(resident) - resident0))
fds=$(($(median <"$scratch/descriptors.$minutes") - $(median <"$scratch/descriptors.$early")))
refused=$(($(total offhook_calls_refused_total) - refused0))
printf '  %d calls, %d turns; voice to voice %.0f ms p50, %.0f p95, %.0f at most; missed %d, breaks %d, refused %d, failed %d\n' \
  $(($(said soak .calls) - refused)) "$(said soak .turns)" "$(said soak .v2v_p50)" "$(said soak .v2v_p95)" "$(said soak .v2v_max)" \
  "$(said soak .missed)" "$(said soak .underruns)" "$refused" $(($(said soak .errors) - refused))
echo "  resident: from minute $early to $minutes $(mb "$grown") MB more; behind the last call $(mb "$left") MB more than before; descriptors $fds more, then $(descriptors)"
grep -E '^[^ ]+Z error ' "$log" >"$scratch/errors.txt" || true

expect "the callers kept time" test "$(said soak '.late_ms_p99 <= 5')" = true
expect "no call failed" test "$(said soak .errors)" = "$refused"
expect "no turn was missed" test "$(said soak .missed)" = 0
expect "memory is flat while calls come and go: $most_growth MB at most" test "$grown" -le $((most_growth * 1024))
expect "and is given back behind them, but for $most_left MB" test "$left" -le $((most_left * 1024))
expect "descriptors do not grow" test "$fds" -le 20
expect "and none is left but $most_kept at most" test "$(descriptors)" -le $((descriptors0 + most_kept))
expect "nor a thread" test "$(threads)" -le "$threads0"
expect "the server had its core to itself in half of the minutes or more" test $((2 * judged)) -ge "$minutes"
expect "no more than $most_broken breaks and $most_refused refused in any of the $judged minutes that are judged" test "$bad" = 0
expect "no error was logged" test ! -s "$scratch/errors.txt"
stop_server || fail "SIGTERM: the server ended with status $?"
