"""Writes what was measured into `docs/reference/performance.md`, between its markers, and its plots."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path

from attrs import frozen

from tests.benchmarks import report
from tests.benchmarks.capacity import Carried
from tests.benchmarks.growth import LENGTH, SESSIONS, SIZE, Series
from tests.benchmarks.plots import drawn

__all__ = ["PAGE", "PLOTS", "Measurements", "capacity_table", "growth_table", "put", "write", "write_block"]

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "performance.md"
PLOTS: Mapping[str, str] = {LENGTH: "length.svg", SESSIONS: "sessions.svg", SIZE: "settings.svg"}
"""The plot of each thing that grows, in a folder beside the page."""


@frozen
class Measurements:
    """All that the page tells. Capacities: on a core of its own, and by the clock on the wall."""

    report: report.Report
    growth: Sequence[Series]
    own: Sequence[Carried]
    wall: Sequence[Carried]


def write(found: Measurements, page: Path = PAGE) -> None:
    """Replace what was measured before."""
    text = page.read_text(encoding="utf-8")
    blocks = {
        "machine": [_machine()],
        "table": report.as_markdown(found.report),
        "growth": growth_table(found.growth),
        "capacity": capacity_table(found.own, found.wall),
    }
    for name, lines in blocks.items():
        text = put(text, name, lines)
    page.write_text(text, encoding="utf-8")
    folder = page.with_suffix("")
    folder.mkdir(exist_ok=True)
    for grows, file in PLOTS.items():
        panels = _panels(each for each in found.growth if each.grows == grows)
        (folder / file).write_text(drawn(panels, logarithmic=grows == SESSIONS), encoding="utf-8")


def write_block(name: str, lines: Iterable[str], page: Path = PAGE) -> None:
    """Replace what is between those markers, and say where it was measured."""
    text = put(page.read_text(encoding="utf-8"), name, [_machine(), "", *lines])
    page.write_text(text, encoding="utf-8")


def put(text: str, name: str, lines: Iterable[str]) -> str:
    """The text with those lines between the markers of that name. Raises `LookupError` without markers."""
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
    if begin not in text or end not in text:
        raise LookupError(f"the page has no markers for {name!r}")
    before, rest = text.split(begin, 1)
    return f"{before}{begin}" + "\n".join(lines) + f"\n{end}{rest.split(end, 1)[1]}"


def _machine() -> str:
    cpu = f"{_cpu() or platform.machine()}, {os.cpu_count()} cores"
    day = datetime.now(timezone.utc).date().isoformat()
    return f"{platform.python_implementation()} {platform.python_version()}, {cpu}, {sys.platform}; {day}."


def _cpu(info: Path = Path("/proc/cpuinfo")) -> str:
    """What the processor calls itself, where it can be read."""
    found = re.search(r"^model name\s*:\s*(.+)$", info.read_text(), re.MULTILINE) if info.exists() else None
    return found[1] if found else ""


def _panels(found: Iterable[Series]) -> list[list[Series]]:
    panels: dict[str, list[Series]] = {}
    for series in found:
        panels.setdefault(series.measured, []).append(series)
    return list(panels.values())


def growth_table(found: Iterable[Series]) -> Iterator[str]:
    """Where each line begins and ends."""
    yield "| grows | from | to | measured | from | to |"
    yield "|---|---:|---:|---|---:|---:|"
    for each in found:
        grows = f"{each.grows}, {each.name}" if each.name else each.grows
        ends = f"{each.xs[0]:,.0f} | {each.xs[-1]:,.0f}".replace(",", " ")
        yield f"| {grows} | {ends} | {each.measured} | {each.ys[0]:.1f} | {each.ys[-1]:.1f} |"


def capacity_table(own: Iterable[Carried], wall: Iterable[Carried] = ()) -> Iterator[str]:
    """One row for each way of working. `wall` may be missing: that takes a quiet machine."""
    by_clock = {(each.audio, each.speed): str(each.trial.count) for each in wall}
    yield "| audio from the client | base64 and JSON | calls | busy | p99 late, ms | calls, wall clock |"
    yield "|---|---|---:|---:|---:|---:|"
    for each in own:
        libraries = "`speed` extra" if each.speed else "standard library"
        trial, beside = each.trial, by_clock.get((each.audio, each.speed), "-")
        numbers = f"{trial.count} | {trial.busy * 100:.0f} % | {trial.p99 * 1000:.1f} | {beside}"
        yield f"| {each.audio} | {libraries} | {numbers} |"
