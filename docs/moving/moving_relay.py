"""A relay: it keeps the sockets of clients while their calls move between processes.

    python moving_relay.py --worker ws://127.0.0.1:9001 --worker ws://127.0.0.1:9002

Each client gets a socket to the first worker (`moving_worker.py`) that takes it, and frames pass in both
directions as they are. A worker that hands its call over closes with MOVED, and with the number of the
client's frames that it took: what came after those goes to the next worker. The relay knows nothing of what
passes.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import secrets
import signal
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed, WebSocketException

MOVED = 4000
KEPT_FRAMES = 1000  # of the client's: 20 s of audio. A worker that takes no more than that is left behind
FRAME_BYTES = 2**20
NEVER_SENT = (1005, 1006, 1015)  # codes that only say how a socket ended

log = logging.getLogger("relay")


class Relayed:
    """One client. `waiting` are its frames that no worker was sent, `sent` those of the worker at hand."""

    def __init__(self, workers: Sequence[str], patience: float, client: ServerConnection) -> None:
        self.client, self.workers, self.patience = client, workers, patience
        self.name = secrets.token_urlsafe(12)
        self.waiting: deque[str | bytes] = deque()
        self.sent: deque[str | bytes] = deque(maxlen=KEPT_FRAMES)
        self.count = 0  # of all that the worker at hand was sent
        self.more, self.gone = asyncio.Event(), asyncio.Event()

    async def run(self) -> None:
        """Until the client or the call ends."""
        reader = asyncio.create_task(self.read())
        try:
            while not self.gone.is_set():
                worker = await self.next_worker()
                if not await self.serve_by(worker):
                    break
                log.info("call %s moves on", self.name)
        finally:
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)

    async def read(self) -> None:
        """What the client sends, to its end."""
        with suppress(ConnectionClosed):
            async for frame in self.client:
                self.waiting.append(frame)
                self.more.set()
                while len(self.waiting) >= KEPT_FRAMES:  # the client waits as well
                    await asyncio.sleep(0.02)
        self.gone.set()

    async def next_worker(self) -> ClientConnection:
        """A socket to the first worker that takes the call. Hangs up and raises if there is none in time."""
        loop = asyncio.get_running_loop()
        end = loop.time() + self.patience
        while loop.time() < end and not self.gone.is_set():
            for url in self.workers:
                with suppress(OSError, asyncio.TimeoutError, WebSocketException):
                    return await connect(f"{url}/calls/{self.name}", max_size=None, compression=None)
            await asyncio.sleep(0.05)
        await self.client.close(1011, "nobody takes the call")
        raise ConnectionError(f"no worker takes call {self.name}")

    async def serve_by(self, worker: ClientConnection) -> bool:
        """Pass frames on, in both directions. Whether the call goes on at another worker."""
        sender = asyncio.create_task(self.write(worker))
        leaving = asyncio.create_task(self.leave(worker))
        try:
            with suppress(ConnectionClosed):
                async for frame in worker:
                    await self.client.send(frame)
        finally:
            for task in (sender, leaving):
                task.cancel()
            await asyncio.gather(sender, leaving, return_exceptions=True)
        if worker.close_code == MOVED and not self.gone.is_set():
            untaken = self.count - int(worker.close_reason or 0)
            self.waiting.extendleft([*self.sent][: -untaken - 1 : -1])
            self.sent.clear()
            self.count = 0
            self.more.set()
            return True
        code = worker.close_code or 1006
        await self.client.close(1011 if code in NEVER_SENT else code, worker.close_reason or "")
        await worker.close()
        return False

    async def write(self, worker: ClientConnection) -> None:
        """Send the worker what waits. A frame counts as sent before it is: it may get there."""
        with suppress(ConnectionClosed):
            while True:
                self.more.clear()
                while self.waiting:
                    frame = self.waiting.popleft()
                    self.sent.append(frame)
                    self.count += 1
                    await worker.send(frame)
                await self.more.wait()

    async def leave(self, worker: ClientConnection) -> None:
        """The worker is told that the client has left."""
        await self.gone.wait()
        code = self.client.close_code or 1006
        await worker.close(1001 if code in NEVER_SENT else code, self.client.close_reason or "")


async def hold(workers: Sequence[str], patience: float, client: ServerConnection) -> None:
    """One client."""
    with suppress(ConnectionError):
        await Relayed(workers, patience, client).run()


async def listening(options: argparse.Namespace) -> Server:
    """The server of the clients."""
    accept = partial(hold, options.worker, options.patience)
    listen = partial(serve, max_size=FRAME_BYTES, compression=None)
    server: Server = await listen(accept, options.host, options.port)
    return server


async def main(options: argparse.Namespace) -> None:
    """Serve until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    server = await listening(options)
    host, port = server.sockets[0].getsockname()[:2]
    log.info("listening on ws://%s:%s", host, port)
    await stop.wait()
    server.close()
    await server.wait_closed()


if __name__ == "__main__":
    plain = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=plain)
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="to listen on (default: %(default)s)")
    add("--port", type=int, default=8765, help="0: a free one (default: %(default)s)")
    add("--worker", action="append", required=True, metavar="URL", help="may be given again")
    patience = "until a client is hung up on for which there is no worker (default: %(default)s)"
    add("--patience", type=float, default=10.0, metavar="SECONDS", help=patience)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    asyncio.run(main(parser.parse_args()))
