"""A proxy with Starlette: Deepgram Voice Agent clients on an OpenAI Realtime server.

    OPENAI_API_KEY=... uvicorn starlette_proxy:app --http starlette_proxy:bounded \\
        --ws-per-message-deflate false

UPSTREAM_SERVER in the environment names another server, UPSTREAM_URL, UPSTREAM_MODEL and TRANSCRIPTION_MODEL
what is not usual about it, LOG_LEVEL how much is logged; with EMIT_EVENTS=1 Notices are OpenTelemetry events
too, and METRICS_PORT is where /metrics is served. RENEW_AFTER (in seconds) or RENEW_ATTEMPTS lets calls
outlive their sessions with the server, and FALLBACK names others to go on with. CLIENT_KEYS_FILE, CLIENT_KEYS
and ALLOW_ORIGIN say who may call (`access.py`), and ALLOW_ANYONE all. `bridge.py` holds the calls,
`outbox.py` their clients' side; this file has the routes, the client's socket as Starlette has it, and the
end of the process.
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, cast

import access
import bridge
import launch
import outbox
import sockets
import switchboard
import upstreams
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

import realtime_translate as rt

CONFIG = launch.renewing(
    rt.Config.deepgram(limits=bridge.LIMITS), os.environ.get("RENEW_AFTER"), os.environ.get("RENEW_ATTEMPTS")
)
PATH = "/v1/agent/converse"
calls = switchboard.Calls()


class ClientSocket(outbox.QueuedSocket):
    """Starlette's socket, as a call wants it."""

    gone = (WebSocketDisconnect,)

    def __init__(self, websocket: WebSocket, call: bridge.Call) -> None:
        super().__init__(call)
        self.websocket = websocket

    async def next(self) -> str | bytes | None:
        message = await self.websocket.receive()
        if message["type"] == "websocket.disconnect":
            self.ended(message.get("code", 1005), message.get("reason") or "")
            return None
        text: str | None = message.get("text")
        data: bytes = message.get("bytes") or b""
        return data if text is None else text

    async def say(self, frame: str | bytes) -> None:
        if isinstance(frame, str):
            await self.websocket.send_text(frame)
        else:
            await self.websocket.send_bytes(frame)

    async def hang_up(self, code: int, reason: str) -> None:
        await self.websocket.close(code, reason)

    def abort(self) -> None:
        guest: WebSocketGuest | None = self.websocket.scope.get("state", {}).get("guest")
        if guest is not None:  # another server than uvicorn looks after that itself
            guest.transport.abort()


async def converse(websocket: WebSocket) -> None:
    """One client."""
    met = calls.admit(asked(websocket))
    if isinstance(met, switchboard.Answer):
        await websocket.send_denial_response(response(met))
        return
    with calls.placed(met):
        await websocket.accept(switchboard.subprotocol(websocket.scope["subprotocols"]))
        server = upstreams.of_environment()
        call = bridge.Call(
            server.config(configuration(met)), server.url, sockets.dial, met, others=server.others
        )
        await outbox.hold(calls, ClientSocket(websocket, call))


def configuration(caller: access.Caller) -> rt.Config:
    """The configuration of a call: yours may depend on the caller."""
    return CONFIG


def asked(websocket: WebSocket) -> access.Request:
    """What the client says, for `access.py`."""
    scope, url = websocket.scope, websocket.url
    target = f"{url.path}?{url.query}" if url.query else url.path
    headers = access.lowered(websocket.headers.items())
    return access.Request(
        target, headers, access.address(scope.get("client")), access.host_of(scope.get("server"))
    )


def response(answer: switchboard.Answer) -> Response:
    return Response(answer.body, answer.status, answer.headers)


async def not_found(websocket: WebSocket) -> None:
    await websocket.send_denial_response(response(switchboard.NOT_FOUND))


async def health(request: Request) -> Response:
    return response(calls.health())


class HttpGuest(switchboard.StreamGuest):
    """A connection that uvicorn serves by HTTP. Other routes than ours may take their time for an answer."""

    def watch(self) -> None:
        self.timer = asyncio.get_running_loop().call_later(bridge.OPEN_SECONDS, self.look)

    def look(self) -> None:
        cycle = self.protocol.cycle
        if cycle is None or cycle.response_complete:
            self.calls.lobby.late(self.transport)
        else:
            self.watch()


class WebSocketGuest(switchboard.StreamGuest):
    """The same when it becomes a WebSocket, for which uvicorn has another protocol.

    The application finds it in the state of the scope.
    """

    def __init__(self, make: Callable[..., asyncio.Protocol], app_state: dict[str, Any], **said: Any) -> None:
        super().__init__(calls, make(app_state={**app_state, "guest": self}, **said))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.calls.lobby.shaken(self.transport)
        self.protocol.connection_made(transport)


def bounded(**said: Any) -> asyncio.Protocol:
    """What uvicorn takes a connection with: `--http starlette_proxy:bounded` counts and bounds them."""
    from uvicorn.protocols.http.auto import AutoHTTPProtocol

    protocol: Any = AutoHTTPProtocol(**said)
    protocol.ws_protocol_class = partial(WebSocketGuest, protocol.ws_protocol_class)
    return HttpGuest(calls, protocol)


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncGenerator[None, None]:
    """At SIGTERM or SIGINT the calls are told and drained before the server closes their sockets."""
    launch.log_as_json(os.environ.get("LOG_LEVEL", "INFO"))
    server = upstreams.of_environment()  # what is missing there is missed now, and not at the first call
    calls.open(launch.from_environment())
    first = (os.environ.get("UPSTREAM_SERVER"), server.url)
    for name, url in (first, *server.others.items()):
        if trouble := launch.check_upstream(name, url):
            bridge.log.error(trouble)
    loop, tasks = asyncio.get_running_loop(), set[asyncio.Task[None]]()
    servers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    async def stop(number: int) -> None:
        await calls.linger(float(os.environ.get("DRAIN_SECONDS", 0)))
        await calls.drain()
        if callable(server := servers[signal.Signals(number)]):
            server(number, None)

    def start_stop(number: int) -> None:
        tasks.add(loop.create_task(stop(number)))

    if threading.current_thread() is threading.main_thread():
        for number in servers:
            loop.add_signal_handler(number, start_stop, number)
    if loop.get_exception_handler() is None:
        loop.set_exception_handler(launch.FewFiles())
    port = os.environ.get("METRICS_PORT")
    async with launch.reporting("EMIT_EVENTS" in os.environ, int(port) if port else None):
        yield


routes = [
    Route("/healthz", health),
    WebSocketRoute(PATH, converse),
    WebSocketRoute("/{path:path}", not_found),
]
app = Starlette(routes=routes, lifespan=lifespan)
