"""The commit where it is the translator's (A5-A7, V1)."""

from __future__ import annotations

from ... import deepgram, openai
from ...deepgram.codes import WarningCode
from ...mapping import to_client
from ...mapping.errors import Fault
from ...notices import notice
from ..env import Env
from ..signals import CommitDue, CommitGranted, CommitRefused, Effects, Refused, ResponseWanted
from .state import InputAudio, enough
from .stream import tail

__all__ = ["ceiling_over", "debounce_over", "forced", "granted", "refused"]


def debounce_over(state: InputAudio, env: Env) -> Effects:
    """No audio came for a while: commit, if there is enough (A5)."""
    if not enough(state, env):
        return (notice("COMMIT_TOO_SHORT", bytes=state.uncommitted + env.audio_in.held),)
    state.asked = True
    return (CommitDue(),)


def ceiling_over(state: InputAudio, env: Env) -> Effects:
    """Audio has flowed for so long that it is committed meanwhile (A7)."""
    state.asked = state.firm = True
    return (CommitDue(),)


def forced(state: InputAudio, env: Env, _: deepgram.ForceEndTurn) -> Effects:
    """`ForceEndTurn`: commit now, where the commit is ours and there is enough for one (T7)."""
    if not env.plan.commit.manual:
        reason = "the server finds the end of a turn by itself"
        return (to_client.warning(WarningCode.FORCE_END_TURN_UNSUPPORTED, reason),)
    if not enough(state, env):
        return (notice("COMMIT_TOO_SHORT", bytes=state.uncommitted + env.audio_in.held),)
    state.asked = state.firm = True
    return (CommitDue(),)


def granted(state: InputAudio, env: Env, _: CommitGranted) -> Effects:
    """The slot is free: commit and ask for the response, back to back (A5)."""
    env.timers.cancel("debounce")
    env.timers.cancel("ceiling")
    state.asked = state.firm = False
    rest = tail(state, env)  # the last word would be cut without it (A2)
    state.uncommitted, state.silent, state.server_holds = 0, False, False
    state.commit_event = env.ids.next()
    commit = env.upstream(openai.InputAudioBufferCommit(event_id=state.commit_event))
    return *rest, commit, ResponseWanted(confirmed=False, of_commit=True)


def refused(state: InputAudio, env: Env, refusal: Refused) -> Effects:
    """Upstream found nothing to commit: the wish falls with the commit (A5)."""
    if refusal.problem.fault is not Fault.COMMIT_EMPTY or not state.commit_event:
        return ()
    if refusal.problem.event_id not in ("", state.commit_event):
        return ()
    state.commit_event = ""
    return notice("COMMIT_REFUSED"), CommitRefused()
