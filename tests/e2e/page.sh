#!/usr/bin/env bash
# A whole call through the page: Chromium's microphone says a sentence, and the page must show the conversation.
# OFFHOOK_URL: a server that runs already, such as http://127.0.0.1:8080; without it one is started.
# OFFHOOK_SCREENSHOT: a .png to write before hanging up, and its -dark sister.
# shellcheck source-path=SCRIPTDIR source=../../scripts/lib.sh
source "$(dirname "$0")/../../scripts/lib.sh"

scratch=$(mktemp -d)
server=''
stop() {
  trap - EXIT INT TERM
  if [ -n "$server" ] && kill "$server" 2>/dev/null; then
    local tenths=0
    while kill -0 "$server" 2>/dev/null && ((tenths++ < 200)); do read -rt 0.1 <> <(:) || true; done
    kill -KILL "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$scratch"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

url=${OFFHOOK_URL:-}
if [ -z "$url" ]; then
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  url=http://127.0.0.1:$port
  log=$LOGS/page-server.log
  mkdir "$scratch/data"
  jq -n --arg data "$scratch/data" --arg cache "$OFFHOOK_CACHE" '{data_dir: $data, cache_dir: $cache}' >"$scratch/server.yaml"
  "$ROOT/build/offhook" serve --agent "$ROOT/agents/receptionist.yaml" --config "$scratch/server.yaml" \
    --listen "127.0.0.1:$port" >"$log" 2>&1 </dev/null &
  server=$!
  deadline=$((SECONDS + 60))
  until curl -fs --max-time 2 "$url/readyz" >/dev/null; do
    kill -0 "$server" 2>/dev/null || fail "the server has ended: $(tail -n 5 "$log")"
    ((SECONDS < deadline)) || fail "not ready after 60 s; its log is $log"
    read -rt 0.1 <> <(:) || true
  done
fi

# The recording begins when the microphone opens: 4 s, in which the greeting is said and heard, then the sentence.
flite -voice rms -t "Hi, I would like to book an appointment for a cleaning." -o "$scratch/said.wav"
sox "$scratch/said.wav" -r 48000 -b 16 -c 1 "$scratch/microphone.wav" pad 4 2

PYTHONDONTWRITEBYTECODE=1 timeout -k 10 240 \
  python3 "$(dirname "$0")/page.py" "$url" "$scratch/microphone.wav" "$scratch" ${OFFHOOK_SCREENSHOT:+"$OFFHOOK_SCREENSHOT"} || {
  status=$?
  cp "$scratch/chromium.log" "$LOGS/page-chromium.log" || true
  printf '  the browser said: %s\n' "$LOGS/page-chromium.log" >&2
  if [ -n "$server" ]; then printf '  and the server: %s\n' "$log" >&2; fi
  exit "$status"
}
