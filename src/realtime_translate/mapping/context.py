"""`agent.context.messages` as conversation items (C1, C2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256

from ..deepgram.history import HistoryCalls, HistoryFunctionCall, HistoryText
from ..notices import notice
from ..openai.objects import ContentPart, Item
from ..outputs import Notice

__all__ = ["call_id", "items", "message"]

_FITS = re.compile(r"call_[A-Za-z0-9_-]{1,27}")
"""What every server takes: OpenAI's limits, and the beginning that others insist on."""
_CONTENT_TYPE = {"assistant": "output_text"}


def call_id(original: str) -> str:
    """The id itself if upstream takes it, else a short hash that is the same for the same id (C2)."""
    if _FITS.fullmatch(original):
        return original
    return "call_" + sha256(original.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def message(role: str, text: str, *, item_id: str) -> Item:
    """A text message as an item; the content type depends on the role (protocols, rule 7)."""
    part = ContentPart(_CONTENT_TYPE.get(role, "input_text"), text=text)
    return Item(id=item_id, type="message", role=role, content=(part,))


def items(
    context: Sequence[HistoryText | HistoryCalls], sent_name: Callable[[str], str], notes: list[Notice]
) -> tuple[Item, ...]:
    """One item a message, in order, without ids; two for each past call that has an answer. `sent_name`: what
    upstream knows a function by (S10).
    """
    return tuple(item for each in context for item in _items(each, sent_name, notes))


def _items(
    entry: HistoryText | HistoryCalls, sent_name: Callable[[str], str], notes: list[Notice]
) -> Iterator[Item]:
    if isinstance(entry, HistoryText):
        part = ContentPart(_CONTENT_TYPE.get(entry.role, "input_text"), text=entry.content)
        yield Item(type="message", role=entry.role, content=(part,))
        return
    for call in entry.function_calls:
        yield from _call_items(call, sent_name(call.name), notes)


def _call_items(call: HistoryFunctionCall, name: str, notes: list[Notice]) -> Iterator[Item]:
    sent = call_id(call.id)
    if sent != call.id:
        notes.append(notice("CALL_ID_REPLACED", call_id=call.id, sent=sent))
    yield Item(type="function_call", call_id=sent, name=name, arguments=call.arguments)
    yield Item(type="function_call_output", call_id=sent, output=call.response)
