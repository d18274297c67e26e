"""The actions of the slot's table, and the step that leads to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from ....mapping.responses import Outcome
from ....notices import notice
from ...entries import Tags, WishKind
from ...env import Env
from ...signals import Effect, Proceed, ResponseEnded, WaitChanged
from ...state import Call, ResponseSlot
from ...tables import (
    SLOT,
    CreateEvent,
    CreateState,
    ResponseEvent,
    ResponseState,
    SlotEvent,
    SlotState,
    Step,
)
from .asking import asked
from .ends import NO_RESPONSE, REMEMBERED, ResponseFacts, failure, finish, remember, superseded
from .line import add, answered, keep, withdraw_hold
from .lives import cancel, interrupt, step_of_create, step_of_response

__all__ = ["happen"]

_MOST_PATIENT = 3
"""How often the grace doubles."""

_Action: TypeAlias = "Callable[[Call, Env, ResponseFacts], list[Effect]]"


def happen(call: Call, env: Env, event: SlotEvent, facts: ResponseFacts = NO_RESPONSE) -> list[Effect]:
    """Take the table's step for `event` and carry out its action."""
    slot = call.slot
    step = SLOT[slot.state][event]
    slot.state = step.to
    return _ACTIONS[step.action](call, env, facts) if step.action else []


def _create(call: Call, env: Env, _: ResponseFacts) -> list[Effect]:
    slot = call.slot
    if slot.create is not CreateState.TO_BE_ASKED_AGAIN:
        slot.unsettled = ""
    step_of_create(slot, CreateEvent.SENT)
    slot.request = env.ids.next()
    env.start("create", env.limits.create_timeout)
    _think(call, env)
    tag = slot.request if env.config.upstream.tags and slot.tags is not Tags.REFUSED else ""
    if not (slot.asked_for and slot.asked_for.alone):  # else it answers nothing that was asked
        slot.answered_until = env.ids.count
    return [*asked(env, slot.asked_for, tag, slot.request), WaitChanged()]


def _think(call: Call, env: Env) -> None:
    """Output is waited for from now on (O8)."""
    slot = call.slot
    slot.slow_since = env.now
    env.start("slow", env.limits.slow_think)


def _begin(call: Call, env: Env, facts: ResponseFacts) -> list[Effect]:
    """It answers what is known to be in the conversation (R7)."""
    slot = call.slot
    answered(slot, ours=facts.older)
    withdraw_hold(call, env)
    return _run(call, env, facts, by_server=not facts.older)


def _begin_ours(call: Call, env: Env, facts: ResponseFacts) -> list[Effect]:
    """It does not answer texts that went upstream after its create, even if announced before it (R2)."""
    slot = call.slot
    perhaps = slot.unsettled != ""  # else ours, or its refusal, comes yet
    step = _settle(call, env, CreateEvent.BEGUN_PERHAPS if perhaps else CreateEvent.BEGUN)
    if not (slot.asked_for and slot.asked_for.alone):
        answered(slot, ours=True)
        withdraw_hold(call, env)
    began = _run(call, env, facts)
    return interrupt(call.slot, env, by_us=True) if step.action else began


def _begin_beside(call: Call, env: Env, facts: ResponseFacts) -> list[Effect]:
    """The server's own comes where ours had failed: ours is asked for after it (R3)."""
    return [*_try_later(call, env, facts), *_begin(call, env, facts)]


def _run(call: Call, env: Env, facts: ResponseFacts, *, by_server: bool = False) -> list[Effect]:
    slot = call.slot
    slot.active, slot.heard_at = facts.response_id, None
    step_of_response(slot, ResponseEvent.BEGUN)
    slot.refusals = 0
    env.timers.cancel("grace")
    env.start("stall", env.limits.first_output)
    if "slow" not in env.timers.deadlines:
        _think(call, env)
    return [WaitChanged(by_server)]


def _recognise(call: Call, env: Env, _: ResponseFacts) -> list[Effect]:
    """The output that began it came before its `response.created`."""
    step = _settle(call, env, CreateEvent.BEGUN)
    return interrupt(call.slot, env, by_us=True) if step.action else []


def _settle(call: Call, env: Env, event: CreateEvent) -> Step[CreateState]:
    """Nothing of ours is in flight: output is waited for only of a response that runs and has none (O8)."""
    slot = call.slot
    slot.request = ""
    env.timers.cancel("create")
    if not slot.responding or slot.response in (ResponseState.UNDER_WAY, ResponseState.CUT):
        env.timers.cancel("slow")
    return step_of_create(slot, event)


