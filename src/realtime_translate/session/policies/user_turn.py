"""The user's speech as the server hears it: who has the turn, who asks for the response (O6, T8, V3, R7)."""

from __future__ import annotations

from ... import deepgram, openai
from ...mapping.places import channel_of, known_ms, ms_of
from ...mapping.to_client import agent_text_of, fixed
from ...notices import notice
from ..entries import WishKind
from ..env import Env
from ..signals import (
    AudioTaken,
    Effect,
    Effects,
    Interrupted,
    LegLost,
    ResponseWanted,
    TextDue,
    WaitChanged,
)
from ..state import Call
from ..tables import TurnState

__all__ = [
    "agent_message",
    "audio_taken",
    "committed",
    "leg_lost",
    "over",
    "responded",
    "speech_started",
    "speech_stopped",
    "timed_out",
    "uncommitted",
]

_REMEMBERED = 8
_UNHEARD = (TurnState.SILENT, TurnState.THINKING)
"""Nothing of the agent's turn has been told, so that no client plays what it has to stop."""
_BEHAVIORS = {
    "default": WishKind.SPEECH,
    "queue": WishKind.SPEECH,
    "interrupt": WishKind.SPEECH_NOW,
}


def speech_started(call: Call, env: Env, event: openai.InputAudioBufferSpeechStarted) -> Effects:
    """The user begins to speak (O6, T8) and interrupts the agent (B1), or goes on: a stop is taken back."""
    state = call.user_turn
    state.speaking = True
    goes_on = bool(event.item_id) and event.item_id == state.stopped
    if not event.item_id or goes_on:
        state.stopped = ""
    env.timers.cancel("uncommitted")
    told = goes_on and not env.component and call.turn_state in _UNHEARD
    effects: list[Effect] = [TextDue()] if told else [TextDue(), fixed(deepgram.UserStartedSpeaking)]
    if env.config.barge_in:
        effects.append(Interrupted(server_cancels=env.plan.commit.interrupt_response))
    return effects


def speech_stopped(call: Call, env: Env, event: openai.InputAudioBufferSpeechStopped) -> Effects:
    """The user has stopped; only the component's client is told (O6). The server goes on by itself: commits,
    or answers without announcing that. If it does neither, it is asked to answer (R7); it may take long to
    transcribe, and asked at once it would answer twice.
    """
    state = call.user_turn
    if state.speaking and not env.plan.commit.manual:
        env.start("uncommitted", env.limits.create_timeout)
    state.speaking, state.stopped = False, event.item_id or ""
    if not env.component:
        return ()
    last_word, end = ms_of(event.last_word_end), known_ms(event.audio_end_ms)
    last_word_end = (call.audio.before_ms + float((end or 0) if last_word is None else last_word)) / 1000
    return (env.client(deepgram.UtteranceEnd(channel_of(event.channel), last_word_end)),)


def timed_out(call: Call, env: Env, event: openai.InputAudioBufferTimeoutTriggered) -> Effects:
    """The server commits silence after an idle time; the answer to it is the server's to make (V3)."""
    state = call.user_turn
    state.idle_items = [*state.idle_items[1 - _REMEMBERED :], event.item_id or ""]
    return ()


def agent_message(
    call: Call, env: Env, message: deepgram.InjectAgentMessage | deepgram.ComponentInjectAgentMessage
) -> Effects:
    """A text for the agent to say, refused while the user speaks unless it interrupts (T3)."""
    text = "" if message.is_dynamic is True else agent_text_of(message)
    behavior = message.behavior or "default"
    if behavior not in _BEHAVIORS:
        return (env.client(deepgram.InjectionRefused(f"behavior is {', '.join(_BEHAVIORS)}")),)
    if not text and message.is_dynamic is not True:
        return (env.client(deepgram.InjectionRefused("there is nothing to say")),)
    if call.user_turn.speaking and behavior != "interrupt":
        return (env.client(deepgram.InjectionRefused("the user is speaking")),)
    idle = call.slot.idle and not (call.audio.waits_for_slot or call.calls.unanswered)
    if behavior == "default" and not idle:
        return (env.client(deepgram.InjectionRefused("the agent is speaking or about to")),)
    return (ResponseWanted(_BEHAVIORS[behavior], text),)


def committed(call: Call, env: Env, event: openai.InputAudioBufferCommitted) -> Effects:
    """Audio is committed, and the turn over with it, unless it is that of an earlier one (T8)."""
    state = call.user_turn
    earlier = bool(event.item_id) and event.item_id == state.stopped
    return () if earlier and state.speaking else over(call, env, event)


def over(call: Call, env: Env, _: object) -> Effects:
    """Audio is committed or cleared, or the server answers what was said: nobody's turn (T8)."""
    call.user_turn.speaking = False
    env.timers.cancel("uncommitted")
    return ()


def responded(call: Call, env: Env, signal: WaitChanged) -> Effects:
    """The server began a response by itself."""
    return over(call, env, signal) if signal.by_server else ()


def leg_lost(call: Call, env: Env, _: LegLost) -> Effects:
    """Whether the user speaks, the next session has to hear (T8, N12)."""
    state = call.user_turn
    state.speaking, state.stopped, state.idle_items = False, "", []
    return ()


def audio_taken(call: Call, env: Env, taken: AudioTaken) -> Effects:
    """The server has committed by itself: ask for the response where it does not respond, too (V3, R7)."""
    state = call.user_turn
    idle = taken.item_id in state.idle_items
    if idle:
        state.idle_items.remove(taken.item_id)
    wanted = not (idle or env.plan.commit.create_response)
    return (ResponseWanted(WishKind.CONFIRMED),) if wanted else ()


def uncommitted(call: Call, env: Env) -> Effects:
    """The end of speech was heard, and nothing came of it."""
    return notice("TURN_UNANSWERED"), ResponseWanted(WishKind.HEARD)
