"""A snapshot without what was said: the start of a redacted recording that begins in the middle of a call."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any, cast

from .frames import Veil
from .inputs import expanded, masked_frame
from .rules import Rule

__all__ = ["FRAMES", "KEPT", "MARKS", "OBJECTS", "TEXTS", "masked_snapshot"]

TEXTS: Mapping[str, Rule] = {
    "prompt": Rule.TEXT,
    "keyterms": Rule.TEXT,
    "background": Rule.SPEECH,
    "greeting": Rule.SPEECH,
    "text": Rule.SPEECH,
    "final": Rule.SPEECH,
    "held": Rule.SPEECH,
    "answer": Rule.SPEECH,
    "word": Rule.SPEECH,
    "arguments": Rule.TOOL,
    "idle": Rule.ERROR,
    "last": Rule.ERROR,
    "description": Rule.ERROR,
    "carry": Rule.AUDIO,
    "recent": Rule.AUDIO,
    "again": Rule.AUDIO,
    "audio": Rule.AUDIO,
}
"""The fields of the state that hold what was said, by name."""
FRAMES: Mapping[str, tuple[str, ...]] = {
    "opening": ("waiting", "settings"),
    "updates": ("waiting", "sent", "held"),
}
"""Frames of the client that wait or are kept, by the part of the call that holds them."""
OBJECTS = ("context_items", "item", "tools", "session", "endpoint")
"""Objects of the protocols."""
MARKS = ("asked", "shown")
"""Hashes of what a session was asked for, and of what it showed, by path."""
_KEPT = """
    format version dialect phase state turn_state commit create detection kind response tags encoding prefix
    name language voice active request unsettled item_id response_id call_id event_id commit_event
    update_event last_code mark output ended cut open_items open_messages announced settled harmless matched
    awaited idle_items words alias client_id code counts heads language_hints path reasoning refused_parts
    left_out stopped taken cause place passed role seen last_fault unsent after doubtful unconfirmed
"""
KEPT = tuple(_KEPT.split())
"""Ids, codes and names, which stay; of `words` what identifies texts is taken."""

_NO_MARK = "0" * 16
_FINGERPRINT = re.compile(r"[0-9a-f]{16}")


def masked_snapshot(snapshot: Mapping[str, object], veil: Veil) -> dict[str, Any]:
    """The same call as far as its decisions go."""
    return {name: _masked(name, value, veil, "") for name, value in snapshot.items()}


def _masked(name: str, value: object, veil: Veil, part: str) -> Any:
    if isinstance(value, str):
        return _text(name, value, veil, part)
    if name in OBJECTS and value is not None:
        return _protocol(value, veil)
    if isinstance(value, dict) and name in MARKS:
        return dict.fromkeys(cast("Mapping[str, object]", value), _NO_MARK)
    if isinstance(value, dict):
        items = cast("Mapping[str, object]", value).items()
        holder = name if name in FRAMES else part
        return {key: _masked(key, each, veil, holder) for key, each in items}
    if isinstance(value, list):
        return [_masked(name, each, veil, part) for each in cast("list[object]", value)]
    return value


def _text(name: str, text: str, veil: Veil, part: str) -> str:
    if name in FRAMES.get(part, ()) or (part == "opening" and name == "text"):
        return masked_frame(text, veil)
    rule = TEXTS.get(name)
    if rule is Rule.AUDIO:
        return b64encode(bytes(len(b64decode(text)))).decode("ascii")
    if rule is not None:
        return cast("str", veil.text(text, rule, name))
    return _NO_MARK if name == "words" and _FINGERPRINT.fullmatch(text) else text


def _protocol(value: object, veil: Veil) -> object:
    if isinstance(value, list):
        return [_protocol(each, veil) for each in cast("list[object]", value)]
    return expanded(veil.frame(cast("Mapping[str, object]", value)))
