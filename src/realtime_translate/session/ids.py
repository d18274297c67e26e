"""Ids and fingerprints: how events, items and texts are recognised when they come again or late.

Upstream's ids are remembered, so their length has a bound (L2). The ids of function calls may have any length
(F1): of a long one, a short form is remembered. A text is remembered as a fingerprint.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import cast

__all__ = [
    "MAX_ID",
    "fingerprint",
    "has_long_id",
    "response_id_of",
    "shorten_calls",
    "shortened",
    "still_has_one",
]

MAX_ID = 256
"""Characters. The longest id of a known server has 43 (protocols, *Other servers*)."""

_NAMING = ("response_id", "item_id")
_OF_CALLS = ("function_call", "function_call_output")
_ARGUMENTS = "response.function_call_arguments."


def fingerprint(text: str) -> str:
    """A text in few bytes."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def shortened(name: str) -> str:
    """An id as it is remembered where it may have any length."""
    return name if len(name) <= MAX_ID else fingerprint(name)


def has_long_id(event: Mapping[str, object]) -> bool:
    """Whether an event names a response or an item by an id that is too long to be one. Runs for each
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
    return _is_long(cast("Mapping[str, object]", item).get("id"))


def shorten_calls(event: Mapping[str, object]) -> None:
    """Put a fingerprint in the place of each id of a function call's item that is too long (F1). Upstream is
    told of calls by their own ids, and never by those of their items.
    """
    changed = cast("dict[str, object]", event)
    if str(event.get("type")).startswith(_ARGUMENTS):
        _shorten(changed, "item_id")
    _shorten_item(event.get("item"))
    response = event.get("response")
    listed = cast("Mapping[str, object]", response).get("output") if isinstance(response, dict) else None
    for item in cast("list[object]", listed) if isinstance(listed, list) else ():
        _shorten_item(item)


def _shorten_item(item: object) -> None:
    if isinstance(item, dict) and cast("Mapping[str, object]", item).get("type") in _OF_CALLS:
        _shorten(cast("dict[str, object]", item), "id")


def _shorten(named: dict[str, object], key: str) -> None:
    name = named.get(key)
    if isinstance(name, str):
        named[key] = shortened(name)


def _is_long(value: object) -> bool:
    return isinstance(value, str) and len(value) > MAX_ID


def still_has_one(data: Mapping[str, object]) -> bool:
    """Whether an id is too long that is none of a function call: those are shortened (F1)."""
    shorten_calls(data)
    return has_long_id(data)


def response_id_of(data: Mapping[str, object]) -> str | None:
    """The id of the response in an event that may be malformed."""
    response = data.get("response")
    response_id = cast("Mapping[str, object]", response).get("id") if isinstance(response, dict) else None
    return response_id if isinstance(response_id, str) and len(response_id) <= MAX_ID else None
