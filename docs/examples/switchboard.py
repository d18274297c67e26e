"""All calls of a process: who may begin one, and how they end with it. Copy it along with `bridge.py`."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from typing import Any, cast

import bridge
from access import SCHEMES, Authorize, Caller, Keys, Request, address, chosen, here
from attrs import frozen
from bounds import SWEEP_SECONDS, Bounds, Connection, Lobby, buffered, sweep
from bounds import chosen as chosen_bounds
from bridge import Call, Socket, log, sources

import realtime_translate as rt

LOG_SECONDS = 1.0  # between two lines that say for the same reason that a client was refused


@frozen
class Answer:
    """What is answered to a request that begins no call: a status of HTTP and what belongs to it."""

    status: int
    body: str
    headers: Mapping[str, str] = {}


NOT_FOUND = Answer(404, "Not Found\n")
STOPPING = Answer(503, "shutting down\n", {"Retry-After": "5"})
NO_KEY = Answer(401, "a key is wanted\n", {"WWW-Authenticate": "Token"})
FORBIDDEN = Answer(403, "Forbidden\n")
BUSY = Answer(503, "too many calls\n", {"Retry-After": "5"})


def subprotocol(offered: Iterable[str]) -> str | None:
    """What is chosen of what a browser offers, as in ["token", KEY]: the key is never sent back."""
    return next((each for each in offered if each in SCHEMES), None)


def written(answer: Answer) -> bytes:
    """The same as bytes, for a client that is not asked first what it wants."""
    head = {**answer.headers, "Content-Length": f"{len(answer.body)}", "Connection": "close"}
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}\r\n{lines}\r\n{answer.body}".encode()


def warm_up() -> None:
    """Begin a call that nobody has: what is done once would be the first caller's share of the process."""
    audio = {"encoding": "linear16", "sample_rate": 16000}
    think = {"provider": {"type": "open_ai", "model": "none"}, "functions": [{"name": "f", "parameters": {}}]}
    said = {"type": "Settings", "audio": {"input": audio, "output": audio}, "agent": {"think": think}}
    call = rt.Translator(rt.Config.deepgram(), clock=time.monotonic, new_id=lambda: "none")
    call.client_opened()
    call.receive_from_client(json.dumps(said))
    call.upstream_opened()
    for event in ("session.created", "session.updated"):
        call.receive_from_upstream(json.dumps({"type": event, "session": {"type": "realtime"}}))
    call.receive_from_client(bytes(640))


