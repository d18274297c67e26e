"""What upstream says of the model's calls, and the client or the host asked for each, once (F1, F6, F7)."""

from __future__ import annotations

from collections.abc import Iterable

from .... import openai
from ....deepgram.codes import ErrorCode
from ....mapping import calls as mapping
from ....notices import notice
from ....openai.objects import Item
from ....outputs import RunFunction
from ...entries import FunctionCall, Settled
from ...env import Env
from ...ids import MAX_ID
from ...signals import Effect, Effects, Fatal, TextDue
from ...state import Call, FunctionCalls
from ...tables import FunctionCallEvent, FunctionCallState, ResponseState
from .closing import close, follow
from .known import REMEMBERED, happen, is_taken, known, named, of_response, settle

__all__ = [
    "announced",
    "arguments_done",
    "ask",
    "conversation_item_done",
    "conversation_item_started",
    "output_item_done",
    "ran_on",
    "response_done",
]


def announced(call: Call, env: Env, event: openai.ResponseOutputItemAdded) -> Effects:
    """A response starts an item: remember it, and ask when it is complete (F1)."""
    state = call.calls
    if event.item.type != "function_call" or _is_out_of_place(state, env):
        return ()
    _record(state, env, event.item, event.response_id or "")
    return _too_many(state, env)


def arguments_done(call: Call, env: Env, event: openai.ResponseFunctionCallArgumentsDone) -> Effects:
    """The arguments are whole: ask now only if the item was never announced (F1)."""
    state = call.calls
    item = Item(
        type="function_call",
        id=event.item_id,
        call_id=event.call_id,
        name=event.name,
        arguments=event.arguments,
    )
    response_id = event.response_id or ""
    announced = known(state, event.call_id or "", event.item_id or "", response_id) is not None
    if not announced and not event.name and _is_out_of_place(state, env):
        return ()
    function_call = _record(state, env, item, response_id)
    if function_call is not None:
        happen(function_call, FunctionCallEvent.COMPLETED)
    if announced:
        return _too_many(state, env)
    return ask(state, env, function_call) if function_call and function_call.name else ()


def output_item_done(call: Call, env: Env, event: openai.ResponseOutputItemDone) -> Effects:
    """A response's item ended: ask if it is a complete call (F1)."""
    if event.item.type != "function_call":
        return ()
    return _item_ended(call.calls, env, event.item, event.response_id or "")


def conversation_item_started(
    call: Call, env: Env, event: openai.ConversationItemAdded | openai.ConversationItemCreated
) -> Effects:
    """An item of the active response is in the conversation: some servers announce a call so alone (F1)."""
    state = call.calls
    item = event.item
    if item.type == "function_call_output":
        _has(state, env, item.call_id or "")
    if item.type != "function_call":
        return ()
    named(state, item.call_id or "", item.id or "")
    if item.status != "in_progress" or not call.slot.responding:
        return ()
    if _is_out_of_place(state, env):
        return ()
    function_call = _record(state, env, item)
    if function_call is not None and call.slot.response is ResponseState.CUT:
        happen(function_call, FunctionCallEvent.LEFT)
    return _too_many(state, env)


def conversation_item_done(call: Call, env: Env, event: openai.ConversationItemDone) -> Effects:
    """An item of the conversation is final: a call that a response announced, or an output of ours (F1, F3).

    Calls that no response announced are context that we created.
    """
    state = call.calls
    item = event.item
    if item.type == "function_call_output":
        _has(state, env, item.call_id or "")
        return _confirmed(state, item.call_id or "")
    if item.type != "function_call":
        return ()
    named(state, item.call_id or "", item.id or "")
    if known(state, item.call_id or "", item.id or "") is None:
        return ()
    return _item_ended(state, env, item)


def _is_out_of_place(state: FunctionCalls, env: Env) -> bool:
    """Whether a call is only remembered when it is whole: no end of its response will come to drop it, or too
    many are remembered (L2).
    """
    return env.late or len(state.calls) >= env.limits.pending_messages


def _has(state: FunctionCalls, env: Env, call_id: str) -> None:
    """Upstream has the output of a call, whose id it may have wanted to begin in another way (D5)."""
    left = [each for each in state.unconfirmed if call_id not in (each, env.ids.call_as_wanted(each))]
    state.unconfirmed = {each: state.unconfirmed[each] for each in left}


