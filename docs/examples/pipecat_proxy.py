"""A host with pipecat: Deepgram Voice Agent clients talk to a pipecat pipeline.

    OPENAI_API_KEY=... uvicorn pipecat_proxy:app

`pipeline_of` has the shortest pipeline, which is OpenAI's Realtime service: put your own there. UPSTREAM_URL
in the environment names another server of that protocol. `pipecat_serializer.py` speaks to the client.
"""

from __future__ import annotations

import os
import secrets
from typing import Any

from fastapi import FastAPI, WebSocket
from pipecat.frames.frames import LLMRunFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.services.llm_service import LLMService
from pipecat.services.openai.realtime.events import (
    AudioConfiguration,
    AudioInput,
    InputAudioTranscription,
    SessionProperties,
)
from pipecat.services.openai.realtime.llm import OpenAIRealtimeLLMService
from pipecat.transports.base_transport import BaseTransport
from pipecat.transports.websocket.fastapi import FastAPIWebsocketParams, FastAPIWebsocketTransport
from pipecat.turns.user_turn_strategies import ExternalUserTurnStrategies
from pipecat.workers.runner import WorkerRunner
from pipecat_serializer import DeepgramSerializer, Wanted

from realtime_translate import deepgram as dg

PATH = "/v1/agent/converse"
app = FastAPI()


def pipeline_of(transport: BaseTransport, serializer: DeepgramSerializer) -> tuple[Pipeline, LLMService[Any]]:
    """Your pipeline, and its language model. What the client wants is in `serializer.wanted`.

    The model speaks first: pipecat's Realtime service answers the context that it begins with.
    """
    wanted, key = serializer.wanted, os.environ.get("OPENAI_API_KEY", "")
    url = os.environ.get("UPSTREAM_URL", "wss://api.openai.com") + "/v1/realtime"
    audio = AudioConfiguration(input=AudioInput(transcription=InputAudioTranscription()))
    properties = SessionProperties(audio=audio)
    settings = OpenAIRealtimeLLMService.Settings(
        system_instruction=wanted.prompt, session_properties=properties
    )
    llm = OpenAIRealtimeLLMService(api_key=key, base_url=url, settings=settings)
    greet = f"Say this first, word for word: {wanted.greeting}" if wanted.greeting else "Greet the user."
    context = LLMContext([{"role": "developer", "content": greet}], tools=serializer.tools())
    turns = LLMUserAggregatorParams(user_turn_strategies=ExternalUserTurnStrategies())  # the server's
    pair = LLMContextAggregatorPair(context, user_params=turns)
    return Pipeline([transport.input(), pair.user(), llm, transport.output(), pair.assistant()]), llm


async def opening(websocket: WebSocket) -> Wanted | None:
    """Welcome a client, and take its Settings. None: they cannot be used, and it was told so."""
    offered: list[str] = websocket.scope["subprotocols"]  # browsers offer ["token", KEY], in any order
    await websocket.accept(next((each for each in offered if each in ("token", "bearer")), None))
    await websocket.send_text(dg.encode(dg.Welcome(secrets.token_urlsafe(12))))
    first = await websocket.receive()
    if first["type"] == "websocket.disconnect":
        return None
    settings = dg.parse_client(first.get("text") or first.get("bytes") or b"")
    if not isinstance(settings, dg.Settings):
        error = dg.Error("Settings come first", code=dg.ErrorCode.NON_SETTINGS_MESSAGE_BEFORE_SETTINGS)
    elif (wanted := Wanted(settings)).encodings <= {"linear16", ""}:
        return wanted
    else:
        error = dg.Error("audio is linear16 here", code=dg.ErrorCode.INVALID_SETTINGS)
    await websocket.send_text(dg.encode(error))
    await websocket.close(1000)
    return None


@app.websocket(PATH)
async def converse(websocket: WebSocket) -> None:
    """One client."""
    wanted = await opening(websocket)
    if wanted is None:
        return
    serializer = DeepgramSerializer(wanted)
    params = FastAPIWebsocketParams(audio_in_enabled=True, audio_out_enabled=True, serializer=serializer)
    transport = FastAPIWebsocketTransport(websocket, params)
    pipeline, llm = pipeline_of(transport, serializer)
    rates = PipelineParams(audio_in_sample_rate=wanted.input_rate, audio_out_sample_rate=wanted.output_rate)
    worker = PipelineWorker(pipeline, params=rates, observers=[serializer.observer], enable_rtvi=False)
    serializer.attach(worker, llm)

    async def begin(_transport: BaseTransport, _websocket: WebSocket) -> None:
        await serializer.say(dg.SettingsApplied())
        await worker.queue_frame(LLMRunFrame())

    async def end(_transport: BaseTransport, _websocket: WebSocket) -> None:
        await worker.cancel()

    transport.add_event_handler("on_client_connected", begin)
    transport.add_event_handler("on_client_disconnected", end)
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    await runner.run()
