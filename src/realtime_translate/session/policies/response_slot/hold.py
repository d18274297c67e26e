"""How long wishes wait for the answers of function calls, and which of them came first (R2, R8)."""

from __future__ import annotations

from ...env import Env
from ...state import ResponseSlot

__all__ = ["arrive", "waits_for_calls", "withdraw_hold"]


def waits_for_calls(slot: ResponseSlot, env: Env) -> bool:
    """Whether anything waits for the answers of function calls: spoken texts do only where nothing is
    answered without (R8).
    """
    return slot.wishes or (env.config.upstream.outputs_first and bool(slot.spoken))


def arrive(slot: ResponseSlot) -> int:
    """Number a wish, before it is noted; the first plain one gives the rest of them its place."""
    slot.arrivals += 1
    if not slot.wishes:
        slot.plain_since = slot.arrivals
    return slot.arrivals


def withdraw_hold(slot: ResponseSlot, env: Env) -> None:
    """Without a wish nothing is held back: the next one waits its full time (R8)."""
    if not waits_for_calls(slot, env):
        env.timers.cancel("hold")
