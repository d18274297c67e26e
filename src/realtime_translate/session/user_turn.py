"""The user's speech as the server hears it: who has the turn, who asks for the response (O6, T8, V3, R7)."""

from __future__ import annotations

from attrs import define, field

from .. import deepgram, openai
from .env import Env
from .signals import Effects, ResponseWanted, ServerCommitted

__all__ = ["UserTurn", "committed", "speech_started", "speech_stopped", "timed_out"]

_REMEMBERED = 8
_CHANNEL = (0, 1)
"""`[index, count]`: the one channel that there is."""


@define
class UserTurn:
    """`speaking`: the user has the turn (T8). `idle_items`: items of idle timeouts, not committed yet."""

    speaking: bool = False
    idle_items: list[str] = field(factory=list[str])


def speech_started(state: UserTurn, env: Env, event: openai.InputAudioBufferSpeechStarted) -> Effects:
    """The user begins to speak (O6). Where the translator commits, nobody has the turn (T8)."""
    state.speaking = not env.plan.commit.manual
    return (env.client(deepgram.UserStartedSpeaking()),)


def speech_stopped(state: UserTurn, env: Env, event: openai.InputAudioBufferSpeechStopped) -> Effects:
    """The user has stopped; only the component's client is told (O6)."""
    state.speaking = False
    if not env.component:
        return ()
    return (env.client(deepgram.UtteranceEnd(_CHANNEL, float(event.audio_end_ms or 0) / 1000)),)


def timed_out(state: UserTurn, env: Env, event: openai.InputAudioBufferTimeoutTriggered) -> Effects:
    """The server commits silence after an idle time; the answer to it is the server's to make (V3)."""
    state.idle_items = [*state.idle_items[1 - _REMEMBERED :], event.item_id or ""]
    return ()


def committed(state: UserTurn, env: Env, event: openai.InputAudioBufferCommitted) -> Effects:
    """A user item was made of the audio: ask for the response where the server does not (V3, R7)."""
    item_id = event.item_id or ""
    idle = item_id in state.idle_items
    if idle:
        state.idle_items.remove(item_id)
    if env.plan.commit.manual:
        return ()
    if env.plan.commit.create_response:
        return (ServerCommitted(),)
    return () if idle else (ResponseWanted(confirmed=True),)
