#!/usr/bin/env python3
"""The receptionist of bench/agents/standins.yaml as a Pipecat agent: Deepgram, OpenAI and Cartesia behind a Twilio Media
Streams WebSocket at /phone. Every setting that is not named here is Pipecat's default: Silero's VAD, turns that end when
Smart Turn says so, sentences to the voice.

usage: pipecat_agent.py --agent FILE --standins HOST:PORT --port PORT
"""

import argparse
import sys

import uvicorn
import yaml
from fastapi import FastAPI, WebSocket
from loguru import logger
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.frames.frames import TTSSpeakFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.runner.utils import parse_telephony_websocket
from pipecat.serializers.twilio import TwilioFrameSerializer
from pipecat.services.cartesia.tts import CartesiaTTSService
from pipecat.services.deepgram.stt import DeepgramSTTService
from pipecat.services.openai.llm import OpenAILLMService
from pipecat.transports.websocket.fastapi import (
    FastAPIWebsocketParams,
    FastAPIWebsocketTransport,
)
from pipecat.workers.runner import WorkerRunner

KEY = "any"  # the stand-ins take every key


async def answer(websocket, agent, standins):
    """One call, from its first message until the caller hangs up."""
    _, call = await parse_telephony_websocket(websocket)
    transport = FastAPIWebsocketTransport(
        websocket=websocket,
        params=FastAPIWebsocketParams(
            audio_in_enabled=True,
            audio_out_enabled=True,
            add_wav_header=False,
            serializer=TwilioFrameSerializer(
                stream_sid=call["stream_id"],
                call_sid=call["call_id"],
                params=TwilioFrameSerializer.InputParams(auto_hang_up=False),
            ),
        ),
    )
    stt = DeepgramSTTService(
        api_key=KEY,
        base_url=f"ws://{standins}",
        settings=DeepgramSTTService.Settings(model=agent["stt"]["model"], language=agent["stt"]["language"]),
    )
    llm = OpenAILLMService(
        api_key=KEY,
        base_url=f"http://{standins}/v1",
        settings=OpenAILLMService.Settings(model=agent["llm"]["model"], system_instruction=agent["instructions"]),
    )
    tts = CartesiaTTSService(
        api_key=KEY,
        url=f"ws://{standins}/tts/websocket",
        settings=CartesiaTTSService.Settings(model=agent["tts"]["model"], voice=agent["tts"]["voice"]),
    )
    user, assistant = LLMContextAggregatorPair(
        LLMContext(), user_params=LLMUserAggregatorParams(vad_analyzer=SileroVADAnalyzer())
    )
    worker = PipelineWorker(
        Pipeline([transport.input(), stt, user, llm, tts, transport.output(), assistant]),
        params=PipelineParams(audio_in_sample_rate=8000, audio_out_sample_rate=8000),
    )
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)

    @transport.event_handler("on_client_connected")
    async def on_client_connected(transport, client):
        await worker.queue_frames([TTSSpeakFrame(agent["greeting"])])

    @transport.event_handler("on_client_disconnected")
    async def on_client_disconnected(transport, client):
        await runner.cancel()

    await runner.run()


def server(agent, standins):
    app = FastAPI()

    @app.get("/readyz")
    async def readyz():
        return "ready"

    @app.websocket("/phone")
    async def phone(websocket: WebSocket):
        await websocket.accept()
        await answer(websocket, agent, standins)

    return app


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--agent", required=True, help="its greeting, instructions, models and voice are taken")
    parser.add_argument("--standins", required=True, help="HOST:PORT of offhook-standins")
    parser.add_argument("--port", required=True, type=int)
    options = parser.parse_args()
    logger.remove()
    logger.add(sys.stderr, level="WARNING")
    with open(options.agent, encoding="utf-8") as file:
        agent = yaml.safe_load(file)
    uvicorn.run(server(agent, options.standins), host="127.0.0.1", port=options.port, log_level="warning")


if __name__ == "__main__":
    main()
