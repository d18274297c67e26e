"""Text that the user typed: an item upstream, an echo, and a response once the item is confirmed (T1, T6)."""

from __future__ import annotations

from ... import deepgram, openai
from ...mapping import context
from ...mapping.errors import head_asked
from ...notices import notice
from ...openai.objects import Item
from ..entries import LedgerEntry, Unconfirmed, WishKind
from ..env import Env
from ..event_kinds import ItemEvent
from ..ids import fingerprint
from ..items import kept, learned
from ..signals import Effect, Effects, LegLost, LegReady, Refused, ResponseWanted
from ..state import Call, UserTexts
from ..timers import Instant

__all__ = ["confirm_late", "injected", "item_seen", "leg_lost", "leg_ready", "refused"]


_REMEMBERED = 32
_KEPT = 2**13
"""Characters of texts that are kept in case that they have to go again (D5)."""


def injected(call: Call, env: Env, message: deepgram.InjectUserMessage) -> Effects:
    """`InjectUserMessage`: the item goes upstream now, whatever else goes on (T1)."""
    state = call.user_texts
    text = message.content
    deadline = Instant(env.now + env.limits.confirm_timeout)
    most = env.config.renewal.ledger_chars if env.config.renewal else _KEPT
    again = text if len(text) + sum(len(each.text) for each in state.waiting) <= most else ""
    ours = Unconfirmed("", "", fingerprint(text), deadline, text=again)
    state.waiting.append(ours)
    _set_timer(state, env)
    sent, told = _sent(env, ours, text), env.text("user", text)
    if len(state.waiting) <= env.limits.pending_messages:
        return sent, *told
    # L3: the oldest counts as confirmed, after this item, which its response answers too.
    return [sent, *told, *_confirm(call, env, state.waiting[0], late=True)]


def _sent(env: Env, ours: Unconfirmed, text: str) -> Effect:
    ours.item_id, ours.event_id = env.ids.item("message"), env.ids.next()
    ours.number = env.ids.count
    item = context.message("user", text, item_id=ours.item_id)
    return env.upstream(openai.ConversationItemCreate(item, event_id=ours.event_id))


def item_seen(call: Call, env: Env, event: ItemEvent) -> Effects:
    """An item is in the conversation: is it one of ours (T1)?"""
    state = call.user_texts
    item = event.item
    if item.role != "user":
        return ()
    sent = [each for each in state.waiting if each.item_id]
    ours = next((each for each in sent if each.item_id == item.id), None) or _by_text(state, sent, item)
    if ours is None:
        if item.id and len(sent) < len(state.waiting):  # said before: it may be announced again later (N6)
            state.matched = [*state.matched[1 - _REMEMBERED :], item.id]
        return ()
    return _confirm(call, env, ours, item.id or "")


def _by_text(state: UserTexts, sent: list[Unconfirmed], item: Item) -> Unconfirmed | None:
    """Servers that give their own ids announce each item several times: one id stands for one item (T1)."""
    texts = [part.text or "" for part in item.content or () if part.type == "input_text"]
    if not texts or (item.id and item.id in state.matched):
        return None
    words = fingerprint("".join(texts))
    return next((each for each in sent if each.words == words), None)


def _confirm(call: Call, env: Env, ours: Unconfirmed, seen: str = "", *, late: bool = False) -> list[Effect]:
    """`seen`: the id by which upstream confirmed it, else it is not confirmed and ours may still come. A
    create that was sent after it answers it (R2).
    """
    state = call.user_texts
    state.matched = [*state.matched[1 - _REMEMBERED :], seen or ours.item_id]
    state.waiting = [each for each in state.waiting if each is not ours]
    _set_timer(state, env)
    effects: list[Effect] = [notice("ITEM_UNCONFIRMED")] if late else []
    effects += kept(env, LedgerEntry("user", ours.text) if ours.text else None)
    if ours.number > call.slot.answered_until:
        effects.append(ResponseWanted(WishKind.SENT if late else WishKind.TEXT))
    return effects


def _set_timer(state: UserTexts, env: Env) -> None:
    if state.waiting:
        env.timers.set("confirm", state.waiting[0].deadline)
    else:
        env.timers.cancel("confirm")


def confirm_late(call: Call, env: Env) -> Effects:
    """Upstream confirms nothing: ask for the response anyway (T1). A snapshot may hold the timer alone."""
    state = call.user_texts
    return _confirm(call, env, state.waiting[0], late=True) if state.waiting else ()


def refused(call: Call, env: Env, refusal: Refused) -> Effects:
    """An error that answers an item drops that item's wish at once (T6). If it is only about the beginning of
    its id, the item goes once more under another, and so do later ones (D5).
    """
    state, problem = call.user_texts, refusal.problem
    ours = next((each for each in state.waiting if each.event_id == problem.event_id), None)
    if ours is None:
        return ()
    head = head_asked(problem)
    if ours.text and head and not ours.item_id.startswith(head):
        told = learned(env, "message", head)
        sent = _sent(env, ours, ours.text)
        ours.text = ours.text if env.config.renewal else ""
        env.ids.may_fail(problem.event_id)
        return [*told, sent]
    state.waiting = [each for each in state.waiting if each is not ours]
    _set_timer(state, env)
    return (notice("ITEM_REFUSED", code=problem.code),)


def leg_lost(call: Call, env: Env, _: LegLost) -> Effects:
    """What was not confirmed counts as not received (N11). Ids of the session that is gone mean nothing."""
    state = call.user_texts
    state.matched = []
    lost = [each for each in state.waiting if not each.text]
    state.waiting = [each for each in state.waiting if each.text]
    for each in state.waiting:
        each.item_id = ""  # until it goes again
    return [notice("TURN_LOST", reason="its text was too long to be kept") for _ in lost]


def leg_ready(call: Call, env: Env, _: LegReady) -> Effects:
    """It goes again, and the client has seen it already (N11)."""
    state = call.user_texts
    for each in state.waiting:
        each.deadline = Instant(env.now + env.limits.confirm_timeout)
    _set_timer(state, env)
    return [_sent(env, each, each.text) for each in state.waiting]
