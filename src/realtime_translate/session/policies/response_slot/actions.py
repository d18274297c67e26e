"""The actions of the slot's table, and the step that leads to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from .... import openai
from ....mapping.responses import Outcome, spoken, tagged
from ....notices import notice
from ....wire import OMITTED
from ...env import Env
from ...signals import (
    Effect,
    ErrorApart,
    MayFail,
    ResponseEnded,
    ResponseMuted,
    ResponseRequested,
    SlotFreed,
    TurnStep,
)
from ...state import ResponseSlot
from ...tables import RESPONDING, SLOT, SlotEvent, SlotState, TurnEvent
from .about import NO_RESPONSE, REMEMBERED, About
from .ends import failure, finish, remember, superseded
from .hold import withdraw_hold

__all__ = ["happen", "mute"]

_MOST_PATIENT = 3
"""How often the grace doubles."""

_Action: TypeAlias = "Callable[[ResponseSlot, Env, About], list[Effect]]"


def happen(slot: ResponseSlot, env: Env, event: SlotEvent, about: About = NO_RESPONSE) -> list[Effect]:
    """Take the table's step for `event` and carry out its action."""
    step = SLOT[slot.state][event]
    slot.state = step.to
    return _ACTIONS[step.action](slot, env, about) if step.action else []


def _create(slot: ResponseSlot, env: Env, _: About) -> list[Effect]:
    slot.fallen = slot.doomed = False
    if not slot.retried:
        slot.claimed = ""
    slot.request = env.ids.next()
    env.start("create", env.limits.create_timeout)
    _think(slot, env)
    tag = "" if slot.untagged else slot.request
    if slot.saying:  # it answers nothing that was asked
        params, covered = spoken(tag, slot.saying.text), []
    else:
        slot.sent = slot.confirmed = slot.texts = False
        params, covered = tagged(tag), [ResponseRequested()]
    create = openai.ResponseCreate(params, event_id=slot.request)
    return [env.upstream(create), *covered, TurnStep(TurnEvent.ASKED)]


def _think(slot: ResponseSlot, env: Env) -> None:
    """Output is waited for from now on (O8)."""
    slot.slow_since = env.now
    env.start("slow", env.limits.slow_think)


def _begin(slot: ResponseSlot, env: Env, about: About) -> list[Effect]:
    """It answers what is known to be in the conversation (R7)."""
    slot.confirmed = slot.texts = False
    withdraw_hold(slot, env)
    return _run(slot, env, about)


def _begin_ours(slot: ResponseSlot, env: Env, about: About) -> list[Effect]:
    """It does not answer texts that went upstream after its create, even if announced before it (R2)."""
    doomed = slot.doomed
    _answered(slot, env)
    slot.doomed = doomed and slot.claimed != ""  # it may be another's: ours, or its refusal, comes yet
    if not slot.saying:
        slot.confirmed = False
        withdraw_hold(slot, env)
    began = _run(slot, env, about)
    return mute(slot, env, cancel=True) if doomed else began


def _begin_beside(slot: ResponseSlot, env: Env, about: About) -> list[Effect]:
    """The server's own comes where ours had failed: ours is asked for after it (R3)."""
    return [*_try_later(slot, env, about), *_begin(slot, env, about)]


def _run(slot: ResponseSlot, env: Env, about: About) -> list[Effect]:
    slot.active, slot.heard_at = about.response_id, None
    slot.muted = False
    slot.refusals = 0
    env.timers.cancel("grace")
    env.start("stall", env.limits.first_output)
    if "slow" not in env.timers.deadlines:
        _think(slot, env)
    return [TurnStep(TurnEvent.ASKED)]


def mute(slot: ResponseSlot, env: Env, *, cancel: bool) -> list[Effect]:
    """The active response is interrupted: nothing more of it is told, and its end is awaited (B1, B2).

    A server that never announces that end frees the slot all the same.
    """
    slot.muted = True
    env.timers.cancel("slow")
    env.timers.cancel("stall")
    env.start("quiet", env.limits.create_timeout)
    over: list[Effect] = [
        ResponseMuted(slot.active),
        TurnStep(TurnEvent.CUT if slot.produced else TurnEvent.VOID),
    ]
    return [*over, *_cancel(env, slot.active)] if cancel else over


