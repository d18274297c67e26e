"""What of the translator a run of the state machine reaches: transitions, timers, routes, notices, codes.

The tables are wrapped in the test's process only; the package knows nothing of it. `python -m
tests.property.reach` runs the profile `ci` and writes what it reached into the page that shows it.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from enum import Enum
from typing import Any
from unittest.mock import patch

from realtime_translate.deepgram.codes import ComponentCode, ErrorCode, WarningCode
from realtime_translate.notices import NOTICES
from realtime_translate.openai.dialects import SERVERS
from realtime_translate.session import engine, performer
from realtime_translate.session.policies import agent_turn
from realtime_translate.session.policies.response_slot import actions
from realtime_translate.session.tables import OPENING, SLOT, TURNS
from realtime_translate.testing.machine import Statistics
from realtime_translate.testing.model.choices import CHOICES
from tests.property.unreached import ELSEWHERE, RUNNING_SERVERS, SELDOM

__all__ = ["as_markdown", "drawn", "missing", "reachable", "seldom_drawn", "watched"]

WITH_SERVERS = ("calls", "responses", "speech", "function calls", "barge-ins")
"""What happens in calls with each server, whatever it is."""
LEAST_DRAWN = 100
"""How often a run of the profile `ci` meets each thing that running servers were seen to do, at least."""

_SEP = " + "


class _Row(Mapping[Any, Any]):
    """A mapping that counts what is looked up in it."""

    def __init__(self, table: Mapping[Any, Any], kind: str, prefix: str, statistics: Statistics) -> None:
        self.table, self.kind, self.prefix, self.statistics = table, kind, prefix, statistics

    def __getitem__(self, key: Any) -> Any:
        self.statistics.reach(self.kind, f"{self.prefix}{name_of(key)}")
        return self.table[key]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.table)

    def __len__(self) -> int:
        return len(self.table)


def name_of(key: object) -> str:
    """How a state, an event, a type or a timer is called in the tables."""
    if isinstance(key, Enum):
        return key.name
    return key.__name__ if isinstance(key, type) else str(key)


def _rows(table: Mapping[Any, Any], kind: str, prefix: str, statistics: Statistics) -> Mapping[Any, Any]:
    return {
        state: _Row(row, kind, f"{prefix}{name_of(state)}{_SEP}", statistics) for state, row in table.items()
    }


@contextmanager
def watched(statistics: Statistics) -> Generator[None, None, None]:
    """Count transitions, timers and routes of every translator that is made meanwhile."""
    turns = {
        dialect: _rows(table, "turn", f"{name_of(dialect)} ", statistics) for dialect, table in TURNS.items()
    }
    with ExitStack() as stack:
        stack.enter_context(patch.object(actions, "SLOT", _rows(SLOT, "slot", "", statistics)))
        stack.enter_context(patch.object(performer, "OPENING", _rows(OPENING, "opening", "", statistics)))
        stack.enter_context(patch.object(agent_turn, "TURNS", turns))
        for home, name, kind in (
            (engine, "TIMERS", "timer"),
            (engine, "CLIENT", "client message"),
            (performer, "SIGNALS", "signal"),
        ):
            row = _Row(getattr(home, name), kind, "", statistics)
            stack.enter_context(patch.object(home, name, row))
        yield


def reachable() -> dict[str, set[str]]:
    """Everything that can be reached, by kind: transitions that do something, timers, routes, codes."""
    return {
        "opening": _steps(OPENING, ""),
        "slot": _steps(SLOT, ""),
        "turn": {step for each, table in TURNS.items() for step in _steps(table, f"{name_of(each)} ")},
        "timer": {*engine.TIMERS},
        "client message": {name_of(each) for each in engine.CLIENT},
        "signal": {name_of(each) for each in performer.SIGNALS},
        "notice": {*NOTICES},
        "error": {str(each) for table in (ErrorCode, ComponentCode) for each in table},
        "warning": {str(each) for each in WarningCode},
        "choice": {option_of(name, number) for name, number in _options()},
        "server": {f"{server}: {what}" for server in SERVERS for what in WITH_SERVERS},
    }


def option_of(name: str, number: int) -> str:
    """How an option of a decision of the server's is counted."""
    return f"{name} {number}"


def _options() -> Iterator[tuple[str, int]]:
    """All options but option 0."""
    for name, row in CHOICES.items():
        yield from ((name, number) for number in range(1, len(row.options)))


