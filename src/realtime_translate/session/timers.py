"""The one table of named timers (*Time* 3). Deadlines are absolute, in seconds on the injected clock."""

from __future__ import annotations

from math import inf
from typing import Literal, NewType, TypeAlias

from attrs import define, field

__all__ = ["Instant", "TimerName", "Timers"]

Instant = NewType("Instant", float)
"""A reading of the injected clock. Snapshots store it relative to the moment at which they are taken."""

TimerName: TypeAlias = Literal[
    "settings",  # S9: Settings must come
    "configure",  # S9: session.updated must come
    "debounce",  # A5: no audio came for a while
    "unheard",  # V1: a server that detects turns uninvited must commit or answer
    "uncommitted",  # R7: a server that heard the end of speech must commit or answer
    "ceiling",  # A7: audio flows for too long
    "create",  # R1: response.created must come
    "grace",  # R1, R3, R7: a response of the server's own must show itself, or one that was given up must end
    "stall",  # R1: the active response must go on
    "error",  # R1, R5: the active response must go on after an error
    "quiet",  # R4: output ended and response.done does not come
    "hold",  # R8: a wish waits for an unanswered function call
    "keepalive",  # I1: no audio came for a while
    "slow",  # O8: a response has no output yet
    "transcript",  # O4: words wait for the user's
    "update",  # T2: session.updated must come
    "session_end",  # O8: the session's time is nearly over
    "confirm",  # T1: upstream must confirm a user item
    "notices",  # L5: a minute in which a Notice came too often
    "renewal",  # N2: the session has lasted for long enough
    "patience",  # N3: a renewal that is planned waits for a quiet moment
    "attempt",  # N14: the next dial is due
    "replay",  # N6: the new session must confirm what it is told
    "follow_up",  # F5: response.done must come after the last function output
]
"""Plain strings: they are looked up for each audio frame, and an Enum's hash is slow."""


@define(eq=False, repr=False)
class Timers:
    """Named deadlines; at most one of each name."""

    deadlines: dict[TimerName, Instant] = field(factory=dict["TimerName", "Instant"])
    none_before: float = field(init=False, default=-inf, eq=False, repr=False)
    """No deadline is earlier: before that moment nothing can be due, and nobody has to look."""
    _lags: bool = field(init=False, default=True, eq=False, repr=False)
    """`none_before` may be earlier than the earliest deadline. Hosts ask for that after each frame, so it is
    only sought when it has changed. Neither is part of a snapshot.
    """

    @property
    def due(self) -> float:
        """The earliest deadline, or infinity."""
        if self._lags:
            self.none_before = min(self.deadlines.values(), default=inf)
            self._lags = False
        return self.none_before

    def pop(self, now: float) -> tuple[TimerName, Instant] | None:
        """Remove and return the oldest timer whose deadline is not later than `now`."""
        if self.due > now:
            return None
        name = min(self.deadlines, key=self.deadlines.__getitem__)
        self._lags = True
        return name, self.deadlines.pop(name)

    def set(self, name: TimerName, at: float) -> None:
        """Set or move a timer."""
        if at <= self.none_before:
            self.none_before, self._lags = at, False
        elif not self._lags and self.deadlines.get(name) == self.none_before:
            self._lags = True
        self.deadlines[name] = Instant(at)

    def cancel(self, name: TimerName) -> None:
        """Remove a timer, if it is set."""
        if self.deadlines.pop(name, None) == self.none_before:
            self._lags = True

    def clear(self) -> None:
        """Remove all timers."""
        self.deadlines.clear()
        self._lags = True
