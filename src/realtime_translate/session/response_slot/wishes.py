"""Wishes for a response, and the one place that fulfils them (R2, R8)."""

from __future__ import annotations

from ...notices import notice
from ..env import Env
from ..signals import (
    CallsAnswered,
    CallsOpened,
    CommitDue,
    CommitGranted,
    CommitRefused,
    CommitWithdrawn,
    Effects,
    HoldOver,
    OpeningStep,
    ResponseWanted,
    SlotFreed,
    TextsCovered,
    UpdateWanted,
)
from ..tables import OpeningEvent, SlotEvent, SlotState
from .actions import happen
from .state import ResponseSlot

__all__ = [
    "calls_answered",
    "calls_opened",
    "commit_due",
    "commit_refused",
    "commit_withdrawn",
    "freed",
    "hold_over",
    "texts_covered",
    "update_wanted",
    "wanted",
]


def wanted(slot: ResponseSlot, env: Env, wish: ResponseWanted) -> Effects:
    """Note a wish and fulfil it if the slot is free; plain wishes merge (R2)."""
    falls = wish.of_commit and not (slot.sent or slot.confirmed)
    if wish.confirmed:
        slot.confirmed = True
    else:
        slot.sent = True
    if slot.state is not SlotState.FREE:
        return (notice("RESPONSE_DEFERRED", reason="the slot is taken"),)
    return pump(slot, env, of_commit=falls)


def update_wanted(slot: ResponseSlot, env: Env, _: UpdateWanted) -> Effects:
    """A `session.update` waits for the slot and goes before everything else (R2)."""
    slot.update_waits = True
    return pump(slot, env)


def commit_due(slot: ResponseSlot, env: Env, _: CommitDue) -> Effects:
    """A commit waits for the slot (A5, A6)."""
    slot.commit_waits = True
    effects = pump(slot, env)
    return [notice("COMMIT_OWED"), *effects] if slot.commit_waits else effects


def commit_withdrawn(slot: ResponseSlot, env: Env, _: CommitWithdrawn) -> Effects:
    """Audio flows again: the commit comes back after its debounce (A6)."""
    slot.commit_waits = False
    slot.withdraw_hold(env)
    return ()


def commit_refused(slot: ResponseSlot, env: Env, _: CommitRefused) -> Effects:
    """The create that came with the commit is not asked for again if it is refused as well (A5)."""
    slot.fallen = slot.falls
    return ()


def texts_covered(slot: ResponseSlot, env: Env, _: TextsCovered) -> Effects:
    """The create in flight answers user texts too."""
    slot.falls = False
    return ()


def calls_opened(slot: ResponseSlot, env: Env, _: CallsOpened) -> Effects:
    """Plain wishes wait for the answers of function calls, for a new one their full time (R8)."""
    slot.held = True
    return ()


def calls_answered(slot: ResponseSlot, env: Env, _: CallsAnswered) -> Effects:
    """What waited for the answers may go ahead (R8)."""
    slot.held = False
    env.timers.cancel("hold")
    return ()


def hold_over(slot: ResponseSlot, env: Env) -> Effects:
    """The answer takes too long: what waits for it goes ahead (R8)."""
    slot.held = False
    return [notice("CALL_HOLD_OVER", seconds=env.limits.call_hold), HoldOver(), *pump(slot, env)]


def freed(slot: ResponseSlot, env: Env, _: SlotFreed) -> Effects:
    """Something ended: let go what waits."""
    return pump(slot, env)


def pump(slot: ResponseSlot, env: Env, *, of_commit: bool = False) -> Effects:
    """If the slot is free: owed updates, the owed commit, then one create for all plain wishes (R2, R8)."""
    if slot.state is not SlotState.FREE:
        return ()
    if slot.update_waits:
        slot.update_waits = False
        return OpeningStep(OpeningEvent.UPDATE_GRANTED), SlotFreed()
    if not slot.wishes:
        return ()
    if slot.held:
        return _hold(env)
    if slot.commit_waits:
        slot.commit_waits = False
        return (CommitGranted(),)
    slot.falls = of_commit
    return happen(slot, env, SlotEvent.REQUEST)


def _hold(env: Env) -> Effects:
    if "hold" not in env.timers.deadlines:
        env.start("hold", env.limits.call_hold)
    return (notice("RESPONSE_DEFERRED", reason="a function call is unanswered"),)
