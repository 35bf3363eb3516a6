#!/usr/bin/env python3
"""Drives the stand-ins through each vendor's own client and holds every message to that client's types: no field that the
client does not know, none missing, none of another type. So the stand-ins are proven to speak as the vendors do.

usage: official_clients.py http://127.0.0.1:PORT      (offhook-standins listens there; the packages are requirements.txt's)
"""

import base64
import io
import json
import math
import struct
import sys
import urllib.request
import wave
from importlib import metadata

import anthropic
import cartesia
import deepgram
import elevenlabs
import httpx
import openai
import pydantic
import websockets.sync.client
from deepgram.core.events import EventType
from deepgram.environment import DeepgramClientEnvironment
from elevenlabs import types as eleven
from google import genai

PHRASE = "what time do you open on saturday"
TIMEOUT = 20  # seconds; for what must happen
TOOL_SCHEMA = {"type": "object", "properties": {"when": {"type": "string"}}, "required": ["when"]}


def check(holds, what):
    if not holds:
        raise AssertionError(what)


def said(what):
    print(f"  {what}", flush=True)


def no_surplus(value, path, allowed=()):
    """Fails on a field that the vendor's model does not have, at any depth."""
    if isinstance(value, pydantic.BaseModel):
        surplus = {k: v for k, v in (value.model_extra or {}).items() if f"{path}.{k}" not in allowed}
        check(not surplus, f"{path}: fields the official client does not know: {surplus}")
        for name in type(value).model_fields:
            no_surplus(getattr(value, name), f"{path}.{name}", allowed)
    elif isinstance(value, (list, tuple)):
        for item in value:
            no_surplus(item, f"{path}[]", allowed)


def understood(model, raw, allowed=()):
    """`raw` as the vendor's type, checked as strictly as pydantic can: many clients themselves look away."""
    parsed = model.model_validate(raw)
    no_surplus(parsed, model.__name__, allowed)
    return parsed


def again(message, allowed=()):
    """A message that a client has already made into its type, possibly without checking."""
    return understood(type(message), message.model_dump(by_alias=True, exclude_unset=True), allowed)


def refuses(error, what, call):
    try:
        call()
    except error as caught:
        return caught
    raise AssertionError(f"{what}: the client raised nothing, expected {error.__name__}")


class Standins:
    def __init__(self, url):
        self.url = url
        self.ws = url.replace("http", "ws", 1)

    def ask(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(self.url + path, data=data), timeout=TIMEOUT) as answer:
            return json.load(answer)

    def faults(self, service, *faults):
        self.ask("/standin/faults", {"service": service, "faults": list(faults)})

    def counters(self, service):
        return self.ask("/standin/stats")[service]


def tone(seconds, loud=True, rate=8000):
    """linear16"""
    return b"".join(
        struct.pack("<h", int(8000 * math.sin(0.5 * i)) if loud else 0) for i in range(int(seconds * rate))
    )


def wav(seconds):
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(tone(seconds))
    return file.getvalue()