def _confirmed(state: FunctionCalls, call_id: str) -> list[Effect]:
    """Upstream has the output of a call: where `response.done` does not come, that is the sign (F3)."""
    answered = [each.response_id for each in state.calls if each.answered and each.call_id == call_id]
    return [effect for each in dict.fromkeys(answered) for effect in follow(of_response(state, each))]


def response_done(call: Call, env: Env, event: openai.ResponseDone) -> Effects:
    """The response lists its calls once more: ask for those that nothing else announced (F1)."""
    effects: list[Effect] = []
    for item in event.response.output or ():
        if item.type == "function_call":
            effects += _item_ended(call.calls, env, item, event.response.id or "")
    return effects


def ran_on(state: FunctionCalls, env: Env, output: Iterable[Item], response_id: str) -> Effects:
    """A response that was cut has made these calls all the same: nobody is asked, but upstream waits (F8)."""
    calls = [each for each in output if each.type == "function_call"]
    ended = [each for each in calls if (each.status or "completed") == "completed"]
    whole = [_record(state, env, each, response_id) for each in ended]
    return close(state, env, [each for each in whole if each is not None and not each.asked])


def _record(state: FunctionCalls, env: Env, item: Item, response_id: str = "") -> FunctionCall | None:
    """What an item says of its call, which may be a new one; None if nothing more is to come of that.
    `response_id`: the response that the event names, if it does (F1).
    """
    call_id, item_id = item.call_id or item.id or "", item.id or ""
    if not call_id:
        return None
    function_call = known(state, call_id, item_id, response_id)
    if function_call is None:
        function_call = FunctionCall(call_id, item_id, response_id or env.response, over=env.late)
        state.calls.append(function_call)
    function_call.item_id = function_call.item_id or item_id
    if isinstance(function_call, Settled):
        return None
    function_call.name = function_call.name or item.name or ""
    function_call.arguments = item.arguments or function_call.arguments
    return function_call


def _item_ended(state: FunctionCalls, env: Env, item: Item, response_id: str = "") -> list[Effect]:
    function_call = _record(state, env, item, response_id)
    if function_call is None or function_call.asked:
        return []
    if (item.status or "completed") == "completed":
        return (
            close(state, env, [function_call])
            if function_call.state is FunctionCallState.PASSED_OVER
            else ask(state, env, function_call)
        )
    settle(state, [function_call])
    return [notice("CALL_INCOMPLETE")]


def ask(state: FunctionCalls, env: Env, function_call: FunctionCall) -> list[Effect]:
    """Ask the client, or the host, for a call that is whole (F1, F6, F7)."""
    spec = env.plan.function(function_call.name)
    if spec is None and not env.component:  # F7
        reason = f"the model called {function_call.name!r}, which Settings do not declare"
        return [Fatal(ErrorCode.NON_EXISTENT_FUNCTION_CALLED, reason)]
    if sum(each.open for each in state.calls) >= env.limits.pending_messages:
        return [Fatal(ErrorCode.INTERNAL_SERVER_ERROR, "too many function calls are unanswered")]
    if too_many := _too_many(state, env):
        return too_many
    function_call.name = env.plan.own_name(function_call.name)
    function_call.client_id = _client_id(state, env, function_call.call_id)
    happen(function_call, FunctionCallEvent.ASKED)
    function_call.arguments = function_call.arguments or mapping.NO_ARGUMENTS
    endpoint = spec.endpoint if spec else None
    function_call.server_side = endpoint is not None
    effects: list[Effect] = [
        env.client(
            mapping.request(
                function_call.client_id,
                function_call.name,
                function_call.arguments,
                function_call.server_side,
            )
        )
    ]
    if endpoint is not None:
        effects.append(
            RunFunction(function_call.client_id, function_call.name, function_call.arguments, endpoint)
        )
    return [TextDue(), *effects]


def _client_id(state: FunctionCalls, env: Env, call_id: str) -> str:
    """Upstream's id, unless it is too long, or the client knows another call by it (F1)."""
    return env.ids.call() if len(call_id) > MAX_ID or is_taken(state, call_id) else call_id


def _too_many(state: FunctionCalls, env: Env) -> list[Effect]:
    """Answered calls too are kept until their response ends: a response may have any, and never end (L2)."""
    size = sum(len(each.call_id) + len(each.name) + len(each.arguments) for each in state.calls)
    most = env.limits.pending_messages + REMEMBERED
    if len(state.calls) <= most and size <= env.limits.frame_bytes_down:
        return []
    return [Fatal(ErrorCode.INTERNAL_SERVER_ERROR, "too many function calls are not settled")]
