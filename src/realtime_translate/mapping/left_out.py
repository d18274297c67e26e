"""Naming what upstream has no counterpart for (S10)."""

from __future__ import annotations

from collections.abc import Iterable

from ..notices import notice
from ..outputs import Notice
from ..wire import OMITTED, WireObject

__all__ = ["note_left_out"]


def note_left_out(value: WireObject, names: Iterable[str], path: str, notes: list[Notice]) -> None:
    """One notice for each of these fields that is there; `path` is that of `value`, with its full stop."""
    for name in names:
        if getattr(value, name) is not OMITTED:
            notes.append(notice("SETTING_LEFT_OUT", path=path + name))
