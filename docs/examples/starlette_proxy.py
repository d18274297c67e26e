"""A proxy with Starlette: Deepgram Voice Agent clients on an OpenAI Realtime server.

    OPENAI_API_KEY=... uvicorn starlette_proxy:app --ws-per-message-deflate false

UPSTREAM_URL in the environment names another server, LOG_LEVEL how much is logged. `bridge.py` holds the
calls; this file has the routes, the client's socket as Starlette has it, and the end of the process.
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from time import perf_counter

import bridge
import sockets
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

import realtime_translate as rt

CONFIG = rt.Config.deepgram(limits=bridge.LIMITS)
PATH = "/v1/agent/converse"
calls = bridge.Calls()


class ClientSocket:
    """Starlette's socket, as a call wants it: a task reads it, and another sends what waits in the outbox."""

    def __init__(self, websocket: WebSocket, call: bridge.Call) -> None:
        self.websocket, self.call, self.leg = websocket, call, call.client
        self.outbox: deque[str | bytes] = deque()
        self.waiting = 0  # bytes in the outbox
        self.closing: tuple[int, str] | None = None  # what to say after that
        self.timer: asyncio.TimerHandle | None = None  # for a client that does not answer it
        self.more = asyncio.Event()  # something is to be sent
        self.readable = asyncio.Event()
        self.readable.set()

    # --- for the call ---------------------------------------------------------------------------------------

    def send(self, frame: str | bytes, /) -> None:
        if self.closing is None:
            self.outbox.append(frame)
            self.waiting += len(frame)
            self.more.set()
            if self.waiting > bridge.OUTBOX_BYTES // 2 and not self.leg.congested_now:
                self.leg.congested(True)

    def close(self, code: int, reason: str, /) -> None:
        if self.closing is None:
            late = bridge.DRAIN_SECONDS if 0 < self.waiting <= bridge.OUTBOX_BYTES else 0.0
            if self.waiting > bridge.OUTBOX_BYTES:  # the peer is cut off
                self.outbox.clear()
            self.closing = code, reason
            self.more.set()
            self.timer = self.call.loop.call_later(bridge.CLOSE_SECONDS + late, self.ended, 1006, "")

    def read(self, on: bool, /) -> None:
        (self.readable.set if on else self.readable.clear)()

    # --- for Starlette --------------------------------------------------------------------------------------

    async def receive(self) -> None:
        """Hand on what the client sends, to its end."""
        while not self.leg.gone.is_set():
            await self.readable.wait()
            message = await self.websocket.receive()
            if message["type"] == "websocket.disconnect":
                self.ended(message.get("code", 1005), message.get("reason") or "")
                return
            text: str | None = message.get("text")
            data: bytes = message.get("bytes") or b""
            began = perf_counter()
            self.leg.received(data if text is None else text)
            self.call.spent(perf_counter() - began)

    async def write(self) -> None:
        """Send what waits, in order, and then the close."""
        with suppress(WebSocketDisconnect):  # which is received too
            while self.outbox or self.closing is None:
                if not self.outbox:
                    self.more.clear()
                    await self.more.wait()
                    continue
                frame = self.outbox.popleft()
                if isinstance(frame, str):
                    await self.websocket.send_text(frame)
                else:
                    await self.websocket.send_bytes(frame)
                self.waiting -= len(frame)
                if self.leg.congested_now and self.waiting < bridge.OUTBOX_BYTES // 8:
                    self.leg.congested(False)
            if not self.leg.gone.is_set():
                await self.websocket.close(*self.closing)

    def ended(self, code: int, reason: str) -> None:
        """Nothing is sent from now on: some servers would take it for a mistake."""
        if self.timer is not None:
            self.timer.cancel()
        self.outbox.clear()
        self.closing = self.closing or (code, reason)
        self.more.set()
        if not self.leg.gone.is_set():
            self.leg.closed(code, reason)


async def converse(websocket: WebSocket) -> None:
    """One client."""
    if calls.stopping:
        await websocket.send_denial_response(PlainTextResponse("shutting down", 503))
        return
    await websocket.accept(bridge.subprotocol(websocket.scope["subprotocols"]))
    call = bridge.Call(CONFIG, os.environ.get("UPSTREAM_URL", "wss://api.openai.com"), sockets.dial)
    socket = ClientSocket(websocket, call)
    held = calls.begin(call, socket)
    call.spawn(socket.receive())
    call.spawn(socket.write())
    await held


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