class Calls:
    """The calls of this process. When it stops they are told and drained, and there will be no more."""

    def __init__(self) -> None:
        self.authorize: Authorize = here
        self.bounds = Bounds()
        self.lobby = Lobby()
        self.places = set[Caller]()  # who has a call, or is about to
        self.held = Counter[str]()  # how many of these each caller has
        self.running: dict[Call, asyncio.Task[None]] = {}
        self.timer: asyncio.TimerHandle | None = None  # for the next sweep
        self.stopping = False
        self.refused = Counter[str]()  # clients, by reason
        self.begun = Counter[str]()  # calls, by caller
        self.told = dict[str, tuple[float, int]]()  # when a refusal was logged last, and how many there were
        sources.append(self.samples)

    def open(
        self, options: argparse.Namespace, choose: Callable[[argparse.Namespace], Authorize] = chosen
    ) -> None:
        """From now on calls are taken, as the options say. Raises SetupError."""
        self.authorize, self.bounds, self.stopping = choose(options), chosen_bounds(options), False
        warm_up()

    def begin(self, call: Call, socket: Socket) -> asyncio.Task[None]:
        """A client has come. The task ends with its call."""
        self.running[call] = task = asyncio.create_task(call.run())
        task.add_done_callback(lambda _: self.ended(call))
        self.place(call.caller)
        if self.timer is None:
            self.timer = call.loop.call_later(SWEEP_SECONDS, self.sweep)
        self.begun[call.caller.name] += 1
        call.begin(socket)
        if self.stopping:  # it was about to come when the process was told to stop
            call.go_away()
        return task

    def ended(self, call: Call) -> None:
        del self.running[call]
        self.leave(call.caller)

    def sweep(self) -> None:
        """Look after the calls, as long as there are any."""
        loop = asyncio.get_running_loop()
        sweep(self.running, self.bounds, loop.time())
        self.timer = loop.call_later(SWEEP_SECONDS, self.sweep) if self.running else None

    async def linger(self, seconds: float) -> None:
        """Take no more calls, and give those there are so long to end by themselves."""
        self.stopping = True
        if self.running and seconds > 0:
            log.info("no more calls", extra={"fields": {"calls": len(self.running), "seconds": seconds}})
            await asyncio.wait(self.running.values(), timeout=seconds)

    async def drain(self) -> None:
        self.stopping = True
        for call in [*self.running]:
            call.go_away()
        if self.running:
            await asyncio.wait(self.running.values())

    # --- who may begin one ----------------------------------------------------------------------------------

    def admit(self, request: Request) -> Caller | Answer:
        """Who calls, or what to answer instead of opening a WebSocket. A host asks it before it does."""
        name = self.authorize(request)
        if name is None:
            answer = NO_KEY if isinstance(self.authorize, Keys) else FORBIDDEN
            return self.refuse(request.peer, "not authorized", answer)
        if self.stopping:
            return self.refuse(request.peer, "stopping", STOPPING)
        if len(self.places) >= self.bounds.calls:
            return self.refuse(request.peer, "too many calls", BUSY)
        if self.held[name] >= self.bounds.calls_per_caller:
            return self.refuse(request.peer, "too many calls of one caller", BUSY)
        caller = Caller(name, request.peer)
        self.place(caller)
        return caller

    def place(self, caller: Caller) -> None:
        if caller not in self.places:
            self.places.add(caller)
            self.held[caller.name] += 1

    def leave(self, caller: Caller) -> None:
        """It has no call any more, or got none although it was admitted."""
        if caller in self.places:
            self.places.remove(caller)
            self.held -= Counter([caller.name])  # which forgets who has none

    @contextmanager
    def placed(self, met: Caller | Answer) -> Generator[Caller | Answer, None, None]:
        """It leaves at the latest at the end."""
        try:
            yield met
        finally:
            if isinstance(met, Caller):
                self.leave(met)

    def enter(self, connection: Connection, peer: str) -> Answer | None:
        """What to answer to a connection for which there is no room, whatever it wants."""
        reason = self.lobby.enter(connection, self.bounds)
        return None if reason is None else self.refuse(peer, reason, BUSY)

    def meet(self, request: Request, path: str) -> Caller | Answer:
        """The same where a host has no routes: calls begin at `path`, and /healthz is asked for health."""
        asked = request.target.partition("?")[0]
        if asked == "/healthz":
            return self.health()
        return self.admit(request) if asked == path else NOT_FOUND

    def refuse(self, peer: str, reason: str, answer: Answer) -> Answer:
        """Count it, and log it unless that was just done: strangers shall not fill the log."""
        self.refused[reason] += 1
        last, count = self.told.get(reason, (-LOG_SECONDS, 0))
        if (now := time.monotonic()) - last >= LOG_SECONDS:
            times = self.refused[reason]
            self.told[reason] = now, times
            fields = {"reason": reason, "status": answer.status, "peer": peer, "times": times - count}
            log.log(logging.WARNING, "a client was refused", extra={"fields": fields})
        return answer

    def health(self) -> Answer:
        """503 tells a load balancer to send no more calls. How many there are is told by /metrics alone."""
        state, status = ("stopping", 503) if self.stopping else ("ok", 200)
        return Answer(status, json.dumps({"status": state}), {"Content-Type": "application/json"})

    # --- for /metrics ---------------------------------------------------------------------------------------

    def samples(self) -> Iterator[tuple[str, Mapping[str, str], float]]:
        """Names, labels and values."""
        for reason, times in (self.refused + self.lobby.broken_off).items():
            yield "refused_total", {"reason": reason}, times
        for caller, times in self.begun.items():
            yield "calls_by_caller_total", {"caller": caller}, times
            yield "calls", {"caller": caller}, self.held[caller]
        yield "connections", {}, len(self.lobby.connected)
        yield "handshakes", {}, len(self.lobby.shaking)
        yield "buffered_bytes", {}, sum(buffered(leg) for call in self.running for leg in call.legs)


# --- where a library tells of no connection before it wants something ---------------------------------------


class Guest(asyncio.BaseProtocol):
    """A client's connection, which is served by the library's own `protocol` if there is room for it.

    The library's transport is what the lobby knows. It stays in a handshake until that is `shaken`.
    """

    transport: asyncio.Transport

    def __init__(self, calls: Calls, protocol: Any) -> None:
        self.calls = calls
        self.protocol: Any = protocol
        self.timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # others have other classes
        answer = self.calls.enter(self.transport, address(transport.get_extra_info("peername")))
        if answer is None:
            self.watch()
            self.protocol.connection_made(transport)
        else:
            self.protocol = asyncio.Protocol()  # the library hears nothing of it
            self.transport.write(written(answer))
            self.transport.close()

    def watch(self) -> None:
        late = partial(self.calls.lobby.late, self.transport)
        self.timer = asyncio.get_running_loop().call_later(bridge.OPEN_SECONDS, late)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.timer is not None:
            self.timer.cancel()
        self.calls.lobby.leave(self.transport)
        self.protocol.connection_lost(exc)

    def pause_writing(self) -> None:
        self.protocol.pause_writing()

    def resume_writing(self) -> None:
        self.protocol.resume_writing()

    def eof_received(self) -> bool | None:
        stays: bool | None = self.protocol.eof_received()
        return stays


class StreamGuest(Guest, asyncio.Protocol):
    """The same for a library that is given what has come."""

    def data_received(self, data: bytes) -> None:
        self.protocol.data_received(data)


class BufferedGuest(Guest, asyncio.BufferedProtocol):
    """The same for a library that has a buffer of its own."""

    def get_buffer(self, sizehint: int) -> Any:
        return self.protocol.get_buffer(sizehint)

    def buffer_updated(self, nbytes: int) -> None:
        self.protocol.buffer_updated(nbytes)
