"""What waits for a response: in which order it goes, and how long it waits for calls (R2, R8)."""

from __future__ import annotations

from ...entries import Wish, WishKind
from ...env import Env
from ...state import Call, ResponseSlot

__all__ = [
    "add",
    "answered",
    "answers_no_commit",
    "in_order",
    "keep",
    "take",
    "waits_for_calls",
    "withdraw_hold",
]

_AHEAD = {WishKind.REST: 0, WishKind.SPEECH_NOW: 0, WishKind.COMMITTED: 1, WishKind.HEARD: 1}
"""What goes before the others, which go as they arrived."""
_OF_SPEECH = (WishKind.COMMITTED, WishKind.HEARD)
_BY_OURS = (WishKind.CONFIRMED, WishKind.HEARD)
_BY_ANY = (*_BY_OURS, WishKind.TEXT)


def add(slot: ResponseSlot, kind: WishKind, text: str = "") -> None:
    """Note a wish. What shares a response, and is answered by the same ones, is one wish."""
    slot.arrivals += 1
    wish = Wish(kind, slot.arrivals, text)
    if wish.alone or all(each.kind is not kind for each in slot.wishes):
        slot.wishes.append(wish)


def in_order(slot: ResponseSlot) -> list[Wish]:
    """The wishes, the next one first (R2)."""
    return sorted(slot.wishes, key=lambda wish: (_AHEAD.get(wish.kind, 2), wish.arrived))


def take(call: Call, wish: Wish) -> Wish:
    """Take a wish from the line, with all that share its response; what the create is for, as one wish. It is
    of a commit only if it answers nothing else, not even a text that went before it (A5).
    """
    slot = call.slot
    taken = [each for each in in_order(slot) if each is wish or not (each.alone or wish.alone)]
    slot.wishes = [each for each in slot.wishes if each not in taken]
    if wish.alone:
        return wish
    texts = any(each.number > slot.answered_until for each in call.user_texts.waiting)
    if all(each.kind in _OF_SPEECH for each in taken) and not texts:
        return Wish(WishKind.COMMITTED)
    return Wish(WishKind.SENT, 0 if taken[0].kind in _OF_SPEECH else taken[0].arrived)


def answers_no_commit(slot: ResponseSlot) -> None:
    """Our create has to be answered, whatever begins before it."""
    if slot.asked_for is not None and slot.asked_for.kind is WishKind.COMMITTED:
        slot.asked_for = Wish(WishKind.SENT)


def keep(slot: ResponseSlot, *, running: bool) -> None:
    """What our create was for waits again. A response of the server's own that begins after our commit
    answers it: the one that runs, or the next (V1). That of an older create of ours does not.
    """
    wish = slot.asked_for
    if wish is None or (wish.kind is WishKind.COMMITTED and running):
        return
    slot.wishes.append(Wish(WishKind.HEARD) if wish.kind is WishKind.COMMITTED else wish)


def answered(slot: ResponseSlot, *, ours: bool) -> None:
    """A response has begun: it answers what is known to be in the conversation (R7); that of our create not
    the texts that went upstream after it (R2).
    """
    by_this = _BY_OURS if ours else _BY_ANY
    slot.wishes = [each for each in slot.wishes if each.kind not in by_this]


def waits_for_calls(call: Call, env: Env) -> bool:
    """Whether anything waits for the answers of function calls: spoken texts do only where nothing is
    answered without (R8).
    """
    alone_too = env.config.upstream.outputs_first
    return call.audio.waits_for_slot or any(alone_too or not each.alone for each in call.slot.wishes)


def withdraw_hold(call: Call, env: Env) -> None:
    """Where nothing is held back for calls, the next wish waits its full time (R8)."""
    if not (call.calls.unanswered and waits_for_calls(call, env)):
        env.timers.cancel("hold")
