"""What the policies share of renewals (N)."""

from __future__ import annotations

from attrs import AttrsInstance, fields

from ..renewal import Renewal
from .env import Env
from .state import Call, OpeningState
from .tables import OPENING, Opening, OpeningEvent, ResponseState, TurnState

__all__ = [
    "AGE",
    "CLOSED",
    "DEAD",
    "EXPIRED",
    "HOST",
    "PLANNED",
    "REFUSED",
    "attempts",
    "begin_anew",
    "chances",
    "is_broken",
    "is_over",
    "is_told",
    "is_whole",
    "left_calls",
    "renews",
    "used_up",
]

EXPIRED, CLOSED, DEAD, AGE, HOST, REFUSED = "expired", "closed", "dead", "age", "host", "refused"
"""What a session is renewed for (N2)."""
PLANNED = (AGE, HOST)
_TOLD = (TurnState.WRITING, TurnState.SPEAKING, TurnState.SAID)


def renews(call: Call, env: Env, *, planned: bool = False, refused: bool = False) -> bool:
    """Whether the loss of the session at hand begins a renewal, or another attempt of one; or whether one may
    be planned, for which nothing has failed. What is `refused` is asked of another server alone (N19).
    """
    renewal, state = env.config.renewal, call.opening
    if renewal is None or not OPENING[call.phase][OpeningEvent.LOST].action:
        return False
    if not state.settings:  # the call began with a `Config` without renewals: nothing was kept for one
        return False
    replaying = call.phase is Opening.REPLAYING  # not ready yet: all dials in a row count
    made = state.attempts if replaying else attempts(state, env, renewal)
    if refused and used_up(made, renewal) >= chances(renewal):
        return False
    if replaying:
        return True
    return state.renewals < renewal.lifetime and (planned or made < chances(renewal))


def attempts(state: OpeningState, env: Env, renewal: Renewal) -> int:
    """How many dials in a row were made until now: none, if the session at hand has lasted (N14)."""
    lasted = state.ready_at is not None and env.now - state.ready_at >= renewal.ready_for
    return 0 if lasted else state.attempts


def chances(renewal: Renewal) -> int:
    """How many dials in a row there may be: so many for each server (N14, N19)."""
    return renewal.attempts * (1 + len(renewal.fallback))


def used_up(made: int, renewal: Renewal) -> int:
    """How many dials were made, if the server at hand is not worth another (N19)."""
    servers = max(made - 1, 0) // renewal.attempts + 1
    return servers * renewal.attempts


def begin_anew(part: AttrsInstance, *kept: str) -> None:
    """A part of the memory remembers nothing of the session that is gone, but for what is named."""
    fresh = part.__class__()
    for each in fields(part.__class__):
        if each.name not in kept:
            setattr(part, each.name, getattr(fresh, each.name))


def is_told(call: Call) -> bool:
    """Whether a response is active of which the client was told anything (N8)."""
    slot = call.slot
    words = any(each.response_id == slot.active for each in call.agent_text.told)
    return slot.response is ResponseState.UNDER_WAY and (call.turn_state in _TOLD or words)


def is_broken(call: Call) -> bool:
    """Whether a response is active, of which more was to be told."""
    return call.slot.response in (ResponseState.SILENT, ResponseState.UNDER_WAY)


def is_over(call: Call, env: Env) -> bool:
    """Whether the active response ends with its session: where nothing of it was told the same is asked
    again, unless calls are to be answered (N8).
    """
    whole = left_calls(call, call.slot.active) or is_whole(call, env)
    return is_broken(call) and (whole or is_told(call))


def is_whole(call: Call, env: Env) -> bool:
    """Whether all output of the active response has come (R4)."""
    return "quiet" in env.timers.deadlines and not call.slot.open_items


def left_calls(call: Call, response_id: str) -> bool:
    """Whether the response that runs or ends, which has this id, has made calls that were asked for (F3)."""
    return any(each.asked and each.is_of(response_id) for each in call.calls.calls)
