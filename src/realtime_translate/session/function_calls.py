"""Function calls: asked of the client once, answered upstream once, followed by one response (F1-F10, R8)."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import define, field

from .. import deepgram, openai
from ..deepgram.codes import ErrorCode
from ..mapping import calls as mapping
from ..notices import notice
from ..openai.objects import Item
from ..outputs import RunFunction
from .env import Env
from .ids import MAX_ID
from .signals import (
    CallsAnswered,
    CallsOpened,
    Effect,
    Effects,
    Fatal,
    HoldOver,
    Interrupted,
    MayFail,
    Refused,
    ResponseEnded,
    ResponseOverdue,
    ResponseWanted,
    SlotFreed,
    TextDue,
    TurnStep,
)
from .tables import TurnEvent

__all__ = ["FunctionCalls"]

_REMEMBERED = 64
"""Calls whose further announcements are recognised (F1, L2)."""
_CANCELLED = '{"error":"cancelled"}'


@define(eq=False, repr=False)
class Call:
    """A call that the model made.

    `asked`: the client or the host was asked. `output`: our event that answered it; `accepted`: upstream
    has not refused that. `followed`: the response that follows was asked for, or the user went on instead.
    """

    call_id: str
    item_id: str
    response_id: str
    name: str = ""
    arguments: str = ""
    asked: bool = False
    server_side: bool = False
    output: str = ""
    accepted: bool = False
    followed: bool = False
    waived: bool = False

    @property
    def open(self) -> bool:
        """Asked and not answered."""
        return self.asked and not self.output


@define(eq=False, repr=False)
class FunctionCalls:
    """The calls of responses that are not settled yet, and which of those responses have ended."""

    calls: list[Call] = field(factory=list[Call])
    ended: list[str] = field(factory=list[str])
    settled: list[str] = field(factory=list[str])

    def find(self, *, call_id: str = "", item_id: str = "") -> Call | None:
        """The unsettled call with that id, or of that item."""
        return next(
            (
                each
                for each in self.calls
                if (call_id and each.call_id == call_id) or (item_id and each.item_id == item_id)
            ),
            None,
        )

    def settle(self, *calls: Call) -> None:
        """Nothing more is to come of these calls; further announcements are recognised (F1)."""
        self.settled = [*self.settled, *(each.call_id for each in calls)][-_REMEMBERED:]

    @property
    def unanswered(self) -> bool:
        """Whether wishes wait for the answer of any call (R8)."""
        return any(each.open and not each.waived for each in self.calls)


# --- what upstream says -------------------------------------------------------------------------------------


def announced(state: FunctionCalls, env: Env, event: openai.ResponseOutputItemAdded) -> Effects:
    """A response starts an item: remember it, and ask when it is complete (F1)."""
    if event.item.type == "function_call" and len(state.calls) < env.limits.pending_messages:
        _record(state, env, event.item)
        return _too_many(state, env)
    return ()


def arguments_done(
    state: FunctionCalls, env: Env, event: openai.ResponseFunctionCallArgumentsDone
) -> Effects:
    """The arguments are whole: ask now only if the item was never announced (F1)."""
    call = state.find(call_id=event.call_id or "", item_id=event.item_id or "")
    if call is not None:
        call.name = call.name or event.name or ""
        call.arguments = event.arguments or call.arguments
        return _too_many(state, env)
    if not event.name and len(state.calls) >= env.limits.pending_messages:
        return ()
    item = Item(
        type="function_call",
        id=event.item_id,
        call_id=event.call_id,
        name=event.name,
        arguments=event.arguments,
    )
    call = _record(state, env, item)
    return _ask(state, env, call) if call and call.name else ()


def output_item_done(state: FunctionCalls, env: Env, event: openai.ResponseOutputItemDone) -> Effects:
    """A response's item ended: ask if it is a complete call (F1)."""
    return _item_ended(state, env, event.item) if event.item.type == "function_call" else ()


