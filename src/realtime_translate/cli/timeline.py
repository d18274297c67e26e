"""A call as one HTML page: what was said, the two legs, the response slot, the timers and the Notices along
time, and a summary.

Here the steps become lanes of marks; `timeline.html` draws them. The page needs nothing but itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from itertools import pairwise

from attrs import frozen

from ..session.tables import BETWEEN
from ..standing import SessionState
from .inputs import sub_object
from .lines import Line, merged
from .said import said
from .steps import Party, Step
from .summary import is_error, summary

__all__ = ["KINDS", "LANES", "SESSIONS", "as_html"]

_TEMPLATE = "timeline.html"
_DATA = "/*DATA*/null"
_GAP = 0.3
"""Seconds without audio that end its bar."""

LANES = (
    "transcript",
    "client speaks",
    "client hears",
    "to upstream",
    "from upstream",
    "response slot",
    "agent's turn",
    "next timer",
    "notices",
)
SESSIONS = "session"
"""A lane that only calls have whose session was renewed (N)."""
_BY_LEG = {
    (Party.CLIENT, Party.TRANSLATOR): 1,
    (Party.TRANSLATOR, Party.CLIENT): 2,
    (Party.TRANSLATOR, Party.UPSTREAM): 3,
    (Party.UPSTREAM, Party.TRANSLATOR): 4,
}
_SAID, _SLOT, _TURN, _TIMER, _NOTICES, _SESSIONS = 0, 5, 6, 7, 8, 9
KINDS = (
    "user",
    "assistant",
    "audio",
    "message",
    "function call",
    "socket",
    "state",
    "timer",
    "debug",
    "info",
    "warning",
    "error",
)
"""What a mark can be: each has a colour and a shape on the page."""
_SOCKET = frozenset({"open", "opened", "close"})
_OF_CALLS = frozenset({"function_call", "function_call_output"})
_NOT_SHOWN = frozenset({"session_end", "renewal"})
"""Timers that are due next whenever nothing else is, and say nothing of the call."""


@frozen
class Mark:
    """One thing on a lane, of one of `KINDS`.

    From `start` to `end`, in seconds; `label` is what stands beside it, `frame` what it is as JSON.
    """

    lane: int
    kind: str
    start: float
    end: float
    label: str
    frame: object = None

    def as_row(self) -> tuple[object, ...]:
        """What the page has of it: the longest calls have thousands of marks."""
        kind = KINDS.index(self.kind)
        return (self.lane, kind, round(self.start, 3), round(self.end, 3), self.label, self.frame)


def as_html(steps: Iterable[Step], states: Sequence[tuple[float, SessionState]], title: str) -> Iterator[str]:
    """The page, in lines. `states` is looked at when `steps` have come to their end."""
    steps = list(steps)
    marks = [_mark(line) for line in merged(steps, _GAP)]
    marks += [Mark(_SAID, each.role, each.start, each.end, each.text) for each in said(steps)]
    end = max((mark.end for mark in marks), default=0.0)
    marks += _states(states, end)
    renewed = any(state.leg > 1 for _, state in states)
    if renewed:
        marks += _sessions(states, end)
    marks.sort(key=lambda mark: (mark.start, mark.lane))
    data = {
        "title": title,
        "lanes": (*LANES, SESSIONS) if renewed else LANES,
        "kinds": KINDS,
        "end": round(end, 3),
        "summary": list(summary(steps, end)),
        "marks": [mark.as_row() for mark in marks],
    }
    package = __name__.rpartition(".")[0]
    template = files(package).joinpath(_TEMPLATE).read_text(encoding="utf-8")
    yield template.replace(_DATA, _in_script(data)).rstrip("\n")


def _in_script(data: Mapping[str, object]) -> str:
    """JSON that no browser takes for the end of its script."""
    text = json.dumps(data, ensure_ascii=True, default=str, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def _mark(line: Line) -> Mark:
    step = line.step
    lane = _BY_LEG.get((step.sender, step.receiver), _NOTICES)
    if step.audio_bytes is None:
        frame: object = step.frame if step.notice is None else step.notice
        if line.count > 1:
            frame = {"count": line.count, "first": frame}
        return Mark(lane, _kind(step), step.t, line.until, line.label, frame)
    # Audio lasts from its first frame on, also where all of it came at once.
    end = max(step.t + line.seconds, line.until)
    shown = {"frames": line.count, "seconds": round(line.seconds, 3), "first": step.frame or "binary"}
    return Mark(lane, "audio", step.t, end, line.label, shown)


def _kind(step: Step) -> str:
    if is_error(step):
        return "error"
    if step.notice is not None:
        return str(step.notice["level"])
    if step.type in _SOCKET:
        return "socket"
    if step.type == "Warning":
        return "warning"
    named = "function" in step.type.lower()
    is_call = named or sub_object(step.frame or {}, "item").get("type") in _OF_CALLS
    return "function call" if is_call else "message"


def _states(states: Sequence[tuple[float, SessionState]], end: float) -> Iterator[Mark]:
    """Bars for as long as the translator said the same of itself."""
    slots = [(at, state.response.value, state.response_id) for at, state in states]
    for start, until, name, response_id in _spans(slots, end):
        if name != "free":
            yield Mark(_SLOT, "state", start, until, f"{name} {response_id}".rstrip())
    for start, until, name, _ in _spans([(at, state.turn.value, "") for at, state in states], end):
        if name != "silent":
            yield Mark(_TURN, "state", start, until, name)
    timers = [(at, *_timer(state)) for at, state in states]
    for start, until, name, due in _spans(timers, end):
        if name:
            yield Mark(_TIMER, "timer", start, until, f"{name}, due at {due}")


def _sessions(states: Sequence[tuple[float, SessionState]], end: float) -> Iterator[Mark]:
    """Bars for the sessions with upstream, and for what is done between two of them."""
    for start, until, name, _ in _spans([(at, _session(state), "") for at, state in states], end):
        if name:
            yield Mark(_SESSIONS, "state", start, until, name)


def _session(state: SessionState) -> str:
    if state.opening in BETWEEN:
        return state.opening.value
    return f"session {state.leg}" if state.upstream_open else ""


def _timer(state: SessionState) -> tuple[str, str]:
    name, deadline = state.next_timer or ("", 0.0)
    return (name, f"{deadline:.3f}") if name and name not in _NOT_SHOWN else ("", "")


def _spans(changes: Sequence[tuple[float, str, str]], end: float) -> Iterator[tuple[float, float, str, str]]:
    """From change to change, equal neighbours joined."""
    joined = [each for n, each in enumerate(changes) if n == 0 or each[1:] != changes[n - 1][1:]]
    for (start, name, more), (until, _, _) in pairwise([*joined, (end, "", "")]):
        yield start, max(start, until), name, more
