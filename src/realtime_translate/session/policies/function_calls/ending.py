"""How calls end: with their response, with their answers, and without (F3, F8, O5)."""

from __future__ import annotations

from .... import deepgram
from ....mapping.errors import Fault, Problem
from ....notices import notice
from ...entries import FunctionCall
from ...env import Env
from ...items import answered_by
from ...signals import (
    CallsOver,
    Effect,
    Effects,
    Interrupted,
    ItemSent,
    LegLost,
    OutputsMissing,
    Proceed,
    Refused,
    ResponseEnded,
)
from ...state import Call, FunctionCalls
from ...tables import FunctionCallEvent, FunctionCallState
from .asking import ask
from .closing import close, follow, give_output, output_for
from .known import REMEMBERED, answered, happen, of_response, settle

__all__ = [
    "ended",
    "hold_over",
    "interrupted",
    "item_sent",
    "leg_lost",
    "refused",
    "round_ended",
    "round_over",
]

_NO_ANSWER = '{"error":"no answer"}'


# --- with its response --------------------------------------------------------------------------------------


def ended(call: Call, env: Env, signal: ResponseEnded) -> Effects:
    """A response is over, and items of its calls never ended. Upstream waits for the outputs of those whose
    arguments are whole: they are asked for now (F1), or closed where the response came to nothing or the user
    went on (F8). The others are dropped, and nothing is known of them if one is whole after all.
    """
    state = call.calls
    calls = [each for each in state.calls if each.is_of(signal.response_id) and not each.asked]
    whole = [each for each in calls if each.name and each.state is FunctionCallState.WHOLE]
    unwanted = [each for each in calls if each.arguments and each.state is FunctionCallState.PASSED_OVER]
    dropped = [each for each in calls if each not in whole + unwanted]
    effects: list[Effect] = [notice("CALL_INCOMPLETE") for _ in dropped]
    state.calls = [each for each in state.calls if each not in dropped]
    if signal.cut or signal.failed:
        whole, unwanted = [], whole + unwanted
    effects += close(state, env, unwanted)
    for each in whole:
        effects += ask(state, env, each)
    return effects


def round_ended(call: Call, env: Env, signal: ResponseEnded) -> Effects:
    """What a response leaves is waited for, or followed if that is answered already (F3)."""
    state = call.calls
    left = [each for each in state.calls if each.is_of(signal.response_id) and each.asked]
    for each in left:  # a response without an id goes by its first call from now on
        each.over, each.response_id = True, signal.response_id or f"#{left[0].client_id}"
    if any(each.open for each in left):
        return ()
    if signal.cut:
        settle(state, left)
    if signal.cut or signal.void or not left:
        return ()
    effects = round_over(state, left)
    return effects if _is_followed(left) else [*effects, CallsOver()]


def round_over(state: FunctionCalls, calls: list[FunctionCall]) -> list[Effect]:
    """All calls of a response that has ended are answered."""
    effects = follow(calls)
    settle(state, calls)
    return effects if _is_followed(calls) else [notice("CALLS_CLOSED")]


def _is_followed(calls: list[FunctionCall]) -> bool:
    return any(each.state is FunctionCallState.FOLLOWED for each in calls)


# --- without an answer --------------------------------------------------------------------------------------


def hold_over(call: Call, env: Env) -> Effects:
    """The answers take too long: nothing waits any longer for the calls that are open now; later ones are
    waited for anew (R8).
    """
    told: list[Effect] = [notice("CALL_HOLD_OVER", seconds=env.limits.call_hold)]
    if env.config.upstream.outputs_first:
        return [*told, *_give_up(call, env), Proceed()]
    for each in call.calls.calls:
        happen(each, FunctionCallEvent.WAIVED)
    return [*told, Proceed()]


def interrupted(call: Call, env: Env, _: Interrupted) -> Effects:
    """The user goes on: no answer asks for a response any more. Deepgram's clients need not give one; the
    component's may, and upstream waits for it (F8, R8).
    """
    state = call.calls
    env.timers.cancel("follow_up")
    if not state.calls:
        return ()
    for each in state.calls:
        happen(each, FunctionCallEvent.LEFT)
    still_open = [each for each in state.calls if each.open]
    if env.component:  # for as many as anybody can be at work on (L2)
        return close(state, env, still_open[:-REMEMBERED])
    settle(state, [each for each in state.calls if each.answered])
    if not still_open:
        return ()
    told, closed = _told(env, still_open), close(state, env, still_open)
    return [*told, *closed, CallsOver(), Proceed()]


