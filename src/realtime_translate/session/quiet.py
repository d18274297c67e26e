"""When a renewal disturbs nobody (N3)."""

from __future__ import annotations

from .env import Env
from .policies.input_audio import enough
from .state import Call

__all__ = ["is_quiet"]


def is_quiet(call: Call, env: Env) -> bool:
    """Whether nothing is under way that another session would break off."""
    if env.plan.commit.manual and (call.audio.commits or enough(call.audio, env)):
        return False
    busy = call.audio.waits_for_slot or call.user_turn.speaking or call.calls.calls
    owed = call.user_texts.waiting or call.updates.event_id or call.updates.waiting
    return call.slot.idle and not (busy or owed)
