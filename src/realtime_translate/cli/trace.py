"""Recorded sessions: one JSON object a line, `{"t_ms": …, "leg": …, "dir": …, "event": {…}}`."""

from __future__ import annotations

from attrs import field, frozen

from .inputs import UserError, is_number, is_object, parse_lines

__all__ = ["TRACE_HELP", "Line", "Trace", "read_trace"]

_LONGEST_MS = 1e12
TRACE_HELP = """\
A trace is a file of one JSON object a line:
  {"t_ms": 135, "leg": "upstream", "dir": "in", "event": {"type": "session.created", ...}}
"t_ms" is in milliseconds; where it is null or absent, a line comes 1 ms after the one before it.
On leg "upstream", "in" is what the server sent and "out" what its client sent. On leg "client", "in"
is what the client sent and "out" what it was sent. All "in" lines are fed to the translator.
For a trace without client "in" lines, the client that fits is played: its Settings follow from the
recorded session.update; its context, texts and function results from the items; its audio from the
appends.
"""


@frozen
class Line:
    """One recorded event. `t` is in seconds, and never before the line above."""

    place: str
    t: float
    leg: str
    direction: str
    event: dict[str, object]

    @property
    def type(self) -> str:
        """The wire type of the event."""
        return str(self.event.get("type"))

    def is_from(self, leg: str, direction: str) -> bool:
        """Whether the event was recorded on `leg` in `direction`."""
        return self.leg == leg and self.direction == direction


@frozen
class Trace:
    """A recorded session."""

    lines: tuple[Line, ...] = field(converter=tuple[Line, ...])

    def select(self, leg: str, direction: str, event_type: str | None = None) -> tuple[Line, ...]:
        """The lines of one leg and direction, of one type or of all."""
        return tuple(
            line
            for line in self.lines
            if line.is_from(leg, direction) and (event_type is None or line.type == event_type)
        )


def read_trace(text: str, source: str) -> Trace:
    """The trace in `text`. Raises `UserError` that names `source` and the line."""
    lines: list[Line] = []
    for place, data in parse_lines(text, source):
        before = lines[-1].t if lines else None
        leg, direction, event = data.get("leg"), data.get("dir"), data.get("event")
        if leg not in ("upstream", "client") or direction not in ("in", "out"):
            raise UserError(f'{place}: "leg" must be upstream or client, and "dir" in or out')
        if not is_object(event):
            raise UserError(f'{place}: "event" must be a JSON object')
        lines.append(Line(place, _time(data.get("t_ms"), before, place), str(leg), str(direction), event))
    return Trace(lines)


def _time(t_ms: object, before: float | None, place: str) -> float:
    if t_ms is None:
        return 0.0 if before is None else before + 0.001
    if not is_number(t_ms) or abs(t_ms) > _LONGEST_MS:
        raise UserError(f'{place}: "t_ms" must be a number of milliseconds or null')
    return max(t_ms / 1000, before if before is not None else 0.0)
