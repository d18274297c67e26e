"""The commit where it is the translator's (A5-A7, V1)."""

from __future__ import annotations

from .... import deepgram, openai
from ....deepgram.codes import WarningCode
from ....mapping import to_client
from ....mapping.errors import Fault
from ....notices import notice
from ...entries import WishKind
from ...env import Env
from ...signals import (
    AudioTaken,
    CommitChanged,
    CommitGranted,
    Effect,
    Effects,
    Refused,
    ResponseWanted,
)
from ...state import Call, InputAudio
from ...tables import Commit, DetectionEvent
from .detection import happen, is_ours
from .stream import enough, tail

__all__ = ["ceiling_over", "debounce_over", "forced", "granted", "refused"]

_MOST_UNCONFIRMED = 8


def debounce_over(call: Call, env: Env) -> Effects:
    """No audio came for a while: commit, if it is ours to do and there is enough (A5, V1)."""
    return happen(call.audio, env, DetectionEvent.PAUSED)


def ceiling_over(call: Call, env: Env) -> Effects:
    """Audio has flowed for so long that it is committed meanwhile (A7)."""
    return happen(call.audio, env, DetectionEvent.CEILING)


def forced(call: Call, env: Env, _: deepgram.ForceEndTurn) -> Effects:
    """`ForceEndTurn`: commit now, where the commit is ours and there is enough for one (T7)."""
    state = call.audio
    if not is_ours(state, env):
        reason = "the server finds the end of a turn by itself"
        return (to_client.warning(WarningCode.FORCE_END_TURN_UNSUPPORTED, reason),)
    if not enough(state, env):
        return (notice("COMMIT_TOO_SHORT", bytes=state.uncommitted + env.audio_in.held),)
    state.commit = Commit.FIRM
    return (CommitChanged(),)


def granted(call: Call, env: Env, _: CommitGranted) -> Effects:
    """The slot is free: commit and ask for the response, back to back (A5)."""
    state = call.audio
    env.timers.cancel("debounce")
    env.timers.cancel("ceiling")
    state.commit = Commit.NOT_DUE
    rest = tail(state, env)  # the last word would be cut without it (A2)
    state.uncommitted, state.silent, state.server_holds = 0, False, False
    state.commit_event, state.commits = env.ids.next(), [*state.commits[1 - _MOST_UNCONFIRMED :], state.total]
    commit = env.upstream(openai.InputAudioBufferCommit(event_id=state.commit_event))
    if env.config.upstream.turns.answers_commits:
        return *rest, commit, AudioTaken("")
    return *rest, commit, ResponseWanted(WishKind.COMMITTED)


def refused(call: Call, env: Env, refusal: Refused) -> Effects:
    """Upstream took no commit; what its create was for falls with it, if there was nothing to commit (A5)."""
    state = call.audio
    if not state.is_refused_by(refusal.problem):
        return ()
    state.commit_event = ""
    effects = _uncounted(state, env)
    return [notice("COMMIT_REFUSED"), *effects] if refusal.problem.fault is Fault.COMMIT_EMPTY else effects


def _uncounted(state: InputAudio, env: Env) -> list[Effect]:
    """A commit that was refused made no item. If one was taken for its own, the server has made that (V1)."""
    if state.commits or not env.plan.commit.manual:
        state.commits = state.commits[:-1]
        return []
    return [*happen(state, env, DetectionEvent.COMMITTED), AudioTaken("")]
