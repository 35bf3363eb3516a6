#!/usr/bin/env python3
"""A practice's calendar, as agents/booking.yaml calls it: POST /book {"day", "time", "name"}. Kept in memory only.

usage: appointments.py [PORT]     (8077)
"""

import http.server
import json
import sys

TAKEN = {}


class Calendar(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or "{}")
        if self.path != "/book" or not {"day", "time", "name"} <= asked.keys():
            return self.answer(404, {"error": "POST /book with day, time and name"})
        slot = f"{asked['day']} {asked['time']}"
        if slot in TAKEN:
            return self.answer(200, {"booked": False})
        TAKEN[slot] = asked["name"]
        self.answer(200, {"booked": True, "code": str(100 + len(TAKEN)), **asked})

    def answer(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format, *args):
        print(f"{format % args}   {TAKEN}", flush=True)


port = int(sys.argv[1]) if len(sys.argv) > 1 else 8077
http.server.ThreadingHTTPServer(("127.0.0.1", port), Calendar).serve_forever()
