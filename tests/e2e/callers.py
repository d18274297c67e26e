"""Callers: the official Deepgram client with a memory of what it was told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import attrs
import pytest

from tests.e2e.hosts import PATIENCE

pytest.importorskip("deepgram")

from deepgram import AsyncDeepgramClient, DeepgramClient
from deepgram.agent.v1.types import (
    AgentV1InjectUserMessage,
    AgentV1SendFunctionCallResponse,
    AgentV1Settings,
)
from deepgram.environment import DeepgramClientEnvironment
from websockets.exceptions import ConnectionClosed

SILENCE_MS = b"\x00\x00" * 24
SPEECH_MS = b"\x00\x10" * 24


def environment(url: str) -> DeepgramClientEnvironment:
    """Where the client finds the agent: at `url`."""
    return DeepgramClientEnvironment(base="http://127.0.0.1", production=url, agent=url, agent_rest="")


def sync_client(url: str) -> DeepgramClient:
    return DeepgramClient(api_key="client-key", environment=environment(url))


@cache  # each loads all certificates of the system, for the REST API
def _client(url: str) -> AsyncDeepgramClient:
    return AsyncDeepgramClient(api_key="client-key", environment=environment(url))


def settings(
    functions: Sequence[Mapping[str, object]] = (), audio: Mapping[str, object] | None = None, **agent: object
) -> AgentV1Settings:
    """Settings as the client's own class; audio is linear16 at 24000 unless `audio` says otherwise."""
    provider = {"type": "open_ai", "model": "gpt-realtime-2.1"}
    think = {"provider": provider, "prompt": "Be brief.", **({"functions": functions} if functions else {})}
    body = {"type": "Settings", "audio": audio or {}, "agent": {"think": think, **agent}}
    return AgentV1Settings.model_validate(body)


def said(text: str) -> AgentV1InjectUserMessage:
    return AgentV1InjectUserMessage(content=text)


def result_of(function: Any, content: str) -> AgentV1SendFunctionCallResponse:
    return AgentV1SendFunctionCallResponse(id=function.id, name=function.name, content=content)


def kind(message: object) -> str:
    """The wire type of what the client gave; `audio` for bytes."""
    return "audio" if isinstance(message, bytes) else str(getattr(message, "type", message))


@attrs.define
class Caller:
    """The asynchronous client. `told` is all that came, in order."""

    agent: Any
    told: list[Any] = attrs.Factory(list[Any])

    @property
    def kinds(self) -> list[str]:
        return [kind(message) for message in self.told]

    @property
    def audio(self) -> bytes:
        return self.audio_after(0)

    def audio_after(self, number: int) -> bytes:
        """The audio that came after the first `number` messages."""
        return b"".join(message for message in self.told[number:] if isinstance(message, bytes))

    def texts(self, role: str) -> list[str]:
        """What `role` said, without the repetitions in History."""
        return [each.content for each in self.of("ConversationText") if each.role == role]

    def of(self, wanted: str) -> list[Any]:
        return [message for message in self.told if kind(message) == wanted]

    async def next(self) -> Any:
        message = await asyncio.wait_for(self.agent.recv(), PATIENCE)
        self.told.append(message)
        return message

    async def until(self, wanted: str, met: Callable[[Any], bool] = lambda _message: True) -> Any:
        """Read up to the next message of that type."""
        while kind(message := await self.next()) != wanted or not met(message):
            pass
        return message

    async def configured(self, **changes: Any) -> None:
        """Send Settings and wait until they hold."""
        await self.agent.send_settings(settings(**changes))
        await self.until("SettingsApplied")

    async def ask(self, text: str) -> None:
        """A written turn, up to the end of the answer."""
        await self.agent.send_inject_user_message(said(text))
        await self.until("AgentAudioDone")

    async def answer(self, function: Any, content: str) -> None:
        """Answer a function call."""
        await self.agent.send_function_call_response(result_of(function, content))

    async def speak(self, ms: int, sound: bytes = SPEECH_MS, frame_ms: int = 20) -> None:
        """Stream audio as fast as it goes."""
        for _ in range(ms // frame_ms):
            await self.agent.send_media(sound * frame_ms)

    async def closed(self) -> tuple[int, str]:
        """Read to the end; code and reason of the close."""
        try:
            while True:
                await self.next()
        except ConnectionClosed:
            return self.agent._websocket.close_code, self.agent._websocket.close_reason

    def abort(self) -> None:
        """Break the connection without a close frame."""
        self.agent._websocket.transport.abort()


@asynccontextmanager
async def calling(url: str) -> AsyncGenerator[Caller, None]:
    """A client that has connected."""
    async with _client(url).agent.v1.connect() as agent:
        yield Caller(agent)
