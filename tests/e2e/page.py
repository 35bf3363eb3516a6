"""The page in a headless Chromium whose microphone is a recording: page.py URL MICROPHONE.WAV SCRATCH [SCREENSHOT.png]

Prints each promise as it is kept; the first that is not ends it with status 1. page.sh prepares what it needs.
"""

import json
import os
import re
import sys
import urllib.request

from devtools import Failed, Page

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-extensions", "--window-size=900,900",
    "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]
STATE = "document.body.dataset.state"
FIRST_AGENT = "document.querySelector('.agent .bubble')?.textContent"
CALLER = "[...document.querySelectorAll('.caller:not(.partial) .bubble')].map(b => b.textContent).join(' ')"
# An answer whose turn is shown, and of which it is known what was heard.
ANSWER = """[...document.querySelectorAll('.waterfall + .agent:not(.pending) .bubble')]
            .map(b => [...b.childNodes].filter(n => n.nodeName !== 'DEL').map(n => n.textContent).join('').trim())
            .find(Boolean)"""
WATERFALLS = """[...document.querySelectorAll('.waterfall')].map(w => ({
  total: Number(w.dataset.v2v), shown: parseInt(w.querySelector('.total').textContent),
  parts: [...w.querySelectorAll('.part')].map(p => Number(p.dataset.ms)),
  labels: [...w.querySelectorAll('.parts li')].map(p => parseInt(p.textContent.split(' ').pop()))}))"""


def check(kept, promise, found=""):
    if not kept:
        raise Failed(f"{promise}: found {found!r}")
    print(f"  {promise}" + (f": {found}" if found else ""), flush=True)


def get(url):
    with urllib.request.urlopen(url, timeout=10) as response:
        return response.read().decode()


def plain(text):
    return re.sub(r"[^a-z ]", "", text.lower())


def steps_and_tools(page):
    tool = page.wait("a tool is shown, and what came of it",
                     "[...document.querySelectorAll('[data-tool] .note')].map(n => n.textContent).find(t => t.includes('→'))", 30)
    check(re.search(r'^book \{.*"day":"thursday".*\} → returned after \d+ ms .*"booked": true', tool),
          "a tool is shown, and what came of it", tool)
    steps = page.evaluate("[...document.querySelectorAll('.note')].map(n => n.textContent).filter(t => t.startsWith('step'))")
    check(steps == ["step · wish", "step · make", "step · wish_again"], "the steps of the flow are shown", steps)


def talk(page, url, expected, screenshot):
    greeting = json.loads(get(url + "/api/agents"))["agents"][0]["greeting"]
    page.go(url + "/")
    check(page.evaluate(STATE) == "idle", "the page opens, idle")
    page.click("#talk")
    page.wait("the call is up", f"['listening', 'speaking'].includes({STATE})", 20)
    first = page.wait("the greeting is shown", FIRST_AGENT, 20)
    check(plain(first)[:12] == plain(greeting)[:12], "the greeting is shown", first)
    page.wait("the greeting sounds", "Number(document.querySelector('#speaker').ariaValueNow) > -40", 20)
    page.wait("the greeting is heard to its end", "document.querySelector('.agent:not(.pending):not(.cut)')", 30)
    check(page.evaluate("!document.querySelector('.caller')"), "the greeting is heard to its end, and nobody interrupts it")
    said = page.wait("the caller's words are final", CALLER, 45)
    check(all(word in plain(said).split() for word in expected), "the caller's words are final", said)
    answer = page.wait("an answer is shown as heard", ANSWER, 90)
    check(len(plain(answer).split()) > 0, "an answer is shown as heard", answer)
    for w in page.evaluate(WATERFALLS):
        check(w["total"] > 0 and abs(sum(w["parts"]) - w["total"]) < 1 and sum(w["labels"]) == w["shown"],
              "a waterfall adds up", f"{w['labels']} = {w['shown']} ms")
    if not os.environ.get("OFFHOOK_URL"):  # the agent is ours
        steps_and_tools(page)
    if screenshot:
        page.screenshot(screenshot, "light")
        page.screenshot(re.sub(r"(\.\w+)?$", r"-dark\1", screenshot, count=1), "dark")
    page.click("#talk")
    page.wait("hanging up ends the call", f"{STATE} === 'idle'", 10)
    page.wait("the end is told", "[...document.querySelectorAll('.note b')].some(b => b.textContent === 'ended')", 10)
    check(True, "hanging up ends the call, and the server says so")
    check(page.evaluate("document.querySelector('#trouble').textContent") == "", "the page shows no error")
    check(not page.problems, "the console is silent", "\n".join(page.problems))
    bad = [line for line in get(url + "/metrics").splitlines() if re.match(r"offhook_bad_frames_total\S* [^0]", line)]
    check(not bad, "the server found no fault in a frame", "\n".join(bad))


def main():
    url, microphone, scratch = sys.argv[1:4]
    screenshot = sys.argv[4] if len(sys.argv) > 4 else ""
    with open(os.path.join(scratch, "chromium.log"), "wb") as log:
        page = Page(os.environ.get("CHROMIUM", "chromium"), os.path.join(scratch, "profile"),
                    [*FLAGS, f"--use-file-for-fake-audio-capture={microphone}%noloop"], log)
        try:
            talk(page, url.rstrip("/"), ["book", "appointment"], screenshot)
        finally:
            page.close()


if __name__ == "__main__":
    try:
        main()
    except (Failed, TimeoutError, OSError) as error:
        sys.exit(f"  NOT KEPT {error}")
