"""The actions of the slot's table, and the step that leads to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from ... import openai
from ...deepgram.codes import WarningCode
from ...mapping import to_client
from ...mapping.responses import Outcome, tagged
from ...notices import notice
from ..env import Env
from ..signals import Effect, ResponseEnded, ResponseRequested, SlotFreed, TurnStep
from ..tables import RESPONDING, SLOT, SlotEvent, TurnEvent
from .state import NO_RESPONSE, REMEMBERED, About, ResponseSlot

__all__ = ["happen"]

_Action: TypeAlias = "Callable[[ResponseSlot, Env, About], list[Effect]]"


def happen(slot: ResponseSlot, env: Env, event: SlotEvent, about: About = NO_RESPONSE) -> list[Effect]:
    """Take the table's step for `event` and carry out its action."""
    step = SLOT[slot.state][event]
    slot.state = step.to
    env.responding = step.to in RESPONDING
    return _ACTIONS[step.action](slot, env, about) if step.action else []


def _create(slot: ResponseSlot, env: Env, _: About) -> list[Effect]:
    slot.sent = slot.confirmed = slot.fallen = False
    slot.request = env.ids.next()
    env.start("create", env.limits.create_timeout)
    create = openai.ResponseCreate(tagged(slot.request), event_id=slot.request)
    return [env.upstream(create), ResponseRequested(), TurnStep(TurnEvent.ASKED)]


def _begin(slot: ResponseSlot, env: Env, about: About) -> list[Effect]:
    slot.active = about.response_id
    slot.confirmed = False
    slot.withdraw_hold(env)
    env.timers.cancel("grace")
    return [TurnStep(TurnEvent.ASKED)]


def _begin_ours(slot: ResponseSlot, env: Env, about: About) -> list[Effect]:
    _answered(slot, env)
    return _begin(slot, env, about)


def _own_up(slot: ResponseSlot, env: Env, _: About) -> list[Effect]:
    """The output that began it came before its `response.created`."""
    _answered(slot, env)
    return []


def _answered(slot: ResponseSlot, env: Env) -> None:
    slot.request = ""
    env.timers.cancel("create")


def _supersede(slot: ResponseSlot, env: Env, about: About) -> list[Effect]:
    ended = _finish(slot, env, slot.active, Outcome(produced=slot.produced))
    return [notice("RESPONSE_SUPERSEDED"), *ended, *_begin(slot, env, about)]


def _supersede_by_ours(slot: ResponseSlot, env: Env, about: About) -> list[Effect]:
    _answered(slot, env)
    return _supersede(slot, env, about)


def _end(slot: ResponseSlot, env: Env, about: About) -> list[Effect]:
    _remember(slot, about.response_id)
    return [*_finish(slot, env, slot.active, about.outcome), SlotFreed()]


def _end_whole(slot: ResponseSlot, env: Env, about: About) -> list[Effect]:
    """Only its end was heard of, or its end shows whose it was."""
    _answered(slot, env)
    return [*_finish(slot, env, about.response_id, about.outcome), SlotFreed()]


def _end_crossing(slot: ResponseSlot, env: Env, about: About) -> list[Effect]:
    """Ours came and went whole while the server's own is active, whose turn goes on if ours said nothing."""
    _answered(slot, env)
    _remember(slot, about.response_id)
    ended = [ResponseEnded(about.response_id)] if about.outcome.produced else []
    return [*_failure(about.outcome), *ended]


def _end_unannounced(slot: ResponseSlot, env: Env, about: About) -> list[Effect]:
    ended = _finish(slot, env, slot.active, Outcome(produced=slot.produced))
    return [notice("RESPONSE_PRESUMED_DONE"), *ended, SlotFreed()]


def _finish(slot: ResponseSlot, env: Env, response_id: str, how: Outcome) -> list[Effect]:
    void = how.cancelled and not how.produced and not slot.produced
    _remember(slot, response_id)
    if how.cancelled and response_id:
        slot.cut = [*slot.cut[1 - REMEMBERED :], response_id]
    slot.active = ""
    slot.claimed = ""
    slot.produced = False
    slot.open_items = []
    env.timers.cancel("quiet")
    env.timers.cancel("grace")
    return [*_failure(how), ResponseEnded(response_id, void)]


def _failure(how: Outcome) -> list[Effect]:
    if not how.failure:
        return []
    warning = to_client.warning(
        WarningCode.THINK_REQUEST_FAILED, f"The response did not complete: {how.failure}"
    )
    return [notice("RESPONSE_FAILED", reason=how.code), warning]


def _remember(slot: ResponseSlot, response_id: str) -> None:
    if response_id and response_id not in slot.ended:
        slot.ended = [*slot.ended[1 - REMEMBERED :], response_id]


def _keep_wish(slot: ResponseSlot, env: Env, _: About) -> list[Effect]:
    slot.sent = slot.sent or not slot.fallen
    slot.claimed = ""
    _answered(slot, env)
    return [notice("RESPONSE_CONFLICT")]


def _await_stranger(slot: ResponseSlot, env: Env, about: About) -> list[Effect]:
    env.start("grace", env.limits.response_grace)
    return _keep_wish(slot, env, about)


def _fail(slot: ResponseSlot, env: Env, about: About) -> list[Effect]:
    failed = slot.request
    _answered(slot, env)
    return [
        *_failure(Outcome(failure=about.reason, code=about.reason.partition(":")[0])),
        ResponseEnded(failed),
        SlotFreed(),
    ]


def _fail_aside(slot: ResponseSlot, env: Env, about: About) -> list[Effect]:
    """Ours failed while the server's own is active, whose turn goes on (O5)."""
    slot.claimed = ""
    _answered(slot, env)
    return _failure(Outcome(failure=about.reason, code=about.reason.partition(":")[0]))


def _expect(slot: ResponseSlot, env: Env, _: About) -> list[Effect]:
    env.start("grace", env.limits.response_grace)
    return [TurnStep(TurnEvent.ASKED)]


def _wish(slot: ResponseSlot, env: Env, _: About) -> list[Effect]:
    slot.confirmed = True
    return [notice("RESPONSE_DEFERRED", reason="the slot is taken")]


def _missed(slot: ResponseSlot, env: Env, _: About) -> list[Effect]:
    slot.confirmed = True
    return [notice("RESPONSE_MISSED")]


_ACTIONS: Mapping[str, _Action] = {
    "create": _create,
    "begin": _begin,
    "begin_ours": _begin_ours,
    "supersede": _supersede,
    "supersede_by_ours": _supersede_by_ours,
    "end": _end,
    "own_up": _own_up,
    "end_whole": _end_whole,
    "end_crossing": _end_crossing,
    "end_unannounced": _end_unannounced,
    "keep_wish": _keep_wish,
    "await_stranger": _await_stranger,
    "fail": _fail,
    "fail_aside": _fail_aside,
    "expect": _expect,
    "wish": _wish,
    "missed": _missed,
}
