"""A worker whose calls move to another one when it is told to stop, by way of Redis or Valkey.

    OPENAI_API_KEY=... python moving_worker.py --port 9001 --redis redis://127.0.0.1:6379

Its clients come through `moving_relay.py`. At SIGTERM each call is stored, and the relay is told how many of
the client's frames it took. Whichever worker the relay goes to then takes the call out of the store and dials
the server anew: the call goes on in another session, which is told what was said. One process has a call at
any time, as only one can take it out. Snapshots hold what was said: protect the store as you protect calls.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from redis.asyncio import Redis
from typing_extensions import assert_never
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed, WebSocketException

import realtime_translate as rt

CONFIG = rt.Config.deepgram(renewal=rt.Renewal())  # every worker has the same
MOVED = 4000
STORED_SECONDS = 60  # that long a call waits for a worker
FRAME_BYTES = 16 * 2**20

log = logging.getLogger("worker")


class Store:
    """Calls on their way from one worker to another, in Redis."""

    def __init__(self, url: str) -> None:
        self.redis: Redis = Redis.from_url(url)

    async def put(self, name: str, snapshot: str) -> None:
        await self.redis.set(f"call:{name}", snapshot, ex=STORED_SECONDS)

    async def take(self, name: str) -> str | bytes | None:
        """The call, for this worker alone; None: it begins."""
        return await self.redis.getdel(f"call:{name}")


class Peer:
    """One socket: what waits to be sent to it, and how it is to be closed."""

    def __init__(self) -> None:
        self.outbox: asyncio.Queue[str | bytes | None] = asyncio.Queue()  # None: close the socket
        self.closing = (1000, "")

    def send(self, frame: str | bytes) -> None:
        self.outbox.put_nowait(frame)

    def close(self, code: int, reason: str) -> None:
        self.closing = code, reason
        self.outbox.put_nowait(None)

    async def write(self, socket: ClientConnection | ServerConnection) -> None:
        """Send what waits, in order, and then the close."""
        with suppress(ConnectionClosed):  # which the reader reports
            while (frame := await self.outbox.get()) is not None:
                await socket.send(frame)
            await socket.close(*self.closing)


class Call:
    """One call, from its beginning or from where another worker left it. `taken`: frames of the client."""

    def __init__(self, name: str, store: Store, upstream: str) -> None:
        self.name, self.store, self.url = name, store, upstream
        self.loop = asyncio.get_running_loop()
        self.translator = rt.Translator(CONFIG, clock=self.loop.time)
        self.client, self.upstream = Peer(), Peer()
        self.taken, self.stopped, self.begun = 0, False, asyncio.Event()
        self.timer: asyncio.TimerHandle | None = None
        self.tasks: set[asyncio.Task[None]] = set()

    async def run(self, socket: ServerConnection) -> None:
        """Until the call ends or moves."""
        stored = await self.store.take(self.name)
        if stored is None:
            self.step(self.translator.client_opened)
        else:
            self.translator = rt.Translator.restore(json.loads(stored), CONFIG, clock=self.loop.time)
            leg = self.translator.state.leg
            self.step(self.translator.upstream_closed, None, "the call moved", leg)
        self.begun.set()
        writer = asyncio.create_task(self.client.write(socket))
        with suppress(ConnectionClosed):
            async for frame in socket:
                if not self.stopped:
                    self.taken += 1
                    self.step(self.translator.receive_from_client, frame)
        if not self.stopped:
            self.step(self.translator.client_closed, socket.close_code, socket.close_reason or "")
        self.client.close(1000, "")  # the last word, if there was none
        self.upstream.close(1000, "")
        await writer
        await asyncio.gather(*self.tasks)
        if self.timer is not None:
            self.timer.cancel()

    async def move(self) -> None:
        """Store the call. Nothing more is given to the translator here, and what it has said is sent."""
        await self.begun.wait()
        if self.translator.state.opening == "closed":
            return
        self.stopped = True
        snapshot = json.dumps(self.translator.snapshot())
        await self.store.put(self.name, snapshot)
        self.client.close(MOVED, str(self.taken))
        self.upstream.close(1000, "the call moved")
        log.info("call %s is stored: %s bytes", self.name, len(snapshot))

    def step(self, tell: Callable[..., rt.Outputs], *what: object) -> None:
        """Tell the translator something, and do what it says."""
        if self.stopped:
            return
        for output in tell(*what):
            self.perform(output)
        if self.timer is not None:
            self.timer.cancel()
        deadline = self.translator.next_deadline
        wake = self.translator.handle_timeout
        self.timer = None if deadline is None else self.loop.call_at(deadline, self.step, wake)

    def perform(self, output: rt.Output) -> None:
        match output:
            case rt.SendToClient(data):
                self.client.send(data)
            case rt.SendToUpstream(data):
                self.upstream.send(data)
            case rt.OpenUpstream():
                self.upstream = Peer()
                self.tasks.add(asyncio.create_task(self.hold_upstream(self.upstream, output)))
            case rt.CloseClient(code, reason):
                self.client.close(code, reason)
            case rt.CloseUpstream(code, reason):
                self.upstream.close(code, reason)
            case rt.RunFunction(call_id):  # a host that has functions lets them end before it stores the call
                refused = json.dumps({"error": "this host has no functions"})
                self.loop.call_soon(self.step, self.translator.function_result, call_id, refused)
            case rt.Notice(code, _, message):
                log.info("call %s: %s: %s", self.name, code, message)
            case _:
                assert_never(output)

    async def hold_upstream(self, peer: Peer, wanted: rt.OpenUpstream) -> None:
        """One socket to the server. All that it says is told with its leg."""
        own, leg = self.translator, wanted.leg
        key = os.environ.get("OPENAI_API_KEY")
        headers = {**wanted.headers, **({"Authorization": f"Bearer {key}"} if key else {})}
        try:
            socket = await connect(
                self.url + wanted.target,
                additional_headers=headers,
                max_size=FRAME_BYTES,
                compression=None,
            )
        except (OSError, asyncio.TimeoutError, WebSocketException) as error:
            self.step(own.upstream_closed, None, type(error).__name__, leg)
            return
        self.step(own.upstream_opened, leg)
        writer = asyncio.create_task(peer.write(socket))
        with suppress(ConnectionClosed):
            async for frame in socket:
                self.step(own.receive_from_upstream, frame, leg)
        self.step(own.upstream_closed, socket.close_code, socket.close_reason or "", leg)
        peer.close(1000, "")
        await writer


class Worker:
    """The calls of this process."""

    def __init__(self, store: Store, upstream: str) -> None:
        self.store, self.upstream = store, upstream
        self.calls: set[Call] = set()

    async def hold(self, socket: ServerConnection) -> None:
        """A call that the relay brings."""
        assert socket.request is not None
        call = Call(socket.request.path.rpartition("/")[2], self.store, self.upstream)
        self.calls.add(call)
        try:
            await call.run(socket)
        finally:
            self.calls.discard(call)


async def listening(worker: Worker, options: argparse.Namespace) -> Server:
    """The server of the relay."""
    listen = partial(serve, max_size=None, compression=None)
    server: Server = await listen(worker.hold, options.host, options.port)
    return server


async def main(options: argparse.Namespace) -> None:
    """Serve until SIGTERM or SIGINT; then the calls move."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    store = Store(options.redis)
    worker = Worker(store, options.upstream.rstrip("/"))
    server = await listening(worker, options)
    host, port = server.sockets[0].getsockname()[:2]
    log.info("listening on ws://%s:%s", host, port)
    await stop.wait()
    server.close(close_connections=False)  # the relay goes to another worker
    await asyncio.gather(*(call.move() for call in [*worker.calls]))
    await server.wait_closed()
    await store.redis.aclose()


if __name__ == "__main__":
    plain = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=plain)
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="to listen on (default: %(default)s)")
    add("--port", type=int, default=9001, help="0: a free one (default: %(default)s)")
    add("--upstream", metavar="URL", default="wss://api.openai.com", help="(default: %(default)s)")
    add("--redis", metavar="URL", default="redis://127.0.0.1:6379", help="(default: %(default)s)")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("websockets").setLevel(logging.WARNING)
    asyncio.run(main(parser.parse_args()))
