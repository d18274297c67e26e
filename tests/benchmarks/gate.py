"""Fails when an operation has become dearer, against the ratios that are committed.

Ratios to a floor that is measured in turn, of the best times of short segments: a slower or a busy machine
makes both sides slower. A row over its limit is measured again, and all of its rounds count together, because
only more rounds tell a slow operation from one that was disturbed each time.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from attrs import evolve, frozen

from tests.benchmarks.measure import Cost, Effort
from tests.benchmarks.rows import Row, measured_rows

__all__ = [
    "BASELINE",
    "HEADING",
    "LIMIT",
    "Verdict",
    "baseline_for",
    "judged",
    "python",
    "recorded_ratios",
    "update",
]

BASELINE = Path(__file__).with_name("baseline.json")
LIMIT = 1.25
"""How much worse than the baseline a ratio may be."""
TRIES = 8
"""How often a row over its limit is measured before it counts."""
HEADING = f"{'operation':<52} {'ratio':>8} {'baseline':>8} {'worse':>8} {'measured':>8}"


@frozen
class Verdict:
    """A row, its ratio now, the committed one, and how often it was measured."""

    name: str
    ratio: float
    baseline: float
    tries: int

    @property
    def passed(self) -> bool:
        """Whether the ratio is within the limit."""
        return self.ratio <= LIMIT * self.baseline

    def __str__(self) -> str:
        """A line to print."""
        worse = self.ratio / self.baseline
        told = f"{self.name:<52} {self.ratio:8.2f} {self.baseline:8.2f} {worse:8.2f} {self.tries:8}"
        return told if self.passed else f"{told}  worse than {LIMIT} times the baseline"


def python() -> str:
    """Ratios depend on the version of Python."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def baseline_for(
    version: str, recorded: Mapping[str, Mapping[str, float]]
) -> tuple[str, Mapping[str, float]]:
    """The ratios of that version of Python, or else of the nearest one that was recorded, and which it is."""
    number = int(version.partition(".")[2])
    nearest = min(recorded, key=lambda each: abs(int(each.partition(".")[2]) - number))
    return nearest, recorded[nearest]


def judged(
    rows: Iterable[Row],
    baseline: Mapping[str, float],
    effort: Effort,
    measure: Callable[[Row, Effort], Cost] = Row.measure,
) -> Iterator[Verdict]:
    """Each row that has a floor. Raises `LookupError` for one that the baseline lacks."""
    for row in rows:
        cost = measure(row, effort)
        if cost.to_floor is None:
            continue
        if row.name not in baseline:
            raise LookupError(f"no baseline for {row.name!r}: run `python -m tests.benchmarks gate --update`")
        verdict = Verdict(row.name, cost.to_floor, baseline[row.name], 1)
        while not verdict.passed and verdict.tries < TRIES:
            cost = cost.with_more(measure(row, effort))
            verdict = evolve(verdict, ratio=cost.to_floor, tries=verdict.tries + 1)
        yield verdict


def recorded_ratios() -> dict[str, dict[str, float]]:
    """All that is committed, by version of Python."""
    return json.loads(BASELINE.read_text(encoding="utf-8")) if BASELINE.exists() else {}


def update(effort: Effort) -> None:
    """Record the ratios of this version of Python."""
    recorded = recorded_ratios()
    recorded[python()] = {
        row.name: round(cost.to_floor, 2) for row, cost in measured_rows(effort) if cost.to_floor is not None
    }
    BASELINE.write_text(json.dumps(dict(sorted(recorded.items())), indent=2) + "\n", encoding="utf-8")
