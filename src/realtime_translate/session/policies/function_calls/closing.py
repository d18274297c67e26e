"""Nothing more is waited for: closed calls, and the response that follows others (F3, F8)."""

from __future__ import annotations

from .... import openai
from ....notices import notice
from ....openai.objects import Item
from ...entries import FunctionCall, WishKind
from ...env import Env
from ...signals import Effect, ResponseWanted
from ...state import FunctionCalls
from ...tables import FunctionCallEvent, FunctionCallState
from .known import answered, happen, settle

__all__ = ["close", "follow", "give_output", "output_for"]

_CANCELLED = '{"error":"cancelled"}'


def close(state: FunctionCalls, env: Env, calls: list[FunctionCall]) -> list[Effect]:
    """Upstream waits for an output of each call: these get none of the client's (F8)."""
    if not calls:
        return []
    return [notice("CALLS_CANCELLED", calls=len(calls)), *give_output(state, env, calls, _CANCELLED)]


def give_output(state: FunctionCalls, env: Env, calls: list[FunctionCall], output: str) -> list[Effect]:
    """Nobody answers these calls any more: upstream gets this for each."""
    settle(state, calls)
    here = [each.call_id for each in calls if not each.elsewhere]  # else upstream knows of none (N10)
    effects: list[Effect] = []
    for call_id in here:
        effects += output_for(env, call_id, output)
        answered(state, env, call_id)
    return effects


def output_for(env: Env, call_id: str, output: str) -> list[Effect]:
    """One for a call of upstream's, which may be refused."""
    event_id = env.ids.next()
    env.ids.may_fail(event_id)
    item = Item(type="function_call_output", call_id=call_id, output=output)
    return [env.upstream(openai.ConversationItemCreate(item, event_id=event_id))]


def follow(calls: list[FunctionCall]) -> list[Effect]:
    """Ask once for the response that follows, if all calls have outputs and any was accepted (F3, T6).

    Where upstream confirms outputs early, a call may come after that: its output is followed as well.
    """
    fresh = any(each.state is FunctionCallState.ANSWERED for each in calls)
    if not fresh or not all(each.answered for each in calls):
        return []
    for each in calls:
        happen(each, FunctionCallEvent.FOLLOWED)
    return [ResponseWanted(WishKind.SENT)]
