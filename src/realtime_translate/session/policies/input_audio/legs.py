"""The user's audio from one upstream session to the next (N12)."""

from __future__ import annotations

from ....notices import notice
from ...env import Env
from ...signals import Effect, Effects, LegLost, LegReady
from ...state import Call, InputAudio
from ...tables import Commit, Detection
from .stream import appends, count

__all__ = ["began_at", "leg_lost", "leg_ready"]

_BEFORE_MS = 500
"""Speech begins so long before it is noticed, where the server does not say when."""


def began_at(state: InputAudio, env: Env, start_ms: float | None) -> int:
    """The place in the session's audio at which the user began to speak."""
    audio = env.plan.input.upstream
    if start_ms is None:
        return max(0, state.total - audio.bytes_of(_BEFORE_MS))
    return min(audio.bytes_of(int(start_ms)), state.total)


def leg_lost(call: Call, env: Env, _: LegLost) -> Effects:
    """What no turn was made of goes to the next session, as far as it was kept (N12)."""
    state = call.audio
    owed = 0 if state.owed_from is None else state.total - state.owed_from
    kept = state.recent[max(0, len(state.recent) - owed) :] if owed else bytearray()
    effects: list[Effect] = []
    per_second = env.plan.input.upstream.bytes_per_second
    if owed > len(kept):
        effects.append(notice("AUDIO_DROPPED", ms=(owed - len(kept)) * 1000 // per_second))
    state.again += kept
    state.before_ms += (state.total - len(kept)) * 1000 / per_second
    state.total, state.recent, state.owed_from, state.commits = 0, bytearray(), None, []
    state.uncommitted, state.silent, state.server_holds, state.heard_at = 0, False, False, None
    state.commit, state.commit_event = Commit.NOT_DUE, ""
    state.detection, state.taken = Detection.OFF, []
    return effects


def leg_ready(call: Call, env: Env, _: LegReady) -> Effects:
    """It goes before all that came meanwhile, and is the user's as if it came now."""
    state = call.audio
    if env.keepalive:
        env.start("keepalive", env.keepalive.every)
    audio, state.again = bytes(state.again), bytearray()
    state.owed_from = 0 if env.plan.commit.manual or audio else None
    if not audio:
        return ()
    count(state, env, audio)
    return appends(env, audio)
