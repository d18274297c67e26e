"""What came of real servers on call, as `python -m tests.servers NAME --page` stored it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import fill

from attrs import asdict, frozen
from cattrs import structure

__all__ = ["PAGE_DATA", "Outcome", "Report", "reports", "section", "stored"]

PAGE_DATA = Path(__file__).with_name("on_call.json")


@frozen
class Outcome:
    """Of one call. `about`: what it holds; `notices`: the codes above `info`."""

    name: str
    about: str
    held: bool
    notices: tuple[str, ...]


@frozen
class Report:
    """Of all calls with one version of a server, on that day. `about`: what of it was not as elsewhere."""

    server: str
    version: str
    date: str
    about: str
    outcomes: tuple[Outcome, ...]


def reports() -> Sequence[Report]:
    """Those that are stored, by the server's name."""
    return structure(json.loads(PAGE_DATA.read_text(encoding="utf-8")), list[Report])


def stored(new: Report) -> None:
    """Put it in the place of the report before it."""
    kept = [report for report in reports() if report.server != new.server]
    entries = [asdict(report) for report in sorted([*kept, new], key=lambda report: report.server)]
    PAGE_DATA.write_text(json.dumps(entries, indent=1) + "\n", encoding="utf-8")


def section() -> Iterator[str]:
    """The section of the page."""
    for report in reports():
        yield f"\n### {report.server} {report.version}, on {report.date}\n"
        yield fill(report.about, 110) + "\n"
        yield "| call | | held | Notices above `info` |\n|---|---|---|---|"
        for each in report.outcomes:
            name, held = each.name.replace("_", " "), "yes" if each.held else "no"
            codes = ", ".join(f"`{code}`" for code in each.notices)
            yield f"| {name} | {each.about} | {held} | {codes} |"
