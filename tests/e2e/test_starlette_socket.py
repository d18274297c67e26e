"""The client's socket in `starlette_proxy.py`, with a server that breaks off: a call sees one kind of end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest

from tests.e2e.hosts import example

pytest.importorskip("starlette")
pytest.importorskip("websockets")

from starlette.websockets import WebSocket

GONE = {"type": "websocket.disconnect", "code": 1001, "reason": "bye"}


class Leg:
    """What a socket tells its call."""

    def __init__(self) -> None:
        self.gone, self.congested_now = asyncio.Event(), False
        self.told: list[object] = []

    def received(self, frame: str | bytes) -> None:
        self.told.append(frame)

    def congested(self, now: bool) -> None:
        self.congested_now = now
        self.told.append(now)

    def closed(self, code: int, reason: str) -> None:
        self.gone.set()
        self.told.append((code, reason))


class Call:
    """The rest of it."""

    def __init__(self) -> None:
        self.client, self.loop = Leg(), asyncio.get_running_loop()

    def spent(self, seconds: float) -> None:
        assert 0 <= seconds < 1


async def accepted(
    send: Callable[[Mapping[str, Any]], Awaitable[None]], *received: Mapping[str, Any]
) -> tuple[Any, list[str]]:
    """A socket of the example, and the types of what its server was told."""
    messages = iter([{"type": "websocket.connect"}, *received])
    told: list[str] = []

    async def receive() -> Any:
        return next(messages)

    async def noting(message: Any) -> None:
        told.append(message["type"])
        await send(message)

    websocket = WebSocket({"type": "websocket"}, receive, noting)
    await websocket.accept()
    return example("starlette_proxy").ClientSocket(websocket, Call()), told


async def fine(message: Mapping[str, Any]) -> None:
    """What a server does while its client is there."""


async def broken(message: Mapping[str, Any]) -> None:
    """What a server does when it finds the connection gone."""
    if message["type"] != "websocket.accept":
        raise OSError


def test_after_the_client_has_closed_nothing_is_sent_to_the_server() -> None:
    """Some servers raise RuntimeError then, which would pass for a bug of the host."""

    async def scenario() -> None:
        socket, told = await accepted(fine, {"type": "websocket.receive", "text": "Hello"}, GONE)
        socket.send("waits")
        await socket.receive()
        for frame in ("text", b"audio"):
            socket.send(frame)
        socket.close(1000, "")
        await socket.write()
        assert told == ["websocket.accept"]
        assert socket.leg.told == ["Hello", (1001, "bye")]

    asyncio.run(scenario())


@pytest.mark.parametrize("frame", ["text", b"audio"])
def test_a_client_that_is_found_gone_is_not_closed(frame: str | bytes) -> None:
    async def scenario() -> None:
        socket, told = await accepted(broken)
        socket.send(frame)
        socket.close(1000, "")
        await socket.write()
        assert told == ["websocket.accept", "websocket.send"]

    asyncio.run(scenario())


def test_a_disconnection_without_a_code() -> None:
    async def scenario() -> None:
        socket, _ = await accepted(fine, {"type": "websocket.disconnect"})
        await socket.receive()
        assert socket.leg.told == [(1005, "")]

    asyncio.run(scenario())


def test_a_close_that_finds_the_client_gone() -> None:
    async def scenario() -> None:
        socket, told = await accepted(broken)
        socket.close(1000, "")
        await socket.write()
        assert told == ["websocket.accept", "websocket.close"]

    asyncio.run(scenario())


def test_a_client_that_is_slow_holds_up_and_is_told_when_it_is_not() -> None:
    async def scenario() -> None:
        socket, told = await accepted(fine)
        socket.send(b"0" * 2**24)
        assert (socket.waiting, socket.leg.told) == (2**24, [True])
        socket.close(1000, "")
        await socket.write()
        assert (socket.waiting, socket.leg.told) == (0, [True, False])
        assert told == ["websocket.accept", "websocket.send", "websocket.close"]

    asyncio.run(scenario())


def test_of_a_client_that_is_cut_off_nothing_is_kept() -> None:
    async def scenario() -> None:
        socket, told = await accepted(fine)
        socket.send(b"0" * (2**24 + 1))
        socket.close(1008, "slow")
        await socket.write()
        assert told == ["websocket.accept", "websocket.close"]

    asyncio.run(scenario())
