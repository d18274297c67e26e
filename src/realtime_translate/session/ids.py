"""By what things are recognised when they come again or late: the ids that upstream gives, whose length has a
bound because they are remembered (L2), and fingerprints of texts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import cast

__all__ = ["MAX_ID", "fingerprint", "has_long_id"]

MAX_ID = 256
"""Characters. The longest id of a known server has 43 (reference §4)."""

_KEYS = ("response_id", "item_id", "call_id")


def fingerprint(text: str) -> str:
    """A text in few bytes."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def has_long_id(event: Mapping[str, object]) -> bool:
    """Whether an event names a response, an item or a call by an id that is too long to be one."""
    return any(isinstance(each, str) and len(each) > MAX_ID for each in _ids(event))


def _ids(event: Mapping[str, object]) -> Iterator[object]:
    for key in _KEYS:
        yield event.get(key)
    item, response = event.get("item"), _object(event.get("response"))
    yield response.get("id")
    listed = response.get("output")
    for each in (item, *(cast("list[object]", listed) if isinstance(listed, list) else ())):
        yield _object(each).get("id")
        yield _object(each).get("call_id")


def _object(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}