def _cancel(env: Env, response_id: str) -> list[Effect]:
    """Ask upstream to end a response. Some servers cannot (E2)."""
    event_id = env.ids.next()
    cancel = openai.ResponseCancel(response_id or OMITTED, event_id=event_id)
    return [env.upstream(cancel), MayFail(event_id)]


def _own_up(slot: ResponseSlot, env: Env, _: About) -> list[Effect]:
    """The output that began it came before its `response.created`."""
    doomed = slot.doomed and not slot.muted
    _answered(slot, env)
    return mute(slot, env, cancel=True) if doomed else []


def _answered(slot: ResponseSlot, env: Env) -> None:
    """Nothing of ours is in flight: output is waited for only of a response that runs and has none (O8)."""
    slot.request, slot.doomed, slot.retried = "", False, False
    env.timers.cancel("create")
    if slot.state not in RESPONDING or slot.produced:
        env.timers.cancel("slow")


def _supersede(slot: ResponseSlot, env: Env, about: About) -> list[Effect]:
    return [*superseded(slot, env), *_begin(slot, env, about)]


def _supersede_by_ours(slot: ResponseSlot, env: Env, about: About) -> list[Effect]:
    return [*superseded(slot, env), *_begin_ours(slot, env, about)]


def _end(slot: ResponseSlot, env: Env, about: About) -> list[Effect]:
    remember(slot, about.response_id)
    return [*finish(slot, env, slot.active, about.outcome), SlotFreed()]


def _end_whole(slot: ResponseSlot, env: Env, about: About) -> list[Effect]:
    """Only its end was heard of, or its end shows whose it was."""
    _answered(slot, env)
    return [*finish(slot, env, about.response_id, about.outcome), SlotFreed()]


def _end_crossing(slot: ResponseSlot, env: Env, about: About) -> list[Effect]:
    """Ours came and went whole while the server's own is active, whose turn goes on if ours said nothing."""
    _answered(slot, env)
    return _end_aside(slot, env, about)


def _end_aside(slot: ResponseSlot, env: Env, about: About) -> list[Effect]:
    """A response came and went whole, and the slot stays as it is."""
    remember(slot, about.response_id)
    ended = [ResponseEnded(about.response_id)] if about.outcome.produced else []
    return [*failure(about.outcome), *ended]


def _end_unannounced(slot: ResponseSlot, env: Env, about: About) -> list[Effect]:
    ended = finish(slot, env, slot.active, Outcome())
    return [notice("RESPONSE_PRESUMED_DONE"), *ended, SlotFreed()]


def _give_up(slot: ResponseSlot, env: Env, about: About) -> list[Effect]:
    """To the client it has failed; nothing more of it is told, and its end is awaited (R1, R5)."""
    response_id = slot.active
    given_up = _give_up_crossing(slot, env, about)
    slot.active, slot.muted = response_id, True
    env.start("grace", env.limits.response_grace)
    return given_up


def _give_up_crossing(slot: ResponseSlot, env: Env, about: About) -> list[Effect]:
    """The same while ours is in flight, which upstream takes or refuses (R3)."""
    response_id = slot.active
    ended = finish(slot, env, response_id, about.outcome)
    if response_id:
        slot.cut = [*slot.cut[1 - REMEMBERED :], response_id]
    return [notice("RESPONSE_GIVEN_UP", reason=about.outcome.code), *ended, *_cancel(env, response_id)]


def _go_on(slot: ResponseSlot, env: Env, about: About) -> list[Effect]:
    """What was in the way is over, or was waited for long enough (R1, R3)."""
    remember(slot, about.response_id)
    slot.active, slot.muted = "", False
    env.timers.cancel("grace")
    return [SlotFreed()]


def _keep_wish(slot: ResponseSlot, env: Env, _: About) -> list[Effect]:
    _restore_wish(slot, env)
    return [notice("RESPONSE_CONFLICT")]


def _restore_wish(slot: ResponseSlot, env: Env) -> None:
    _keep(slot)
    slot.claimed = ""
    _answered(slot, env)


