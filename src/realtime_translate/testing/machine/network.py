"""What lies between the peers of a modelled call: delays, batches, and how punctual a host is."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Mapping
from random import Random
from types import MappingProxyType

import attrs

from ..model.seeded import SeededChoices

__all__ = ["HOST_KINDS", "NO_CODE", "STEP", "Chance", "HostKind", "Leg", "ServerChoices", "counter"]

NO_CODE = 1006
"""How a socket ends without a close frame, as a host hears of it."""
STEP = 1 / 1024
"""Durations are multiples of this, in seconds, so that sums of them are exact."""


def counter(prefix: str) -> Callable[[], str]:
    """Ids, each once."""
    numbers = itertools.count(1)
    return lambda: f"{prefix}{next(numbers)}"


class Chance:
    """A seeded source of the network's delays and of what is said: the same seed, the same call."""

    def __init__(self, seed: int) -> None:
        self.random: Random = Random(seed)

    def delay(self, longest: int) -> float:
        """Seconds, at most so many steps."""
        return self.random.randrange(longest + 1) * STEP


def _unseen(name: str, number: int) -> None:
    """Nobody counts."""


@attrs.define(slots=True)
class ServerChoices(SeededChoices):
    """A server's choices.

    `fixed`: what it chooses the next time that it is asked, by name. `often`: decisions with rates of their
    own (shares from 0 to 1), and their options. `seen` is told of each choice but option 0. `silenced`: it
    says nothing any more.
    """

    fixed: dict[str, int] = attrs.field(factory=dict[str, int])
    often: Mapping[str, tuple[float, tuple[int, ...]]] = attrs.field(
        factory=dict[str, "tuple[float, tuple[int, ...]]"]
    )
    seen: Callable[[str, int], None] = _unseen
    silenced: bool = False

    def choose(self, name: str, options: int) -> int:
        """A choice of the simulated server, see `CHOICES`."""
        number = self.fixed.pop(name, self._drawn(name, options))
        if number == 0:
            return 0
        self.seen(name, number)
        self.silenced = self.silenced or name == "everything"
        return number

    def _drawn(self, name: str, options: int) -> int:
        if name not in self.often:
            return super().choose(name, options)
        share, numbers = self.often[name]
        return self._random.choice(numbers) if self._random.random() < share else 0


@attrs.frozen
class HostKind:
    """How a host behaves; all of these are hosts that people write. Times are in `STEP`s.

    `lateness`: how long after its deadline a timer is noticed, at most. `batch`: frames that come within so
    long are read in one go, before timers are looked at; 0 reads each as it comes. `eager`: it calls
    `handle_timeout` whenever it has the time, whether something is due or not. `dials_early`: upstream is
    open before Settings come. `heeds_pause`: it does not read the client while `client_paused`.
    """

    lateness: int = 0
    batch: int = 0
    eager: bool = False
    dials_early: bool = False
    heeds_pause: bool = True


HOST_KINDS: Mapping[str, HostKind] = MappingProxyType(
    {
        "punctual": HostKind(),
        "late": HostKind(lateness=40),
        "frames first": HostKind(lateness=1024),
        "batching": HostKind(lateness=40, batch=128),
        "eager": HostKind(eager=True),
        "dials early": HostKind(lateness=4, dials_early=True),
        "never pauses": HostKind(heeds_pause=False),
    }
)


class Leg:
    """One direction of a connection: what goes in comes out later, in order, perhaps several at a time.

    `batch`: things come out at multiples of so many steps only; 0 for each when it comes.
    """

    def __init__(self, batch: int = 0) -> None:
        self._under_way: deque[tuple[float, str]] = deque()
        self._grid = batch * STEP
        self._stalled_until = 0.0

    def put(self, frame: str, at: float) -> None:
        """`frame` will be there at the time `at`, or later if an earlier one is."""
        at = max(at, self._stalled_until)
        if self._grid:
            at = -(-at // self._grid) * self._grid
        last = self._under_way[-1][0] if self._under_way else at
        self._under_way.append((max(at, last), frame))

    def stall(self, until: float) -> None:
        """Nothing comes out before then."""
        self._stalled_until = until
        self._under_way = deque((max(at, until), frame) for at, frame in self._under_way)

    def take(self, now: float) -> str | None:
        """The next frame that is there, if any."""
        if not self._under_way or self._under_way[0][0] > now:
            return None
        return self._under_way.popleft()[1]

    @property
    def next_time(self) -> float | None:
        """When the next frame is there."""
        return self._under_way[0][0] if self._under_way else None

    def clear(self) -> None:
        """The connection is gone, and what was under way with it."""
        self._under_way.clear()
