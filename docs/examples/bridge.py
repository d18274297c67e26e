"""What the hosts beside this file share: one call through a `Translator` on asyncio. Copy it along with them.

A `Call` is one client. No frame waits for a task: what a socket says is given to the translator where it
comes in, and what the translator answers goes straight to the sockets. As the translator never waits, it has
one owner and its outputs one order. Every queue has a bound: the client is not read while the translator or
a busy upstream wants it to wait, nor while its call has used more than its share of the process, and a peer
that lets more than OUTBOX_BYTES wait is cut off with 1008. What is logged holds neither content nor
credentials. What a `Socket` is, each host says for its own library.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from functools import partial
from math import inf
from typing import Protocol

import dialling
import upstreams
from access import Caller
from typing_extensions import assert_never

import realtime_translate as rt

FRAME_BYTES = 2**20  # the longest message taken from a client
OUTBOX_BYTES = 16 * 2**20  # what may wait for a socket: more than five minutes of the agent's audio
OPEN_SECONDS = 10.0  # how long an opening handshake may take
DIAL_SECONDS = 8.0  # how long a server is dialled again: less than `configure_timeout`, which ends the call
DRAIN_SECONDS = 5.0  # how long sending what waits may take at the end of a call
CLOSE_SECONDS = 5.0  # how long a peer may take to answer a close
CLIENT_PING_SECONDS = 20.0  # a peer that says nothing for twice as long, and answers no ping, is gone
UPSTREAM_PING_SECONDS = 10.0  # shorter: a dead server is noticed before the client that is paused for it
FUNCTION_SECONDS = 8.0  # how long a function may take
SHARE = 0.05  # of the process's time that one call may use: ten times what a conversation takes
TURN_SECONDS = 0.02  # which it may use at once before that is asked

# How much text of a client is decoded at once: the other calls wait meanwhile.
LIMITS = rt.Limits(text_bytes_up=2**18, json_values=20_000)

log = logging.getLogger("bridge")
observers: list[Callable[[rt.Output, str, float], None]] = []  # told each output, of which call, and when
sources: list[Callable[[], Iterable[tuple[str, Mapping[str, str], float]]]] = []  # of more for /metrics


async def current_time(arguments: Mapping[str, object]) -> object:
    """An example of a function that the host runs."""
    return {"utc": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())}


# Run when Settings declare a function of that name with an `endpoint`. The endpoint's URL is not called: it
# is the client that chose it.
Function = Callable[[Mapping[str, object]], Awaitable[object]]
FUNCTIONS: dict[str, Function] = {"current_time": current_time}


def functions_of(caller: Caller) -> Mapping[str, Function]:
    """The functions that the host runs for this caller: yours may depend on it."""
    return FUNCTIONS


class Socket(Protocol):
    """What a call needs of a socket. Nothing of it waits or raises, even after the end of the socket.

    The socket tells its `Leg` when it is `opened`, each whole message `received`, when writing is `congested`
    and when that is over, and when it is `closed`, at the latest some seconds after `close`.
    """

    @property
    def waiting(self) -> int:
        """How many bytes the system has not taken yet."""
        ...

    @property
    def buffered(self) -> int:
        """The same, with what has come of messages that are not whole yet."""
        ...

    def send(self, frame: str | bytes, /) -> None:
        """Send a text or a binary frame."""

    def close(self, code: int, reason: str, /) -> None:
        """Send what waits and a close frame."""

    def read(self, on: bool, /) -> None:
        """Go on reading, or stop."""

    def drop(self) -> None:
        """Break off, and forget what waits."""


class Leg:
    """One side of a call: its socket, and what the translator is told of it."""

    def __init__(
        self,
        call: Call,
        hear_opened: Callable[[], rt.Outputs],
        hear: Callable[[str | bytes], rt.Outputs],
        hear_closed: Callable[[int | None, str], rt.Outputs],
    ) -> None:
        self.call, self.hear_opened, self.hear, self.hear_closed = call, hear_opened, hear, hear_closed
        self.socket: Socket | None = None
        self.heard = False  # something came since that was asked last
        self.congested_now = False  # the system does not take what is sent
        self.retired = False  # closed, or another took its place: what it still says is not heard
        self.held = False  # what the socket says has to wait
        self.late: deque[str | bytes] = deque()  # what it said all the same, as it had been read already
        self.gone = asyncio.Event()
        self.close_code: int | None = None

    def send(self, frame: str | bytes) -> None:
        if self.socket is not None:
            self.socket.send(frame)

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Close the socket, once. It is given some seconds for it."""
        if not self.retired:
            self.retired = True
            if self.socket is not None:
                self.socket.close(code, reason)

    # --- what the socket tells ------------------------------------------------------------------------------

    def opened(self, socket: Socket) -> None:
        self.socket = socket
        if self.retired:  # while it was dialled
            socket.close(1000, "")
        else:
            self.call.step(self.hear_opened)

    def received(self, frame: str | bytes) -> None:
        self.heard = True
        if self.held:
            self.late.append(frame)
        elif not self.retired:
            self.call.step(self.hear, frame)

    def congested(self, now: bool) -> None:
        self.congested_now = now
        self.call.regulate()

    def closed(self, code: int | None, reason: str) -> None:
        self.close_code = code
        self.gone.set()
        if not self.retired:
            self.retired = True
            self.call.step(self.hear_closed, code, reason)


