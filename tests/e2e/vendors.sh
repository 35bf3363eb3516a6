#!/usr/bin/env bash
# The stand-ins speak as the vendors do: each vendor's own client drives them and understands every message. And so do we:
# what our adapters send them in calls is what the vendors' own types take. What cannot be checked fails; nothing is left
# out silently.
# shellcheck source-path=SCRIPTDIR source=server.sh
source "$(dirname "$0")/server.sh"

vendors=$ROOT/tests/vendors
standins=${OFFHOOK_STANDINS:-$ROOT/build/offhook-standins} # another build of it: a sanitized one
load=${OFFHOOK_LOAD:-$ROOT/build/offhook-load}
if [ -z "${OFFHOOK_STANDINS-}" ]; then "$ROOT/scripts/build" release; fi

# One environment for each list of packages and each Python; complete or not there at all.
make_venv() { # joined by &&: its caller looks at the status, so that set -e does not hold in here
  rm -rf "$venv" &&
    python3 -m venv "$venv" &&
    # The list is complete, so no dependencies: Debian's pip takes google-auth for unpinned where google-genai asks for
    # google-auth[requests]. What the list lacks or holds in a wrong version, the check tells.
    "$venv/bin/pip" install --no-input --no-deps --require-hashes -r "$vendors/requirements.txt" &&
    "$venv/bin/pip" check &&
    touch "$venv/complete"
}
key=$({ cat "$vendors/requirements.txt"; python3 --version; } | sha256sum | cut -c1-16)
venv=$OFFHOOK_CACHE/venvs/vendors-$key
mkdir -p "$OFFHOOK_CACHE/venvs"
exec 8>"$OFFHOOK_CACHE/venvs/vendors.lock"
flock 8
if [ ! -e "$venv/complete" ]; then step "the vendors' clients" make_venv || fail "the vendors' clients could not be installed"; fi
flock -u 8

log=$LOGS/vendors-standins.log
"$standins" --listen 127.0.0.1:0 --llm-first 20ms --llm-token 1ms --tts-speed 50 >"$log" 2>&1 </dev/null 8>&- &
server=$!
ready() { grep -q '^stand-ins listen on ' "$log"; }
wait_until 60 ready || fail "the stand-ins do not listen: $(tail -n 5 "$log")"
url=$(sed -n 's/^stand-ins listen on //p' "$log")
PYTHONDONTWRITEBYTECODE=1 timeout 240 "$venv/bin/python" "$vendors/official_clients.py" "$url" ||
  fail "a vendor's own client: see above; the stand-ins' log is $log"
stop_server || fail "SIGTERM: the stand-ins ended with status $?"
PYTHONDONTWRITEBYTECODE=1 timeout 240 "$venv/bin/python" "$vendors/our_messages.py" "$standins" "$offhook" "$load" \
  "$ROOT/bench/agents/standins.yaml" "$OFFHOOK_CACHE" "$LOGS" || fail "a message of ours: see above; logs are in $LOGS"