def _told(env: Env, calls: list[FunctionCall]) -> list[Effect]:
    """Deepgram's clients learn that nobody waits for these any more; the component's know no such message."""
    if env.component:
        return []
    cancelled = [deepgram.CancelledFunctionCall(each.client_id, each.name) for each in calls]
    return [env.client(deepgram.FunctionCallCancelled(tuple(cancelled)))]


def _give_up(call: Call, env: Env) -> list[Effect]:
    """Upstream refuses every response until all calls have outputs: the open ones get theirs, and what else
    was answered is followed (R8). Their turn is over, unless a response runs that ends it (O5).
    """
    state = call.calls
    still_open = [each for each in state.calls if each.open]
    if not still_open:
        return []
    told, closed = _told(env, still_open), give_output(state, env, still_open, _NO_ANSWER)
    effects = [*told, notice("CALLS_UNANSWERED", calls=len(still_open)), *closed]
    if not call.slot.responding:
        effects.append(CallsOver())
    for response_id in dict.fromkeys(each.response_id for each in state.calls if each.over):
        effects += round_over(state, of_response(state, response_id))
    return effects


def _give_again(call: Call, env: Env, problem: Problem) -> list[Effect]:
    """No call is open: upstream has lost an output, or refused it. Each that it had not confirmed by the time
    of the request that it refuses is given once more (R8).
    """
    state = call.calls
    create = problem.event_id or call.slot.request or call.slot.unsettled
    asked = env.ids.number(create) or env.ids.count
    lost = [each for each, sent in state.unconfirmed.items() if sent <= asked]
    if not lost:
        return []
    state.unconfirmed = {each: sent for each, sent in state.unconfirmed.items() if each not in lost}
    wanted = map(env.ids.call_as_wanted, lost)
    again = [effect for each in wanted for effect in output_for(env, each, _NO_ANSWER)]
    return [notice("CALLS_UNANSWERED", calls=len(lost)), *again]


def item_sent(call: Call, env: Env, signal: ItemSent) -> Effects:
    """The output of a call of the past is on its way as well (C1, N6)."""
    if call_id := answered_by(signal.item.item):
        answered(call.calls, env, call_id)
    return ()


def refused(call: Call, env: Env, refusal: Refused) -> Effects:
    """A refused output counts as answered, but asks for nothing (T6). A response that is refused for want of
    outputs gets them (R8).
    """
    problem = refusal.problem
    if problem.fault is Fault.OUTPUTS_MISSING:
        given_up = _give_up(call, env) or _give_again(call, env, problem)
        return [*given_up, OutputsMissing(problem, given=bool(given_up))]
    function_call = next(
        (each for each in call.calls.calls if problem.event_id and each.output == problem.event_id), None
    )
    if function_call is None:
        return ()
    happen(function_call, FunctionCallEvent.REFUSED)
    return (notice("CALL_OUTPUT_REFUSED", code=problem.code),)


def leg_lost(call: Call, env: Env, _: LegLost) -> Effects:
    """Calls that are open stay open for the client. Upstream's ids mean nothing from now on: the next session
    may give them to other calls, and to other responses.
    """
    state = call.calls
    state.unconfirmed = {}
    unasked = [each for each in state.calls if not each.asked]
    state.calls = [each for each in state.calls if each.asked]
    for response_id in dict.fromkeys(each.response_id for each in state.calls):
        mine = of_response(state, response_id)
        for each in mine:  # from now on it goes by its first call, as one without an id does
            each.response_id = f"#{mine[0].client_id}"
        if not any(each.open for each in mine):
            settle(state, mine)
    for each in state.calls:
        each.call_id = each.item_id = each.output = ""
        each.over, each.elsewhere = True, each.open
    for settled in state.settled:
        settled.call_id = settled.item_id = settled.response_id = ""
    return [notice("CALL_INCOMPLETE") for _ in unasked]
