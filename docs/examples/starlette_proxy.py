"""A proxy with Starlette: Deepgram Voice Agent clients on an OpenAI Realtime server.

    OPENAI_API_KEY=... uvicorn starlette_proxy:app --timeout-graceful-shutdown 20

UPSTREAM_URL in the environment names another server, LOG_LEVEL how much is logged.

A `Call` is one client. One task owns its translator; two readers and a timer feed that task through the
inbox, and each leg has an outbox and one writer, so the order is right by itself. Every queue has a bound:
readers wait while the inbox is full, the client's also while the translator or a busy upstream wants it to,
and a peer that lets more than OUTBOX_BYTES wait is cut off with 1008. Logs are JSON lines, without content
or credentials.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import secrets
import signal
import threading
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Protocol

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from typing_extensions import assert_never
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, WebSocketException

import realtime_translate as rt

CONFIG = rt.Config.deepgram()
PATH = "/v1/agent/converse"
INBOX = 4  # inputs that may wait for the translator
OUTBOX_BYTES = 16 * 2**20  # what may wait for a socket: more than five minutes of the agent's audio
DRAIN_SECONDS = 5.0  # how long sending it may take at the end of a call
CLOSE_SECONDS = 5.0  # how long a peer may take to answer a close
FUNCTION_SECONDS = 8.0  # how long a function may take
CLOSED = (ConnectionClosed, WebSocketDisconnect)

log = logging.getLogger("proxy")


async def current_time(arguments: Mapping[str, object]) -> object:
    """An example of a function that the host runs."""
    return {"utc": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())}


# Run when Settings declare a function of that name with an `endpoint`. The endpoint's URL is not called: it
# is the client that chose it.
Function = Callable[[Mapping[str, object]], Awaitable[object]]
FUNCTIONS: Mapping[str, Function] = {"current_time": current_time}


class Socket(Protocol):
    """What a call needs of a socket: that of `websockets` has it, and `ClientSocket`."""

    @property
    def close_code(self) -> int | None: ...
    @property
    def close_reason(self) -> str | None: ...
    async def recv(self) -> str | bytes: ...
    async def send(self, frame: str | bytes, /) -> None: ...
    async def close(self, code: int, reason: str) -> None: ...


class ClientSocket:
    """Starlette's socket."""

    def __init__(self, websocket: WebSocket) -> None:
        self.websocket = websocket
        self.close_code: int | None = None
        self.close_reason: str | None = None

    async def recv(self) -> str | bytes:
        message = await self.websocket.receive()
        if message["type"] == "websocket.disconnect":
            self.close_code, self.close_reason = message.get("code"), message.get("reason")
            raise WebSocketDisconnect(self.close_code or 1005)
        text: str | None = message.get("text")
        data: bytes = message.get("bytes") or b""
        return data if text is None else text

    async def send(self, frame: str | bytes, /) -> None:
        await (
            self.websocket.send_text(frame) if isinstance(frame, str) else self.websocket.send_bytes(frame)
        )

    async def close(self, code: int, reason: str) -> None:
        if self.close_code is None:
            await self.websocket.close(code, reason)


class Leg:
    """One socket of a call: what waits to be sent to it, its only writer, and how it is to be closed."""

    def __init__(self) -> None:
        self.socket: Socket | None = None
        self.outbox: asyncio.Queue[str | bytes | None] = asyncio.Queue()
        self.waiting = 0  # bytes in the outbox
        self.cut = False
        self.closing: tuple[int, str] = (1000, "")

    def open(self, socket: Socket) -> None:
        self.socket, self.writer = socket, asyncio.create_task(self.write(socket))

    def put(self, frame: str | bytes) -> None:
        self.waiting += len(frame)
        self.outbox.put_nowait(frame)

    async def write(self, socket: Socket) -> None:
        with suppress(*CLOSED):  # which the reader reports
            while (frame := await self.outbox.get()) is not None:
                await socket.send(frame)
                self.waiting -= len(frame)

    async def finish(self) -> None:
        """Send what waits, unless the peer was cut off, and close the socket."""
        if self.socket is not None:
            self.outbox.put_nowait(None)
            await asyncio.wait([self.writer], timeout=0 if self.cut else DRAIN_SECONDS)
            self.writer.cancel()
            with suppress(asyncio.TimeoutError, *CLOSED):  # a peer may not read
                await asyncio.wait_for(self.socket.close(*self.closing), CLOSE_SECONDS)


