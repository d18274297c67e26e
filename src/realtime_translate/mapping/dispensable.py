"""Parts of a `session.update` that a call can do without when the server refuses them (S7)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from attrs import evolve, frozen

from ..openai.objects import ErrorDetail
from .plan import Plan

__all__ = ["PARTS", "QUOTED", "Part", "found", "is_gone", "named", "names", "without"]

Session = Mapping[str, object]


@frozen
class Part:
    """`path`: where it is in the session. `plan`: the fields of the plan that it is made from."""

    path: str
    plan: tuple[str, ...] = ()

    def covers(self, path: str) -> bool:
        """Whether `path` names this part or something in it."""
        return path == self.path or path.startswith((f"{self.path}.", f"{self.path}["))

    def undone(self, plan: Plan, before: Plan) -> Plan:
        """The plan without this part: what it is made from stands as it did before."""
        standing: dict[str, Any] = {name: getattr(before, name) for name in self.plan}
        return evolve(plan, **standing)


_HEARD = "audio.input.transcription"
_LANGUAGES = ("language", "language_hints")

PARTS: Mapping[str, Part] = {
    part.path: part
    for part in (
        Part("prompt"),
        Part("reasoning", ("reasoning",)),
        Part("include"),
        Part("truncation"),
        Part("audio.output.voice", ("voice",)),
        Part("audio.output.speed", ("speed",)),
        Part(f"{_HEARD}.language", _LANGUAGES),
        Part(f"{_HEARD}.languages", _LANGUAGES),
        Part(f"{_HEARD}.prompt", ("keyterms",)),
        Part(f"{_HEARD}.keywords", ("keyterms",)),
        Part(f"{_HEARD}.delay"),
        Part(_HEARD, (*_LANGUAGES, "keyterms")),
    )
}
"""By path. Instructions, tools, formats and turn detection are not among them: without those it would be
another call. A transcription without its model is none, so the model falls with all of it.
"""

_LONGEST = 200
"""Characters of a path that are looked at, and remembered."""
QUOTED = re.compile(r"""['"`]session\.([\w.\[\]]{1,200})['"`]""")
"""A full path in the words of an error."""


def named(detail: ErrorDetail) -> str:
    """The path in the session that an error is about, empty if it names none. `param` decides; the message
    only where that is null and it quotes the full path.
    """
    if detail.param:
        return detail.param[:_LONGEST].removeprefix("session.")
    quoted = QUOTED.search(detail.message or "")
    return quoted[1] if quoted else ""


def found(path: str, session: Session) -> Part | None:
    """The part of `session` that `path` names, or in which it lies: the smallest of those that are there."""
    parts = [part for part in PARTS.values() if part.covers(path) and _holds(session, part.path.split("."))]
    return max(parts, key=lambda part: len(part.path), default=None)


def names(path: str, session: Session) -> bool:
    """Whether `path` is in `session`, as far as its first step tells."""
    return re.split(r"[.\[]", path, maxsplit=1)[0] in session


def is_gone(path: str, gone: Collection[str]) -> bool:
    """Whether `path` names one of the parts at `gone`, or something in one."""
    return any(part.covers(path) for part in PARTS.values() if part.path in gone)


def _holds(value: object, steps: Sequence[str]) -> bool:
    if not steps:
        return True
    inner: Session = cast("Session", value) if isinstance(value, Mapping) else {}
    return steps[0] in inner and _holds(inner[steps[0]], steps[1:])


def without(session: Session, *paths: str) -> dict[str, object]:
    """The session without what is at these paths, and without what is empty then."""
    left = dict(session)
    for path in paths:
        left = _cut(left, path.split("."))
    return left


def _cut(session: Session, steps: Sequence[str]) -> dict[str, object]:
    step, *deeper = steps
    inner = session.get(step)
    if deeper and not isinstance(inner, Mapping):
        return dict(session)
    kept = _cut(cast("Session", inner), deeper) if deeper else {}
    return {key: kept if key == step else value for key, value in session.items() if key != step or kept}
