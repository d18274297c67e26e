"""Ids that upstream gives: remembered to recognise what comes late, so their length has a bound (L2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

__all__ = ["MAX_ID", "has_long_id"]

MAX_ID = 256
"""Characters. The longest id of a known server has 43 (reference §4)."""

_OBJECTS = ("item", "response")


def has_long_id(event: Mapping[str, object]) -> bool:
    """Whether an event names a response, an item or a call by an id that is too long to be one. Runs for each
    event.
    """
    get = event.get
    if _is_long(get("response_id")) or _is_long(get("item_id")) or _is_long(get("call_id")):
        return True
    for key in _OBJECTS:
        inner = get(key)
        if isinstance(inner, dict):
            item = cast("Mapping[str, object]", inner)
            if _is_long(item.get("id")) or _is_long(item.get("call_id")):
                return True
    return False


def _is_long(value: object) -> bool:
    return isinstance(value, str) and len(value) > MAX_ID
