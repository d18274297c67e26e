"""One measurement of everything: as a table to read, as Markdown, and as a file of pyperf."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from io import StringIO
from statistics import median
from typing import Any

from attrs import frozen

from tests.benchmarks import footprint
from tests.benchmarks.measure import Cost, Effort
from tests.benchmarks.rows import measured_rows

__all__ = ["Report", "as_markdown", "as_pyperf", "as_text", "measured_report"]

_HEADING = ("operation", "best µs", "median", "worst", "floor µs", "ratio")


@frozen
class Report:
    """The costs by the name of the operation; bytes of an idle session; seconds of each import."""

    costs: dict[str, Cost]
    idle_bytes: int
    imports: tuple[float, ...]


def measured_report(effort: Effort, imports: int = 7) -> Report:
    """Measure everything."""
    costs = {row.name: cost for row, cost in measured_rows(effort)}
    return Report(costs, footprint.idle_session(), tuple(footprint.import_seconds(imports)))


def as_text(report: Report) -> Iterator[str]:
    """A table to read."""
    rows = [_HEADING, *_cells(report.costs)]
    wide = max(len(row[0]) for row in rows)
    for name, *numbers in rows:
        yield f"{name:<{wide}}" + "".join(f" {number:>10}" for number in numbers)
    yield ""
    yield from _footprint(report)


def as_markdown(report: Report) -> Iterator[str]:
    """The same for the page."""
    yield f"| {' | '.join(_HEADING)} |"
    yield "|---" + "|---:" * (len(_HEADING) - 1) + "|"
    for row in _cells(report.costs):
        yield f"| {' | '.join(row)} |"
    yield ""
    for line in _footprint(report):
        yield f"- {line}"


def _cells(costs: dict[str, Cost]) -> Iterator[tuple[str, ...]]:
    for name, cost in costs.items():
        timing = cost.operation
        times = [f"{each * 1e6:.2f}" for each in (timing.best, timing.median, timing.worst)]
        ratio = cost.to_floor
        if cost.floor is None or ratio is None:
            yield name, *times, "-", "-"
        else:
            yield name, *times, f"{cost.floor.best * 1e6:.2f}", f"{ratio:.2f}"


def _footprint(report: Report) -> Iterator[str]:
    best, middle, worst = (f(report.imports) * 1e3 for f in (min, median, max))
    yield f"idle ready session with small Settings: {report.idle_bytes} bytes"
    yield (
        f"import on top of attrs and cattrs: {best:.0f} ms at best, {middle:.0f} ms in the median, "
        f"{worst:.0f} ms at worst"
    )


def as_pyperf(report: Report) -> str:
    """The JSON of a pyperf suite: each operation, and each floor beside it."""
    pyperf: Any = import_module("pyperf")
    found = []
    for name, cost in report.costs.items():
        for suffix, timing in (("", cost.operation), (": floor", cost.floor)):
            if timing is not None:
                about = {"loops": cost.loops, **({} if suffix else _ratio(cost))}
                found.append(_benchmark(pyperf, name + suffix, timing.totals, "second", about))
    found.append(_benchmark(pyperf, "import", report.imports, "second", {}))
    found.append(_benchmark(pyperf, "idle session", [float(report.idle_bytes)], "byte", {}))
    file = StringIO()
    pyperf.BenchmarkSuite(found).dump(file)
    return file.getvalue()


def _ratio(cost: Cost) -> dict[str, object]:
    return {} if cost.to_floor is None else {"ratio_to_floor": round(cost.to_floor, 4)}


def _benchmark(
    pyperf: Any, name: str, values: Sequence[float], unit: str, about: dict[str, object]
) -> object:
    metadata = {"name": name, "unit": unit, **about}
    return pyperf.Benchmark([pyperf.Run(values, metadata=metadata)])
