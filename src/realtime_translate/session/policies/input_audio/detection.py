"""Turn detection that a server keeps up though it was to be off (V1).

Under manual commit the server's own speech events and commits are proof of it. The states are in
`tables.detection`; `happen` carries out their steps. Where the server detects turns as was asked, nothing of
this applies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from .... import openai
from ....mapping.places import known_ms
from ....notices import notice
from ...env import Env
from ...signals import AudioTaken, CommitChanged, Effect, Effects, WaitChanged
from ...state import Call, InputAudio
from ...tables import DETECTION, Commit, Detection, DetectionEvent
from .stream import began_at, enough

__all__ = ["committed", "happen", "is_ours", "responded", "speech_started", "speech_stopped", "unheard"]

_REMEMBERED = 16
_OURS = (Detection.OFF, Detection.DOUBTED)

_Action: TypeAlias = "Callable[[InputAudio, Env], list[Effect]]"


def is_ours(state: InputAudio, env: Env) -> bool:
    """Whether the translator ends the user's turns."""
    return env.plan.commit.manual and state.detection in _OURS


def happen(state: InputAudio, env: Env, event: DetectionEvent) -> list[Effect]:
    """Take the table's step for `event` and carry out its action."""
    step = DETECTION[state.detection][event]
    state.detection = step.to
    return _ACTIONS[step.action](state, env) if step.action else []


# --- what the server shows ----------------------------------------------------------------------------------


def speech_started(call: Call, env: Env, event: openai.InputAudioBufferSpeechStarted) -> Effects:
    """The server hears: proof under manual commit. What it will commit is new, whatever its id."""
    state = call.audio
    state.taken = [each for each in state.taken if event.item_id and each != event.item_id]
    if env.plan.commit.manual:
        return happen(state, env, DetectionEvent.SPEECH)
    if env.config.renewal:
        state.owed_from = began_at(state, env, known_ms(event.audio_start_ms))
    return ()


def speech_stopped(call: Call, env: Env, event: openai.InputAudioBufferSpeechStopped) -> Effects:
    """What was heard ends here, though audio may flow on: it is the server's to commit, for so long."""
    state = call.audio
    if state.detection is Detection.HEARD and state.commit is Commit.NOT_DUE:
        env.start("unheard", env.plan.commit.debounce + env.limits.response_grace)
    return ()


def committed(call: Call, env: Env, event: openai.InputAudioBufferCommitted) -> Effects:
    """An item was made of audio: by our commit, or by the server itself. An item is announced once."""
    state = call.audio
    item_id = event.item_id or ""
    if item_id in state.taken:
        return ()
    if item_id:
        state.taken = [*state.taken[1 - _REMEMBERED :], item_id]
    if not env.plan.commit.manual:
        state.owed_from = None
        return (AudioTaken(item_id),)
    if state.commits:
        state.owed_from, *state.commits = state.commits
        return ()
    if not item_id and is_ours(state, env):  # it may be an old one: no proof
        return ()
    return *happen(state, env, DetectionEvent.COMMITTED), AudioTaken(item_id)


def responded(call: Call, env: Env, signal: WaitChanged) -> Effects:
    """The server began a response by itself: to the audio, if some waits for it."""
    state = call.audio
    waits = state.commit is not Commit.NOT_DUE or state.detection is Detection.HEARD
    return happen(state, env, DetectionEvent.RESPONDED) if signal.by_server and waits else ()


def unheard(call: Call, env: Env) -> Effects:
    """The server did neither in time."""
    return happen(call.audio, env, DetectionEvent.UNANSWERED)


# --- the actions of the table -------------------------------------------------------------------------------


def _commit(state: InputAudio, env: Env) -> list[Effect]:
    if not enough(state, env):
        return _too_short(state, env)
    state.commit = Commit.FIRM if state.commit is Commit.FIRM else Commit.DUE
    return [CommitChanged()]


def _commit_firmly(state: InputAudio, env: Env) -> list[Effect]:
    state.commit = Commit.FIRM
    return [CommitChanged()]


def _commit_after_all(state: InputAudio, env: Env) -> list[Effect]:
    env.timers.cancel("unheard")
    flows = "debounce" in env.timers.deadlines  # what flows on is silence
    return [
        notice("TURN_UNANSWERED"),
        *(_commit_firmly if flows and enough(state, env) else _commit)(state, env),
    ]


def _wait(state: InputAudio, env: Env) -> list[Effect]:
    """The audio has ended, and is the server's for so long. More audio takes this back (A6)."""
    if not enough(state, env):
        return _too_short(state, env)
    state.commit = Commit.SERVERS
    env.start("unheard", env.limits.response_grace)
    return []


def _too_short(state: InputAudio, env: Env) -> list[Effect]:
    return [notice("COMMIT_TOO_SHORT", bytes=state.uncommitted + env.audio_in.held)]


def _listen(state: InputAudio, env: Env) -> list[Effect]:
    """No commit of ours for what is being said. If its audio has ended already, it waits for the server."""
    ended = state.commit is not Commit.NOT_DUE and "debounce" not in env.timers.deadlines
    withdrawn = _withdraw(state, env)
    return [*withdrawn, *_wait(state, env)] if ended else withdrawn


def _let_go(state: InputAudio, env: Env) -> list[Effect]:
    """The server has what was said. What flows on is the rest of that until it pauses."""
    if "debounce" not in env.timers.deadlines:
        env.start("debounce", env.plan.commit.debounce)
    return _forget(state, env)


def _forget(state: InputAudio, env: Env) -> list[Effect]:
    state.uncommitted, state.server_holds, state.owed_from = 0, True, state.total
    return _withdraw(state, env)


def _withdraw(state: InputAudio, env: Env) -> list[Effect]:
    state.commit = Commit.NOT_DUE
    env.timers.cancel("ceiling")
    env.timers.cancel("unheard")
    return [CommitChanged()]


def _prove_by_speech(state: InputAudio, env: Env) -> list[Effect]:
    return [notice("TURN_DETECTION_NOT_OFF", event="speech_started"), *_listen(state, env)]


def _prove_by_commit(state: InputAudio, env: Env) -> list[Effect]:
    return [notice("TURN_DETECTION_NOT_OFF", event="committed"), *_let_go(state, env)]


_ACTIONS: Mapping[str, _Action] = {
    "commit": _commit,
    "commit_firmly": _commit_firmly,
    "commit_after_all": _commit_after_all,
    "wait": _wait,
    "listen": _listen,
    "let_go": _let_go,
    "forget": _forget,
    "prove_by_speech": _prove_by_speech,
    "prove_by_commit": _prove_by_commit,
}
