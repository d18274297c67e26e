"""The page of the states of a call, and its pictures, from `session/tables`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import NamedTuple

from realtime_translate import ClientDialect
from realtime_translate.session.tables import (
    CREATE,
    DETECTION,
    FUNCTION_CALL,
    OPENING,
    RESPONSE,
    SLOT,
    TURNS,
    Step,
)

from .diagrams import Edge, Place, svg

Table = Mapping[Enum, Mapping[Enum, Step[Enum]]]


class Chart(NamedTuple):
    """One table of the page. `hidden`: states that are in the table and not in the picture."""

    name: str
    title: str
    intro: str
    table: Table
    places: Mapping[str, Place]
    hidden: str = ""


CHARTS = (
    Chart(
        "opening",
        "The opening",
        "From before `client_opened()` to ready, for both legs: upstream may be dialled before\n"
        "Settings come. What the client sends meanwhile waits or is refused. Where sessions are renewed\n"
        "(N), the loss of one leads from *ready* back to it. From every state a close\n"
        "of either leg, `close()` or a fatal error leads to *closed*, which is left out of the picture.",
        OPENING,  # type: ignore[arg-type]
        {
            "new": (0, 0),
            "greeted": (1, 0),
            "dialling": (2, 0),
            "dialled early": (1, 1.1),
            "configuring": (2.2, 1.1),
            "ready": (3.4, 1.1),
            "draining": (3.4, 0),
            "waiting": (5.2, 0.4),
            "dialling again": (7.2, 0.4),
            "configuring again": (7.2, 2.2),
            "replaying": (5.2, 2.2),
            "ready unasked": (1, 2.2),
            "awaiting slot": (2.2, 2.2),
            "applying": (3.4, 2.2),
        },
        "closed",
    ),
    Chart(
        "slot",
        "The response slot",
        "Who has the one response that the conversation may have. A wish for a response (a user\n"
        "text, a commit, outputs of calls, a text to be spoken) becomes `response.create` only in *free*.",
        SLOT,  # type: ignore[arg-type]
        {
            "free": (1.3, 0),
            "expected": (0, 1.3),
            "requested": (2.6, 1.3),
            "running": (0.6, 2.8),
            "refused": (3.6, 0),
            "crossed": (2.4, 3),
            "given up": (1.4, 1.5),
            "doubted": (3.6, 1.9),
        },
    ),
    Chart(
        "response",
        "The response in the slot",
        "What became of it. An interruption by the user is an event of this table, and of the next.",
        RESPONSE,  # type: ignore[arg-type]
        {"none": (0, 0), "silent": (1.6, 0), "under way": (3.2, 0), "cut": (2.4, 1.5)},
    ),
    Chart(
        "create",
        "Our `response.create`",
        "What became of the last one, from the moment at which it goes upstream until nothing of it can\n"
        "come any more.",
        CREATE,  # type: ignore[arg-type]
        {
            "none": (0, 0),
            "asked": (2.2, 0),
            "to be asked again": (4.6, 0),
            "asked again": (4.6, 2),
            "claimed": (0, 2),
            "interrupted": (2.2, 2.4),
            "dropped": (2.2, 4),
        },
    ),
    Chart(
        "function-call",
        "A function call",
        "From the first word of it until the response that follows it was asked for.",
        FUNCTION_CALL,  # type: ignore[arg-type]
        {
            "announced": (0, 0),
            "whole": (1.6, 0),
            "passed over": (0, 1.4),
            "asked": (3.2, 0),
            "overdue": (5, 0),
            "left": (1.9, 1.4),
            "left, overdue": (5, 1.4),
            "answered": (3.4, 1.4),
            "refused": (2, 2.8),
            "followed": (4.2, 2.8),
        },
    ),
    Chart(
        "detection",
        "Turn detection under manual commit",
        "Who ends the user's turns where the translator was to do it. Some servers detect turns all the\n"
        "same; what they report and commit is proof, and the translator leaves the audio to them.",
        DETECTION,  # type: ignore[arg-type]
        {
            "off": (0, 0),
            "heard": (1.6, 0),
            "answered": (3.2, 0.4),
            "listening": (2.6, 1.9),
            "doubted": (0.6, 1.9),
        },
    ),
    Chart(
        "turn-deepgram",
        "The agent's turn, Deepgram's dialect",
        "What the client has been told of it. The turn ends when a response leaves no call unanswered.",
        TURNS[ClientDialect.DEEPGRAM],  # type: ignore[arg-type]
        {"silent": (0, 0), "thinking": (2, 0), "speaking": (1, 1.3)},
    ),
    Chart(
        "turn-component",
        "The agent's turn, the component's dialect",
        "Here each response ends a turn of its own.",
        TURNS[ClientDialect.COMPONENT],  # type: ignore[arg-type]
        {
            "silent": (1.4, 0),
            "thinking": (0, 1.3),
            "speaking": (1.9, 1.8),
            "writing": (0.7, 3.1),
            "said": (3.2, 1.8),
        },
    ),
)

HEAD = """# The states of a call

Made from the transition tables of the code by `python -m docs.tools`; a test compares. Every state answers
every event: with a step to another state, with a step that stays, or by doing nothing, for the reason given.
"""


def diagrams() -> Mapping[str, str]:
    """Every picture by its name."""
    return {chart.name: svg(chart.title, chart.places, _edges(chart)) for chart in CHARTS}


def states() -> str:
    """The page."""
    return "\n".join([HEAD, *(line for chart in CHARTS for line in _chart(chart))])


def _moves(chart: Chart) -> Mapping[tuple[str, str], list[str]]:
    """From and to, and the events that lead there."""
    moves: dict[tuple[str, str], list[str]] = {}
    for state, event, step in _cells(chart.table):
        if step.to is not state:
            moves.setdefault((state.value, step.to.value), []).append(event.value)
    return moves


def _cells(table: Table) -> Iterator[tuple[Enum, Enum, Step[Enum]]]:
    for state, row in table.items():
        for event, step in row.items():
            yield state, event, step


def _edges(chart: Chart) -> list[Edge]:
    return [
        Edge(source, target, number)
        for number, (source, target) in enumerate(_moves(chart), 1)
        if chart.hidden not in (source, target)
    ]


def _chart(chart: Chart) -> Iterator[str]:
    yield f"## {chart.title}\n\n{chart.intro}\n\n![{chart.title}](states/{chart.name}.svg)\n"
    yield "| | from | to | on |\n|---|---|---|---|"
    for number, ((source, target), events) in enumerate(_moves(chart).items(), 1):
        yield f"| {number} | {source} | {target} | {'; '.join(events)} |"
    yield "\n### What else each state answers\n\n| state | event | |\n|---|---|---|"
    for state, event, step in _cells(chart.table):
        if step.to is state:
            done = f"stays: {step.because}" if step.because else f"`{step.action}`"
            yield f"| {state.value} | {event.value} | {done} |"
    yield ""
