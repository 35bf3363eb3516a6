#!/usr/bin/env python3
"""A tool's server as an agent may meet it: good, broken, hostile. Writes each request it gets to a file, a line each.

usage: tool_server.py PORT FILE
"""

import http.server
import json
import sys
import threading

PORT, RECORD = int(sys.argv[1]), sys.argv[2]
LOCK = threading.Lock()
STOP = threading.Event()


class Tool(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        with LOCK, open(RECORD, "a", encoding="utf-8") as record:
            line = {"path": self.path, "body": body, "authorization": self.headers.get("Authorization")}
            print(json.dumps(line), file=record, flush=True)
        getattr(self, "answer_" + self.path.strip("/"), self.answer_missing)()

    do_GET = do_POST

    def send(self, status, kind, body, headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if kind:
            self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def answer_missing(self):
        self.send(404, "application/json", b'{"error": "no such tool"}')

    def answer_apple(self):
        self.send(200, "application/json", b'{"booked": "for nine", "key": "' + self.bearer() + b'"}')

    def bearer(self):
        return (self.headers.get("Authorization") or "").removeprefix("Bearer ").encode()

    def answer_banana(self):  # a web page
        self.send(200, "text/html", b"<html>Sign in at http://intranet.example</html>")

    def answer_cherry(self):  # broken
        self.send(500, "application/json", b'{"error": "db-7.internal refused"}')

    def answer_dates(self):  # never
        STOP.wait(60)
        self.close_connection = True

    def answer_elder(self):  # ten megabytes
        self.send(200, "application/json", b"x" * 10_000_000)

    def answer_figs(self):  # to this machine's own
        self.send(302, "text/plain", b"", [("Location", f"http://127.0.0.1:{PORT}/apple")])

    def answer_grape(self):  # nothing at all
        self.send(204, "", b"")

    def answer_hazel(self):  # no text
        self.send(200, "image/png", b"\x89PNG\r\n\x1a\n\xff\xfe")

    def answer_slow(self):
        STOP.wait(2.4)  # longer than silence is let be
        self.send(200, "text/plain", b"slowly done")


if __name__ == "__main__":
    server = http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Tool)
    server.daemon_threads = True
    server.serve_forever()
