"""Steps as text, a sequence diagram with one line a step, or as JSON, one object a line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from attrs import frozen

from .detail import words
from .fitting import columns, padded, shortened, wrapped
from .inputs import STEPS_FORMAT
from .lines import CONTROL_ESCAPES, Line, is_final, merged
from .steps import Party, Step

__all__ = ["NARROWEST", "STANDARD_WIDTH", "WIDEST", "as_jsonl", "as_text"]

STANDARD_WIDTH = 80
NARROWEST, WIDEST = 60, 400
"""Between which widths a diagram can be read."""
STEPS_VERSION = 1

_TIME_WIDTH = 9
_LIFELINES = 3
_CLIENTS_SHARE = 0.44
"""Of the room for arrows: the types of upstream are longer."""
_CLIENT_LEG = frozenset({Party.CLIENT, Party.TRANSLATOR})
_UPSTREAM_LEG = frozenset({Party.UPSTREAM, Party.TRANSLATOR})
_IN_FULL = frozenset(
    {
        "ConversationText",
        "InjectUserMessage",
        "InjectAgentMessage",
        "FunctionCallRequest",
        "FunctionCallResponse",
        "InjectionRefused",
        "Error",
        "Warning",
        "error",
    }
)
"""What is said, asked and reported stands below its arrow where it does not fit on it."""
_LIFE, _DASH, _RIGHT, _LEFT, _MORE = "│─▶◀…"
_BESIDE_ARROW = 6
"""Columns of an arrow that are not its label."""
_JSON_ESCAPES = {code: f"\\u{code:04x}" for code in range(127, 160)}
"""JSON itself escapes the other control characters."""


def as_jsonl(steps: Iterable[Step]) -> Iterator[str]:
    """A header that names the format, then one JSON object a step."""
    yield json.dumps({"format": STEPS_FORMAT, "version": STEPS_VERSION})
    for step in steps:
        yield json.dumps(step.as_json(), ensure_ascii=False, default=str).translate(_JSON_ESCAPES)


def as_text(steps: Iterable[Step], width: int = STANDARD_WIDTH) -> Iterator[str]:
    """The sequence diagram, `width` columns wide: time, then client, translator and upstream from left to
    right. A label that does not fit on its arrow is shortened; what is said stands below in full.
    """
    room = width - _TIME_WIDTH - _LIFELINES
    client = round(room * _CLIENTS_SHARE)
    diagram = _Diagram(client, room - client)
    yield diagram.header()
    for line in merged(steps):
        yield from diagram.rows(line)


@frozen
class _Diagram:
    """How wide the arrows between client and translator are, and those between translator and upstream."""

    client: int
    upstream: int

    def header(self) -> str:
        """The names of the lifelines, above them."""
        time = f"{'seconds':>{_TIME_WIDTH - 1}} "
        return f"{time}{'client':<{self.client - 4}}{'translator':<{self.upstream - 1}}upstream"

    def rows(self, line: Line) -> Iterator[str]:
        """A line of the diagram, and what of it stands below."""
        legs = frozenset({line.step.sender, line.step.receiver})
        time, below = f"{line.step.t:{_TIME_WIDTH - 1}.3f} ", " " * _TIME_WIDTH
        if legs == _CLIENT_LEG:
            rows = _arrow(line, self.client, to_right=line.step.sender is Party.CLIENT)
            rows = (f"{each}{_LIFE}{' ' * self.upstream}{_LIFE}" for each in rows)
        elif legs == _UPSTREAM_LEG:
            rows = _arrow(line, self.upstream, to_right=line.step.receiver is Party.UPSTREAM)
            rows = (f"{' ' * self.client}{_LIFE}{each}{_LIFE}" for each in rows)
        else:
            rows = _beside(line, self.client + self.upstream)
        for number, row in enumerate(rows):
            yield f"{below if number else time}{_LIFE}{row}"


def _arrow(line: Line, width: int, *, to_right: bool) -> Iterator[str]:
    label, room = _shown(line.label), width - _BESIDE_ARROW
    in_full = _is_told_in_full(line.step) and columns(label) > room
    label = shortened(line.step.type, room) if in_full else _fitted(label, line.step.type, room)
    dashes = _DASH * (width - columns(label) - 5)
    yield f"{_DASH * 2} {label} {dashes}{_RIGHT}" if to_right else f"{_LEFT}{dashes} {label} {_DASH * 2}"
    if in_full:
        for row in wrapped(_shown(words(line.step)), width - 4):
            yield padded(f"   {row}", width)


def _is_told_in_full(step: Step) -> bool:
    return step.type in _IN_FULL or (step.type == "Transcript" and is_final(step))


def _beside(line: Line, width: int) -> Iterator[str]:
    """What is no arrow: notices, and what the host does."""
    notice = line.step.notice
    who = "host" if notice is None else notice["level"]
    first, *rest = wrapped(f"{who}: {_shown(line.label)}", width - 2)
    yield f"  {first}"
    if rest:
        yield from (f"    {row}" for row in wrapped(" ".join(rest), width - 4))


def _shown(text: str) -> str:
    return text.translate(CONTROL_ESCAPES)


def _fitted(label: str, kind: str, room: int) -> str:
    """The label with as much of the beginning of its type left out as has to be, then cut at its end."""
    starts = [found.end() for found in re.finditer(r"[._](?=.*\.)", kind)]
    shorter = [label, *(label.replace(kind, f"{_MORE}{kind[start:]}", 1) for start in starts)]
    return next((each for each in shorter if columns(each) <= room), shortened(shorter[-1], room))
