"""A whole call in memory: scripted client, `Translator` and the simulated server, on one virtual clock."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from math import inf
from typing import Protocol

from attrs import define, evolve, field

from ..config import ClientDialect, Config
from ..mapping.formats import undeclared_input
from ..openai.dialects import SERVERS
from ..outputs import RunFunction
from ..renewal import Renewal
from ..standing import SessionState
from ..testing import FIRST, Choices, FakeClock, RealtimeServer, SeededChoices, Violation
from ..testing.model.script import Replies
from ..translator import Translator
from .client import Answers, Hangup, ScriptedClient
from .host import Host
from .script import Drop, Script
from .steps import Step

__all__ = ["DIAL_SECONDS", "QUIET_SECONDS", "Simulation", "counter"]

DIAL_SECONDS = 0.05
"""How long the upstream server takes to accept the connection."""
QUIET_SECONDS = 5.0
"""A client without a `close` in its script hangs up after so long without a step."""


def counter(prefix: str) -> Callable[[], str]:
    """An id source that counts: `prefix1`, `prefix2` …"""
    numbers = count(1)
    return lambda: f"{prefix}{next(numbers)}"


def _server(
    config: Config, script: Script, clock: FakeClock, choices: Choices
) -> Callable[[], RealtimeServer]:
    """Makes the sessions of a call: they share what is said and heard, and no id comes twice."""
    heard, replies, new_id = iter(script.heard), Replies(script.replies), counter("")
    return lambda: RealtimeServer(
        clock=clock,
        new_id=new_id,
        dialect=config.upstream.name if config.upstream.name in SERVERS else "openai",
        script=replies.next,
        choices=choices,
        transcribe=lambda _audio: next(heard, "Hello there."),
        latency=script.server.latency,
        token_interval=script.server.token_interval,
        session_limit=script.server.session_limit,
        kill_idle_after=script.server.kill_idle_after,
    )


class _Party(Protocol):
    """Whoever acts by itself when its time has come."""

    @property
    def next_deadline(self) -> float | None: ...

    def act(self) -> None: ...


class Simulation:
    """One call. `run` gives its steps in order of time; the same script and seed give the same steps."""

    def __init__(self, script: Script, config: Config, seed: int | None = None) -> None:
        """Without `seed` the model takes the first of each of its choices. Where the script breaks the
        connection to the server, sessions are renewed.
        """
        clock = FakeClock()
        if script.drops:
            config = evolve(config, renewal=Renewal())
        choices: Choices = FIRST if seed is None else SeededChoices(seed)
        answers = Answers.of(script.answers)
        self._clock = clock
        self._host = Host(Translator(config, clock=clock, new_id=counter("id")), clock)
        undeclared = undeclared_input(component=config.dialect is ClientDialect.COMPONENT).client
        self._client = _Client(ScriptedClient(script, answers, undeclared), self._host)
        self._upstream = _Upstream(_server(config, script, clock, choices), self._host)
        self._functions = _Functions(answers, self._host)
        self._parties: tuple[_Party, ...] = (
            self._client,
            self._upstream,
            self._functions,
            _Timers(self._host),
            _Drops([*script.drops], self._host),
        )

    @property
    def violations(self) -> tuple[Violation, ...]:
        """The rules of the upstream protocol that were broken so far."""
        return tuple(each for server in self._upstream.servers for each in server.violations)

    @property
    def states(self) -> Sequence[tuple[float, SessionState]]:
        """What the translator said of itself so far, and when."""
        return self._host.states

    def run(self) -> Iterator[Step]:
        """The whole call, from the client's connection to the end of both."""
        self._host.open_client()
        yield from self._settle()
        last_step = 0.0
        while self._host.client_is_open and (upcoming := self._next(last_step)) is not None:
            deadline, party = upcoming
            self._clock.set(max(deadline, self._clock()))
            party.act()
            for step in self._settle():
                last_step = step.t
                yield step
        if self._host.client_is_open:
            self._clock.set(last_step + QUIET_SECONDS)
            self._host.close_client(1000)
            yield from self._settle()

    def _next(self, last_step: float) -> tuple[float, _Party] | None:
        """Who acts next and when; None when the script is over and it has been quiet since `last_step`."""
        waiting = [
            (at, n) for n, party in enumerate(self._parties) if (at := party.next_deadline) is not None
        ]
        at, number = min(waiting, default=(inf, 0))
        busy = self._client.next_deadline is not None or self._functions.next_deadline is not None
        return (at, self._parties[number]) if busy or at <= last_step + QUIET_SECONDS else None

    def _settle(self) -> list[Step]:
        """Deliver what is in the queues until they are empty: at one instant, upstream first."""
        host = self._host
        while host.to_upstream or host.to_client or host.to_run:
            if host.to_upstream:
                self._upstream.receive(host.to_upstream.popleft())
            elif host.to_client:
                self._client.receive(host.to_client.popleft())
            else:
                self._functions.run(host.to_run.popleft())
        return host.take_steps()


