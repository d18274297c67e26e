"""Steps as text, a sequence diagram with one line a step, or as JSON, one object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from .lines import CONTROL_ESCAPES, merged
from .steps import Party, Step

__all__ = ["as_jsonl", "as_text"]

_LEFT_WIDTH = 50
_RIGHT_WIDTH = 68
_CLIENT_LEG = frozenset({Party.CLIENT, Party.TRANSLATOR})
_UPSTREAM_LEG = frozenset({Party.UPSTREAM, Party.TRANSLATOR})


_LIFE, _DASH, _RIGHT, _LEFT, _MORE = "│─▶◀…"
_JSON_ESCAPES = {code: f"\\u{code:04x}" for code in range(127, 160)}
"""JSON itself escapes the other control characters."""


def as_jsonl(steps: Iterable[Step]) -> Iterator[str]:
    """One JSON object a step."""
    for step in steps:
        yield json.dumps(step.as_json(), ensure_ascii=False, default=str).translate(_JSON_ESCAPES)


def as_text(steps: Iterable[Step]) -> Iterator[str]:
    """The sequence diagram: time, then client, translator and upstream from left to right."""
    yield f"{'seconds':>9}  {'client':<{_LEFT_WIDTH - 4}}{'translator':<{_RIGHT_WIDTH - 1}}upstream"
    for line in merged(steps):
        yield _line(line.step, line.label.translate(CONTROL_ESCAPES))


def _line(step: Step, label: str) -> str:
    legs = frozenset({step.sender, step.receiver})
    time = f"{step.t:9.3f}"
    if legs == _CLIENT_LEG:
        arrow = _arrow(label, _LEFT_WIDTH, to_right=step.sender is Party.CLIENT)
        return f"{time}  {_LIFE}{arrow}{_LIFE}{' ' * _RIGHT_WIDTH}{_LIFE}"
    if legs == _UPSTREAM_LEG:
        arrow = _arrow(label, _RIGHT_WIDTH, to_right=step.receiver is Party.UPSTREAM)
        return f"{time}  {_LIFE}{' ' * _LEFT_WIDTH}{_LIFE}{arrow}{_LIFE}"
    return f"{time}  {_LIFE}  {_beside(step)}{label}"


def _arrow(label: str, width: int, *, to_right: bool) -> str:
    room = width - 6
    if len(label) > room:
        label = label[: room - len(_MORE)] + _MORE
    line, dashes = _DASH * (width - len(label) - 5), _DASH * 2
    return f"{dashes} {label} {line}{_RIGHT}" if to_right else f"{_LEFT}{line} {label} {dashes}"


def _beside(step: Step) -> str:
    """How a line begins that is no arrow: notices, and what the host does."""
    if step.notice is not None:
        return f"{_level(step.notice)}: "
    return "host: "


def _level(notice: Mapping[str, object]) -> str:
    return str(notice["level"])
