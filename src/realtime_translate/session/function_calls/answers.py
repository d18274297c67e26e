"""The answers to function calls, each upstream once (F2, F4, F6, F9, F10, T6)."""

from __future__ import annotations

from ... import deepgram, openai
from ...mapping import calls as mapping
from ...notices import notice
from ...openai.objects import Item
from ..env import Env
from ..signals import CallsAnswered, Effect, Effects, SlotFreed
from .rounds import settle
from .state import Call, FunctionCalls

__all__ = ["client_answered", "host_answered"]


def client_answered(
    state: FunctionCalls,
    env: Env,
    message: deepgram.FunctionCallResponse | deepgram.ComponentFunctionCallResponse,
) -> Effects:
    """`FunctionCallResponse` of the client (F2, F4, F10)."""
    call = _addressed(state, message.id or "", message.name or "")
    reason = _why_not(call)
    if call is None or reason:
        return (notice("CALL_ANSWER_IGNORED", reason=reason),)
    return _answer(state, env, call, mapping.content_of(message))


def host_answered(state: FunctionCalls, env: Env, call_id: str, content: str) -> Effects:
    """`function_result` of the host: the client is told, and the output goes upstream (F6)."""
    call = state.asked_as(call_id)
    if call is None or not call.server_side or not call.open:
        return (notice("CALL_ANSWER_IGNORED", reason="no function that the host runs waits for it"),)
    told = env.client(deepgram.FunctionCallResponse(id=call.client_id, name=call.name, content=content))
    return [told, *_answer(state, env, call, content)]


def _addressed(state: FunctionCalls, client_id: str, name: str) -> Call | None:
    """By id; without one, the only open call of that name (F10)."""
    if client_id:
        return state.asked_as(client_id)
    named = [each for each in state.calls if each.open and not each.server_side and each.name == name]
    return named[0] if len(named) == 1 else None


def _why_not(call: Call | None) -> str:
    if call is None:
        return "no such call waits for it"
    if call.server_side:
        return "the host runs this function"
    return "the call is answered already" if call.output else ""


def _answer(state: FunctionCalls, env: Env, call: Call, content: str) -> list[Effect]:
    call.output, call.accepted = env.ids.next(), True
    item = Item(type="function_call_output", call_id=call.call_id, output=content)
    effects: list[Effect] = [env.upstream(openai.ConversationItemCreate(item, event_id=call.output))]
    if env.component:
        effects.append(env.client(deepgram.AgentThinking("")))  # F4
    elif env.plan.history:
        effects.append(
            env.client(mapping.history(call.client_id, call.name, call.arguments, call.server_side, content))
        )
    if not state.unanswered:
        effects.append(CallsAnswered())
    mine = state.of_response(call.response_id)
    if not any(each.open for each in mine):
        if call.over:
            effects += settle(state, mine)
        else:
            env.start("follow_up", env.limits.follow_up_timeout)
    return [*effects, SlotFreed()]  # after the wish, so that one create serves all that waited