@define(eq=False)
class _Client:
    """The scripted client on its leg."""

    script: ScriptedClient
    host: Host

    @property
    def next_deadline(self) -> float | None:
        return self.script.next_deadline if self.host.client_is_open else None

    def act(self) -> None:
        event = self.script.next_event()
        if isinstance(event, Hangup):
            self.host.close_client(event.code)
        else:
            self.host.from_client(event)

    def receive(self, frame: str | bytes) -> None:
        self.script.receive(frame, self.host.clock())


@define(eq=False)
class _Upstream:
    """The simulated server on its leg, and the dial before it. Each session is made by `make`."""

    make: Callable[[], RealtimeServer]
    host: Host
    servers: list[RealtimeServer] = field(init=False)
    """The sessions so far."""
    leg: int = field(default=1, init=False)
    """That of the last one."""

    def __attrs_post_init__(self) -> None:
        self.servers = [self.make()]

    @property
    def server(self) -> RealtimeServer:
        """The session at hand."""
        return self.servers[-1]

    @property
    def next_deadline(self) -> float | None:
        if self.host.upstream_is_open:
            return self.server.next_deadline
        wanted_at = self.host.dial_wanted_at
        return None if wanted_at is None else wanted_at + DIAL_SECONDS

    def act(self) -> None:
        if self.host.upstream_is_open:
            self._hand_over(self.server.handle_timeout())
        else:
            if self.leg != self.host.leg:
                self.servers.append(self.make())
                self.leg = self.host.leg
            self.host.open_upstream()
            self._hand_over(self.server.opened())

    def receive(self, frame: str) -> None:
        self._hand_over(self.server.receive(frame))

    def _hand_over(self, frames: tuple[str, ...]) -> None:
        for frame in frames:
            self.host.from_upstream(frame, self.leg)
        if self.server.closed is not None and self.host.upstream_is_open:
            self.host.close_upstream(*self.server.closed)


@define(eq=False)
class _Drops:
    """The connection to the server, which breaks when the script says so."""

    left: list[Drop]
    host: Host

    @property
    def next_deadline(self) -> float | None:
        return self.left[0].t if self.left else None

    def act(self) -> None:
        drop = self.left.pop(0)
        if self.host.upstream_is_open or self.host.dial_wanted_at is not None:
            self.host.close_upstream(drop.code)


class _Functions:
    """Runs, in place of the host, the functions that Settings declared with an endpoint."""

    def __init__(self, answers: Answers, host: Host) -> None:
        self._answers = answers
        self._host = host
        self._running: list[tuple[float, int, RunFunction, str]] = []
        self._sequence = count()

    @property
    def next_deadline(self) -> float | None:
        return self._running[0][0] if self._running else None

    def run(self, call: RunFunction) -> None:
        answer = self._answers.take(call.name)
        if answer is not None:
            entry = (self._host.clock() + answer.delay, next(self._sequence), call, answer.content)
            heapq.heappush(self._running, entry)

    def act(self) -> None:
        _, _, call, content = heapq.heappop(self._running)
        self._host.function_ran(call, content)


@define(eq=False)
class _Timers:
    """The translator's own deadlines."""

    host: Host

    @property
    def next_deadline(self) -> float | None:
        return self.host.translator.next_deadline

    def act(self) -> None:
        self.host.timeout()