class Call:
    """One client, its translator, and its socket to the server."""

    def __init__(self, config: rt.Config, upstream: str, headers: Mapping[str, str]) -> None:
        self.id = secrets.token_urlsafe(12)  # the request_id of Welcome too
        self.loop = asyncio.get_running_loop()
        self.translator = rt.Translator(config, clock=self.loop.time, new_id=lambda: self.id)
        self.url, self.headers = upstream, headers
        self.inbox: asyncio.Queue[Callable[[], rt.Outputs]] = asyncio.Queue(INBOX)
        self.client, self.upstream, self.over = Leg(), Leg(), asyncio.Event()
        self.timer: asyncio.TimerHandle | None = None
        self.tasks: set[asyncio.Task[None]] = set()

    async def run(self, socket: Socket) -> None:
        """The whole call, until both sockets are closed."""
        self.log(logging.INFO, "the call began")
        self.client.open(socket)
        try:
            self.spawn(self.own_translator())
            self.spawn(self.read(socket, self.translator.receive_from_client, self.translator.client_closed))
            await self.over.wait()
            await asyncio.gather(self.client.finish(), self.upstream.finish())
        finally:
            if self.timer is not None:
                self.timer.cancel()
            writers = [leg.writer for leg in (self.client, self.upstream) if leg.socket is not None]
            for task in (running := [*self.tasks, *writers]):
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            self.log(logging.INFO, "the call ended", client_close_code=socket.close_code)

    def go_away(self) -> None:
        """The process ends, and so does the call, in the way of its dialect."""
        self.spawn(self.inbox.put(partial(self.translator.close, 1001, "the proxy is shutting down")))

    async def own_translator(self) -> None:
        """The only code that gives inputs to the translator; after the end it absorbs them."""
        translator = self.translator
        legs = ((self.client, translator.client_closed), (self.upstream, translator.upstream_closed))
        self.perform(translator.client_opened())
        while True:
            if self.timer is not None:
                self.timer.cancel()
            if (deadline := translator.next_deadline) is not None:
                self.timer = self.loop.call_at(deadline, self.tick)
            step = await self.inbox.get()
            self.perform(step())
            for leg, closed in legs:
                if leg.waiting > OUTBOX_BYTES and not leg.cut:
                    leg.cut, leg.closing = True, (1008, "frames are read too slowly")
                    self.log(logging.WARNING, "a peer was cut off", upstream=leg is self.upstream)
                    self.perform(closed(*leg.closing))

    def tick(self) -> None:
        with suppress(asyncio.QueueFull):  # then another input comes, and it fires what is due
            self.inbox.put_nowait(self.translator.handle_timeout)

    def perform(self, outputs: rt.Outputs) -> None:
        """Do what the translator says, in order and without awaiting."""
        for output in outputs:
            match output:
                case rt.SendToClient(data):
                    self.client.put(data)
                case rt.SendToUpstream(data):
                    self.upstream.put(data)
                case rt.OpenUpstream():
                    self.spawn(self.hold_upstream(output))
                case rt.CloseClient(code, reason):
                    self.client.closing = (code, reason)
                    self.over.set()
                case rt.CloseUpstream(code, reason):
                    self.upstream.closing = (code, reason)
                    self.over.set()
                case rt.RunFunction():
                    self.spawn(self.run_function(output))
                case rt.Notice(code, level, message, fields):
                    self.log(getattr(logging, level.name), message, notice=code, fields=dict(fields))
                case _:
                    assert_never(output)

    async def hold_upstream(self, wanted: rt.OpenUpstream) -> None:
        """Dial, and read until either side closes."""
        translator = self.translator
        dial = connect(
            self.url + wanted.target,
            additional_headers={**wanted.headers, **self.headers},
            max_size=OUTBOX_BYTES,
            compression=None,
            close_timeout=CLOSE_SECONDS,
            ping_interval=10,  # a dead server is noticed before the client that is paused for it
            ping_timeout=10,
        )
        try:
            async with dial as socket:
                self.upstream.open(socket)
                await self.inbox.put(translator.upstream_opened)
                await self.read(socket, translator.receive_from_upstream, translator.upstream_closed)
        except (OSError, WebSocketException) as error:
            self.log(logging.WARNING, "upstream cannot be reached", error=type(error).__name__)
            await self.inbox.put(partial(translator.upstream_closed, None, "cannot be reached"))

    async def read(
        self,
        socket: Socket,
        receive: Callable[[str | bytes], rt.Outputs],
        closed: Callable[[int | None, str], rt.Outputs],
    ) -> None:
        """Feed a socket's frames to the translator, and then its close."""
        with suppress(*CLOSED):
            while True:
                while socket is self.client.socket and self.client_must_wait():
                    await asyncio.sleep(0.02)
                await self.inbox.put(partial(receive, await socket.recv()))
        await self.inbox.put(partial(closed, socket.close_code, socket.close_reason or ""))

    def client_must_wait(self) -> bool:
        busy = self.translator.client_paused or self.upstream.waiting > OUTBOX_BYTES // 2
        return busy and not self.over.is_set()

    async def run_function(self, call: rt.RunFunction) -> None:
        """Answer a function call of the model. It gets an answer in any case."""
        try:
            running = FUNCTIONS[call.name](json.loads(call.arguments))
            content = json.dumps(await asyncio.wait_for(running, FUNCTION_SECONDS))
        except Exception as error:
            self.log(logging.WARNING, "a function failed", name=call.name, error=type(error).__name__)
            content = json.dumps({"error": "the function is not available"})
        await self.inbox.put(partial(self.translator.function_result, call.call_id, content))

    def spawn(self, work: Coroutine[object, object, None]) -> None:
        """Run `work` beside the call."""
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.ended)

    def ended(self, task: asyncio.Task[None]) -> None:
        """A task that failed ends the call."""
        self.tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a task failed", exc_info=error, extra={"fields": {"call": self.id}})
            self.client.closing = self.upstream.closing = (1011, "internal error")
            self.over.set()

    def log(self, level: int, message: str, **fields: object) -> None:
        log.log(level, message, extra={"fields": {"call": self.id, **fields}})


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {"time": self.formatTime(record), "level": record.levelname, "message": record.getMessage()}
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps({**entry, **getattr(record, "fields", {})}, default=str)


