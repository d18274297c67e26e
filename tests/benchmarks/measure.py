"""An operation and its floor, timed alternately in one process: the ratio of the best times counts."""

from __future__ import annotations

import time
from collections.abc import Callable

from attrs import frozen

__all__ = ["Case", "Cost", "Effort", "measured"]


@frozen
class Effort:
    """How long to measure: so many rounds of so many calls."""

    rounds: int = 60
    calls: int = 500


@frozen
class Case:
    """`floor`: the work in `operation` that nobody can save. `bare`: the resampling alone, where there is
    some.
    """

    operation: Callable[[], object]
    floor: Callable[[], object]
    bare: Callable[[], object] | None = None


@frozen
class Cost:
    """Seconds of one call, the best round of each. `bare` is None where nothing is resampled."""

    operation: float
    floor: float
    bare: float | None = None

    @property
    def to_floor(self) -> float:
        """How much dearer than the floor."""
        return self.operation / self.floor

    @property
    def to_bare(self) -> float | None:
        """How much dearer than the bare call of the resampler."""
        return None if self.bare is None else self.operation / self.bare


def measured(case: Case, effort: Effort) -> Cost:
    """What the case costs."""
    callables = [each for each in (case.operation, case.floor, case.bare) if each is not None]
    rounds = [[_one_round(each, effort.calls) for each in callables] for _ in range(effort.rounds)]
    return Cost(*map(min, zip(*rounds, strict=True)))


def _one_round(operation: Callable[[], object], calls: int) -> float:
    begun = time.perf_counter()
    for _ in range(calls):
        operation()
    return (time.perf_counter() - begun) / calls