def conversation_item_done(state: FunctionCalls, env: Env, event: openai.ConversationItemDone) -> Effects:
    """An item of the conversation is final: a call that a response announced, or an output of ours (F1, F3).

    Calls that no response announced are context that we created.
    """
    item = event.item
    call = state.find(call_id=item.call_id or "", item_id=item.id or "")
    if call is None:
        return ()
    if item.type == "function_call":
        return _item_ended(state, env, item)
    if item.type == "function_call_output" and call.output:  # only after the response has ended (F3)
        return _follow(state, call.response_id)
    return ()


def response_done(state: FunctionCalls, env: Env, event: openai.ResponseDone) -> Effects:
    """The response lists its calls once more: ask for those that nothing else announced (F1)."""
    effects: list[Effect] = []
    for item in event.response.output or ():
        if item.type == "function_call":
            effects += _item_ended(state, env, item)
    return effects


def _record(state: FunctionCalls, env: Env, item: Item) -> Call | None:
    call_id, item_id = item.call_id or item.id or "", item.id or ""
    if not call_id or len(call_id) > MAX_ID or call_id in state.settled:
        return None
    call = state.find(call_id=call_id, item_id=item_id)
    if call is None:
        call = Call(call_id, item_id, env.response)
        state.calls.append(call)
    call.name = call.name or item.name or ""
    call.arguments = item.arguments or call.arguments
    return call


def _item_ended(state: FunctionCalls, env: Env, item: Item) -> list[Effect]:
    call = _record(state, env, item)
    if call is None or call.asked:
        return []
    if (item.status or "completed") == "completed":
        return _close(state, env, [call]) if call.followed else _ask(state, env, call)
    state.calls = [each for each in state.calls if each is not call]
    state.settle(call)
    return [notice("CALL_INCOMPLETE")]


def _ask(state: FunctionCalls, env: Env, call: Call) -> list[Effect]:
    spec = env.plan.function(call.name)
    if spec is None and not env.component:  # F7
        reason = f"the model called {call.name!r}, which Settings do not declare"
        return [Fatal(ErrorCode.NON_EXISTENT_FUNCTION_CALLED, reason)]
    if sum(each.open for each in state.calls) >= env.limits.pending_messages:
        return [Fatal(ErrorCode.INTERNAL_SERVER_ERROR, "too many function calls are unanswered")]
    if too_many := _too_many(state, env):
        return too_many
    call.asked = True
    endpoint = spec.endpoint if spec else None
    call.server_side = endpoint is not None
    effects: list[Effect] = [
        env.client(mapping.request(call.call_id, call.name, call.arguments, call.server_side))
    ]
    if endpoint is not None:
        effects.append(RunFunction(call.call_id, call.name, call.arguments, endpoint))
    return [TextDue(), *effects, CallsOpened()]


def _too_many(state: FunctionCalls, env: Env) -> list[Effect]:
    """Answered calls too are kept until their response ends: a response may have any, and never end (L2)."""
    size = sum(len(each.name) + len(each.arguments) for each in state.calls)
    most = env.limits.pending_messages + _REMEMBERED
    if len(state.calls) <= most and size <= env.limits.frame_bytes_down:
        return []
    return [Fatal(ErrorCode.INTERNAL_SERVER_ERROR, "too many function calls are not settled")]


# --- answers ------------------------------------------------------------------------------------------------


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
    call = state.find(call_id=call_id)
    if call is None or not call.server_side or not call.open:
        return (notice("CALL_ANSWER_IGNORED", reason="no function that the host runs waits for it"),)
    told = env.client(deepgram.FunctionCallResponse(id=call.call_id, name=call.name, content=content))
    return [told, *_answer(state, env, call, content)]


def _addressed(state: FunctionCalls, call_id: str, name: str) -> Call | None:
    """By id; without one, the only open call of that name (F10)."""
    if call_id:
        return state.find(call_id=call_id)
    named = [each for each in state.calls if each.open and not each.server_side and each.name == name]
    return named[0] if len(named) == 1 else None


