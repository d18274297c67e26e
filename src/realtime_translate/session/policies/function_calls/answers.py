"""The answers to function calls, each upstream once (F2, F4, F6, F9, F10, T6)."""

from __future__ import annotations

from .... import deepgram, openai
from ....mapping import calls as mapping
from ....mapping import context
from ....notices import notice
from ....openai.objects import Item
from ...entries import FunctionCall, LedgerEntry
from ...env import Env
from ...items import kept
from ...signals import Effect, Effects, Proceed
from ...state import Call, FunctionCalls
from ...tables import FunctionCallEvent
from .ending import round_over
from .known import MADE_HERE, answered, asked_as, happen, of_response

__all__ = ["client_answered", "host_answered"]


def client_answered(
    call: Call,
    env: Env,
    message: deepgram.FunctionCallResponse | deepgram.ComponentFunctionCallResponse,
) -> Effects:
    """`FunctionCallResponse` of the client (F2, F4, F10)."""
    state = call.calls
    function_call = _addressed(state, message.id or "", message.name or "")
    reason = _why_not(function_call)
    if function_call is None or reason:
        return (notice("CALL_ANSWER_IGNORED", reason=reason),)
    return _answer(state, env, function_call, mapping.content_of(message))


def host_answered(state: FunctionCalls, env: Env, call_id: str, content: str) -> Effects:
    """`function_result` of the host: the client is told, and the output goes upstream (F6)."""
    function_call = asked_as(state, call_id)
    if function_call is None or not function_call.server_side or not function_call.open:
        return (notice("CALL_ANSWER_IGNORED", reason="no function that the host runs waits for it"),)
    told = env.client(
        deepgram.FunctionCallResponse(id=function_call.client_id, name=function_call.name, content=content)
    )
    return [told, *_answer(state, env, function_call, content)]


def _addressed(state: FunctionCalls, client_id: str, name: str) -> FunctionCall | None:
    """By id; without one, the only open call of that name (F10)."""
    if client_id:
        return asked_as(state, client_id)
    named = [each for each in state.calls if each.open and not each.server_side and each.name == name]
    return named[0] if len(named) == 1 else None


def _why_not(function_call: FunctionCall | None) -> str:
    if function_call is None:
        return "no such call waits for it"
    if function_call.server_side:
        return "the host runs this function"
    return "the call is answered already" if function_call.answered else ""


def _made_here(env: Env, function_call: FunctionCall) -> list[Effect]:
    """A call of a session that is gone goes up with its output, by the client's id (N10). Its item goes
    without an id, which a server could refuse (D5), and which it gives by itself (F1).
    """
    function_call.call_id = env.ids.call_as_wanted(context.call_id(function_call.client_id))
    function_call.item_id = MADE_HERE
    function_call.elsewhere = False
    name = env.plan.sent_name(function_call.name)
    made, _ = context.call(function_call.call_id, name, function_call.arguments, "")
    return [env.upstream(openai.ConversationItemCreate(made, event_id=env.ids.context()))]


def _answer(state: FunctionCalls, env: Env, function_call: FunctionCall, content: str) -> list[Effect]:
    effects = _made_here(env, function_call) if function_call.elsewhere else list[Effect]()
    function_call.output = env.ids.next()
    happen(function_call, FunctionCallEvent.ANSWERED)
    answered(state, env, function_call.call_id)
    item = Item(type="function_call_output", call_id=function_call.call_id, output=content)
    effects.append(env.upstream(openai.ConversationItemCreate(item, event_id=function_call.output)))
    effects += kept(
        env,
        LedgerEntry("", content, function_call.client_id, function_call.name, function_call.arguments),
    )
    if env.component:
        effects.append(env.client(deepgram.AgentThinking("")))  # F4
    elif env.plan.history:
        effects.append(
            env.client(
                mapping.history(
                    function_call.client_id,
                    function_call.name,
                    function_call.arguments,
                    function_call.server_side,
                    content,
                )
            )
        )
    mine = of_response(state, function_call.response_id)
    if not any(each.open for each in mine):
        if function_call.over:
            effects += round_over(state, mine)
        else:
            env.start("follow_up", env.limits.follow_up_timeout)
    return [*effects, Proceed()]  # after the wish, so that one create serves all that waited
