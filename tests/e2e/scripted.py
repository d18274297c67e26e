"""A server that says what a test tells it to, and a client of the component's dialect, both over sockets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import attrs
import pytest

from tests.e2e.hosts import PATIENCE

pytest.importorskip("websockets")

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

Json = dict[str, Any]


@attrs.define
class Stage:
    """One connection of the server: a test's script says and hears events on it. `model`: of the URL."""

    socket: ServerConnection
    heard: list[Json] = attrs.Factory(list[Json])

    @property
    def model(self) -> str:
        assert self.socket.request is not None
        return self.socket.request.path.partition("model=")[2]

    async def say(self, *events: Json) -> None:
        for event in events:
            await self.socket.send(json.dumps(event))

    async def until(self, kind: str) -> Json:
        """Hear events up to the next of that type."""
        while True:
            event: Json = json.loads(await asyncio.wait_for(self.socket.recv(), PATIENCE))
            self.heard.append(event)
            if event["type"] == kind:
                return event

    def of(self, kind: str) -> list[Json]:
        return [event for event in self.heard if event["type"] == kind]


Script = Callable[[Stage], Awaitable[None]]


@attrs.frozen
class Theatre:
    """The server. `stages`: its connections so far."""

    url: str
    stages: list[Stage] = attrs.Factory(list[Stage])


@asynccontextmanager
async def played(script: Script, *, handshake: float = 0.0) -> AsyncGenerator[Theatre, None]:
    """A server that plays the script on every connection, and then hears what else comes.

    `handshake`: seconds that it takes to open one.
    """

    async def handle(socket: ServerConnection) -> None:
        stage = Stage(socket)
        theatre.stages.append(stage)
        with suppress(ConnectionClosed):
            await script(stage)
            while True:
                stage.heard.append(json.loads(await socket.recv()))

    async def wait(connection: object, request: object) -> None:
        await asyncio.sleep(handshake)

    async with serve(handle, "127.0.0.1", 0, process_request=wait) as server:
        theatre = Theatre(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        yield theatre


@attrs.define
class Component:
    """What the React component does on its socket. `told`: all that came, audio as bytes."""

    socket: ClientConnection
    told: list[Json | bytes] = attrs.Factory(list[Json | bytes])

    async def send(self, kind: str, **fields: Any) -> None:
        await self.socket.send(json.dumps({"type": kind, **fields}))

    async def until(self, kind: str) -> Json:
        """Read up to the next message of that type."""
        while True:
            message = await self.next()
            if isinstance(message, dict) and message["type"] == kind:
                return message

    async def next(self) -> Json | bytes:
        frame = await asyncio.wait_for(self.socket.recv(), PATIENCE)
        self.told.append(frame if isinstance(frame, bytes) else json.loads(frame))
        return self.told[-1]

    async def closed(self) -> int | None:
        """Read to the end; the code of the close."""
        with suppress(ConnectionClosed):
            while True:
                await self.next()
        return self.socket.close_code

    async def ask(self, text: str) -> None:
        """A written turn, up to the answer and its end, in whatever order."""
        answers = len(self.texts("assistant"))
        await self.send("InjectUserMessage", content=text)
        await self.until("AgentAudioDone")
        while len(self.texts("assistant")) == answers:
            await self.next()

    def of(self, kind: str) -> list[Json]:
        return [each for each in self.told if isinstance(each, dict) and each["type"] == kind]

    @property
    def kinds(self) -> list[str]:
        return ["audio" if isinstance(each, bytes) else str(each["type"]) for each in self.told]

    def texts(self, role: str) -> list[str]:
        return [str(each["content"]) for each in self.of("ConversationText") if each["role"] == role]


@asynccontextmanager
async def component(url: str) -> AsyncGenerator[Component, None]:
    """A client that has connected."""
    async with connect(f"{url}/v1/agent/converse?token=t") as socket:
        yield Component(socket)
