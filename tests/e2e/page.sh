#!/usr/bin/env bash
# A whole call through the page: Chromium's microphone says a sentence, and the page must show the conversation.
# OFFHOOK_URL: a server that runs already, such as http://127.0.0.1:8080; without it one is started.
# OFFHOOK_SCREENSHOT: a .png to write before hanging up, and its -dark sister.
# shellcheck source-path=SCRIPTDIR source=server.sh
source "$(dirname "$0")/server.sh"

url=${OFFHOOK_URL:-}
if [ -z "$url" ]; then
  # A receptionist who books what the caller asks for, so that the page has steps and a tool to show.
  calendar=$(free_port)
  python3 "$ROOT/agents/appointments.py" "$calendar" >"$scratch/calendar.txt" 2>&1 </dev/null &
  helpers+=($!)
  cat >"$scratch/agent.yaml" <<END
name: receptionist
greeting: Bluebird Dental, how can I help?
instructions: You work at the front desk of Bluebird Dental. Answer in one short sentence.
tools:
  - name: book
    description: Books an appointment.
    http: { url: "http://127.0.0.1:$calendar/book", allow: [127.0.0.1] }
flow:
  nodes:
    - { name: wish, talks: on, next: [ { to: make, hears: [appointment] } ] }
    - { name: make, say: One moment., call: book, with: { day: thursday, time: "09:00", name: Page }, then: wish_again }
    - { name: wish_again, say: It is booked., talks: on }
END
  start_server "$scratch/agent.yaml"
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
