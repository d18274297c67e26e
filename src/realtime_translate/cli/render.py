"""Steps as text, a sequence diagram with one line a step, or as JSON, one object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from attrs import frozen

from .lines import merged
from .steps import Party, Step

__all__ = ["ASCII", "UNICODE", "Glyphs", "as_jsonl", "as_text"]

_LEFT_WIDTH = 50
_RIGHT_WIDTH = 68
_CLIENT_LEG = frozenset({Party.CLIENT, Party.TRANSLATOR})
_UPSTREAM_LEG = frozenset({Party.UPSTREAM, Party.TRANSLATOR})


@frozen
class Glyphs:
    """The characters of the diagram."""

    life: str
    dash: str
    right: str
    left: str
    ellipsis: str

    @property
    def characters(self) -> str:
        """All of them, to see whether a terminal can show them."""
        return self.life + self.dash + self.right + self.left + self.ellipsis


UNICODE = Glyphs(life="│", dash="─", right="▶", left="◀", ellipsis="…")
ASCII = Glyphs(life="|", dash="-", right=">", left="<", ellipsis="...")
"""For terminals that cannot show the others."""


def as_jsonl(steps: Iterable[Step]) -> Iterator[str]:
    """One JSON object a step."""
    for step in steps:
        yield json.dumps(step.as_json(), ensure_ascii=False, default=str)


def as_text(steps: Iterable[Step], glyphs: Glyphs = UNICODE) -> Iterator[str]:
    """The sequence diagram: time, then client, translator and upstream from left to right."""
    yield f"{'seconds':>9}  {'client':<{_LEFT_WIDTH - 4}}{'translator':<{_RIGHT_WIDTH - 1}}upstream"
    diagram = _Diagram(glyphs)
    for line in merged(steps):
        yield diagram.line(line.step, line.label)


@frozen
class _Diagram:
    """Draws lines with the characters given."""

    glyphs: Glyphs

    def line(self, step: Step, label: str) -> str:
        legs = frozenset({step.sender, step.receiver})
        life, time = self.glyphs.life, f"{step.t:9.3f}"
        if legs == _CLIENT_LEG:
            arrow = self._arrow(label, _LEFT_WIDTH, to_right=step.sender is Party.CLIENT)
            return f"{time}  {life}{arrow}{life}{' ' * _RIGHT_WIDTH}{life}"
        if legs == _UPSTREAM_LEG:
            arrow = self._arrow(label, _RIGHT_WIDTH, to_right=step.receiver is Party.UPSTREAM)
            return f"{time}  {life}{' ' * _LEFT_WIDTH}{life}{arrow}{life}"
        return f"{time}  {life}  {_beside(step)}{label}"

    def _arrow(self, label: str, width: int, *, to_right: bool) -> str:
        glyphs = self.glyphs
        room = width - 6
        if len(label) > room:
            label = label[: room - len(glyphs.ellipsis)] + glyphs.ellipsis
        line = glyphs.dash * (width - len(label) - 5)
        dashes = glyphs.dash * 2
        if to_right:
            return f"{dashes} {label} {line}{glyphs.right}"
        return f"{glyphs.left}{line} {label} {dashes}"


def _beside(step: Step) -> str:
    """How a line begins that is no arrow: notices, and what the host does."""
    if step.notice is not None:
        return f"{_level(step.notice)}: "
    return "host: "


def _level(notice: Mapping[str, object]) -> str:
    return str(notice["level"])
