"""Items of our own that are the past of a conversation: the context (C1), and what was said before (N6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from attrs import evolve

from ..mapping import shapes
from ..mapping.errors import Problem, head_asked, id_refused
from ..notices import notice
from ..outputs import Notice, SendToUpstream
from ..wire import dumps
from .entries import LedgerEntry, PastItem
from .env import Env
from .signals import Effect, ItemSent, Recorded
from .state import Call, Past

__all__ = [
    "answered_by",
    "check",
    "created",
    "goes_again",
    "gone",
    "kept",
    "kind_refused",
    "learned",
    "lost",
    "place_of",
    "recreated",
    "traced",
    "words_of",
]

_CALL = "call_"
_FIRST = "root"
"""The place before all other items."""


def created(item: Mapping[str, object], env: Env) -> list[Effect]:
    """Create an item, given without an id, and know it again when upstream announces it (O3) or refuses it
    (D5).
    """
    named = PastItem(env.ids.item(str(item["type"])), env.ids.context(), item)
    return [_sent(env, named), ItemSent(named)]


def recreated(env: Env, refused: PastItem, place: str) -> list[Effect]:
    """The same item under another id, in the place behind the item of that id."""
    named = PastItem(env.ids.item(str(refused.item["type"])), env.ids.context(), refused.item, place)
    return [_sent(env, named), ItemSent(named, refused.item_id)]


def _sent(env: Env, named: PastItem) -> SendToUpstream:
    item = named.item
    place = {"previous_item_id": named.place} if named.place else {}
    inner = {"id": named.item_id, **shapes.item(_by_its_call(item, env), env.server)}
    frame = {"type": "conversation.item.create", "event_id": named.event_id, **place, "item": inner}
    return SendToUpstream(dumps(frame))


def check(past: Past, env: Env) -> None:
    """Raise unless the items of a snapshot are such that they can be sent, under any id."""
    waiting = [PastItem("", "", item) for item in env.plan.context_items]
    for each in (*waiting, *past.items):
        env.ids.head(str(each.item["type"]))
        _sent(env, each)
        words_of(each.item)
        answered_by(each.item)


def _by_its_call(item: Mapping[str, object], env: Env) -> Mapping[str, object]:
    """With the id of its call as this server wants it to begin."""
    call_id = item.get("call_id")
    return {**item, "call_id": env.ids.call_as_wanted(call_id)} if isinstance(call_id, str) else item


def answered_by(item: Mapping[str, object]) -> str:
    """The id of the call that an item is the output of, or nothing."""
    if item["type"] != "function_call_output":
        return ""
    if not isinstance(call_id := item["call_id"], str):
        raise TypeError("the id of a function call is text")
    return call_id


def traced(call: Call, problem: Problem) -> Problem:
    """An error that names no event, as if it named the one that created the item whose id it refuses (R6)."""
    refused = "" if problem.event_id else id_refused(problem)
    if not refused:
        return problem
    sent = [each.event_id for each in call.user_texts.waiting if each.item_id == refused]
    sent += [each.event_id for each in call.past.items if _has_id(each, refused)]
    return evolve(problem, event_id=sent[0]) if sent else problem


def _has_id(sent: PastItem, item_or_call: str) -> bool:
    """Of a call id there may be two items: the one that has not gone again yet is meant."""
    is_call = not sent.place and sent.item.get("call_id") == item_or_call
    return is_call or sent.item_id == item_or_call


def goes_again(past: Past, env: Env, problem: Problem) -> PastItem | None:
    """The item that this error refuses for the beginning of an id; or since something is not there that it
    was put behind or belongs to, and that has gone again itself or is lost (D5).
    """
    refused = _named(past, problem)
    if refused is None:
        return None
    if _names_what_moved(past, env, refused, problem):
        return refused
    if refused.place:
        return refused if lost(past, refused, problem) else None
    head = head_asked(problem)
    begins = _CALL if _is_of_call(refused, problem) else refused.item_id
    return refused if head and not begins.startswith(head) else None


def gone(past: Past, env: Env, problem: Problem) -> PastItem | None:
    """The item that is not told at all, as this error says."""
    again = goes_again(past, env, problem)
    return _named(past, problem) if again is None else lost(past, again, problem)


def _named(past: Past, problem: Problem) -> PastItem | None:
    return next((each for each in past.items if each.event_id == problem.event_id), None)


def _names_what_moved(past: Past, env: Env, refused: PastItem, problem: Problem) -> bool:
    """Whether the error names what the item was put behind, or its call, which has gone again since then."""
    before = place_of(past, refused)
    call_id = refused.item.get("call_id")
    if isinstance(call_id, str) and env.ids.call_as_wanted(call_id) in problem.description:
        moved = any(each.place for each in past.items if each.item_id == before)
        return moved and refused.place != before and not head_asked(problem)
    return refused.place not in ("", before) and refused.place in problem.description


def lost(past: Past, refused: PastItem, problem: Problem) -> PastItem | None:
    """The item that the one refused was put behind, if the error says that it is not there."""
    if refused.place not in problem.description:
        return None
    return next((each for each in past.items if each.item_id == refused.place and each is not refused), None)


def place_of(past: Past, item: PastItem) -> str:
    """The id of the item that this one has to go behind."""
    at = past.items.index(item)
    return past.items[at - 1].item_id if at else past.after or _FIRST


def learned(env: Env, kind: str, head: str) -> list[Notice]:
    """From now on ids of that kind begin so; the host is told of it once (D5)."""
    told = [] if env.ids.heads else [notice("SERVER_DIFFERS", what="ids of items")]
    env.ids.heads[kind] = head
    return told


def kind_refused(refused: PastItem, problem: Problem) -> str:
    """Whose ids have to begin in another way: those of items of its type, or those of calls."""
    return "call" if _is_of_call(refused, problem) else str(refused.item["type"])


def _is_of_call(refused: PastItem, problem: Problem) -> bool:
    call_id = refused.item.get("call_id")
    return isinstance(call_id, str) and call_id in problem.description


def kept(env: Env, entry: LedgerEntry | None) -> tuple[Recorded, ...]:
    """For the next session, if there may be one (N7); None for what was too much to remember."""
    return (Recorded(entry),) if env.config.renewal else ()


def words_of(item: Mapping[str, object]) -> str | None:
    """What a message of the agent's says; None for any other item."""
    if item.get("role") != "assistant":
        return None
    parts = cast("list[Mapping[str, str]]", item["content"])
    return "".join(part["text"] for part in parts)
