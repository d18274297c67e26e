"""Wishes for a response, and the one place that fulfils them (R2, R8)."""

from __future__ import annotations

from ....deepgram.codes import ErrorCode
from ....notices import notice
from ...entries import Wish, WishKind
from ...env import Env
from ...signals import (
    CommitChanged,
    CommitGranted,
    Effect,
    Effects,
    Fatal,
    Interrupted,
    Proceed,
    ResponseWanted,
)
from ...state import Call
from ...tables import SlotEvent, SlotState
from .actions import happen
from .line import add, in_order, take, waits_for_calls, withdraw_hold

__all__ = ["commit_changed", "proceed", "wanted"]


def wanted(call: Call, env: Env, wish: ResponseWanted) -> Effects:
    """Note a wish, and fulfil it if the slot is free (R2)."""
    slot = call.slot
    told: list[Effect] = []
    if wish.kind in (WishKind.SPEECH, WishKind.SPEECH_NOW):
        if overflow := _overflow(call, env, wish.text):
            return overflow
        if wish.kind is WishKind.SPEECH_NOW:
            told = [Interrupted(server_cancels=False, by_user=False)]
    elif slot.state is not SlotState.FREE:
        told = [notice("RESPONSE_DEFERRED", reason="the slot is taken")]
    add(slot, wish.kind, wish.text)
    return [*told, Proceed()]


def _overflow(call: Call, env: Env, text: str) -> Effects:
    """Texts that wait to be said have a bound (L3)."""
    waiting = [each.text for each in call.slot.wishes if each.alone]
    size = len(text) + sum(map(len, waiting))
    if len(waiting) < env.limits.pending_messages and size <= env.limits.text_bytes_up:
        return ()
    reason = f"more than {env.limits.pending_messages} messages wait to be spoken"
    return (Fatal(ErrorCode.CLIENT_MESSAGE_OVERFLOW, reason),)


def commit_changed(call: Call, env: Env, _: CommitChanged) -> Effects:
    """A commit waits for the slot (A5), or audio flows again: it comes back after its debounce (A6)."""
    if not call.audio.waits_for_slot:
        withdraw_hold(call, env)
        return ()
    return [Proceed()] if _may_commit(call) else [notice("COMMIT_OWED"), Proceed()]


def _may_commit(call: Call) -> bool:
    free = call.slot.state is SlotState.FREE
    return free and call.audio.waits_for_slot and not call.calls.unanswered


def proceed(call: Call, env: Env, _: Proceed) -> Effects:
    """If the slot is free, and updates have gone: the commit that is due, then a create, for the wish that is
    first in the line (R2). Plain wishes share one, and wait for open calls (R8); each text to be said has its
    own, and does not, unless upstream wants outputs first.
    """
    withdraw_hold(call, env)
    if call.slot.state is not SlotState.FREE:
        return ()
    if _may_commit(call):
        return (CommitGranted(),)
    calls_wait = call.calls.unanswered
    deferred = _hold(env) if calls_wait and waits_for_calls(call, env) else []
    ready = [each for each in in_order(call.slot) if not calls_wait or _needs_no_call(each, env)]
    return [*deferred, *_ask(call, env, ready[0])] if ready else deferred


def _needs_no_call(wish: Wish, env: Env) -> bool:
    return wish.alone and not env.config.upstream.outputs_first


def _ask(call: Call, env: Env, wish: Wish) -> list[Effect]:
    call.slot.asked_for = take(call, wish)
    return happen(call, env, SlotEvent.REQUEST)


def _hold(env: Env) -> list[Effect]:
    if "hold" not in env.timers.deadlines:
        env.start("hold", env.limits.call_hold)
    return [notice("RESPONSE_DEFERRED", reason="a function call is unanswered")]
