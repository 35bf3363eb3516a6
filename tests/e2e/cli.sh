#!/usr/bin/env bash
# What the program says when it is asked wrongly: one clear line, the right exit status, never a stack trace.
# shellcheck source-path=SCRIPTDIR source=server.sh
source "$(dirname "$0")/server.sh"

# said STATUS PATTERN COMMAND…: it exits so, and one line of what it says fits
said() {
  local want=$1 pattern=$2 status=0 out
  shift 2
  out=$(timeout 30 "$@" 2>&1 </dev/null) || status=$?
  [ "$status" = "$want" ] || fail "$*: exit status $status, expected $want: $out"
  grep -qE -- "$pattern" <<<"$out" || fail "$*: said \"$out\", expected $pattern"
  [ "$(grep -c . <<<"$out")" -le 40 ] || fail "$*: said more than it should"
}

for command in "" serve call check replay explain models; do
  # shellcheck disable=SC2086
  said 0 'Usage|OPTIONS|Options' "$offhook" $command --help
  # shellcheck disable=SC2086
  said 2 'nonsense|not expected|required|subcommand' "$offhook" $command --nonsense
done
said 2 'subcommand' "$offhook"
said 2 'agent' "$offhook" serve

cat >"$scratch/bad.yaml" <<'Y'
name: shop
instructions: Be brief.
turn: { min_delay: soon }
Y
said 2 'bad.yaml:3:[0-9]+: turn.min_delay: .*soon.*duration' "$offhook" check "$scratch/bad.yaml"
said 2 'bad.yaml:3:[0-9]+: turn.min_delay: .*soon.*duration' "$offhook" serve --agent "$scratch/bad.yaml"
printf 'name: shop\ninstructions: x\ngreting: hello\n' >"$scratch/typo.yaml"
said 2 'typo.yaml:3:.*greting.*greeting' "$offhook" check "$scratch/typo.yaml"
printf 'name: shop\ninstructions: x\nfilters: x\n' >"$scratch/later.yaml"
said 2 'not built yet' "$offhook" check "$scratch/later.yaml"
said 2 'absent.yaml' "$offhook" check "$scratch/absent.yaml"
printf 'name: shop\ninstructions: x\naudio: { noise: deepfilter }\n' >"$scratch/noisy.yaml"
said 0 'deepfilter takes longer .* than the 2 ms' "$offhook" check "$scratch/noisy.yaml"
for agent in "$ROOT"/agents/*.yaml; do
  said 0 . env DEEPGRAM_API_KEY=d OPENAI_API_KEY=o CARTESIA_API_KEY=c "$offhook" check "$agent"
done
said 2 'DEEPGRAM_API_KEY is not set' env -u DEEPGRAM_API_KEY "$offhook" check "$ROOT/agents/cloud.yaml"
said 0 . "$offhook" check "$ROOT/bench/agents/standins.yaml"
said 0 . "$offhook" check "$ROOT/bench/agents/turns.yaml"
said 0 'there is no service to ask' "$offhook" check --online "$ROOT/agents/receptionist.yaml"
said 2 'absent.jsonl' "$offhook" replay "$scratch/absent.jsonl"
printf 'hello\n' >"$scratch/bad.jsonl"
said 2 'line 1' "$offhook" replay "$scratch/bad.jsonl"
said 2 'absent.jsonl' "$offhook" explain "$scratch/absent.jsonl"
said 2 'cannot be opened' "$offhook" explain "$scratch"
said 2 'line 1' "$offhook" explain "$scratch/bad.jsonl"
printf '{"offhook":1,"call":"c","agent":"a","settings":{}}\n{"t":5,"a":"of_later","why":"so"}\n' >"$scratch/small.jsonl"
said 0 'of_later: so' "$offhook" explain "$scratch/small.jsonl"
said 2 'the call has 0' "$offhook" explain "$scratch/small.jsonl" --turn 1
said 2 '--turn' "$offhook" explain "$scratch/small.jsonl" --turn 0
said 1 'absent/x.svg: it cannot be written' "$offhook" explain "$scratch/small.jsonl" --svg "$scratch/absent/x.svg"
said 0 'x.svg' "$offhook" explain "$scratch/small.jsonl" --svg "$scratch/x.svg"
grep -q '</svg>' "$scratch/x.svg" || fail "no picture was drawn"
said 2 'passing over .*bad.jsonl: line 1' "$offhook" replay --set turn.min_delay=0.4s "$scratch/bad.jsonl"
said 2 'turn.min_dealy.*turn.min_delay' "$offhook" replay --set turn.min_dealy=0.4s "$scratch/bad.jsonl"
said 2 'found "soon", expected a duration' "$offhook" replay --set turn.min_delay=soon "$scratch/bad.jsonl"
said 2 'expected KEY=VALUE' "$offhook" replay --set turn.min_delay "$scratch/bad.jsonl"
said 2 'low, normal, high' "$offhook" replay --sweep turn.eagerness=low,loud "$scratch/bad.jsonl"
said 2 'json needs' "$offhook" replay --json "$scratch/bad.jsonl"
mkdir "$scratch/nothing"
said 2 'no ….jsonl' "$offhook" replay --set idle=5s "$scratch/nothing"

printf '{"cache_dir": "%s/empty", "data_dir": "%s/data"}' "$scratch" "$scratch" >"$scratch/empty.yaml"
said 1 '(silero|smart-turn)[^ ]* is missing' "$offhook" serve --agent "$ROOT/agents/receptionist.yaml" \
  --config "$scratch/empty.yaml" --listen 127.0.0.1:0
said 1 'missing' "$offhook" models --cache "$scratch/empty"

python3 - "$scratch/port" <<'P' &
import socket, sys, time
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen()
with open(sys.argv[1] + ".new", "w") as f: f.write(str(s.getsockname()[1]))
import os; os.rename(sys.argv[1] + ".new", sys.argv[1])
s.settimeout(60)
try: s.accept()
except OSError: pass
P
holder=$!
wait_until 10 test -s "$scratch/port" || fail "no port to hold"
taken=$(cat "$scratch/port")
said 1 "$taken.*taken" "$offhook" serve --agent "$ROOT/agents/receptionist.yaml" --listen "127.0.0.1:$taken"
kill "$holder" 2>/dev/null || true
said 1 '.' "$offhook" call --to "ws://127.0.0.1:1/phone" --say "$OFFHOOK_CACHE/demo/1.wav"
said 2 '.' "$offhook" call --to "ftp://127.0.0.1/phone" --say "$OFFHOOK_CACHE/demo/1.wav"
said 2 'absent.wav' "$offhook" call --to "ws://127.0.0.1:1/phone" --say "$scratch/absent.wav"
echo "  every wrong question has its answer"
