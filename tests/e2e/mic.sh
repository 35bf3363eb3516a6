#!/usr/bin/env bash
# `offhook call --mic` on ALSA's file device: the microphone is a recording, the speaker a file.
# shellcheck source-path=SCRIPTDIR source=server.sh
source "$(dirname "$0")/server.sh"
start_server "$ROOT/agents/receptionist.yaml"

# 4 s for the greeting, the question, and time for the answer.
sox "$OFFHOOK_CACHE/demo/2.wav" -r 8000 -c 1 -b 16 -e signed -t raw "$scratch/mic.raw" pad 4 8
cat >"$scratch/asound.conf" <<C
</usr/share/alsa/alsa.conf>
pcm.recording { type file slave.pcm null file /dev/null infile $scratch/mic.raw format raw }
pcm.heard { type file slave.pcm null file $scratch/heard.raw format raw }
C
ALSA_CONFIG_PATH=$scratch/asound.conf timeout 60 "$offhook" call --to "ws://127.0.0.1:$port/phone" --mic recording \
  --speaker heard --timeout 13 >"$scratch/mic.txt" 2>&1 || fail "the call: $(cat "$scratch/mic.txt")"
expect "the agent heard the microphone: $(tail -n 1 "$scratch/mic.txt")" grep -qi morning "$scratch/mic.txt"
answered() { tail -n 1 "$scratch/mic.txt" | jq -e '.v2v_ms | length >= 1' >/dev/null; }
expect "and answered" answered
expect "what it said came out of the speaker" test "$(stat -c %s "$scratch/heard.raw")" -gt 50000