def check_openai(standins):
    client = openai.OpenAI(api_key="k", base_url=standins.url + "/v1", max_retries=0, timeout=TIMEOUT)
    hello = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello?"}]
    reply = client.chat.completions.create(model="m", messages=hello)
    again(reply)
    whole = reply.choices[0].message.content

    words, usage, finish = "", None, None
    stream = client.chat.completions.create(
        model="m", messages=hello, stream=True, stream_options={"include_usage": True}, max_completion_tokens=500
    )
    for chunk in stream:
        again(chunk)
        usage = chunk.usage or usage
        for choice in chunk.choices:
            words += choice.delta.content or ""
            finish = choice.finish_reason or finish
    check(words == whole and finish == "stop", f"streamed {words!r}, finish {finish!r}; whole {whole!r}")
    check(usage and usage.completion_tokens == len(whole.split()), f"usage: {usage}")

    tools = [{"type": "function", "function": {"name": "book", "description": "d", "parameters": TOOL_SCHEMA}}]
    # the client's own assembly of a streamed answer
    with client.chat.completions.stream(model="m", messages=hello, tools=tools, tool_choice="required") as events:
        events.until_done()
        message = events.get_final_completion().choices[0].message
    call = message.tool_calls[0]
    check(call.function.name == "book" and json.loads(call.function.arguments) == {}, f"tool call: {call}")
    asked = {"role": "assistant", "content": None, "tool_calls": [call.model_dump(include={"id", "type", "function"})]}
    asked["tool_calls"][0]["function"] = {"name": "book", "arguments": "{}"}
    done = {"role": "tool", "tool_call_id": call.id, "content": "booked"}
    again(client.chat.completions.create(model="m", messages=[*hello, asked, done], tools=tools))

    text = client.audio.transcriptions.create(model="gpt-4o-transcribe", file=("a.wav", wav(1.0)), language="en")
    check(again(text).text == PHRASE, f"transcription: {text}")
    events = list(client.audio.transcriptions.create(model="gpt-4o-transcribe", file=("a.wav", wav(1.0)), stream=True))
    for event in events:
        again(event)
    check("".join(e.delta for e in events[:-1]) == events[-1].text == PHRASE, f"streamed transcription: {events}")

    with client.audio.speech.with_streaming_response.create(
        model="gpt-4o-mini-tts", voice="alloy", input="Hello.", response_format="pcm"
    ) as answer:
        sound = b"".join(answer.iter_bytes())
    check(len(sound) == 6 * 60 * 24 * 2, f"speech: {len(sound)} bytes")

    wrong = openai.OpenAI(api_key="wrong", base_url=standins.url + "/v1", max_retries=0)
    error = refuses(openai.AuthenticationError, "a wrong key", lambda: wrong.chat.completions.create(model="m", messages=hello))
    check(error.code == "invalid_api_key", f"a wrong key: {error}")
    standins.faults("openai.chat", {"kind": "refuse", "status": 429, "retry_after_s": 1, "times": 1})
    error = refuses(openai.RateLimitError, "429", lambda: client.chat.completions.create(model="m", messages=hello))
    check(error.response.headers["retry-after"] == "1" and error.code == "rate_limit_exceeded", f"429: {error}")
    standins.faults("openai.chat", {"kind": "error", "after": 3, "body": "out of order", "times": 1})
    error = refuses(
        openai.APIError, "an error in mid-stream",
        lambda: list(client.chat.completions.create(model="m", messages=hello, stream=True)),
    )
    check("out of order" in str(error), f"an error in mid-stream: {error}")
    standins.faults("openai.chat", {"kind": "cut", "after": 3, "times": 1})
    refuses(
        (openai.APIConnectionError, httpx.RemoteProtocolError), "a cut stream",
        lambda: list(client.chat.completions.create(model="m", messages=hello, stream=True)),
    )
    said(f"openai {openai.__version__}: chat (whole, streamed, tools, usage), transcriptions (whole, streamed), speech, "
         "errors 401, 429, mid-stream, cut")


