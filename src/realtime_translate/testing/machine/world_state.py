"""A call as it stands: a client, a host, the simulated server, the network between them, and what was seen.

It does nothing by itself: `World` lets things happen in it, and the checks look at it.
"""

from __future__ import annotations

from typing import Any

from ...audio import PCM_24K, AudioFormat
from ...config import ClientDialect, Config
from ...openai.dialects import UpstreamDialect
from ..clock import FakeClock
from ..model.choices import HEALTHY, Group
from ..model.makes import Make
from ..model.server import RealtimeServer
from ..statistics import Statistics
from .hooks import Hooks
from .host import Host
from .ledgers.answers import Answers
from .ledgers.audio import AudioLedger
from .ledgers.heard import Heard
from .ledgers.ledger import Ledger, answers_by_itself
from .ledgers.legs import LegLedger
from .ledgers.shown import Shown
from .ledgers.slot import SlotLedger
from .moods import MOODS, Mood
from .network import Chance, HostKind, Leg, ServerChoices, counter
from .random_agent import RandomAgent
from .rows import answers_commits, format_of, make_of_row
from .upstream import choices_of, server_of

__all__ = ["WorldState"]

Json = dict[str, Any]
_DEBOUNCED = 1.0
"""Seconds in which what goes first to a session is committed, at the latest."""


class WorldState:
    """One call. `clock` is the world's time; the host's own clock may be behind it, by `behind` seconds.

    `dialled`: the model that was, `model`: the one that Settings want.

    `legs`: the sessions of the call.
    """

    client_gone: bool = False
    upstream_gone: bool = False
    closed: bool = False
    stalled: bool = False
    expired: bool = False
    greets: bool = False
    prepared: bool = False
    was_due: bool = False
    """Whether the host had a timer that was due when the input at hand came."""

    def __init__(
        self,
        config: Config,
        seed: int,
        kind: HostKind,
        hooks: Hooks,
        statistics: Statistics,
        mood: Mood = MOODS["calm"],
    ) -> None:
        self.config: Config = config
        self.make: Make = make_of_row(config.upstream.name)
        self.kind: HostKind = kind
        self.hooks: Hooks = hooks
        self.statistics: Statistics = statistics
        self.chance: Chance = Chance(seed)
        self.delays: int = 200
        self.choices: ServerChoices = choices_of(mood, seed, self.chance, statistics)
        self.agent: RandomAgent = RandomAgent(self.chance.random)
        self.clock: FakeClock = FakeClock(0.0)
        self.behind: float = 0.0
        self._latest = 0.0
        self.host: Host = hooks.make(config, self.host_time, counter("T"))
        self.twin: Host | None = None
        self.server: RealtimeServer = self.serves(config.model)
        self.up: Leg = Leg()
        self.down: Leg = Leg(kind.batch)
        self.dialled: str = config.model
        self.model: str = config.model
        self.dialled_at: float | None = None
        self.dial_fails: bool = False
        self.upstream_open: bool = False
        self.ledger: Ledger = Ledger()
        self.first_names: dict[str, bool] = {}
        self.answers: Answers = Answers(answers_commits(self.make))
        self.slot: SlotLedger = SlotLedger()
        self.audio: AudioLedger = AudioLedger(self.make.hears, component=self.component)
        self.heard: Heard = Heard(self.make.lacks)
        self.output: AudioFormat = PCM_24K
        self.spoken: AudioFormat = format_of(self.make.speaks.unsaid)
        self.wav: bool = False
        self.experimental: bool = False
        self.wanted: tuple[AudioFormat, bool] = (self.output, self.wav)
        self.event: Json | None = None
        self.strained: bool = mood.groups != HEALTHY
        self.legs: LegLedger = LegLedger()
        self.shown: Shown = Shown()

    @property
    def component(self) -> bool:
        """Whether the client speaks the component's dialect."""
        return self.config.dialect is ClientDialect.COMPONENT

    @property
    def fails(self) -> bool:
        """Whether the server may refuse or forget what it is asked for."""
        return not frozenset(self.choices.groups) <= {Group.ORDER, Group.VARIANT}

    @property
    def commits_by_itself(self) -> bool:
        """Whether the server's turn detection commits (V1)."""
        return self.ledger.turns is not None

    @property
    def answers_by_itself(self) -> bool:
        """Whether the server may start, or have started, a response that nobody asked for."""
        unasked = self.ledger.answered_itself or answers_commits(self.make)
        return unasked or answers_by_itself(self.ledger.turns)

    @property
    def server_interrupts(self) -> bool:
        """Whether the server cancels its response when the user speaks."""
        return self.ledger.turns is not None and bool(self.ledger.turns.get("interrupt_response"))

    @property
    def carried_down(self) -> AudioFormat:
        """The agent's audio as upstream sends it."""
        return self.spoken

    def declare(self, given: AudioFormat, got: AudioFormat, *, wav: bool) -> None:
        """The formats that Settings ask for; what is heard of the agent changes when they are applied."""
        self.audio.declare(given)
        self.wanted = got, wav

    def serves(self, model: str) -> RealtimeServer:
        """A new server, as it is dialled for that model."""
        return server_of(self.make, model, self.clock, self.choices, self.agent)

    @property
    def row(self) -> UpstreamDialect:
        """That of the server at hand (N19)."""
        renewal = self.config.renewal
        return (self.config.upstream, *(renewal.fallback if renewal else ()))[self.legs.row]

    def count(self, what: str) -> None:
        """For the statistics: one thing of a kind happened with the server of this row."""
        self.statistics.reach("server", f"{self.row.name}: {what}")

    def host_time(self) -> float:
        """A reading of the host's clock, which may go backwards."""
        now = self.clock.now - self.behind
        self._latest = max(self._latest, now)
        return now

    @property
    def host_now(self) -> float:
        """What the host takes for now: its clock may not go backwards for it (*Time* 4)."""
        return max(self._latest, self.clock.now - self.behind)

    @property
    def is_due(self) -> bool:
        """Whether the host has a timer that is due."""
        deadline = self.host.next_deadline
        return deadline is not None and deadline <= self.host_now

    @property
    def is_quiet(self) -> bool:
        """Nothing is under way, and no response runs or is asked for. A session that was ready just now has
        got audio that is to be committed (N12).
        """
        idle = self.up.next_time is None and self.down.next_time is None
        idle = idle and not self.legs.between and self.host_now >= (self.legs.ready_at or 0.0) + _DEBOUNCED
        return idle and self.ledger.active is None and not self.ledger.in_flight