calls: dict[Call, asyncio.Task[None]] = {}
stopping = asyncio.Event()


async def converse(websocket: WebSocket) -> None:
    """One client."""
    if stopping.is_set():
        await websocket.send_denial_response(PlainTextResponse("shutting down", 503))
        return
    offered = websocket.scope["subprotocols"]  # browsers offer ["token", KEY] and want one of them back
    await websocket.accept(offered[0] if offered else None)
    key = os.environ.get("OPENAI_API_KEY")
    upstream = os.environ.get("UPSTREAM_URL", "wss://api.openai.com").rstrip("/")
    call = Call(CONFIG, upstream, {"Authorization": f"Bearer {key}"} if key else {})
    calls[call] = running = asyncio.create_task(call.run(ClientSocket(websocket)))
    try:
        await running
    finally:
        del calls[call]


async def not_found(websocket: WebSocket) -> None:
    await websocket.send_denial_response(PlainTextResponse("Not Found", 404))


async def health(request: Request) -> JSONResponse:
    """503 tells a load balancer to send no more calls."""
    status = {"status": "stopping" if stopping.is_set() else "ok", "calls": len(calls)}
    return JSONResponse(status, 503 if stopping.is_set() else 200)


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncGenerator[None, None]:
    """At SIGTERM or SIGINT the calls are told and drained before the server closes their sockets."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    log.setLevel(os.environ.get("LOG_LEVEL", "INFO").upper())
    stopping.clear()
    loop, tasks = asyncio.get_running_loop(), set[asyncio.Task[None]]()
    servers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    async def stop(number: int) -> None:
        stopping.set()
        for call in calls:
            call.go_away()
        if calls:
            await asyncio.wait(calls.values())
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
