"""A proxy with Starlette: Deepgram Voice Agent clients on an OpenAI Realtime server.

    OPENAI_API_KEY=... uvicorn starlette_proxy:app --timeout-graceful-shutdown 20

UPSTREAM_URL in the environment names another server, LOG_LEVEL how much is logged. `bridge.py` holds the
calls; this file has the routes, the client's socket as Starlette has it, and the end of the process.
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import bridge
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.exceptions import ConnectionClosedError

import realtime_translate as rt

CONFIG = rt.Config.deepgram()
PATH = "/v1/agent/converse"
calls = bridge.Calls()


class ClientSocket:
    """Starlette's socket, as a call wants it."""

    def __init__(self, websocket: WebSocket) -> None:
        self.websocket = websocket
        self.close_code: int | None = None
        self.close_reason: str | None = None

    async def recv(self) -> str | bytes:
        message = await self.websocket.receive()
        if message["type"] == "websocket.disconnect":
            self.close_code, self.close_reason = message.get("code", 1005), message.get("reason")
            raise ConnectionClosedError(None, None)
        text: str | None = message.get("text")
        data: bytes = message.get("bytes") or b""
        return data if text is None else text

    async def send(self, frame: str | bytes, /) -> None:
        if self.close_code is not None:  # some servers take a frame for a mistake then
            raise ConnectionClosedError(None, None)
        try:
            if isinstance(frame, str):
                await self.websocket.send_text(frame)
            else:
                await self.websocket.send_bytes(frame)
        except WebSocketDisconnect as gone:
            self.close_code = gone.code
            raise ConnectionClosedError(None, None) from gone

    async def close(self, code: int, reason: str) -> None:
        if self.close_code is None:
            with suppress(WebSocketDisconnect):
                await self.websocket.close(code, reason)


async def converse(websocket: WebSocket) -> None:
    """One client."""
    if calls.stopping:
        await websocket.send_denial_response(PlainTextResponse("shutting down", 503))
        return
    offered = websocket.scope["subprotocols"]  # browsers offer ["token", KEY] and want one of them back
    await websocket.accept(offered[0] if offered else None)
    call = bridge.Call(CONFIG, os.environ.get("UPSTREAM_URL", "wss://api.openai.com"))
    await calls.hold(call, ClientSocket(websocket))


async def not_found(websocket: WebSocket) -> None:
    await websocket.send_denial_response(PlainTextResponse("Not Found", 404))


async def health(request: Request) -> JSONResponse:
    status, body = calls.health()
    return JSONResponse(body, status)


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncGenerator[None, None]:
    """At SIGTERM or SIGINT the calls are told and drained before the server closes their sockets."""
    bridge.log_as_json(os.environ.get("LOG_LEVEL", "INFO"))
    calls.stopping = False
    loop, tasks = asyncio.get_running_loop(), set[asyncio.Task[None]]()
    servers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    async def stop(number: int) -> None:
        await calls.drain()
        if callable(server := servers[signal.Signals(number)]):
            server(number, None)

    def start_stop(number: int) -> None:
        tasks.add(loop.create_task(stop(number)))

    if threading.current_thread() is threading.main_thread():
        for number in servers:
            loop.add_signal_handler(number, start_stop, number)
    yield


routes = [
    Route("/healthz", health),
    WebSocketRoute(PATH, converse),
    WebSocketRoute("/{path:path}", not_found),
]
app = Starlette(routes=routes, lifespan=lifespan)
