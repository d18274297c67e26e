"""`agent.context.messages` as conversation items (C1, C2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256

from ..deepgram.history import HistoryCalls, HistoryText
from ..notices import notice
from ..openai.objects import ContentPart, Item
from ..outputs import Notice
from ..wire import OMITTED, Omissible

__all__ = ["call", "call_id", "items", "message"]

_FITS = re.compile(r"call_[A-Za-z0-9_-]{1,27}")
"""What every server takes: OpenAI's limits, and the beginning that others insist on."""
_CONTENT_TYPE = {"assistant": "output_text"}


def call_id(original: str) -> str:
    """The id itself if upstream takes it, else a short hash that is the same for the same id (C2)."""
    if _FITS.fullmatch(original):
        return original
    return "call_" + sha256(original.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def message(role: str, text: str, *, item_id: Omissible[str] = OMITTED) -> Item:
    """A text message as an item; the content type depends on the role (protocols, rule 7)."""
    part = ContentPart(_CONTENT_TYPE.get(role, "input_text"), text=text)
    return Item(id=item_id, type="message", role=role, content=(part,))


def call(sent: str, name: str, arguments: str, output: str) -> tuple[Item, Item]:
    """A function call that was answered, by the id and the name that upstream has for it."""
    return (
        Item(type="function_call", call_id=sent, name=name, arguments=arguments),
        Item(type="function_call_output", call_id=sent, output=output),
    )


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
        yield message(entry.role, entry.content)
        return
    for past in entry.function_calls:
        sent = call_id(past.id)
        if sent != past.id:
            notes.append(notice("CALL_ID_REPLACED", call_id=past.id, sent=sent))
        yield from call(sent, sent_name(past.name), past.arguments, past.response)