def seldom_drawn(statistics: Statistics) -> dict[str, int]:
    """What running servers were seen to do and random calls met less than `LEAST_DRAWN` times."""
    options = (option_of(name, number) for name, numbers in RUNNING_SERVERS.items() for number in numbers)
    counts = {name: statistics.reached["choice", name] for name in options}
    return {name: count for name, count in counts.items() if count < LEAST_DRAWN}


def drawn(statistics: Statistics) -> str:
    """How often a run met each option of the server's decisions, a row a decision."""
    lines = [f"A run of the profile `ci`: {statistics.summary}.", "", "| decision | met |", "|---|---|"]
    for name, row in sorted(CHOICES.items()):
        counts = (statistics.reached["choice", option_of(name, at)] for at in range(1, len(row.options)))
        told = zip(row.options[1:], counts, strict=True)
        lines.append(f"| `{name}` | {' · '.join(f'{option}: {count}' for option, count in told)} |")
    return "\n".join(lines)


def _steps(table: Mapping[Any, Mapping[Any, Any]], prefix: str) -> set[str]:
    """Cells that lead elsewhere or do something; the others stay, with a reason."""
    return {
        f"{prefix}{name_of(state)}{_SEP}{name_of(event)}"
        for state, row in table.items()
        for event, step in row.items()
        if step.action or step.to is not state
    }


def missing(statistics: Statistics) -> dict[str, set[str]]:
    """What a run of some length has to reach, and this one has not."""
    excused = {(kind, name) for kind, names in SELDOM.items() for name in names}
    excused |= {(kind, name) for _, kind, names in ELSEWHERE for name in names}
    found = {
        kind: {name for name in names - statistics.names(kind) if (kind, name) not in excused}
        for kind, names in reachable().items()
    }
    return {kind: names for kind, names in found.items() if names}


def as_markdown(statistics: Statistics) -> str:
    """The summary, a row a kind, and what was not reached with the reason."""
    lines = [f"A run of the profile `ci`: {statistics.summary}.", ""]
    lines += ["| of | there are | reached | how often |", "|---|---|---|---|"]
    for kind, names in reachable().items():
        if kind in ("choice", "server"):  # the page of the simulated server, and a table of their own
            continue
        counts = {name: statistics.reached[kind, name] for name in sorted(names)}
        reached = {name: count for name, count in counts.items() if count}
        told = " · ".join(f"{name.replace('_', chr(92) + '_')} {count}" for name, count in reached.items())
        lines.append(f"| {kind} | {len(names)} | {len(reached)} | {told} |")
    moves = sorted((name, count) for (kind, name), count in statistics.reached.items() if kind == "rule")
    told = " · ".join(f"{name} {count}" for name, count in moves)
    lines += [f"| rules of the machine | {len(moves)} | {len(moves)} | {told} |", ""]
    lines += [*_by_server(statistics), "", "Not played by the machine, and by what instead:", ""]
    for reason, kind, names in ELSEWHERE:
        lines.append(f"- {kind}: {', '.join(f'`{name}`' for name in sorted(names))}: {reason}")
    return "\n".join(lines)


def _by_server(statistics: Statistics) -> Iterator[str]:
    """What was done with each server, a row each."""
    yield f"| server | {' | '.join(WITH_SERVERS)} |"
    yield f"|---|{'---:|' * len(WITH_SERVERS)}"
    for server in SERVERS:
        counts = (str(statistics.reached["server", f"{server}: {what}"]) for what in WITH_SERVERS)
        yield f"| `{server}` | {' | '.join(counts)} |"


def main() -> int:
    """Run, and write the page; fails if something is missing."""
    from realtime_translate.testing.profiles import PROFILES
    from tests.property.page import MODEL, PAGE, replace
    from tests.property.test_call_machine import Calls, run

    run(PROFILES["ci"])
    replace(PAGE, "reach", as_markdown(Calls.statistics))
    replace(MODEL, "drawn", drawn(Calls.statistics))
    left = {**missing(Calls.statistics), **seldom_drawn(Calls.statistics)}
    sys.stdout.write(f"{Calls.statistics.summary}\n{left or 'nothing is missing'}\n")
    return bool(left)


if __name__ == "__main__":
    raise SystemExit(main())
