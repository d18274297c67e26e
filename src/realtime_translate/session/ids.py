"""By what things are recognised when they come again or late: the ids that upstream gives, whose length has a
bound because they are remembered (L2), and fingerprints of texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import cast

__all__ = ["MAX_ID", "fingerprint", "has_long_id"]

MAX_ID = 256
"""Characters. The longest id of a known server has 43 (protocols, *Other servers*)."""

_NAMING = ("response_id", "item_id", "call_id")


def fingerprint(text: str) -> str:
    """A text in few bytes."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def has_long_id(event: Mapping[str, object]) -> bool:
    """Whether an event names a response, an item or a call by an id that is too long to be one. Runs for each
    event.
    """
    for name in _NAMING:
        if name in event and _is_long(event[name]):
            return True
    item, response = event.get("item"), event.get("response")
    return (item is not None and _has_long_id(item)) or (response is not None and _answers_long(response))


def _answers_long(response: object) -> bool:
    if not isinstance(response, dict):
        return False
    known = cast("Mapping[str, object]", response)
    listed = known.get("output")
    for item in cast("list[object]", listed) if isinstance(listed, list) else ():
        if _has_long_id(item):
            return True
    return _is_long(known.get("id"))


def _has_long_id(item: object) -> bool:
    if not isinstance(item, dict):
        return False
    known = cast("Mapping[str, object]", item)
    return _is_long(known.get("id")) or _is_long(known.get("call_id"))


def _is_long(value: object) -> bool:
    return isinstance(value, str) and len(value) > MAX_ID
