"""Ids that upstream gives: remembered to recognise what comes late, so their length has a bound (L2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

__all__ = ["MAX_ID", "has_long_id"]

MAX_ID = 256
"""Characters. The longest id of a known server has 43 (reference §4)."""

_KEYS = ("response_id", "item_id", "call_id")
_OBJECTS = ("item", "response")


def has_long_id(event: Mapping[str, object]) -> bool:
    """Whether an event names a response, an item or a call by an id that is too long to be one."""
    return any(isinstance(each, str) and len(each) > MAX_ID for each in _ids(event))


def _ids(event: Mapping[str, object]) -> Iterator[object]:
    for key in _KEYS:
        yield event.get(key)
    for key in _OBJECTS:
        inner = event.get(key)
        if isinstance(inner, dict):
            item = cast("Mapping[str, object]", inner)
            yield item.get("id")
            yield item.get("call_id")
