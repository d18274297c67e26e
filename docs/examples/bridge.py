"""What the hosts beside this file share: one call through a `Translator` on asyncio. Copy it along with them.

A `Call` is one client. One task owns its translator; two readers and a timer feed that task through the
inbox, and each leg has an outbox and one writer, so the order is right by itself. Every queue has a bound:
readers wait while the inbox is full, the client's also while the translator or a busy upstream wants it to,
and a peer that lets more than OUTBOX_BYTES wait is cut off with 1008. Logs are JSON lines, without content
or credentials.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import secrets
import signal
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import Protocol

from typing_extensions import assert_never
from websockets.asyncio.client import connect
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

import realtime_translate as rt

INBOX = 4  # inputs that may wait for the translator
OUTBOX_BYTES = 16 * 2**20  # what may wait for a socket: more than five minutes of the agent's audio
DRAIN_SECONDS = 5.0  # how long sending it may take at the end of a call
CLOSE_SECONDS = 5.0  # how long a peer may take to answer a close
FUNCTION_SECONDS = 8.0  # how long a function may take

log = logging.getLogger("bridge")


async def current_time(arguments: Mapping[str, object]) -> object:
    """An example of a function that the host runs."""
    return {"utc": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())}


# Run when Settings declare a function of that name with an `endpoint`. The endpoint's URL is not called: it
# is the client that chose it.
Function = Callable[[Mapping[str, object]], Awaitable[object]]
FUNCTIONS: dict[str, Function] = {"current_time": current_time}


class Socket(Protocol):
    """What a call needs of a socket: that of `websockets`. It raises ConnectionClosed once it is closed."""

    @property
    def close_code(self) -> int | None: ...
    @property
    def close_reason(self) -> str | None: ...
    async def recv(self) -> str | bytes: ...
    async def send(self, frame: str | bytes, /) -> None: ...
    async def close(self, code: int, reason: str) -> None: ...


@dataclass(eq=False)
class Leg:
    """One socket of a call: what the translator is told of it, what waits to be sent, and how it closes."""

    receive: Callable[[str | bytes], rt.Outputs]
    closed: Callable[[int | None, str], rt.Outputs]
    socket: Socket | None = None
    writer: asyncio.Task[None] = field(init=False)  # the only task that sends to the socket
    outbox: asyncio.Queue[str | bytes | None] = field(default_factory=asyncio.Queue)
    waiting: int = 0  # bytes in the outbox
    cut: bool = False
    retired: bool = False  # another one took its place: what it still says is not heard
    closing: tuple[int, str] = (1000, "")

    def put(self, frame: str | bytes) -> None:
        self.waiting += len(frame)
        self.outbox.put_nowait(frame)

    async def write(self, socket: Socket) -> None:
        with suppress(ConnectionClosed):  # which the reader reports
            while (frame := await self.outbox.get()) is not None:
                await socket.send(frame)
                self.waiting -= len(frame)

    async def finish(self) -> None:
        """Send what waits, unless the peer was cut off, and close the socket."""
        if self.socket is not None:
            self.outbox.put_nowait(None)
            await asyncio.wait([self.writer], timeout=0 if self.cut else DRAIN_SECONDS)
            self.writer.cancel()
            with suppress(asyncio.TimeoutError, ConnectionClosed):  # a peer may not read
                await asyncio.wait_for(self.socket.close(*self.closing), CLOSE_SECONDS)


Input = tuple[Leg | None, Callable[[], rt.Outputs]]  # what the translator is told, and by which leg


class Call:
    """One client, its translator, and its socket to the server at the URL `upstream`.

    `early`: that is dialled when the client comes, and not when it has sent Settings.
    """

    def __init__(self, config: rt.Config, upstream: str, *, early: bool = False) -> None:
        self.id = secrets.token_urlsafe(12)  # the request_id of Welcome too
        self.loop = asyncio.get_running_loop()
        self.translator = own = rt.Translator(config, clock=self.loop.time, new_id=lambda: self.id)
        self.client = Leg(self.hear, own.client_closed)
        self.upstream = Leg(own.receive_from_upstream, own.upstream_closed)
        self.url, self.early = upstream.rstrip("/"), early
        self.dialled: tuple[str, asyncio.Task[None]] | None = None  # the target, and who reads from there
        self.inbox: asyncio.Queue[Input] = asyncio.Queue(INBOX)
        self.over = asyncio.Event()
        self.tasks: set[asyncio.Task[None]] = set()

    def hear(self, frame: str | bytes) -> rt.Outputs:
        """What the client sends; a host whose clients speak another protocol overrides this and `tell`."""
        return self.translator.receive_from_client(frame)

    def tell(self, output: rt.SendToClient) -> None:
        """What the client gets."""
        self.client.put(output.data)

    async def run(self, socket: Socket) -> None:
        """The whole call, until both sockets are closed."""
        self.log(logging.INFO, "the call began")
        try:
            self.spawn(self.own_translator())
            self.spawn(self.hold(self.client, socket))
            await self.over.wait()
            await asyncio.gather(self.client.finish(), self.upstream.finish())
        finally:
            for task in (running := [*self.tasks]):
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            self.log(logging.INFO, "the call ended", client_close_code=socket.close_code)

    def go_away(self) -> None:
        """The process ends, and so does the call, in the way of its dialect."""
        step = partial(self.translator.close, 1001, "the proxy is shutting down")
        self.spawn(self.inbox.put((None, step)))

    async def own_translator(self) -> None:
        """The only code that gives inputs to the translator; after the end it absorbs them."""
        self.perform(self.translator.client_opened())
        if self.early:
            self.dial(self.translator.early_dial)
        while True:
            deadline = self.translator.next_deadline
            timer = None if deadline is None else self.loop.call_at(deadline, self.tick)
            try:
                sender, step = await self.inbox.get()
            finally:
                if timer is not None:
                    timer.cancel()
            if sender is None or not sender.retired:
                self.perform(step())
            for leg in (self.client, self.upstream):
                if leg.waiting > OUTBOX_BYTES and not leg.cut:
                    leg.cut, leg.closing = True, (1008, "frames are read too slowly")
                    self.log(logging.WARNING, "a peer was cut off", upstream=leg is self.upstream)
                    self.perform(leg.closed(*leg.closing))

    def tick(self) -> None:
        with suppress(asyncio.QueueFull):  # then another input comes, and it fires what is due
            self.inbox.put_nowait((None, self.translator.handle_timeout))

    def perform(self, outputs: rt.Outputs) -> None:
        """Do what the translator says, in order and without awaiting."""
        for output in outputs:
            match output:
                case rt.SendToClient():
                    self.tell(output)
                case rt.SendToUpstream(data):
                    self.upstream.put(data)
                case rt.OpenUpstream():
                    self.dial(output)
                case rt.CloseClient(code, reason):
                    self.client.closing = (code, reason)
                    self.over.set()
                case rt.CloseUpstream(code, reason):
                    self.upstream.closing = (code, reason)
                    if self.translator.state.opening == "closed":  # else another is dialled
                        self.over.set()
                case rt.RunFunction():
                    self.spawn(self.run_function(output))
                case rt.Notice(code, level, message, fields):
                    self.log(getattr(logging, level.name), message, notice=code, fields=dict(fields))
                case _:
                    assert_never(output)

    def dial(self, wanted: rt.OpenUpstream) -> None:
        """Dial, unless that was done before Settings came. A socket to another model goes, open or not."""
        if self.dialled is not None:
            target, reader = self.dialled
            if target == wanted.target:
                return
            self.upstream.retired = True
            self.upstream.outbox.put_nowait(None)
            reader.cancel()
            self.upstream = Leg(self.upstream.receive, self.upstream.closed)
        self.dialled = wanted.target, self.spawn(self.dial_upstream(self.upstream, wanted))

    async def dial_upstream(self, leg: Leg, wanted: rt.OpenUpstream) -> None:
        """Dial, and read until either side closes; closed with 1000 if this is cancelled."""
        key = os.environ.get("OPENAI_API_KEY")
        dialled = connect(
            self.url + wanted.target,
            additional_headers={**wanted.headers, **({"Authorization": f"Bearer {key}"} if key else {})},
            max_size=OUTBOX_BYTES,
            compression=None,
            close_timeout=CLOSE_SECONDS,
            ping_interval=10,  # a dead server is noticed before the client that is paused for it
            ping_timeout=10,
        )
        try:
            async with dialled as socket:
                await self.hold(leg, socket)
        except (OSError, asyncio.TimeoutError, WebSocketException) as error:  # on 3.10 three kinds
            status = error.response.status_code if isinstance(error, InvalidStatus) else None
            facts = {"error": type(error).__name__, "status": status, "has_key": bool(key)}
            self.log(logging.WARNING, "upstream cannot be reached", **facts)
            await self.inbox.put((leg, partial(leg.closed, None, "cannot be reached")))

    async def hold(self, leg: Leg, socket: Socket) -> None:
        """Start the socket's writer, and feed its frames and then its close to the translator."""
        leg.socket, leg.writer = socket, self.spawn(leg.write(socket))
        if leg is not self.client:
            await self.inbox.put((leg, self.translator.upstream_opened))
        with suppress(ConnectionClosed):
            while True:
                while leg is self.client and self.client_must_wait():
                    await asyncio.sleep(0.02)
                await self.inbox.put((leg, partial(leg.receive, await socket.recv())))
        await self.inbox.put((leg, partial(leg.closed, socket.close_code, socket.close_reason or "")))

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
        await self.inbox.put((None, partial(self.translator.function_result, call.call_id, content)))

    def spawn(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        """Run `work` beside the call, at the latest until its end."""
        self.tasks.add(task := asyncio.create_task(work))
        task.add_done_callback(self.ended)
        return task

    def ended(self, task: asyncio.Task[None]) -> None:
        """A task that failed ends the call."""
        self.tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a task failed", exc_info=error, extra={"fields": {"call": self.id}})
            self.client.closing = self.upstream.closing = (1011, "internal error")
            self.over.set()

    def log(self, level: int, message: str, **fields: object) -> None:
        log.log(level, message, extra={"fields": {"call": self.id, **fields}})


class Calls:
    """The calls of this process. When it stops they are told and drained, and there will be no more."""

    def __init__(self) -> None:
        self.running: dict[Call, asyncio.Task[None]] = {}
        self.stopping = False

    async def hold(self, call: Call, socket: Socket) -> None:
        self.running[call] = task = asyncio.create_task(call.run(socket))
        if self.stopping:  # it was about to come when the process was told to stop
            call.go_away()
        try:
            await task
        finally:
            del self.running[call]

    async def drain(self) -> None:
        self.stopping = True
        for call in self.running:
            call.go_away()
        if self.running:
            await asyncio.wait(self.running.values())

    def health(self) -> tuple[int, dict[str, object]]:
        """A status of HTTP and its body; 503 tells a load balancer to send no more calls."""
        status = "stopping" if self.stopping else "ok"
        return 503 if self.stopping else 200, {"status": status, "calls": len(self.running)}


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {"time": self.formatTime(record), "level": record.levelname, "message": record.getMessage()}
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps({**entry, **getattr(record, "fields", {})}, default=str)


def log_as_json(level: str) -> None:
    """Only this file's logger gets the level: in the debug log of `websockets` are headers and frames."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    log.setLevel(level.upper())


def common_options(about: str | None, port: int, path: str) -> argparse.ArgumentParser:
    """What `listening` and `run` need on the command line."""
    plain = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=about, formatter_class=plain)
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="to listen on (default: %(default)s)")
    add("--port", type=int, default=port, help="to listen on; 0: a free one (default: %(default)s)")
    add("--path", default=path, help="where clients connect (default: %(default)s)")
    add("--upstream", metavar="URL", default="wss://api.openai.com", help="(default: %(default)s)")
    add("--log-level", choices=["debug", "info", "warning", "error"], default="info", help="of the Notices")
    return parser


@asynccontextmanager
async def listening(make: Callable[[], Call], options: argparse.Namespace) -> AsyncGenerator[Server, None]:
    """A server that makes a call for each client. Ends the process if the port is taken."""
    calls = Calls()

    def respond(socket: ServerConnection, request: Request) -> Response | None:
        path = request.path.partition("?")[0]
        if path == "/healthz":
            status, body = calls.health()
            return socket.respond(HTTPStatus(status), json.dumps(body))
        return None if path == options.path else socket.respond(HTTPStatus.NOT_FOUND, "Not Found\n")

    def select(socket: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
        return offered[0] if offered else None  # browsers offer ["token", KEY] and want one of them back

    async def handle(socket: ServerConnection) -> None:
        await calls.hold(make(), socket)

    listen = partial(serve, process_request=respond, select_subprotocol=select, compression=None)
    try:
        server: Server = await listen(handle, options.host, options.port, close_timeout=CLOSE_SECONDS)
    except OSError as error:
        raise SystemExit(f"cannot listen: {error.strerror}") from None
    try:
        yield server
    finally:
        server.close(close_connections=False)
        await calls.drain()
        await server.wait_closed()


async def run(serving: AbstractAsyncContextManager[Server], options: argparse.Namespace) -> None:
    """Serve until SIGTERM or SIGINT."""
    log_as_json(options.log_level)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with serving as server:
        host, port = server.sockets[0].getsockname()[:2]
        log.info("listening", extra={"fields": {"url": f"ws://{host}:{port}{options.path}"}})
        await stop.wait()
        log.info("shutting down")
