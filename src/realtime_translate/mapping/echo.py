"""Which update a `session.updated` answers: it names none, but shows the session as it is by then (T2)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import cast

from .shapes import path_in_ga

__all__ = ["marks", "shows_older"]

_Json = Mapping[str, object]
_Marks = Mapping[str, str]

_HEARD = "audio.input.transcription"
_TELLING = frozenset(
    (
        *("instructions", "tools", "reasoning.effort", "audio.output.voice", "audio.output.speed"),
        *(f"{_HEARD}.{key}" for key in ("language", "languages", "prompt", "keywords")),
    )
)
"""What updates of a call change (T2)."""
_MARK = 16
"""Characters of a hash: enough to tell two values of one part."""


def marks(session: _Json) -> dict[str, str]:
    """A mark of each value that updates change, by its path in GA's shape, whatever shape the session has."""
    return {path: _mark(value) for path, value in _values(session, "") if path in _TELLING}


def _values(part: _Json, inside: str) -> Iterator[tuple[str, object]]:
    for key, value in part.items():
        if isinstance(value, Mapping):
            yield from _values(cast("_Json", value), f"{inside}{key}.")
        else:
            yield path_in_ga(f"{inside}{key}"), value


def _mark(value: object) -> str:
    plain = float(value) if isinstance(value, int) else value
    return sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:_MARK]


def shows_older(seen: _Marks, asked: _Marks, earlier: Sequence[_Marks]) -> bool:
    """Whether a session that is shown is as it was before the last update, which `asked` for that. `earlier`:
    how it was shown before, and what updates before the last one asked for, in their order. What tells are
    values that the last one changes; if they were never there before, that they are shown proves its answer.
    A server that shows none of them, or others, may have answered the last.
    """
    before = {path: value for each in earlier for path, value in each.items()}
    telling = [path for path in asked.keys() & seen.keys() if before.get(path) != asked[path]]
    taken = [path for path in telling if seen[path] == asked[path]]
    if any(all(each.get(path) != asked[path] for each in earlier) for path in taken):
        return False
    older = [path for path in telling if path not in taken]
    return any(seen[path] == each.get(path) for path in older for each in earlier)