def check_anthropic(standins):
    client = anthropic.Anthropic(api_key="k", base_url=standins.url, max_retries=0, timeout=TIMEOUT)
    hello = [{"role": "user", "content": "Hello?"}]
    system = [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}]
    ask = {"model": "m", "max_tokens": 500, "messages": hello, "system": system}
    whole = again(client.messages.create(**ask))
    for event in client.messages.create(**ask, stream=True):
        again(event)
    with client.messages.stream(**ask) as stream:  # the client's own assembly
        words = "".join(stream.text_stream)
        final = stream.get_final_message()
    check(words == whole.content[0].text and final.stop_reason == "end_turn", f"streamed {words!r}")
    check(final.usage.output_tokens == len(words.split()), f"usage: {final.usage}")

    tools = [{"name": "book", "description": "d", "input_schema": TOOL_SCHEMA}]
    with client.messages.stream(**ask, tools=tools, tool_choice={"type": "any"}) as stream:
        final = stream.get_final_message()
    use = final.content[-1]
    check(final.stop_reason == "tool_use" and use.name == "book" and use.input == {}, f"tool use: {final}")
    again(client.messages.create(**{**ask, "messages": [
        *hello,
        {"role": "assistant", "content": [{"type": "tool_use", "id": use.id, "name": "book", "input": {}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": use.id, "content": "booked"}]},
    ]}, tools=tools))

    wrong = anthropic.Anthropic(api_key="wrong", base_url=standins.url, max_retries=0)
    refuses(anthropic.AuthenticationError, "a wrong key", lambda: wrong.messages.create(**ask))
    standins.faults("anthropic", {"kind": "refuse", "status": 529, "times": 1})
    error = refuses(anthropic.APIStatusError, "529", lambda: client.messages.create(**ask))
    check(error.status_code == 529 and error.body["error"]["type"] == "overloaded_error", f"529: {error.body}")
    standins.faults("anthropic", {"kind": "error", "after": 4, "body": "out of order", "times": 1})
    error = refuses(anthropic.APIStatusError, "mid-stream", lambda: list(client.messages.create(**ask, stream=True)))
    check("out of order" in str(error), f"an error in mid-stream: {error}")
    said(f"anthropic {anthropic.__version__}: messages (whole, streamed, tools, usage), errors 401, 529, mid-stream")


def check_gemini(standins):
    client = genai.Client(api_key="k", http_options=genai.types.HttpOptions(base_url=standins.url, timeout=TIMEOUT * 1000))
    config = genai.types.GenerateContentConfig(
        system_instruction="Be brief.", max_output_tokens=500, temperature=0.3,
        thinking_config=genai.types.ThinkingConfig(thinking_budget=0),
    )
    whole = client.models.generate_content(model="gemini-2.5-flash", contents="Hello?", config=config)
    chunks = list(client.models.generate_content_stream(model="gemini-2.5-flash", contents="Hello?", config=config))
    check("".join(c.text or "" for c in chunks) == whole.text, f"streamed {chunks}")
    # the client drops what it does not know; its type, read directly, forbids it
    path = "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse"
    contents = {"contents": [{"role": "user", "parts": [{"text": "Hello?"}]}]}
    with httpx.stream("POST", standins.url + path, json=contents, headers={"x-goog-api-key": "k"}) as answer:
        for line in answer.iter_lines():
            if line:
                check(line.startswith("data: "), f"not an event: {line}")
                understood(genai.types.GenerateContentResponse, json.loads(line[6:]))
    check(chunks[-1].candidates[0].finish_reason == genai.types.FinishReason.STOP, f"finish: {chunks[-1]}")
    check(chunks[-1].usage_metadata.candidates_token_count == len(whole.text.split()), f"usage: {chunks[-1]}")

    declaration = genai.types.FunctionDeclaration(name="book", description="d", parameters_json_schema=TOOL_SCHEMA)
    tools = genai.types.GenerateContentConfig(
        tools=[genai.types.Tool(function_declarations=[declaration])],
        tool_config=genai.types.ToolConfig(function_calling_config=genai.types.FunctionCallingConfig(mode="ANY")),
        automatic_function_calling=genai.types.AutomaticFunctionCallingConfig(disable=True),
    )
    chunks = list(client.models.generate_content_stream(model="gemini-2.5-flash", contents="Hello?", config=tools))
    call = chunks[0].function_calls[0]
    check(call.name == "book" and call.args == {}, f"function call: {call}")
    tools.tool_config.function_calling_config.mode = "AUTO"
    history = [
        genai.types.Content(role="user", parts=[genai.types.Part(text="Hello?")]),
        chunks[0].candidates[0].content,
        genai.types.Content(role="user", parts=[
            genai.types.Part.from_function_response(name="book", response={"result": "booked"})]),
    ]
    check(client.models.generate_content(model="gemini-2.5-flash", contents=history, config=tools).text, "no answer")

    wrong = genai.Client(api_key="wrong", http_options=genai.types.HttpOptions(base_url=standins.url))
    error = refuses(genai.errors.ClientError, "a wrong key",
                    lambda: wrong.models.generate_content(model="gemini-2.5-flash", contents="Hello?"))
    check(error.code == 401 and error.status == "UNAUTHENTICATED", f"a wrong key: {error}")
    standins.faults("gemini", {"kind": "refuse", "status": 503, "times": 1})
    error = refuses(genai.errors.ServerError, "503",
                    lambda: list(client.models.generate_content_stream(model="gemini-2.5-flash", contents="Hello?")))
    check(error.status == "UNAVAILABLE", f"503: {error}")
    standins.faults("gemini", {"kind": "error", "after": 2, "body": "out of order", "times": 1})
    error = refuses(genai.errors.APIError, "mid-stream",
                    lambda: list(client.models.generate_content_stream(model="gemini-2.5-flash", contents="Hello?")))
    check("out of order" in str(error), f"an error in mid-stream: {error}")
    said(f"google-genai {genai.__version__}: generateContent (whole, streamed, functions, usage), errors 401, 503, mid-stream")


def deepgram_client(standins, key="k"):
    environment = DeepgramClientEnvironment(
        base=standins.url, production=standins.ws, agent=standins.ws, agent_rest=standins.url
    )
    return deepgram.DeepgramClient(api_key=key, environment=environment)


def listen(connection, feed):
    """Everything that comes until the server closes, as the client's event loop hands it out."""
    messages, errors = [], []
    connection.on(EventType.MESSAGE, messages.append)
    connection.on(EventType.ERROR, errors.append)
    feed()
    connection.start_listening()
    check(not errors, f"the client's error: {errors}")
    return [again(message) for message in messages]


def check_deepgram(standins):
    client = deepgram_client(standins)
    speech = tone(0.3, loud=False) + tone(2.0) + tone(0.5, loud=False)
    with client.listen.v1.connect(
        model="nova-3", encoding="linear16", sample_rate=8000, interim_results=True, vad_events=True,
        utterance_end_ms=1000, smart_format=True, endpointing=300, keyterm=["Saturday"],
    ) as connection:
        def feed():
            for i in range(0, len(speech), 1600):
                connection.send_media(speech[i : i + 1600])
            connection.send_keep_alive()
            connection.send_media(tone(1.5, loud=False))
            connection.send_media(tone(0.5))
            connection.send_finalize()
            connection.send_close_stream()

        messages = listen(connection, feed)
    kinds = [message.type for message in messages]
    for kind in ("SpeechStarted", "Results", "UtteranceEnd", "Metadata"):
        check(kind in kinds, f"listen v1: no {kind} among {kinds}")
    finals = [m for m in messages if m.type == "Results" and m.is_final]
    check([m.channel.alternatives[0].transcript for m in finals] == [PHRASE, PHRASE], f"finals: {finals}")
    check(finals[0].speech_final and not finals[0].from_finalize, f"first final: {finals[0]}")
    check(finals[1].from_finalize and kinds[-1] == "Metadata", f"last final: {finals[1]}")
    check(any(m.type == "Results" and not m.is_final for m in messages), "listen v1: no interim results")

    with client.listen.v2.connect(
        model="flux-general-en", encoding="linear16", sample_rate=8000, eager_eot_threshold=0.4, eot_threshold=0.7
    ) as connection:
        def feed():
            connection.send_media(tone(0.3, loud=False) + tone(1.0) + tone(0.2, loud=False))
            connection.send_media(tone(0.5) + tone(0.5, loud=False))
            connection.send_configure({"type": "Configure", "thresholds": {"eot_threshold": 0.9}})
            connection.send_media(tone(0.5))
            connection.send_force_end_turn()
            connection.send_close_stream()

        messages = listen(connection, feed)
    check(messages[0].type == "Connected", f"listen v2: {messages[0]}")
    check(any(m.type == "ConfigureSuccess" for m in messages), "listen v2: no ConfigureSuccess")
    events = [m for m in messages if m.type == "TurnInfo" and m.event != "Update"]
    check(
        [m.event for m in events] == ["StartOfTurn", "EagerEndOfTurn", "TurnResumed", "EagerEndOfTurn", "EndOfTurn",
                                      "StartOfTurn", "EndOfTurn"],
        f"listen v2: {[m.event for m in events]}",
    )
    check(events[3].transcript == events[4].transcript == f"{PHRASE} {PHRASE}", f"eager and end: {events[3:5]}")
    check(events[4].trigger == "model" and events[6].trigger == "manual" and events[6].turn_index == 1, f"{events[4:]}")
    numbers = [m.sequence_id for m in messages]
    check(numbers == list(range(len(numbers))), f"sequence_id: {numbers}")

    def open_wrongly():
        with deepgram_client(standins, "wrong").listen.v1.connect(model="nova-3", encoding="linear16", sample_rate=8000):
            pass

    # with this release of websockets the client lets its refusal through as it is
    error = refuses(websockets.exceptions.InvalidStatus, "a wrong key", open_wrongly)
    check(error.response.status_code == 401, f"a wrong key: {error}")
    standins.faults("flux", {"kind": "error", "after": 1, "body": "out of order", "times": 1})
    with client.listen.v2.connect(model="flux-general-en", encoding="linear16", sample_rate=8000) as connection:
        messages = [again(connection.recv()), again(connection.recv())]
    check(messages[1].type == "Error" and messages[1].description == "out of order", f"Flux's error: {messages}")
    standins.faults("deepgram", {"kind": "error", "after": 1, "body": "out of order", "times": 1})
    with client.listen.v1.connect(model="nova-3", encoding="linear16", sample_rate=8000) as connection:
        connection.send_finalize()
        messages = [again(connection.recv()), again(connection.recv())]
    check(messages[1].type == "Error" and messages[1].description == "out of order", f"listen's error: {messages}")
    said(f"deepgram-sdk {metadata.version('deepgram-sdk')}: listen v1 (interim, final, Finalize, KeepAlive, UtteranceEnd, "
         "CloseStream), listen v2 (turns, Configure, ForceEndTurn), errors 401, in-band")


def check_cartesia(standins):
    client = cartesia.Cartesia(api_key="k", base_url=standins.url, websocket_base_url=standins.ws)
    fixed = {
        "model_id": "sonic-3.5", "voice": {"mode": "id", "id": "00000000-0000-0000-0000-000000000000"}, "language": "en",
        "output_format": {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 8000},
    }
    with client.tts.websocket_connect() as connection:
        # the client's contexts, which keep the fixed fields by themselves
        context = connection.context(**fixed, add_timestamps=True, max_buffer_delay_ms=0)
        context.push("Hello there. ")
        context.push("How are you?")
        context.no_more_inputs()
        sound, words = b"", []
        for message in context.receive():
            again(message)
            if message.type == "chunk":
                sound += message.audio
            if message.type == "timestamps":
                words += message.word_timestamps.words
        check(len(sound) == 25 * 60 * 8 * 2, f"{len(sound)} bytes")
        check(words == ["Hello", "there.", "How", "are", "you?"], f"words: {words}")

        # every message by hand
        request = {**fixed, "context_id": "mine", "continue": True}
        connection.send({**request, "transcript": "Hi."})
        connection.send({**request, "transcript": "", "flush": True})
        kinds = []
        while "flush_done" not in kinds:
            kinds.append(again(connection.recv()).type)
        connection.send({"context_id": "mine", "cancel": True})
        standins.faults("cartesia", {"kind": "error", "body": "out of order", "times": 1})
        error = again(connection.recv())
        check(error.type == "error" and error.message == "out of order", f"error: {error}")
    check(kinds == ["chunk", "chunk", "flush_done"], f"flush: {kinds}")
    check(standins.counters("cartesia")["cancels"] == 1, "the client's cancel was not understood")

    def open_wrongly():
        client = cartesia.Cartesia(api_key="wrong", base_url=standins.url, websocket_base_url=standins.ws)
        with client.tts.websocket_connect():
            pass

    error = refuses(Exception, "a wrong key", open_wrongly)
    check("401" in str(error), f"a wrong key: {error!r}")
    said(f"cartesia {cartesia.__version__}: tts websocket (contexts, timestamps, flush, cancel), errors 401, in-band")


def check_elevenlabs(standins):
    client = elevenlabs.ElevenLabs(api_key="k", base_url=standins.url)
    # this function takes wss for granted, the stand-in speaks plain
    client.text_to_speech._ws_base_url = standins.ws
    settings = elevenlabs.VoiceSettings(stability=0.5, similarity_boost=0.8, speed=1.0)
    sound = b"".join(client.text_to_speech.convert_realtime(
        "voice", text=iter(["Hello there. ", "How are you?"]), model_id="eleven_flash_v2_5", output_format="pcm_8000",
        voice_settings=settings))
    check(len(sound) == 26 * 60 * 8 * 2, f"{len(sound)} bytes")

    # The client has no functions for what follows; its types of both directions hold both sides to the protocol.
    headers = {"xi-api-key": "k"}
    at = f"{standins.ws}/v1/text-to-speech/voice"

    def dump(message):
        return message.model_dump_json(by_alias=True, exclude_none=True)

    def receive(socket, audio, final):
        raw = json.loads(socket.recv(TIMEOUT))
        if raw.get("isFinal"):
            return understood(final, raw, {f"{final.__name__}.audio"})  # null beside isFinal, as the type's text says
        return understood(audio, raw)

    def spoken(message):
        alignment = message.alignment
        check(len(alignment.chars) == len(alignment.char_start_times_ms) == len(alignment.char_durations_ms), f"{alignment}")
        return "".join(alignment.chars), len(base64.b64decode(message.audio))

    query = "?model_id=eleven_flash_v2_5&output_format=pcm_8000"
    with websockets.sync.client.connect(at + "/stream-input" + query, additional_headers=headers) as socket:
        socket.send(dump(eleven.InitializeConnection(text=" ", voice_settings=eleven.RealtimeVoiceSettings(speed=1.0))))
        socket.send(dump(eleven.SendText(text="Yes. ", flush=True)))
        socket.send(dump(eleven.CloseConnection(text="")))
        text, length = "", 0
        while not getattr(message := receive(socket, eleven.AudioOutput, eleven.FinalOutput), "is_final", None):
            some, bytes_ = spoken(message)
            text, length = text + some, length + bytes_
    check(text == "Yes. " and length == 5 * 60 * 8 * 2, f"single: {text!r}, {length} bytes")

    with websockets.sync.client.connect(at + "/multi-stream-input" + query, additional_headers=headers) as socket:
        socket.send(dump(eleven.InitializeConnectionMulti(text=" ", context_id="a")))
        socket.send(dump(eleven.InitialiseContext(text=" ", context_id="b")))
        socket.send(dump(eleven.KeepContextAlive(text="", context_id="b")))
        socket.send(dump(eleven.SendTextMulti(text="Hello. ", context_id="a")))
        socket.send(dump(eleven.FlushContext(context_id="a", flush=True)))
        socket.send(dump(eleven.SendTextMulti(text="Yes. ", context_id="b", flush=True)))
        socket.send(dump(eleven.CloseContext(context_id="a", close_context=True)))
        socket.send(dump(eleven.CloseContext(context_id="b", close_context=True)))
        texts, finals = {"a": "", "b": ""}, []
        while len(finals) < 2:
            message = receive(socket, eleven.AudioOutputMulti, eleven.FinalOutputMulti)
            if isinstance(message, eleven.FinalOutputMulti):
                finals.append(message.context_id)
            else:
                texts[message.context_id] += spoken(message)[0]
        socket.send(dump(eleven.CloseSocket(close_socket=True)))
        refuses(websockets.exceptions.ConnectionClosedOK, "close_socket", lambda: socket.recv(TIMEOUT))
    check(texts == {"a": "Hello. ", "b": "Yes. "} and set(finals) == {"a", "b"}, f"multi: {texts}, {finals}")
    said(f"elevenlabs {metadata.version('elevenlabs')}: convert_realtime (its "
         "client), stream-input and multi-stream-input (its types only; the package has no client for the latter)")


def main():
    standins = Standins(sys.argv[1])
    for checked in (check_openai, check_anthropic, check_gemini, check_deepgram, check_cartesia, check_elevenlabs):
        checked(standins)
    complaints = standins.ask("/standin/stats")["complaints"]
    check(not complaints, f"what the official clients sent was complained about: {complaints}")
    said("no complaint about anything that an official client sent")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main()
