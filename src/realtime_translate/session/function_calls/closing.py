"""Calls that nobody answers any more: upstream gets an output for each all the same (F8, R8, T6)."""

from __future__ import annotations

from ... import deepgram, openai
from ...notices import notice
from ...openai.objects import Item
from ..env import Env
from ..signals import (
    CallsAnswered,
    Effect,
    Effects,
    HoldOver,
    Interrupted,
    MayFail,
    Refused,
    SlotFreed,
    TurnStep,
)
from ..tables import TurnEvent
from .state import REMEMBERED, Call, FunctionCalls

__all__ = ["close", "interrupted", "refused", "waived"]

_CANCELLED = '{"error":"cancelled"}'


def waived(state: FunctionCalls, env: Env, _: HoldOver) -> Effects:
    """Nothing waits any longer for the calls that are open now; later ones are waited for anew (R8)."""
    for each in state.calls:
        each.waived = each.waived or each.open
    return ()


def interrupted(state: FunctionCalls, env: Env, _: Interrupted) -> Effects:
    """The user goes on: no answer asks for a response any more. Deepgram's clients need not give one; the
    component's may, and upstream waits for it (F8, R8).
    """
    env.timers.cancel("follow_up")
    for each in state.calls:
        each.followed = True
    still_open = [each for each in state.calls if each.open]
    if env.component:  # for as many as anybody can be at work on (L2)
        return close(state, env, still_open[:-REMEMBERED])
    state.settle([each for each in state.calls if each.asked and not each.open])
    if not still_open:
        return ()
    told = deepgram.FunctionCallCancelled(
        tuple(deepgram.CancelledFunctionCall(each.client_id, each.name) for each in still_open)
    )
    closed = close(state, env, still_open)
    return [env.client(told), *closed, TurnStep(TurnEvent.CUT), CallsAnswered(), SlotFreed()]


def close(state: FunctionCalls, env: Env, calls: list[Call]) -> list[Effect]:
    """Upstream waits for an output of each call: these get none of the client's."""
    if not calls:
        return []
    state.settle(calls)
    effects: list[Effect] = [notice("CALLS_CANCELLED", calls=len(calls))]
    for each in calls:
        event_id = env.ids.next()
        item = Item(type="function_call_output", call_id=each.call_id, output=_CANCELLED)
        effects += [env.upstream(openai.ConversationItemCreate(item, event_id=event_id)), MayFail(event_id)]
    return effects


def refused(state: FunctionCalls, env: Env, refusal: Refused) -> Effects:
    """A refused output counts as answered, but asks for nothing (T6)."""
    event_id = refusal.problem.event_id
    call = next((each for each in state.calls if event_id and each.output == event_id), None)
    if call is None:
        return ()
    call.accepted = False
    return (notice("CALL_OUTPUT_REFUSED", code=refusal.problem.code),)
