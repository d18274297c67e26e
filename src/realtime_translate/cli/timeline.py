"""A call as one HTML page: the two legs, the response slot, the timers and the Notices along time.

Here the steps become lanes of marks; `timeline.html` draws them. The page needs nothing but itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from itertools import pairwise

from attrs import asdict, frozen

from ..translator import SessionState
from .lines import Line, merged
from .steps import Party, Step

__all__ = ["as_html"]

_TEMPLATE = "timeline.html"
_DATA = "/*DATA*/null"

LANES = (
    "client speaks",
    "client hears",
    "to upstream",
    "from upstream",
    "response slot",
    "agent's turn",
    "next timer",
    "notices",
)
_BY_LEG = {
    (Party.CLIENT, Party.TRANSLATOR): 0,
    (Party.TRANSLATOR, Party.CLIENT): 1,
    (Party.TRANSLATOR, Party.UPSTREAM): 2,
    (Party.UPSTREAM, Party.TRANSLATOR): 3,
}
_SLOT, _TURN, _TIMER, _NOTICES = 4, 5, 6, 7


@frozen
class Mark:
    """One thing on a lane. `kind`: `message`, `audio`, `state`, `timer`, or the level of a notice.

    From `start` to `end`, in seconds; `label` is what stands beside it, `frame` what it is as JSON.
    """

    lane: int
    kind: str
    start: float
    end: float
    label: str
    frame: object = None


def as_html(steps: Iterable[Step], states: Sequence[tuple[float, SessionState]], title: str) -> Iterator[str]:
    """The page, in lines. `states` is looked at when `steps` have come to their end."""
    marks = [_mark(line) for line in merged(steps)]
    end = max((mark.end for mark in marks), default=0.0)
    marks += _states(states, end)
    marks.sort(key=lambda mark: (mark.start, mark.lane))
    data = {"title": title, "lanes": LANES, "end": end, "marks": [asdict(mark) for mark in marks]}
    package = __name__.rpartition(".")[0]
    template = files(package).joinpath(_TEMPLATE).read_text(encoding="utf-8")
    yield template.replace(_DATA, _in_script(data)).rstrip("\n")


def _in_script(data: Mapping[str, object]) -> str:
    """JSON that no browser takes for the end of its script."""
    return json.dumps(data, ensure_ascii=True, default=str).replace("<", "\\u003c")


def _mark(line: Line) -> Mark:
    step = line.step
    lane = _BY_LEG.get((step.sender, step.receiver), _NOTICES)
    if step.notice is not None:
        return Mark(lane, str(step.notice["level"]), step.t, line.until, line.label, step.notice)
    if step.audio_bytes is None:
        return Mark(lane, "message", step.t, line.until, line.label, step.frame)
    # Audio lasts from its first frame on, also where all of it came at once.
    end = max(step.t + line.seconds, line.until)
    shown = {"frames": line.count, "seconds": round(line.seconds, 3), "first": step.frame or "binary"}
    return Mark(lane, "audio", step.t, end, line.label, shown)


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


def _timer(state: SessionState) -> tuple[str, str]:
    if state.next_timer is None:
        return "", ""
    name, deadline = state.next_timer
    return name, f"{deadline:.3f}"


def _spans(changes: Sequence[tuple[float, str, str]], end: float) -> Iterator[tuple[float, float, str, str]]:
    """From change to change, equal neighbours joined."""
    joined = [each for n, each in enumerate(changes) if n == 0 or each[1:] != changes[n - 1][1:]]
    for (start, name, more), (until, _, _) in pairwise([*joined, (end, "", "")]):
        yield start, max(start, until), name, more
