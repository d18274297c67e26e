"""What is owed to the client when an upstream session is gone, and asked of the next one (N8, N9)."""

from __future__ import annotations

from ....notices import notice
from ...entries import Wish, WishKind
from ...env import Env
from ...renewals import begin_anew, is_broken, is_told, is_whole, left_calls
from ...signals import Effect, Effects, LegLost, LegReady, Proceed
from ...state import Call
from ...tables import (
    CreateState,
    FunctionCallState,
    SlotState,
)
from .line import in_order

__all__ = ["leg_lost", "leg_ready", "owed"]

_UNWANTED = (CreateState.INTERRUPTED, CreateState.DROPPED)
_OF_SPEECH = (WishKind.COMMITTED, WishKind.HEARD)
_KEPT = ("wishes", "arrivals")


def owed(call: Call, env: Env, _: LegLost) -> Effects:
    """What is asked of the next session: what had no response, or not all of it (N8, N9)."""
    wishes = _owed(call, env)
    alone, plain = [each for each in wishes if each.alone], [each for each in wishes if not each.alone]
    spoken = [each for each in plain if each.kind in _OF_SPEECH]
    told: list[Effect] = []
    if spoken and not _is_known(call, env):
        told = [notice("TURN_LOST", reason="what was said is not known")]
        plain = [each for each in plain if each not in spoken]
    if plain or _outputs_owed(call):
        alone = [*alone, Wish(WishKind.CONFIRMED, min((each.arrived for each in plain), default=0))]
    call.slot.wishes = alone
    return told


def _owed(call: Call, env: Env) -> list[Wish]:
    """What is to be asked of the next session, the first one first."""
    slot = call.slot
    return [*_in_its_place(call, env), *in_order(slot), *_in_flight(call)]


def _in_flight(call: Call) -> list[Wish]:
    """What our create was for, and the answer that the server was to give by itself (N9). The create of a
    commit that goes again comes with that.
    """
    slot = call.slot
    wish, commits = slot.asked_for, call.audio.commits
    if slot.state is SlotState.EXPECTED:
        return [Wish(WishKind.HEARD)]
    if not slot.request or wish is None or slot.create in _UNWANTED:
        return []
    return [] if wish.kind is WishKind.COMMITTED and commits else [wish]


def _in_its_place(call: Call, env: Env) -> list[Wish]:
    """What is asked for in place of the active response: the rest of it, or the same again (N8)."""
    slot, renewal = call.slot, env.config.renewal
    if not is_broken(call) or left_calls(call, slot.active) or is_whole(call, env):
        return []
    if is_told(call):
        return [Wish(WishKind.REST)] if renewal is not None and renewal.resume_answer else []
    wish = slot.asked_for
    return [wish if wish and wish.alone and not slot.request else Wish(WishKind.CONFIRMED)]


def _is_known(call: Call, env: Env) -> bool:
    """Whether the ledger has what the user said: all that was committed is transcribed (N9)."""
    return env.plan.transcribes and all(each.final is not None for each in call.user_speech.items)


def _outputs_owed(call: Call) -> bool:
    """Whether calls are all answered, and no response was asked for (F3)."""
    calls = call.calls.calls
    open_in = {each.response_id for each in calls if each.open}
    return any(each.state is FunctionCallState.ANSWERED and each.response_id not in open_in for each in calls)


def leg_lost(call: Call, env: Env, _: LegLost) -> Effects:
    """The slot is free."""
    begin_anew(call.slot, *_KEPT)
    return ()


def leg_ready(call: Call, env: Env, _: LegReady) -> Effects:
    """What is owed is asked of the new session."""
    return (Proceed(),)
