#!/usr/bin/env bash
# A whole call through the page: Chromium's microphone says a sentence, and the page must show the conversation.
# OFFHOOK_URL: a server that runs already, such as http://127.0.0.1:8080; without it one is started.
# OFFHOOK_SCREENSHOT: a .png to write before hanging up, and its -dark sister.
# shellcheck source-path=SCRIPTDIR source=server.sh
source "$(dirname "$0")/server.sh"

url=${OFFHOOK_URL:-}
if [ -z "$url" ]; then start_server "$ROOT/agents/receptionist.yaml"; fi

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
