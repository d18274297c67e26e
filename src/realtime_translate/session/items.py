"""Items of our own that are the past of a conversation: the context (C1), and what was said before (N6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from ..mapping import shapes
from ..outputs import SendToUpstream
from ..wire import dumps
from .entries import LedgerEntry
from .env import Env
from .signals import Effect, OwnText, Recorded

__all__ = ["created", "kept"]


def created(item: Mapping[str, object], env: Env, item_id: str = "") -> list[Effect]:
    """Create an item, given without an id unless one was made for it, and know it again when upstream
    announces it (O3).
    """
    item_id, event_id = item_id or env.ids.item(str(item["type"])), env.ids.context()
    named = {"id": item_id, **shapes.item(item, env.server)}
    frame = {"type": "conversation.item.create", "event_id": event_id, "item": named}
    sent = SendToUpstream(dumps(frame))
    return [sent, OwnText(item_id, _text(item))] if item.get("role") == "assistant" else [sent]


def kept(env: Env, entry: LedgerEntry) -> tuple[Recorded, ...]:
    """For the next session, if there may be one (N7)."""
    return (Recorded(entry),) if env.config.renewal else ()


def _text(item: Mapping[str, object]) -> str:
    parts = cast("list[Mapping[str, str]]", item["content"])
    return "".join(part["text"] for part in parts)
