"""An operation and its floor, timed alternately in one process: the ratio of the best times counts.

What is timed at one go is a *segment*, much shorter than the time slice of a busy machine: among many rounds
some of each segment run undisturbed, and those are the best ones. So the ratio is the same on a quiet machine
and on a noisy one, where a mean is not.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from statistics import median
from time import perf_counter
from typing import Any, TypeAlias

from attrs import evolve, frozen

__all__ = ["Call", "Case", "Cost", "Effort", "Segment", "Timing", "measured", "repeated", "uncollected"]

Call: TypeAlias = "tuple[Callable[[Any], object], Any]"
"""A function and its argument."""


@frozen
class Effort:
    """How long to measure: for so many seconds and at least so many rounds. A segment of one repeated
    operation is to last `segment` seconds.
    """

    seconds: float = 2.5
    least: int = 10
    segment: float = 0.0004


@frozen
class Segment:
    """What is timed at one go. `floor`: the work in `operation` that nobody can save; `bare`: the resampling
    alone. Either may be empty.
    """

    operation: Sequence[Call]
    floor: Sequence[Call] = ()
    bare: Sequence[Call] = ()


@frozen
class Case:
    """What is measured. `segments` makes those of one round, given how many calls a segment should have, or
    fewer; what it does to prepare the next segment is not timed.

    With `whole`, all segments of a round are parts of one operation; otherwise the operation is one call.
    """

    segments: Callable[[int], Iterable[Segment]]
    whole: bool = False


def repeated(
    operation: Callable[[Any], object],
    floor: Callable[[Any], object] | None,
    argument: object,
    bare: Callable[[Any], object] | None = None,
) -> Case:
    """The same call again and again."""

    def segments(calls: int) -> Iterator[Segment]:
        yield Segment(
            *([] if each is None else [(each, argument)] * calls for each in (operation, floor, bare))
        )

    return Case(segments)


@frozen
class Timing:
    """Seconds of each round, by segment."""

    rounds: tuple[tuple[float, ...], ...]

    @property
    def best(self) -> float:
        """The sum of the best time of each segment: what it takes when nothing disturbs."""
        return sum(map(min, zip(*self.rounds, strict=True)))

    @property
    def totals(self) -> list[float]:
        """Seconds of each round."""
        return [sum(segments) for segments in self.rounds]

    @property
    def median(self) -> float:
        """Of the rounds, as they came."""
        return median(self.totals)

    @property
    def worst(self) -> float:
        """Of the rounds, as they came."""
        return max(self.totals)

    def with_more(self, other: Timing) -> Timing:
        """The rounds of both."""
        return Timing(self.rounds + other.rounds)


@frozen
class Cost:
    """What was measured; None for what the case does not have. `loops`: how many calls one segment had."""

    operation: Timing
    floor: Timing | None = None
    bare: Timing | None = None
    loops: int = 1

    @property
    def to_floor(self) -> float | None:
        """How much dearer than the floor."""
        return None if self.floor is None else self.operation.best / self.floor.best

    @property
    def to_bare(self) -> float | None:
        """How much dearer than the bare call of the resampler."""
        return None if self.bare is None else self.operation.best / self.bare.best

    def with_more(self, other: Cost) -> Cost:
        """Both measurements of one case taken together."""
        both = {
            name: mine.with_more(theirs)
            for name in ("operation", "floor", "bare")
            if (mine := getattr(self, name)) is not None and (theirs := getattr(other, name)) is not None
        }
        return evolve(self, **both)


def measured(case: Case, effort: Effort) -> Cost:
    """What the case costs."""
    calls = 1 if case.whole else _calibrated(case, effort)
    with uncollected():
        rounds = list(_rounds(case, effort, calls))
    timings = (_timing(rounds, part) for part in range(3))
    return Cost(*timings, loops=calls)  # type: ignore[arg-type] # there always is an operation


@contextmanager
def uncollected() -> Generator[None, None, None]:
    """Without the garbage collector, as in `timeit`."""
    collecting = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _calibrated(case: Case, effort: Effort) -> int:
    """How many calls make a segment."""
    once = min(times[0] for _ in range(5) for times in _one_round(case, 1))
    return max(1, round(effort.segment / max(once, 1e-9)))


_Round: TypeAlias = "list[tuple[float, float, float]]"


def _rounds(case: Case, effort: Effort, calls: int) -> Iterator[_Round]:
    begun = perf_counter()
    done = 0
    while done < effort.least or perf_counter() - begun < effort.seconds:
        yield _one_round(case, calls)
        done += 1


def _one_round(case: Case, calls: int) -> _Round:
    """Seconds of the operation, its floor and the bare call: of each segment, one after the other."""
    return [
        (_seconds(each.operation, case), _seconds(each.floor, case), _seconds(each.bare, case))
        for each in case.segments(calls)
    ]


def _seconds(calls: Sequence[Call], case: Case) -> float:
    begun = perf_counter()
    for function, argument in calls:
        function(argument)
    elapsed = perf_counter() - begun
    if not calls:
        return 0.0
    return elapsed if case.whole else elapsed / len(calls)


def _timing(rounds: Sequence[_Round], part: int) -> Timing | None:
    timing = Timing(tuple(tuple(times[part] for times in each) for each in rounds))
    return timing if timing.best else None
