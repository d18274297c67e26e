"""A client's socket for `bridge.py`, where a framework's sends are awaited. Copy it along with the host.

A call never waits for a send. A task sends what waits in the outbox, in order, and another one reads.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from time import perf_counter

import bridge
import switchboard


class QueuedSocket:
    """The framework's socket, as a call wants it. A host says how it is read, sent to and closed."""

    gone: tuple[type[Exception], ...] = ()  # what the framework raises when the client has left

    def __init__(self, call: bridge.Call) -> None:
        self.call, self.leg = call, call.client
        self.outbox: deque[str | bytes] = deque()
        self.waiting = 0  # bytes in the outbox
        self.closing: tuple[int, str] | None = None  # what to say after that
        self.timer: asyncio.TimerHandle | None = None  # for a client that does not answer it
        self.more = asyncio.Event()  # something is to be sent
        self.readable = asyncio.Event()
        self.readable.set()

    # --- for each framework ---------------------------------------------------------------------------------

    async def next(self) -> str | bytes | None:
        """The next message of the client. None: it has left, and `ended` was told."""
        raise NotImplementedError

    async def say(self, frame: str | bytes) -> None:
        raise NotImplementedError

    async def hang_up(self, code: int, reason: str) -> None:
        raise NotImplementedError

    def abort(self) -> None:
        """Break the connection off."""
        raise NotImplementedError

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
            self.timer = self.call.loop.call_later(bridge.CLOSE_SECONDS + late, self.give_up)

    @property
    def buffered(self) -> int:
        return self.waiting

    def drop(self) -> None:
        self.waiting = 0
        self.give_up()

    def read(self, on: bool, /) -> None:
        (self.readable.set if on else self.readable.clear)()

    # --- the two tasks --------------------------------------------------------------------------------------

    async def receive(self) -> None:
        """Hand on what the client sends, to its end."""
        while not self.leg.gone.is_set():
            await self.readable.wait()
            frame = await self.next()
            if frame is None:
                return
            began = perf_counter()
            self.leg.received(frame)
            self.call.spent(perf_counter() - began)

    async def write(self) -> None:
        """Send what waits, in order, and then the close."""
        with suppress(*self.gone):  # which is received too
            while self.outbox or self.closing is None:
                if not self.outbox:
                    self.more.clear()
                    await self.more.wait()
                    continue
                frame = self.outbox.popleft()
                await self.say(frame)
                self.waiting -= len(frame)
                if self.leg.congested_now and self.waiting < bridge.OUTBOX_BYTES // 8:
                    self.leg.congested(False)
            if not self.leg.gone.is_set():
                await self.hang_up(*self.closing)

    def give_up(self) -> None:
        """The client does not answer."""
        self.ended(1006, "")
        self.abort()

    def ended(self, code: int, reason: str) -> None:
        """Nothing is sent from now on: some servers would take it for a mistake."""
        if self.timer is not None:
            self.timer.cancel()
        self.outbox.clear()
        self.closing = self.closing or (code, reason)
        self.more.set()
        if not self.leg.gone.is_set():
            self.leg.closed(code, reason)


async def hold(calls: switchboard.Calls, socket: QueuedSocket) -> None:
    """A call, from its beginning to its end."""
    held = calls.begin(socket.call, socket)
    socket.call.spawn(socket.receive())
    socket.call.spawn(socket.write())
    await held
