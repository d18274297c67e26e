"""The user's speech as the server hears it: who has the turn, who asks for the response (O6, T8, V3, R7)."""

from __future__ import annotations

from attrs import define, field

from .. import deepgram, openai
from ..mapping.places import channel_of, known_ms, ms_of
from ..mapping.to_client import agent_text_of
from .env import Env
from .signals import (
    Effect,
    Effects,
    Interrupted,
    ResponseWanted,
    ServerCommitted,
    SpeakWanted,
    TextDue,
)

__all__ = ["UserTurn", "committed", "speech_started", "speech_stopped", "timed_out"]

_REMEMBERED = 8
_BEHAVIORS = ("default", "queue", "interrupt")


@define(eq=False, repr=False)
class UserTurn:
    """`speaking`: the user has the turn (T8). `idle_items`: items of idle timeouts, not committed yet."""

    speaking: bool = False
    idle_items: list[str] = field(factory=list[str])


def speech_started(state: UserTurn, env: Env, event: openai.InputAudioBufferSpeechStarted) -> Effects:
    """The user begins to speak (O6) and interrupts the agent (B1). Where the translator commits, nobody has
    the turn (T8).
    """
    state.speaking = not env.plan.commit.manual
    effects: list[Effect] = [TextDue(), env.client(deepgram.UserStartedSpeaking())]
    if env.config.barge_in:
        effects.append(Interrupted(server_cancels=env.plan.commit.interrupt_response))
    return effects


def speech_stopped(state: UserTurn, env: Env, event: openai.InputAudioBufferSpeechStopped) -> Effects:
    """The user has stopped; only the component's client is told (O6)."""
    state.speaking = False
    if not env.component:
        return ()
    last_word, end = ms_of(event.last_word_end), known_ms(event.audio_end_ms)
    last_word_end = float((end or 0) if last_word is None else last_word) / 1000
    return (env.client(deepgram.UtteranceEnd(channel_of(event.channel), last_word_end)),)


def timed_out(state: UserTurn, env: Env, event: openai.InputAudioBufferTimeoutTriggered) -> Effects:
    """The server commits silence after an idle time; the answer to it is the server's to make (V3)."""
    state.idle_items = [*state.idle_items[1 - _REMEMBERED :], event.item_id or ""]
    return ()


def agent_message(
    state: UserTurn, env: Env, message: deepgram.InjectAgentMessage | deepgram.ComponentInjectAgentMessage
) -> Effects:
    """A text for the agent to say, refused while the user speaks unless it interrupts (T3)."""
    text = "" if message.is_dynamic is True else agent_text_of(message)
    behavior = message.behavior or "default"
    if behavior not in _BEHAVIORS:
        return (env.client(deepgram.InjectionRefused(f"behavior is {', '.join(_BEHAVIORS)}")),)
    if not text and message.is_dynamic is not True:
        return (env.client(deepgram.InjectionRefused("there is nothing to say")),)
    if state.speaking and behavior != "interrupt":
        return (env.client(deepgram.InjectionRefused("the user is speaking")),)
    return (SpeakWanted(text, behavior),)


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
