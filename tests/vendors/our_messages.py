#!/usr/bin/env python3
"""Holds what our own adapters send in a call to the vendors' types: every message, request and query is parsed by the
official package, as strictly as it can be, and written again. Nothing may be unknown to it, dropped by it or changed.

usage: our_messages.py STANDINS OFFHOOK LOAD AGENT CACHE LOG      (three programs, bench/agents/standins.yaml, directories)
"""

import email
import functools
import http.server
import inspect
import io
import json
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import typing
import urllib.parse
import urllib.request
import warnings
import wave
from collections import Counter
from collections.abc import Mapping

import pydantic
import pydantic_core
import typing_extensions
from anthropic.types.message_create_params import MessageCreateParamsStreaming
from cartesia.types.websocket_client_event_param import CancelContextRequest, GenerationRequestParam
from deepgram.listen.v1 import types as listen
from deepgram.listen.v1.client import V1Client
from deepgram.listen.v2 import types as flux
from deepgram.listen.v2.client import V2Client
from elevenlabs import types as eleven
from elevenlabs.realtime_tts import RealtimeTextToSpeechClient
from google import genai
from openai.types.audio import SpeechCreateParams
from openai.types.audio.transcription_create_params import TranscriptionCreateParamsNonStreaming
from openai.types.chat.completion_create_params import CompletionCreateParamsStreaming

TIMEOUT = 30  # seconds; for what must happen
REPLY = "We are open on Monday, and on every other day of the week, from nine in the morning to five. Is there more?"
SPEED = "2"  # times real time: a sentence is still being made when it is interrupted
TERMS = "keyterms: [Bluebird, root canal]"
RECEPTIONISTS = {  # what stands in stt, llm, tts and turn; all that has a value of its own on the wire is asked for once
    "listen": (f"provider: deepgram, model: nova-3, language: en-US, {TERMS}", "provider: openai, model: gpt-4.1-mini",
               "provider: cartesia, voice: v, language: en, speed: 1.1", ""),
    "flux": (f"provider: deepgram, model: flux-general-en, end_of_turn: 0.8, {TERMS}",
             "provider: anthropic, model: claude-haiku-4-5, reasoning: none",
             "provider: elevenlabs, voice: v, language: en, speed: 1.1", "owner: stt"),
    "whole": (f"provider: openai, model: gpt-4o-mini-transcribe, language: en-US, {TERMS}",
              "provider: google, model: gemini-2.5-flash", "provider: elevenlabs-single, voice: v", ""),
    "spoken": ("provider: deepgram, model: flux-general-multi, language: en-US",
               "provider: openai, model: gpt-5-mini, reasoning: minimal",
               "provider: openai, model: gpt-4o-mini-tts, voice: alloy, speed: 1.1", "owner: stt"),
}
MULTI = {"InitializeConnectionMulti", "InitialiseContext", "SendTextMulti", "CloseContext"}
MUST_SEE = {  # else the call has not shown what is to be checked
    "deepgram": {"KeepAlive", "Finalize", "query"}, "flux": {"query"}, "elevenlabs": {"SendText", "CloseConnection", "query"} | MULTI,
    "cartesia": {"GenerationRequest", "CancelContextRequest"},
}


def check(holds, what):
    if not holds:
        raise AssertionError(what)


def same(sent, again, what):
    equal = json.dumps(sent, sort_keys=True) == json.dumps(again, sort_keys=True)  # 1 is not True here
    check(equal, f"{what}: we sent {sent}, the official package makes {again} of it")


def eager(schema):
    """An Iterable is checked when it is read, and by then has been taken for one, be it a text: a list is checked at once."""
    if isinstance(schema, Mapping):  # one that is not built yet is no dict
        schema = {key: eager(value) for key, value in schema.items()}
        return {**schema, "type": "list"} if schema.get("type") == "generator" else schema
    return type(schema)(map(eager, schema)) if type(schema) in (list, tuple) else schema


@functools.cache
def checker(kind):
    schema = eager(pydantic.TypeAdapter(kind).core_schema)
    return pydantic_core.SchemaValidator(schema), pydantic_core.SchemaSerializer(schema)


