"""Callers that break the protocol, over real sockets. The server must refuse or count what they send, close them, and live."""
import base64
import json
import os
import socket
import struct
import sys
import threading

PORT = int(sys.argv[1])
SILENCE = base64.b64encode(b"\xff" * 160).decode()


class Socket:
    def __init__(self, path="/phone"):
        self.s = socket.create_connection(("127.0.0.1", PORT), timeout=20)
        key = base64.b64encode(os.urandom(16)).decode()
        self.s.sendall(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        head = b""
        while b"\r\n\r\n" not in head:
            more = self.s.recv(1)
            if not more:
                break
            head += more
        self.status = int(head.split()[1])

    def send(self, data, opcode=1):
        data = data.encode() if isinstance(data, str) else data
        mask = os.urandom(4)
        n = len(data)
        head = bytes([0x80 | opcode])
        head += bytes([0x80 | n]) if n < 126 else bytes([0xFE]) + struct.pack(">H", n) if n < 65536 else bytes([0xFF]) + struct.pack(">Q", n)
        self.s.sendall(head + mask + bytes(b ^ mask[i & 3] for i, b in enumerate(data)))

    def start(self, sid):
        self.send(json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"}))
        self.send(json.dumps({"event": "start", "sequenceNumber": "1", "streamSid": sid, "start": {
            "streamSid": sid, "accountSid": "AC0", "callSid": "CA0", "tracks": ["inbound"], "customParameters": {},
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}}}))

    def media(self, sid, payload=SILENCE, n=1):
        self.send(json.dumps({"event": "media", "streamSid": sid, "media": {
            "track": "inbound", "chunk": str(n), "timestamp": str(20 * n), "payload": payload}}))

    def closed(self, seconds=20):
        """Reads until the server closes; False if it does not."""
        self.s.settimeout(seconds)
        try:
            while self.s.recv(65536):
                pass
            return True
        except TimeoutError:
            return False
        except OSError:
            return True


def expect(what, ok):
    print(f"  {what}" if ok else f"  NOT: {what}")
    if not ok:
        sys.exit(1)


def try_sending(s, frames):
    try:
        for frame in frames:
            frame(s)
    except OSError:
        pass
    return s


garbage = try_sending(Socket(), [lambda s, i=i: s.send("{" * (i % 40 + 1)) for i in range(80)])
expect("a caller of garbage is closed", garbage.closed())

deep = try_sending(Socket(), [lambda s: s.send('{"event":' + "[" * 20000 + "]" * 20000 + "}") for _ in range(60)])
expect("so is one of deep JSON", deep.closed())

huge = try_sending(Socket(), [lambda s: s.send("x" * 300000)])
expect("so is one of huge frames", huge.closed())

binary = try_sending(Socket(), [lambda s: s.send(b"\x00" * 160, opcode=2) for _ in range(80)])
expect("so is one of binary frames", binary.closed())

early = try_sending(Socket(), [lambda s: s.media("MZearly") for _ in range(80)])
expect("so is one that speaks before its start", early.closed())

bad = Socket()
bad.start("MZbad")
try_sending(bad, [lambda s: s.media("MZbad", payload="%%%not base64%%%") for _ in range(80)])
expect("so is one whose sound is not base64", bad.closed())

wrong = Socket()
wrong.start("MZright")
try_sending(wrong, [lambda s: s.media("MZwrong") for _ in range(80)])
expect("so is one of another stream", wrong.closed())

flood = Socket()
flood.start("MZflood")
press = json.dumps({"event": "dtmf", "streamSid": "MZflood", "dtmf": {"digit": "1"}})
try_sending(flood, [lambda s: s.send(press) for _ in range(5000)])
expect("so is one who presses keys without end", flood.closed())

chatter = Socket()
chatter.start("MZchatter")
second = base64.b64encode(b"\xff" * 8000).decode()
try_sending(chatter, [lambda s, n=n: s.media("MZchatter", payload=second, n=50 * n) for n in range(60)])
expect("so is one whose sound comes a minute at once", chatter.closed())

few = Socket()
few.start("MZfew")
few.send("not json")
few.send(b"\x01\x02", opcode=2)
few.media("MZelse")
few.media("MZfew")
few.s.settimeout(10)
expect("a few bad frames are dropped and the greeting is heard", b'"media"' in few.s.recv(4096))

vanished = Socket()
vanished.start("MZgone")
vanished.media("MZgone")
half = threading.Thread(target=lambda: expect("a caller whose sound stops for 10 s is hung up on", vanished.closed(30)))
half.start()

cut = Socket()
cut.start("MZcut")
cut.s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
cut.s.close()  # a reset, without a word
expect("an unknown agent is 404", Socket("/phone/nobody").status == 404)
few.s.close()
half.join()
