"""Steps as text, a sequence diagram with one line a step, or as JSON, one object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from attrs import define, field, frozen

from .audio_time import AudioTime
from .detail import detail, one_line
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
    """The sequence diagram: time, then client, translator and upstream from left to right.

    Frames of audio, deltas and debug notices that follow each other become one line for each kind and
    direction, which says how many they are and how long the audio lasts; it stands at the time of the first.
    """
    yield f"{'seconds':>9}  {'client':<{_LEFT_WIDTH - 4}}{'translator':<{_RIGHT_WIDTH - 1}}upstream"
    lines = _Lines(glyphs)
    for step in steps:
        yield from lines.add(step)
    yield from lines.flush()


@define
class _Run:
    """Steps of one kind in one direction that become one line."""

    first: Step
    count: int = 0
    audio_bytes: int = 0
    seconds: float = 0.0
    text: str = ""
    last_t: float = 0.0

    def add(self, step: Step, seconds: float) -> None:
        self.count += 1
        self.audio_bytes += step.audio_bytes or 0
        self.seconds += seconds
        self.last_t = step.t
        delta = (step.frame or {}).get("delta")
        if step.audio_bytes is None and isinstance(delta, str):
            self.text += delta

    @property
    def label(self) -> str:
        kind = self.first.type
        if self.first.notice is not None:
            times = f" ({self.count} times)" if self.count > 1 else ""
            return f"{detail(self.first)}{times}"
        if self.first.audio_bytes is not None:
            frames = "frame" if self.count == 1 else "frames"
            return f"{kind}: {self.count} {frames}, {round(self.seconds, 3):g} s{self._until}"
        if self.count == 1:
            return f"{kind} {one_line(self.text)}"
        return f"{self.count} x {kind} {one_line(self.text)}"

    @property
    def _until(self) -> str:
        return f", until {self.last_t:.3f}" if self.last_t > self.first.t else ""


@define
class _Lines:
    """Turns steps into lines, holding back runs until something else happens."""

    glyphs: Glyphs
    _time: AudioTime = field(factory=AudioTime)
    _runs: dict[tuple[Party, Party, str], _Run] = field(factory=dict[tuple[Party, Party, str], _Run])
    """The runs so far, by sender, receiver and what they say."""

    def add(self, step: Step) -> Iterator[str]:
        """The lines that `step` completes."""
        self._time.observe(step)
        if _is_part_of_stream(step):
            kind = detail(step) if step.notice is not None else step.type
            run = self._runs.setdefault((step.sender, step.receiver, kind), _Run(step))
            run.add(step, self._time.seconds(step))
            return
        yield from self.flush()
        yield self._line(step, detail(step))

    def flush(self) -> Iterator[str]:
        """The lines of the runs so far."""
        for run in self._runs.values():
            yield self._line(run.first, run.label)
        self._runs.clear()

    def _line(self, step: Step, label: str) -> str:
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


def _is_part_of_stream(step: Step) -> bool:
    if step.notice is not None:
        return step.notice["level"] == "debug"
    return step.audio_bytes is not None or step.type.endswith(".delta")


def _beside(step: Step) -> str:
    """How a line begins that is no arrow: notices, and what the host does."""
    if step.notice is not None:
        return f"{_level(step.notice)}: "
    return "host: "


def _level(notice: Mapping[str, object]) -> str:
    return str(notice["level"])