def round_trip(kind, text, what):
    """`kind`: a vendor's model or TypedDict. JSON, so that strictness is about types and not about classes."""
    validator, serializer = checker(kind)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # what a union was not meant for
            parsed = validator.validate_json(text, strict=True, extra="forbid", by_alias=True, by_name=False)
            again = serializer.to_python(parsed, mode="json", by_alias=True, exclude_unset=True)
    except (pydantic.ValidationError, UserWarning) as error:
        raise AssertionError(f"{what}: not what {kind.__name__} takes: {error}\nwe sent {text}") from None
    same(json.loads(text), again, what)


def literals(annotation):
    if typing.get_origin(annotation) is typing.Literal:
        return set(typing.get_args(annotation))
    return set().union(*map(literals, typing.get_args(annotation)))


def check_query(target, parameters, what, free=()):
    """Each key is a parameter of the client's connect(); each value one that it names, where it names them."""
    for key, value in urllib.parse.parse_qsl(urllib.parse.urlsplit(target).query, strict_parsing=True):
        if key in free:
            continue
        check(key in parameters, f"{what}: {key} is no parameter of the official client: {target}")
        named = literals(parameters[key])
        check(not named or value in named, f"{what}: {key}={value}: the official client names {sorted(named)}")


def parameters_of(function):
    hints = typing_extensions.get_type_hints(function)
    return {name: hints[name] for name in inspect.signature(function).parameters if name in hints}


class Standins:
    def __init__(self, url):
        self.url = url

    def ask(self, path, body=None):
        with urllib.request.urlopen(urllib.request.Request(self.url + path, data=body), timeout=TIMEOUT) as answer:
            return json.load(answer)

    def received(self, service):
        """Requests as (target, body), messages as (None, text)."""
        for line in self.ask(f"/standin/received?service={service}"):
            request = re.match(r"(?:GET|POST) (\S+) ?(.*)", line, re.DOTALL)
            yield request.groups() if request else (None, line)


def check_deepgram(standins, service, types, version, client):
    models = {model.removeprefix(f"Listen{version}"): getattr(types, model) for model in dir(types)}
    for target, text in standins.received(service):
        if target:
            check_query(target, parameters_of(client.connect), service)
            yield "query"
            continue
        name = json.loads(text)["type"]
        check(name in models, f"{service}: the official package has no Listen{version}{name}")
        check(name in literals(typing_extensions.get_type_hints(models[name])["type"]), f"{service}: type {name}")
        round_trip(models[name], text, f"{service}: {name}")
        yield name


def check_elevenlabs(standins):
    # The package has no client for multi-stream-input, and no word of two keys of both queries.
    known = {**parameters_of(RealtimeTextToSpeechClient.stream), **parameters_of(RealtimeTextToSpeechClient.convert_realtime)}
    beginning = False
    for target, text in standins.received("elevenlabs"):
        if target:
            check_query(target, known, "elevenlabs", free={"auto_mode", "inactivity_timeout"})
            beginning = "/multi-stream-input?" in target
            yield "query"
            continue
        message = json.loads(text)
        said = message.get("text")
        if "context_id" not in message:
            model = {" ": eleven.InitializeConnection, "": eleven.CloseConnection}.get(said, eleven.SendText)
        elif said == " ":
            model = eleven.InitializeConnectionMulti if beginning else eleven.InitialiseContext
            beginning = False
        elif said is not None:
            model = eleven.SendTextMulti if said else eleven.KeepContextAlive
        else:
            model = eleven.CloseContext if "close_context" in message else eleven.FlushContext
        round_trip(model, text, f"elevenlabs: {model.__name__}")
        yield model.__name__


def check_cartesia(standins):
    for target, text in standins.received("cartesia"):
        if target:
            same("/tts/websocket", target, "cartesia: path")  # key and version are headers
            continue
        message = json.loads(text)
        kind = CancelContextRequest if "cancel" in message else GenerationRequestParam
        if voice := message.get("voice"):
            # {"mode": "id", "id"}: the type has the id by name, and leaves room for more beside it.
            same({"mode": "id", "id": "v"}, voice, "cartesia: voice")
            text = json.dumps({**message, "voice": {"id": voice["id"]}})
        round_trip(kind, text, f"cartesia: {kind.__name__}")
        yield kind.__name__.removesuffix("Param")


def check_requests(standins, service, kind, aside=()):
    """`aside`: what we send though the type has no such key."""
    for _, body in standins.received(service):
        round_trip(kind, json.dumps({key: value for key, value in json.loads(body).items() if key not in aside}), service)
        yield "+".join(sorted({m["role"] for m in json.loads(body).get("messages", [])})) or "request"


