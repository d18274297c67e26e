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
from websockets.exceptions import ConnectionClosed

GONE = {"type": "websocket.disconnect", "code": 1001, "reason": "bye"}


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
    return example("starlette_proxy").ClientSocket(websocket), told


async def fine(message: Mapping[str, Any]) -> None:
    """What a server does while its client is there."""


async def broken(message: Mapping[str, Any]) -> None:
    """What a server does when it finds the connection gone."""
    if message["type"] != "websocket.accept":
        raise OSError


def test_after_the_client_has_closed_nothing_is_sent_to_the_server() -> None:
    """Some servers raise RuntimeError then, which would pass for a bug of the host."""

    async def scenario() -> None:
        socket, told = await accepted(fine, GONE)
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        for frame in ("text", b"audio"):
            with pytest.raises(ConnectionClosed):
                await socket.send(frame)
        await socket.close(1000, "")
        assert told == ["websocket.accept"]
        assert (socket.close_code, socket.close_reason) == (1001, "bye")

    asyncio.run(scenario())


def test_a_client_that_is_found_gone_is_not_closed() -> None:
    async def scenario() -> None:
        socket, told = await accepted(broken)
        with pytest.raises(ConnectionClosed):
            await socket.send("text")
        await socket.close(1000, "")
        assert told == ["websocket.accept", "websocket.send"]
        assert socket.close_code == 1006

    asyncio.run(scenario())


def test_a_disconnection_without_a_code() -> None:
    async def scenario() -> None:
        socket, _ = await accepted(fine, {"type": "websocket.disconnect"})
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        assert socket.close_code == 1005

    asyncio.run(scenario())


def test_a_close_that_finds_the_client_gone() -> None:
    async def scenario() -> None:
        socket, told = await accepted(broken)
        await socket.close(1000, "")
        assert told == ["websocket.accept", "websocket.close"]

    asyncio.run(scenario())