def _supersede(call: Call, env: Env, facts: ResponseFacts) -> list[Effect]:
    slot = call.slot
    return [*superseded(slot, env), *_begin(call, env, facts)]


def _supersede_by_ours(call: Call, env: Env, facts: ResponseFacts) -> list[Effect]:
    slot = call.slot
    return [*superseded(slot, env), *_begin_ours(call, env, facts)]


def _end(call: Call, env: Env, facts: ResponseFacts) -> list[Effect]:
    slot = call.slot
    remember(slot, facts.response_id)
    return [*finish(slot, env, slot.active, facts.outcome), Proceed()]


def _end_whole(call: Call, env: Env, facts: ResponseFacts) -> list[Effect]:
    """Only its end was heard of, or its end shows whose it was."""
    slot = call.slot
    perhaps = slot.request != "" and slot.unsettled == slot.request  # else it is not refused any more
    _settle(call, env, CreateEvent.BEGUN_PERHAPS if perhaps else CreateEvent.SETTLED)
    return [*finish(slot, env, facts.response_id, facts.outcome), Proceed()]


def _end_crossing(call: Call, env: Env, facts: ResponseFacts) -> list[Effect]:
    """Ours came and went whole while the server's own is active, whose turn goes on if ours said nothing."""
    _settle(call, env, CreateEvent.SETTLED)
    return _end_aside(call, env, facts)


def _end_aside(call: Call, env: Env, facts: ResponseFacts) -> list[Effect]:
    """A response came and went whole, and the slot stays as it is."""
    slot = call.slot
    remember(slot, facts.response_id)
    ended = [ResponseEnded(facts.response_id)] if facts.outcome.produced else []
    return [*failure(facts.outcome), *ended]


def _end_unannounced(call: Call, env: Env, facts: ResponseFacts) -> list[Effect]:
    slot = call.slot
    ended = finish(slot, env, slot.active, Outcome())
    return [notice("RESPONSE_PRESUMED_DONE"), *ended, Proceed()]


def _give_up(call: Call, env: Env, facts: ResponseFacts) -> list[Effect]:
    """To the client it has failed; nothing more of it is told, and its end is awaited (R1, R5)."""
    slot = call.slot
    response_id = slot.active
    given_up = _end_failed(call, env, facts, ResponseEvent.GIVEN_UP)
    slot.active = response_id
    env.start("grace", env.limits.response_grace)
    return given_up


def _give_up_crossing(call: Call, env: Env, facts: ResponseFacts) -> list[Effect]:
    """The same while ours is in flight, which upstream takes or refuses (R3)."""
    return _end_failed(call, env, facts, ResponseEvent.ENDED)


def _end_failed(call: Call, env: Env, facts: ResponseFacts, event: ResponseEvent) -> list[Effect]:
    slot = call.slot
    response_id = slot.active
    ended = finish(slot, env, response_id, facts.outcome, event)
    if response_id:
        slot.cut = [*slot.cut[1 - REMEMBERED :], response_id]
    return [notice("RESPONSE_GIVEN_UP", reason=facts.outcome.code), *ended, *cancel(env, response_id)]


def _go_on(call: Call, env: Env, facts: ResponseFacts) -> list[Effect]:
    """What was in the way is over, or was waited for long enough (R1, R3)."""
    slot = call.slot
    remember(slot, facts.response_id)
    slot.active = ""
    step_of_response(slot, ResponseEvent.ENDED)
    env.timers.cancel("grace")
    return [Proceed()]


def _keep_wish(call: Call, env: Env, _: ResponseFacts) -> list[Effect]:
    _restore_wish(call, env)
    return [notice("RESPONSE_CONFLICT")]


def _restore_wish(call: Call, env: Env, event: CreateEvent = CreateEvent.SETTLED) -> None:
    slot = call.slot
    _keep(slot)
    slot.unsettled = ""
    _settle(call, env, event)


def _keep(slot: ResponseSlot) -> None:
    """What our create was for waits again, if it is still wanted."""
    if slot.create not in (CreateState.INTERRUPTED, CreateState.DROPPED):
        keep(slot, running=slot.state is SlotState.RUNNING)


def _doubt(call: Call, env: Env, _: ResponseFacts) -> list[Effect]:
    """A server in trouble may have taken it all the same (R3)."""
    env.timers.cancel("create")
    env.start("grace", env.limits.response_grace)
    return []