# Opens a socket to a URL with these headers, and gives it to the leg by `opened`. Raises OSError.
Dial = Callable[[Leg, str, Mapping[str, str]], Awaitable[None]]


class Call:
    """One client, its translator, and its socket to the server at the URL `upstream`, opened by `dial`.

    `early`: that is dialled when the client comes, and not when it has sent Settings. `others`: the URLs of
    the servers in `Renewal.fallback`, by name.
    """

    def __init__(
        self,
        config: rt.Config,
        upstream: str,
        dial: Dial,
        caller: Caller,
        *,
        early: bool = False,
        others: Mapping[str, str] | None = None,
    ) -> None:
        self.id = secrets.token_urlsafe(12)  # the request_id of Welcome too
        self.caller, self.functions = caller, functions_of(caller)
        self.who = {"call": self.id, "caller": caller.name, "peer": caller.peer}  # in each line of the log
        self.loop = asyncio.get_running_loop()
        self.translator = own = rt.Translator(config, clock=self.loop.time, new_id=lambda: self.id)
        self.client = Leg(self, own.client_opened, self.hear, own.client_closed)
        self.upstream = self.upstream_leg(1)
        self.legs = [self.client, self.upstream]
        self.dial_leg, self.early = dial, early
        self.servers = {"": (config.upstream, upstream.rstrip("/"))}  # as OpenUpstream names them
        rows = config.renewal.fallback if config.renewal else ()
        self.servers |= {row.name: (row, (others or {})[row.name]) for row in rows}
        self.dialled: tuple[tuple[str, int], asyncio.Task[None]] | None = None  # target, leg; who dials
        self.timer: asyncio.TimerHandle | None = None
        self.wakes = inf  # when it is due
        self.used, self.since = 0.0, self.loop.time()  # seconds of work, and since when
        self.heard_at = self.since  # when the client was known to say something
        self.resting: asyncio.TimerHandle | None = None  # until the call has a right to more
        self.over = asyncio.Event()
        self.tasks: set[asyncio.Task[None]] = set()

    def upstream_leg(self, number: int) -> Leg:
        """A socket to the server. The translator is told which: a renewed session has another one."""
        own = self.translator
        return Leg(
            self,
            partial(own.upstream_opened, leg=number),
            partial(own.receive_from_upstream, leg=number),
            partial(own.upstream_closed, leg=number),
        )

    def hear(self, frame: str | bytes) -> rt.Outputs:
        """What the client sends; a host whose clients speak another protocol overrides this and `tell`."""
        return self.translator.receive_from_client(frame)

    def tell(self, output: rt.SendToClient) -> None:
        """What the client gets."""
        self.client.send(output.data)

    async def run(self) -> None:
        """Wait for the end of the call and until its sockets are closed."""
        self.log(logging.INFO, "the call began")
        try:
            await self.over.wait()
            if self.dialled is not None and self.upstream.socket is None:
                self.dialled[1].cancel()
            for leg in self.legs:
                leg.close()
            self.regulate()
            for leg in self.legs:
                if leg.socket is not None:
                    await leg.gone.wait()
        finally:
            for handle in (self.timer, self.resting):
                if handle is not None:
                    handle.cancel()
            for task in (running := [*self.tasks]):
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            self.log(logging.INFO, "the call ended", client_close_code=self.client.close_code)

    def begin(self, socket: Socket) -> None:
        """The client is there. It is heard from now on."""
        self.client.opened(socket)
        if self.early:
            self.dial(self.translator.early_dial)

    def go_away(self) -> None:
        """The process ends, and so does the call, in the way of its dialect."""
        self.step(self.translator.close, 1001, "the proxy is shutting down")

    def step(self, tell: Callable[..., rt.Outputs], *what: object) -> None:
        """Tell the translator something, and do what it says. Nothing else gives it inputs."""
        try:
            outputs = tell(*what)
            self.perform(outputs)
            if observers:
                self.show(outputs)
        except Exception as error:
            self.fail(error)
            return
        if self.client.congested_now or self.upstream.congested_now:
            self.cut_off_slow_peers()
        if self.client.held or not outputs:  # of what the translator keeps for later nothing comes yet
            self.regulate()
        deadline = self.translator.next_deadline
        if deadline is not None and deadline < self.wakes:  # else it is set anew when it fires
            if self.timer is not None:
                self.timer.cancel()
            self.wakes, self.timer = deadline, self.loop.call_at(deadline, self.wake)

    def show(self, outputs: rt.Outputs) -> None:
        for output in outputs:
            for observe in observers:
                observe(output, self.id, self.loop.time())

    def wake(self) -> None:
        self.wakes, self.timer = inf, None
        self.step(self.translator.handle_timeout)

    def perform(self, outputs: rt.Outputs) -> None:
        """Do what the translator says, in order and without awaiting."""
        for output in outputs:
            match output:
                case rt.SendToUpstream():  # most of them are
                    self.upstream.send(output.data)
                case rt.SendToClient():
                    self.tell(output)
                case rt.OpenUpstream():
                    self.dial(output)
                case rt.CloseClient(code, reason):
                    self.client.close(code, reason)
                    self.over.set()
                case rt.CloseUpstream(code, reason):
                    self.upstream.close(code, reason)
                    if self.translator.state.opening == "closed":  # else another is dialled
                        self.over.set()
                case rt.RunFunction():
                    self.spawn(self.run_function(output))
                case rt.Notice(code, level, message, fields):
                    self.log(getattr(logging, level.name), message, notice=code, fields=dict(fields))
                case _:
                    assert_never(output)

    def cut_off_slow_peers(self) -> None:
        for leg in self.legs:
            if leg.socket is not None and leg.socket.waiting > OUTBOX_BYTES:
                self.cut_off(leg, "frames are read too slowly")

    def cut_off(self, leg: Leg, reason: str) -> None:
        if not leg.retired:
            self.log(logging.WARNING, "a peer was cut off", upstream=leg is self.upstream, reason=reason)
            leg.close(1008, reason)
            self.step(leg.hear_closed, 1008, reason)

    def fail(self, error: BaseException) -> None:
        """A bug of the host ends the call."""
        log.error("the call failed", exc_info=error, extra={"fields": self.who})
        for leg in self.legs:
            leg.close(1011, "internal error")
        self.over.set()

    # --- when the client is read ----------------------------------------------------------------------------

    def regulate(self) -> None:
        """Read the client unless it has to wait. At the end its answer to the close is read in any case."""
        client, socket = self.client, self.client.socket
        busy = self.upstream.congested_now or self.translator.client_paused
        hold = self.resting is not None or (busy and not client.retired)
        if socket is None or hold == client.held:
            return
        client.held = hold
        while client.late and not client.held:
            began = time.perf_counter()
            client.received(client.late.popleft())
            self.spent(time.perf_counter() - began)
        socket.read(not client.held)

    def spent(self, seconds: float) -> None:
        """So long the process was busy with what the client sent, and with nobody else's."""
        self.used += seconds
        if self.used > TURN_SECONDS:
            self.rest()

    def rest(self) -> None:
        """Read no more of the client, if its call used more than its share, until that is what it used."""
        if self.resting is None:
            now = self.loop.time()
            rest = self.used / SHARE - (now - self.since)
            self.used, self.since = 0.0, now + max(rest, 0.0)
            if rest > 0:
                self.resting = self.loop.call_later(rest, self.rested)
                self.regulate()

    def rested(self) -> None:
        self.resting = None
        self.regulate()

    # --- what takes time ------------------------------------------------------------------------------------

    def dial(self, wanted: rt.OpenUpstream) -> None:
        """Dial, unless that was done before Settings came. A socket to another model, or of a session that is
        renewed, goes, open or not.
        """
        asked = wanted.target, wanted.leg
        if self.dialled is not None:
            before, dialling = self.dialled
            if before == asked:
                return
            dialling.cancel()
            self.upstream.close()
            self.upstream = self.upstream_leg(wanted.leg)
            open_legs = [leg for leg in self.legs if leg.socket is not None and not leg.gone.is_set()]
            self.legs = [*open_legs, self.upstream]
        self.dialled = asked, self.spawn(self.dial_upstream(self.upstream, wanted))

    async def dial_upstream(self, leg: Leg, wanted: rt.OpenUpstream) -> None:
        row, place = self.servers[wanted.server]
        url, dial = place + wanted.target, partial(self.dial_leg, leg)
        credential = partial(upstreams.credential, row)
        seconds = 0.0 if wanted.leg > 1 and len(self.servers) > 1 else DIAL_SECONDS  # others wait
        why = await dialling.reach(dial, url, wanted.headers, credential, seconds, self.log)
        if why is not None:
            leg.closed(None, why)

    async def run_function(self, call: rt.RunFunction) -> None:
        """Answer a function call of the model. It gets an answer in any case."""
        try:
            running = self.functions[call.name](json.loads(call.arguments))
            content = json.dumps(await asyncio.wait_for(running, FUNCTION_SECONDS))
        except Exception as error:
            self.log(logging.WARNING, "a function failed", name=call.name, error=type(error).__name__)
            content = json.dumps({"error": "the function is not available"})
        self.step(self.translator.function_result, call.call_id, content)

    def spawn(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        """Run `work` beside the call, at the latest until its end."""
        self.tasks.add(task := asyncio.create_task(work))
        task.add_done_callback(self.ended)
        return task

    def ended(self, task: asyncio.Task[None]) -> None:
        """A task that failed ends the call."""
        self.tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.fail(error)

    def log(self, level: int, message: str, **fields: object) -> None:
        log.log(level, message, extra={"fields": {**self.who, **fields}})
