"""A clock that moves only when it is told to."""

from __future__ import annotations

import attrs


@attrs.define(slots=True)
class FakeClock:
    """A monotonic clock for tests: call it for the time in seconds, move it with `advance` or `set`.

    Give the same clock to everything that takes part in a simulation.
    """

    now: float = 0.0
    """The time, in seconds."""

    def __call__(self) -> float:
        """The time, in seconds."""
        return self.now

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass (negative: the clock goes backwards, which hosts' clocks sometimes do)."""
        self.now += seconds

    def set(self, now: float) -> None:
        """Set the time, in seconds."""
        self.now = now
