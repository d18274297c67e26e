"""The table of `docs/reference/audio-formats.md`: what every format pair costs."""

from __future__ import annotations

from collections.abc import Iterator

from tests.benchmarks.calls import DELTA_MS, FRAME_MS, path_case
from tests.benchmarks.measure import Cost, Effort, measured
from tests.benchmarks.pairs import Pair, pairs

__all__ = ["format_rows"]

_UNITS = {"input": FRAME_MS, "output": DELTA_MS}
"""Milliseconds of audio in what is measured."""


def format_rows(effort: Effort) -> Iterator[str]:
    """The table, in Markdown."""
    yield "| direction | client | upstream | what is done | latency, ms | CPU, ms/s | to floor | to filter |"
    yield "|---|---|---|---|---:|---:|---:|---:|"
    for pair in pairs():
        cost = measured(path_case(pair.direction, pair.path), effort)
        yield " | ".join(["| " + pair.direction, *_words(pair), *_numbers(pair, cost)]) + " |"


def _words(pair: Pair) -> list[str]:
    return [str(pair.path.client), str(pair.path.upstream), pair.done, f"{pair.latency_ms:.1f}"]


def _numbers(pair: Pair, cost: Cost) -> list[str]:
    a_second = cost.operation.best * 1000 * 1000 / _UNITS[pair.direction]
    return [f"{a_second:.2f}", f"{cost.to_floor:.2f}", "-" if cost.to_bare is None else f"{cost.to_bare:.2f}"]