def _keep(slot: ResponseSlot) -> None:
    """What our create was for waits again."""
    if slot.saying and not slot.doomed:
        slot.spoken.insert(0, slot.saying)
    elif not (slot.doomed or slot.fallen):  # what it was for was not interrupted, and is there
        _keep_plain(slot)


def _keep_plain(slot: ResponseSlot) -> None:
    """A response of the server's own that begins after our commit answers it: the one that runs, or the next
    (V1). That of an older create of ours does not.
    """
    if not slot.falls:
        slot.sent = True
    elif slot.state is not SlotState.RUNNING:
        slot.confirmed = True


def _doubt(slot: ResponseSlot, env: Env, _: About) -> list[Effect]:
    """A server in trouble may have taken it all the same (R3)."""
    env.timers.cancel("create")
    env.start("grace", env.limits.response_grace)
    return []


def _ask_again(slot: ResponseSlot, env: Env, _: About) -> list[Effect]:
    """What stood in the way is out of it (R8)."""
    _restore_wish(slot, env)
    return [*_given_up(slot), SlotFreed()]


def _ask_once_more(slot: ResponseSlot, env: Env, _: About) -> list[Effect]:
    """Its response may still come (R3)."""
    request, doomed = slot.request, slot.doomed
    _keep(slot)
    _answered(slot, env)
    slot.claimed, slot.doomed, slot.retried = request, doomed, not doomed
    if given_up := _given_up(slot):
        return [*given_up, SlotFreed()]
    return [notice("RESPONSE_RETRIED"), SlotFreed()]


def _given_up(slot: ResponseSlot) -> list[Effect]:
    """Nobody waits any more for what our create was for: its turn ends before it has begun (O5)."""
    waits = slot.wishes or slot.spoken or slot.state in RESPONDING
    return [] if waits else [TurnStep(TurnEvent.VOID)]


def _try_later(slot: ResponseSlot, env: Env, _: About) -> list[Effect]:
    """Once more, after the response that runs (R3)."""
    _restore_wish(slot, env)
    slot.retried = True
    return [notice("RESPONSE_RETRIED")]


def _hold(slot: ResponseSlot, env: Env, about: About) -> list[Effect]:
    """It is told when the response goes on, or as its failure (R5); of several, the first."""
    if slot.error is None:
        slot.error, slot.heard_at = about.problem, None
        env.start("error", env.limits.error_grace)
        if slot.produced:
            env.start("stall", env.limits.response_stall)
    return []


def _tell(slot: ResponseSlot, env: Env, about: About) -> list[Effect]:
    return [ErrorApart(about.problem)]


def _await_stranger(slot: ResponseSlot, env: Env, about: About) -> list[Effect]:
    """A server that stays busy is asked less and less often (R3)."""
    env.start("grace", env.limits.response_grace * 2**slot.refusals)
    slot.refusals = min(slot.refusals + 1, _MOST_PATIENT)
    return _keep_wish(slot, env, about)


def _fail(slot: ResponseSlot, env: Env, about: About) -> list[Effect]:
    failed = slot.request
    _answered(slot, env)
    env.timers.cancel("grace")
    return [
        *failure(Outcome(failure=about.reason, code=about.reason.partition(":")[0])),
        ResponseEnded(failed),
        SlotFreed(),
    ]


def _fail_aside(slot: ResponseSlot, env: Env, about: About) -> list[Effect]:
    """Ours failed while the server's own is active, whose turn goes on (O5)."""
    slot.claimed = ""
    _answered(slot, env)
    return failure(Outcome(failure=about.reason, code=about.reason.partition(":")[0]))


def _expect(slot: ResponseSlot, env: Env, _: About) -> list[Effect]:
    env.start("grace", env.limits.response_grace)
    return [TurnStep(TurnEvent.ASKED)]


def _wish(slot: ResponseSlot, env: Env, _: About) -> list[Effect]:
    slot.confirmed = True
    return [notice("RESPONSE_DEFERRED", reason="the slot is taken")]


def _missed(slot: ResponseSlot, env: Env, _: About) -> list[Effect]:
    slot.confirmed = True
    return [notice("RESPONSE_MISSED"), SlotFreed()]


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
    "own_up": _own_up,
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