def _ask_again(call: Call, env: Env, _: ResponseFacts) -> list[Effect]:
    """What stood in the way is out of it (R8)."""
    _restore_wish(call, env)
    return [*_given_up(call), Proceed()]


def _ask_once_more(call: Call, env: Env, _: ResponseFacts) -> list[Effect]:
    """Its response may still come (R3)."""
    slot = call.slot
    slot.unsettled = slot.request
    _keep(slot)
    _settle(call, env, CreateEvent.DOUBTED)
    if given_up := _given_up(call):
        return [*given_up, Proceed()]
    return [notice("RESPONSE_RETRIED"), Proceed()]


def _given_up(call: Call) -> list[Effect]:
    """Nobody waits any more for what our create was for."""
    waits = call.slot.wishes or call.audio.waits_for_slot or call.slot.responding
    return [] if waits else [WaitChanged()]


def _try_later(call: Call, env: Env, _: ResponseFacts) -> list[Effect]:
    """Once more, after the response that runs (R3)."""
    _restore_wish(call, env, CreateEvent.PUT_OFF)
    return [notice("RESPONSE_RETRIED")]


def _hold(call: Call, env: Env, facts: ResponseFacts) -> list[Effect]:
    """It is told when the response goes on, or as its failure (R5); of several, the first."""
    slot = call.slot
    if slot.error is None:
        slot.error, slot.heard_at = facts.problem, None
        env.start("error", env.limits.error_grace)
        if slot.response is ResponseState.UNDER_WAY:
            env.start("stall", env.limits.response_stall)
    return []


def _tell(call: Call, env: Env, facts: ResponseFacts) -> list[Effect]:
    return [env.error(facts.problem)]


def _await_stranger(call: Call, env: Env, facts: ResponseFacts) -> list[Effect]:
    """A server that stays busy is asked less and less often (R3)."""
    slot = call.slot
    env.start("grace", env.limits.response_grace * 2**slot.refusals)
    slot.refusals = min(slot.refusals + 1, _MOST_PATIENT)
    return _keep_wish(call, env, facts)


def _fail(call: Call, env: Env, facts: ResponseFacts) -> list[Effect]:
    slot = call.slot
    failed = slot.request
    _settle(call, env, CreateEvent.SETTLED)
    env.timers.cancel("grace")
    return [
        *failure(Outcome(failure=facts.reason, code=facts.reason.partition(":")[0])),
        ResponseEnded(failed),
        Proceed(),
    ]


def _fail_aside(call: Call, env: Env, facts: ResponseFacts) -> list[Effect]:
    """Ours failed while the server's own is active, whose turn goes on (O5)."""
    slot = call.slot
    slot.unsettled = ""
    _settle(call, env, CreateEvent.SETTLED)
    return failure(Outcome(failure=facts.reason, code=facts.reason.partition(":")[0]))


def _expect(call: Call, env: Env, _: ResponseFacts) -> list[Effect]:
    env.start("grace", env.limits.response_grace)
    return [WaitChanged()]


def _wish(call: Call, env: Env, _: ResponseFacts) -> list[Effect]:
    slot = call.slot
    add(slot, WishKind.CONFIRMED)
    return [notice("RESPONSE_DEFERRED", reason="the slot is taken")]


def _missed(call: Call, env: Env, _: ResponseFacts) -> list[Effect]:
    """If the server's own comes all the same, that answers it (V1)."""
    slot = call.slot
    add(slot, WishKind.HEARD)
    return [notice("RESPONSE_MISSED"), Proceed()]


_ACTIONS: Mapping[str, _Action] = {
    "create": _create,
    "begin": _begin,
    "begin_ours": _begin_ours,
    "supersede": _supersede,
    "supersede_by_ours": _supersede_by_ours,
    "end": _end,
    "give_up": _give_up,
    "give_up_crossing": _give_up_crossing,
    "go_on": _go_on,
    "recognise": _recognise,
    "end_whole": _end_whole,
    "end_crossing": _end_crossing,
    "end_unannounced": _end_unannounced,
    "end_aside": _end_aside,
    "keep_wish": _keep_wish,
    "doubt": _doubt,
    "ask_once_more": _ask_once_more,
    "begin_beside": _begin_beside,
    "try_later": _try_later,
    "hold": _hold,
    "tell": _tell,
    "await_stranger": _await_stranger,
    "ask_again": _ask_again,
    "fail": _fail,
    "fail_aside": _fail_aside,
    "expect": _expect,
    "wish": _wish,
    "missed": _missed,
}
