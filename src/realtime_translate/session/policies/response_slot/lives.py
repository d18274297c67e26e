"""The lives of the response in the slot and of our create, and what interrupts them (B1, B2, B4)."""

from __future__ import annotations

from .... import openai
from ....notices import notice
from ....wire import OMITTED
from ...env import Env
from ...signals import Effect, Effects, Interrupted, ResponseCut
from ...state import Call, ResponseSlot
from ...tables import CREATE, RESPONSE, CreateEvent, CreateState, ResponseEvent, ResponseState, Step

__all__ = ["cancel", "interrupt", "interrupted", "step_of_create", "step_of_response"]


def step_of_create(slot: ResponseSlot, event: CreateEvent) -> Step[CreateState]:
    """Take the table's step of our create. Its action, if it has one, is the caller's to carry out."""
    step = CREATE[slot.create][event]
    slot.create = step.to
    return step


def step_of_response(slot: ResponseSlot, event: ResponseEvent) -> Step[ResponseState]:
    """Take the table's step of the response. Its action, if it has one, is the caller's to carry out."""
    step = RESPONSE[slot.response][event]
    slot.response = step.to
    return step


def interrupted(call: Call, env: Env, signal: Interrupted) -> Effects:
    """The active response is cut, and ours in flight once it has begun, unless the server does it (B2). Texts
    that wait to be spoken are not, once the user speaks (B4).
    """
    slot = call.slot
    if not signal.server_cancels:
        step_of_create(slot, CreateEvent.INTERRUPTED)
    dropped = sum(each.alone for each in slot.wishes) if signal.by_user else 0
    if dropped:
        slot.wishes = [each for each in slot.wishes if not each.alone]
    told: list[Effect] = [notice("SPOKEN_DROPPED", texts=dropped)] if dropped else []
    return [*told, *interrupt(slot, env, by_us=not signal.server_cancels)]


def interrupt(slot: ResponseSlot, env: Env, *, by_us: bool) -> list[Effect]:
    """Nothing more of the active response is told, and its end is awaited (B1, B2).

    A server that never announces that end frees the slot all the same.
    """
    step = step_of_response(slot, ResponseEvent.INTERRUPTED)
    if not step.action:
        return []
    env.start("quiet", env.limits.create_timeout)
    env.timers.cancel("slow")
    env.timers.cancel("stall")
    cut = ResponseCut(slot.active, silent=step.action == "cut_silent")
    return [cut, *cancel(env, slot.active)] if by_us else [cut]


def cancel(env: Env, response_id: str) -> list[Effect]:
    """Ask upstream to end a response. Some servers cannot (E2)."""
    event_id = env.ids.next()
    env.ids.may_fail(event_id)
    return [env.upstream(openai.ResponseCancel(response_id or OMITTED, event_id=event_id))]