def camel(value):
    """The client writes keys within thinkingConfig as thinking_budget: the JSON of protocol buffers takes both."""
    if isinstance(value, dict):
        return {re.sub("_([a-z])", lambda at: at.group(1).upper(), key): camel(inner) for key, inner in value.items()}
    return list(map(camel, value)) if isinstance(value, list) else value


def check_gemini(standins):
    """The package has no type of the whole request: its client is made to send what we did."""
    client = genai.Client(api_key="k", http_options=genai.types.HttpOptions(base_url=standins.url, api_version="v1beta"))
    for target, body in list(standins.received("gemini")):
        sent = json.loads(body)
        for content in [*sent["contents"], sent["systemInstruction"]]:
            round_trip(genai.types.Content, json.dumps(content), "gemini: content")
        round_trip(genai.types.GenerationConfig, json.dumps(sent["generationConfig"]), "gemini: generationConfig")
        config = genai.types.GenerateContentConfig(systemInstruction=sent["systemInstruction"], **sent["generationConfig"])
        contents = [genai.types.Content(**content) for content in sent["contents"]]
        for _ in client.models.generate_content_stream(model="gemini-2.5-flash", contents=contents, config=config):
            pass
        as_the_client, its_body = list(standins.received("gemini"))[-1]
        same(target, as_the_client, "gemini: path")
        its_body = camel(json.loads(its_body))
        same(sent, its_body, "gemini: request")
        yield "+".join(sorted({content["role"] for content in sent["contents"]}))


def check_uploads(forms):
    """Of transcriptions the stand-ins keep no body: these have passed through `Relay`."""
    for form in forms:
        check(form.is_multipart(), "transcriptions: not a form")
        parts = [(part.get_param("name", header="content-disposition"), part) for part in form.get_payload()]
        fields = {name: part.get_payload(decode=True).decode() for name, part in parts if name != "file"}
        files = [part for name, part in parts if name == "file"]
        check(len(files) == 1 and len(fields) + 1 == len(parts), f"transcriptions: parts {[name for name, _ in parts]}")
        with wave.open(io.BytesIO(files[0].get_payload(decode=True))) as sound:
            check(sound.getnframes() > 1600 and sound.getnchannels() == 1, f"transcriptions: {sound.getparams()}")
        known = typing_extensions.get_type_hints(TranscriptionCreateParamsNonStreaming)
        del known["file"]
        rest = typing_extensions.TypedDict("TranscriptionWithoutFile", known, total=False)
        round_trip(rest, json.dumps(fields), "transcriptions")
        yield "form"


class Relay(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    forms, onward = [], ""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        head = {"Content-Type": self.headers["Content-Type"]}
        self.forms.append(email.message_from_bytes(f"Content-Type: {head['Content-Type']}\r\n\r\n".encode() + body))
        with urllib.request.urlopen(urllib.request.Request(self.onward + self.path, body, head), timeout=TIMEOUT) as answer:
            answered = answer.read()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answered)))
        self.end_headers()
        self.wfile.write(answered)

    def log_message(self, *_):
        pass


def agent_files(original, folder, url, relay):
    """The agent of bench/ with other services and nobody to fall back to."""
    head, rest = re.split(r"^stt:\n", original, maxsplit=1, flags=re.MULTILINE)
    limits = re.search(r"^limits:.*", rest, flags=re.MULTILINE).group()
    for name, (stt, llm, tts, turn) in RECEPTIONISTS.items():
        def base(service):
            vendor = re.search(r"provider: ([\w-]+)", service).group(1)
            at = relay if service is stt and vendor == "openai" else url
            path = {"openai": "/v1", "anthropic": "/v1", "google": "/v1beta"}.get(vendor)
            return at + path if path else at.replace("http", "ws", 1)

        lines = [f"{kind}: {{ base_url: '{base(service)}', api_key: k, {service} }}" for kind, service in
                 (("stt", stt), ("llm", llm), ("tts", tts))]
        file = folder / f"{name}.yaml"
        file.write_text("\n".join([head.replace("name: receptionist", f"name: {name}"), *lines, f"turn: {{ {turn} }}", limits, ""]))
        yield file