def _why_not(call: Call | None) -> str:
    if call is None or not call.asked:
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
            env.client(mapping.history(call.call_id, call.name, call.arguments, call.server_side, content))
        )
    if not state.unanswered:
        effects.append(CallsAnswered())
    round_open = any(each.open for each in state.calls if each.response_id == call.response_id)
    if not round_open and call.response_id in state.ended:
        effects += _settle(state, call.response_id)
    elif not round_open:
        env.start("follow_up", env.limits.follow_up_timeout)
    return [*effects, SlotFreed()]  # after the wish, so that one create serves all that waited


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
        return _close(state, env, still_open[:-_REMEMBERED])
    state.settle(*(each for each in state.calls if each.asked))
    state.calls, state.ended = [each for each in state.calls if not each.asked], []
    if not still_open:
        return ()
    told = deepgram.FunctionCallCancelled(
        tuple(deepgram.CancelledFunctionCall(each.call_id, each.name) for each in still_open)
    )
    closed = _close(state, env, still_open)
    return [env.client(told), *closed, TurnStep(TurnEvent.CUT), CallsAnswered(), SlotFreed()]


def ran_on(state: FunctionCalls, env: Env, output: Iterable[Item]) -> Effects:
    """A response that was cut has made these calls all the same: nobody is asked, but upstream waits (F8)."""
    calls = [each for each in output if each.type == "function_call"]
    whole = [_record(state, env, each) for each in calls if (each.status or "completed") == "completed"]
    return _close(state, env, [each for each in whole if each is not None and not each.asked])


def _close(state: FunctionCalls, env: Env, calls: list[Call]) -> list[Effect]:
    """Upstream waits for an output of each call: these get none of the client's."""
    if not calls:
        return []
    state.calls = [each for each in state.calls if each not in calls]
    left = {each.response_id for each in state.calls}
    state.ended = [each for each in state.ended if each in left]
    state.settle(*calls)
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


# --- the end of a response ----------------------------------------------------------------------------------


def ended(state: FunctionCalls, env: Env, signal: ResponseEnded) -> Effects:
    """A response is over: its turn is too, unless it left calls (F3, O5)."""
    mine = [each for each in state.calls if each.response_id == signal.response_id]
    cut = [each for each in mine if not each.asked]
    state.calls = [each for each in state.calls if each not in cut]
    effects: list[Effect] = [notice("CALL_INCOMPLETE") for _ in cut]
    if signal.cut:  # its turn was ended then
        if any(each.open for each in mine):
            state.ended.append(signal.response_id)
        else:
            state.calls = [each for each in state.calls if each not in mine]
            state.settle(*mine)
        return effects
    if signal.void:
        return [*effects, TurnStep(TurnEvent.VOID)]
    effects.append(TurnStep(TurnEvent.ENDED))
    if len(mine) == len(cut):
        return [*effects, TurnStep(TurnEvent.OVER)]
    state.ended.append(signal.response_id)
    if not any(each.open for each in mine):
        effects += _settle(state, signal.response_id)
    return effects


def _follow(state: FunctionCalls, response_id: str) -> list[Effect]:
    """Ask once for the response that follows, if all calls are answered and any output was accepted (F3, T6).

    Where upstream confirms outputs early, a call may come after that: its output is followed as well.
    """
    mine = [each for each in state.calls if each.response_id == response_id]
    fresh = [each for each in mine if each.accepted and not each.followed]
    if any(each.open for each in mine) or not fresh:
        return []
    for each in mine:
        each.followed = True
    return [ResponseWanted(confirmed=False)]


def _settle(state: FunctionCalls, response_id: str) -> list[Effect]:
    mine = [each for each in state.calls if each.response_id == response_id]
    effects = _follow(state, response_id)
    state.calls = [each for each in state.calls if each.response_id != response_id]
    state.ended = [each for each in state.ended if each != response_id]
    state.settle(*mine)
    if not any(each.followed for each in mine):
        effects += [notice("CALLS_CLOSED"), TurnStep(TurnEvent.OVER)]
    return effects


def follow_up_late(state: FunctionCalls, env: Env) -> Effects:
    """`response.done` did not come after the last output: that response counts as done (F5)."""
    waiting = dict.fromkeys(each.response_id for each in state.calls if each.output)
    return [
        ResponseOverdue(response_id)
        for response_id in waiting
        if response_id not in state.ended
        and not any(each.open for each in state.calls if each.response_id == response_id)
    ]
