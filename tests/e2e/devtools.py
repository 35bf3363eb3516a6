"""A headless Chromium, driven over its DevTools protocol through a pipe: the standard library suffices.

https://chromedevtools.github.io/devtools-protocol/ ; messages are JSON, each ended by a NUL.
"""

import base64
import collections
import fcntl
import json
import os
import select
import subprocess
import time


class Failed(Exception):
    pass


class Page:
    """One tab. `problems` gathers what the page complained of: exceptions, console errors, refused or broken loads."""

    def __init__(self, chromium, profile, flags, log):
        from_us, to_browser = os.pipe()
        from_browser, to_us = os.pipe()
        # The browser wants them as 3 and 4, which may be taken here.
        theirs = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 10) for fd in (from_us, to_us)]
        os.close(from_us)
        os.close(to_us)
        self._out, self._in = to_browser, from_browser

        def place():
            os.dup2(theirs[0], 3)
            os.dup2(theirs[1], 4)

        self.process = subprocess.Popen(
            [chromium, "--headless=new", "--remote-debugging-pipe", f"--user-data-dir={profile}", *flags, "about:blank"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=place, pass_fds=(3, 4))
        for fd in theirs:
            os.close(fd)
        self.problems = []
        self._buffer = b""
        self._messages = collections.deque()
        self._last_id = 0
        self._session = None
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(domain + ".enable")

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        os.close(self._out)
        os.close(self._in)

    def ask(self, method, within=30, **params):
        """Calls a method; the answer must come `within` seconds."""
        self._last_id += 1
        message = {"id": self._last_id, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        wire = json.dumps(message).encode() + b"\0"
        while wire:
            wire = wire[os.write(self._out, wire):]
        deadline = time.monotonic() + within
        while True:
            answer = self._receive(deadline, method)
            if answer.get("id") == self._last_id:
                if "error" in answer:
                    raise Failed(f"{method}: {answer['error']}")
                return answer["result"]
            self._notice(answer)

    def evaluate(self, expression, within=30):
        """The value of a JavaScript expression; a promise is awaited."""
        result = self.ask("Runtime.evaluate", within=within, expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            details = result["exceptionDetails"]
            raise Failed(f"{expression}: {details.get('exception', {}).get('description', details['text'])}")
        return result["result"].get("value")

    def wait(self, what, expression, within):
        """Until the expression is truthy, looked at again whenever the document changes; returns its value."""
        watch = """new Promise(done => {
          const look = () => { const value = %s; if (value) { observer.disconnect(); done(value); } };
          const observer = new MutationObserver(look);
          observer.observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
          look();
        })""" % expression
        try:
            return self.evaluate(watch, within)
        except TimeoutError as error:
            raise Failed(f"{what}: not within {within} s; the page shows:\n{self.evaluate('document.body.innerText')}") from error

    def go(self, url):
        answer = self.ask("Page.navigate", url=url)
        if "errorText" in answer:
            raise Failed(f"open {url}: {answer['errorText']}")
        self.evaluate("new Promise(done => document.readyState === 'complete' ? done() : addEventListener('load', done))")

    def click(self, selector):
        """As a hand does it: the mouse goes there, presses and releases."""
        box = self.evaluate("""(r => [r.x + r.width / 2, r.y + r.height / 2])
          (document.querySelector(%s).getBoundingClientRect())""" % json.dumps(selector))
        at = {"x": box[0], "y": box[1], "button": "left", "clickCount": 1}
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", type=kind, **at)

    def screenshot(self, path, scheme):
        self.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.ask("Page.captureScreenshot", format="png")["data"]))

    def _receive(self, deadline, what):
        while not self._messages:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._in], [], [], left)[0]:
                raise TimeoutError(what)
            data = os.read(self._in, 1 << 16)
            if not data:
                raise Failed(f"{what}: the browser has ended")
            *whole, self._buffer = (self._buffer + data).split(b"\0")
            self._messages.extend(json.loads(message) for message in whole)
        return self._messages.popleft()

    def _notice(self, event):
        method, params = event.get("method"), event.get("params", {})
        if method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.problems.append("exception: " + details.get("exception", {}).get("description", details["text"]))
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning", "assert"):
            self.problems.append("console: " + " ".join(str(a.get("value", a.get("description"))) for a in params["args"]))
        elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            entry = params["entry"]
            self.problems.append(f"{entry['source']}: {entry['text']} {entry.get('url', '')}")
        elif method == "Network.loadingFailed" and not params.get("canceled"):
            self.problems.append(f"load: {params['errorText']} {params.get('blockedReason', '')}")