def wait_until(ready, what, process):
    deadline = time.monotonic() + TIMEOUT * 4
    while not ready():
        check(process.poll() is None, f"{what}: ended with status {process.returncode}")
        check(time.monotonic() < deadline, f"{what}: not after {TIMEOUT * 4} s")
        time.sleep(0.1)


def answers(url):
    try:
        return urllib.request.urlopen(url, timeout=2).status == 200
    except OSError:
        return False


class Running:
    """A program for as long as the block; it must end well when asked to."""

    def __init__(self, log, *command):
        self.log, self.command = log, command

    def __enter__(self):
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        return self

    def __exit__(self, failed, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        check(failed or status == 0, f"{self.command[0]}: SIGTERM: status {status}; its log is {self.log}")


def place_calls(offhook, load, agents, folder, cache, log):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        at = f"127.0.0.1:{free.getsockname()[1]}"
    config = folder / "server.yaml"
    config.write_text(json.dumps({"data_dir": str(folder / "data"), "cache_dir": cache}))
    files = [word for agent in agents for word in ("--agent", str(agent))]
    with Running(log / "our-messages-server.log", offhook, "serve", *files, "--config", str(config), "--listen", at) as server:
        wait_until(lambda: answers(f"http://{at}/readyz"), f"the server (its log is {server.log})", server.process)
        calls = [subprocess.Popen([load, "--url", f"ws://{at}/phone/{name}", "--calls", "1", "--turns", "2", "--barge", "--json"],
                                  stdout=subprocess.PIPE, text=True) for name in RECEPTIONISTS]
        for name, call in zip(RECEPTIONISTS, calls):
            said = call.communicate(timeout=TIMEOUT * 4)[0]
            result = json.loads(said or "{}")
            # Not its status, which is also about whether this machine was quick enough to measure times.
            whole = (result.get("errors"), result.get("missed"), result.get("interruptions")) == (0, 0, 2)
            check(whole, f"the call to {name}: {said}")


def main():
    program, offhook, load, agent, cache, log = sys.argv[1:]
    log = pathlib.Path(log)
    listening = log / "our-messages-standins.log"
    with tempfile.TemporaryDirectory() as scratch, Running(listening, program, "--listen", "127.0.0.1:0", "--keys", "open", "--reply", REPLY,
                                                                "--tts-speed", SPEED) as running:
        address = re.compile(r"^stand-ins listen on (\S+)$", re.MULTILINE)
        wait_until(lambda: address.search(listening.read_text()), "the stand-ins", running.process)
        standins = Standins(address.search(listening.read_text()).group(1))
        Relay.onward = standins.url
        relay = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Relay)
        threading.Thread(target=relay.serve_forever, daemon=True).start()
        folder = pathlib.Path(scratch)
        agents = list(agent_files(pathlib.Path(agent).read_text(), folder, standins.url, f"http://127.0.0.1:{relay.server_port}"))
        place_calls(offhook, load, agents, folder, cache, log)
        for service, seen in {
            "deepgram": check_deepgram(standins, "deepgram", listen, "V1", V1Client),
            "flux": check_deepgram(standins, "flux", flux, "V2", V2Client),
            "cartesia": check_cartesia(standins),
            "elevenlabs": check_elevenlabs(standins),
            "openai.chat": check_requests(standins, "openai.chat", CompletionCreateParamsStreaming),
            # The package has dropped it from its types, for all models. [?] whether the older ones still take it.
            "anthropic": check_requests(standins, "anthropic", MessageCreateParamsStreaming, aside={"temperature"}),
            "gemini": check_gemini(standins),
            "openai.transcriptions": check_uploads(Relay.forms),
            "openai.speech": check_requests(standins, "openai.speech", SpeechCreateParams),
        }.items():
            counted = Counter(seen)
            missing = MUST_SEE.get(service, set()) - counted.keys()
            check(counted and not missing, f"{service}: not sent in the call: {missing or 'anything'}; sent: {dict(counted)}")
            print(f"  ours to {service}: " + ", ".join(f"{count} {kind}" for kind, count in sorted(counted.items())), flush=True)
        complaints = standins.ask("/standin/stats")["complaints"]
        check(not complaints, f"what our adapters sent was complained about: {complaints}")
        print("  no complaint about anything that our adapters sent", flush=True)


if __name__ == "__main__":
    if len(sys.argv) != 7:
        sys.exit(__doc__)
    main()
