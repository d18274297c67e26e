"""How much of the agent's audio the user has heard by now (B3)."""

from __future__ import annotations

from .entries import Playing
from .env import Env
from .state import Playback

__all__ = ["heard", "unheard"]


def heard(state: Playback, env: Env) -> int:
    """How many bytes of all audio received were heard."""
    per_second = env.plan.output.upstream.bytes_per_second
    if state.reported is not None:
        return min(state.reported * per_second // 1000, state.total)
    if state.run_since is None:
        return state.total
    return state.total - max(0, state.run - int((env.now - state.run_since) * per_second))


def unheard(state: Playback, env: Env) -> list[Playing]:
    """The items of which anything is not heard."""
    position = heard(state, env)
    return [each for each in state.items if each.begin + each.size > position]
