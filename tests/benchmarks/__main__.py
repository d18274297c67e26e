"""What the library costs: `python -m tests.benchmarks --help` in a checkout."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from attrs import asdict, evolve

from realtime_translate.audio import EXTRA, available
from tests.benchmarks import capacity, gate, growth, page, report
from tests.benchmarks.measure import Effort
from tests.benchmarks.rows import ROWS
from tests.benchmarks.speed import installed
from tests.benchmarks.tables import format_rows

__all__ = ["main"]

_EPILOG = """\
A ratio is that of an operation to its floor, the work that nobody can save, measured in turn in one process.
"""

Command: TypeAlias = "Callable[[argparse.Namespace, float], int]"
"""It takes the arguments, and a factor for how long to measure. It gives the exit code."""


def _table(arguments: argparse.Namespace, scale: float) -> int:
    found = report.measured_report(_effort(2.5, scale), imports=7 if scale else 1)
    if arguments.json:
        print(report.as_pyperf(found), end="")
    else:
        print(*report.as_text(found), sep="\n")
    return 0


def _formats(_: argparse.Namespace, scale: float) -> int:
    for line in format_rows(_effort(0.5, scale)):
        print(line, flush=True)
    return 0


def _gate(arguments: argparse.Namespace, scale: float) -> int:
    if arguments.update:
        gate.update(_effort(2.5, scale))
        return 0
    version, baseline = gate.baseline_for(gate.python(), gate.recorded_ratios())
    if version != gate.python():
        print(f"no baseline for Python {gate.python()}: compared with that of {version}")
    rows = [row for row in ROWS if installed() or not row.speed]
    failed = 0
    print(gate.HEADING)
    for verdict in gate.judged(rows, baseline, _effort(0.4, scale)):
        print(verdict, flush=True)
        failed += not verdict.passed
    return 1 if failed else 0


def _growth(arguments: argparse.Namespace, scale: float) -> int:
    found = list(growth.all_series(_extent(scale)))
    if arguments.json:
        print(json.dumps([asdict(each) for each in found]))
    else:
        print(*page.growth_table(found), sep="\n")
    return 0


def _capacity(arguments: argparse.Namespace, scale: float) -> int:
    play = capacity.played_again if arguments.wall else capacity.on_its_own
    for line in page.capacity_table(capacity.capacities(play, _seconds(scale))):
        print(line, flush=True)
    return 0


def _hosts(arguments: argparse.Namespace, scale: float) -> int:
    from tests.benchmarks import hosts  # websockets is only needed here
    from tests.benchmarks.hosts import carried

    if arguments.ratio or not scale:
        return hosts.main(arguments.calls if scale else 2, 5 * scale or 0.5, 3 if scale else 1)
    extent = carried.Extent(arguments.calls)
    if arguments.cost:
        found, two = list(carried.rows(evolve(extent, most=0))), None
    else:
        found, two = list(carried.rows(extent)), carried.shared(hosts.MODES[0], extent.calls, 4.0)
    return _shown("hosts", carried.lines(found, two), write=arguments.write)


def _attacks(arguments: argparse.Namespace, scale: float) -> int:
    from tests.benchmarks.hosts import attacks  # what tests need is only needed here

    cases = attacks.CASES if scale else attacks.CASES[:1]
    found = attacks.measured(3.0 * scale or 0.2, cases)
    return _shown("attacks", attacks.lines(found), write=arguments.write)


def _shown(block: str, lines: Iterable[str], *, write: bool) -> int:
    """Print a table, and write it into its block of the page."""
    told = []
    for line in lines:
        told.append(line)
        print(line, flush=True)
    if write:
        page.write_block(block, told)
    return 0


def _page(arguments: argparse.Namespace, scale: float) -> int:
    seconds = _seconds(scale)
    _announce("operations")
    operations = report.measured_report(_effort(2.5, scale), imports=7 if scale else 1)
    _announce("growth")
    grown = list(growth.all_series(_extent(scale)))
    _announce("capacity")
    own = list(capacity.capacities(capacity.on_its_own, seconds))
    wall: list[capacity.Carried] = []
    if arguments.wall:
        _announce("capacity by the clock on the wall")
        wall += capacity.capacities(capacity.played_again, seconds)
    page.write(page.Measurements(operations, grown, own, wall))
    return 0


def _announce(part: str) -> None:
    """It takes some minutes."""
    print(f"measuring: {part}", file=sys.stderr, flush=True)


_COMMANDS: Mapping[str, tuple[Command, str]] = {
    "table": (_table, "each operation beside its floor (the default)"),
    "formats": (_formats, "the table of docs/reference/audio-formats.md"),
    "growth": (_growth, "time and memory as the call, the number of calls and Settings grow"),
    "capacity": (_capacity, "how many calls one core carries in real time"),
    "hosts": (_hosts, "how many calls the example hosts carry, and what one costs, beside bare relays"),
    "attacks": (_attacks, "what an honest call goes through while a bad client attacks its host"),
    "gate": (_gate, f"fail when a ratio is worse than {gate.LIMIT} times the one committed"),
    "page": (_page, "measure everything and write docs/reference/performance.md and its plots"),
}
_WALL = "in real time, too, which takes a quiet machine; otherwise as on a core that does nothing else"


def main(arguments: Sequence[str], scale: float = 1.0) -> int:
    """Measure and print; the exit code. `scale` is how long to measure, 0 for once."""
    parsed = _parser().parse_args(arguments)
    if not available():
        print(f"the benchmarks need the extra {EXTRA}", file=sys.stderr)
        return 2
    command, _ = _COMMANDS[parsed.command or "table"]
    return command(parsed, scale)


def _effort(seconds: float, scale: float) -> Effort:
    return Effort(seconds * scale) if scale else Effort(0.0, least=1, segment=0.0)


def _extent(scale: float) -> growth.Extent:
    return growth.Extent() if scale else growth.SMALLEST


def _seconds(scale: float) -> float:
    """How long calls are played."""
    return 2.5 * scale if scale else 0.1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m tests.benchmarks", description=__doc__, epilog=_EPILOG)
    parser.add_argument("--json", action="store_true", help="for machines: the table as a suite of pyperf")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, (_, told) in _COMMANDS.items():
        command = commands.add_parser(name, help=told, description=told)
        if name in ("table", "growth"):
            # Not to take back what was said before the command.
            command.add_argument(
                "--json", action="store_true", default=argparse.SUPPRESS, help="for machines"
            )
        if name in ("capacity", "page"):
            command.add_argument("--wall", action="store_true", help=_WALL)
        if name == "hosts":
            command.add_argument("--calls", type=int, default=100, help="at once (default: %(default)s)")
            command.add_argument("--ratio", action="store_true", help="only the cost, beside that of relays")
            command.add_argument(
                "--cost", action="store_true", help="not how many are carried, which takes two cores"
            )
        if name in ("hosts", "attacks"):
            command.add_argument("--write", action="store_true", help=f"into {page.PAGE.name}, too")
        if name == "gate":
            command.add_argument("--update", action="store_true", help="commit to the ratios of today")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
