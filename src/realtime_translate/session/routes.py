"""Who hears what: the one place that connects messages, signals and timers to the policies.

A row has the functions of the policies that hear of something, in the order in which they run. Each gets the
whole call, and changes its own part of that alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, TypeVar

from .. import deepgram, openai
from . import signals
from .env import Env
from .policies import (
    agent_text,
    agent_turn,
    function_calls,
    greeting,
    input_audio,
    ledger,
    noticed,
    opening,
    past,
    playback,
    refusals,
    spellings,
    updates,
    upstream_errors,
    usage,
    user_speech,
    user_text,
    user_turn,
)
from .policies.response_slot import events, legs, lives, wishes
from .signals import Effects
from .state import Call
from .timers import TimerName

__all__ = [
    "CLIENT",
    "SESSION_CREATED",
    "SIGNALS",
    "TIMERS",
    "UPDATES",
    "UPSTREAM",
    "Handlers",
]

_E = TypeVar("_E")
Handlers: TypeAlias = "tuple[Callable[[Call, Env, Any], Effects], ...]"


def _on(kind: type[_E], *handlers: Callable[[Call, Env, _E], Effects]) -> tuple[type, Handlers]:
    """A row. Type checkers see that each function takes what comes."""
    return kind, handlers


CLIENT: Mapping[type, Handlers] = dict(
    (
        _on(deepgram.InjectUserMessage, user_text.injected),
        _on(deepgram.FunctionCallResponse, function_calls.client_answered),
        _on(deepgram.ComponentFunctionCallResponse, function_calls.client_answered),
        _on(deepgram.InjectAgentMessage, user_turn.agent_message),
        _on(deepgram.ComponentInjectAgentMessage, user_turn.agent_message),
        _on(deepgram.ForceEndTurn, input_audio.forced),
        _on(deepgram.UpdatePrompt, updates.wanted),
        _on(deepgram.UpdateThink, updates.wanted),
        _on(deepgram.UpdateSpeak, updates.wanted),
        _on(deepgram.UpdateListen, updates.wanted),
        _on(deepgram.UpdateThinkLive, refusals.think_live),
        _on(deepgram.CustomToThinkProvider, refusals.custom_think),
    )
)
"""Client messages with an effect beyond the opening."""

UPDATES = tuple(kind for kind, handlers in CLIENT.items() if handlers == (updates.wanted,))
"""Client messages that change what Settings said: they wait for Settings in every state."""


_ITEM_STARTED = (
    user_text.item_seen,
    agent_text.item_seen,
    function_calls.conversation_item_started,
    ledger.item_seen,
    past.item_seen,
)
UPSTREAM: Mapping[type, Handlers] = dict(
    (
        _on(openai.ConversationItemAdded, *_ITEM_STARTED),
        _on(openai.ConversationItemCreated, *_ITEM_STARTED),
        _on(
            openai.ConversationItemDone,
            user_text.item_seen,
            agent_text.item_seen,
            function_calls.conversation_item_done,
            ledger.item_seen,
            past.item_seen,
        ),
        _on(
            openai.InputAudioBufferSpeechStarted,
            user_speech.speech_started,
            input_audio.speech_started,
            user_turn.speech_started,
        ),
        _on(
            openai.InputAudioBufferSpeechStopped,
            user_speech.speech_stopped,
            input_audio.speech_stopped,
            user_turn.speech_stopped,
        ),
        _on(openai.InputAudioBufferTimeoutTriggered, user_speech.timed_out, user_turn.timed_out),
        _on(
            openai.InputAudioBufferCommitted,
            user_speech.committed,
            user_turn.committed,
            input_audio.committed,
        ),
        _on(openai.InputAudioBufferCleared, user_turn.over),
        _on(openai.ConversationItemInputAudioTranscriptionDelta, user_speech.delta),
        _on(
            openai.ConversationItemInputAudioTranscriptionCompleted, user_speech.completed, usage.transcribed
        ),
        _on(openai.ConversationItemInputAudioTranscriptionFailed, user_speech.failed),
        _on(openai.SessionUpdated, updates.updated),
        _on(openai.ResponseCreated, past.response_began, user_speech.response_began, events.created),
        _on(
            openai.ResponseOutputItemAdded,
            agent_turn.item_added,
            agent_text.item_seen,
            function_calls.announced,
        ),
        _on(
            openai.ResponseOutputItemDone,
            agent_turn.item_done,
            agent_text.item_seen,
            function_calls.output_item_done,
        ),
        _on(openai.ResponseContentPartAdded),
        _on(openai.ResponseContentPartDone),
        _on(openai.ResponseOutputTextDelta, agent_turn.text_came, agent_text.delta),
        _on(openai.ResponseOutputTextDone, agent_text.text_done, agent_turn.text_done),
        _on(openai.ResponseOutputAudioTranscriptDelta, agent_turn.text_came, agent_text.delta),
        _on(openai.ResponseOutputAudioTranscriptDone, agent_text.transcript_done),
        _on(openai.ResponseOutputAudioDone, agent_turn.audio_done),
        _on(openai.ResponseFunctionCallArgumentsDelta),
        _on(openai.ResponseFunctionCallArgumentsDone, function_calls.arguments_done),
        _on(openai.ResponseMcpCallArgumentsDelta),
        _on(openai.ResponseMcpCallArgumentsDone),
        _on(
            openai.ResponseDone,
            agent_text.response_done,
            function_calls.response_done,
            playback.response_done,
            usage.response_done,
            events.done,
        ),
    )
)
"""Upstream events with an effect. The slot hears of all output of a response first. Until ours is ready,
`session.updated` steps the opening; `session.created` and `error` go through the engine, audio deltas past
all of this.
"""

SESSION_CREATED: Handlers = _on(
    openai.SessionCreated,
    upstream_errors.session_created,
    updates.session_created,
    opening.session_created,
)[1]
"""It comes before the session is ready."""

SIGNALS: Mapping[type, Handlers] = dict(
    (
        _on(signals.AudioTaken, user_turn.audio_taken, events.audio_taken),
        _on(signals.AudioSettled, input_audio.settled, playback.settled, agent_turn.settled),
        _on(
            signals.SessionReady,
            past.context_items,
            opening.applied,
            greeting.greet,
            agent_turn.greeted,
            opening.flushed,
        ),
        _on(
            signals.LegLost,
            agent_text.broken,
            legs.owed,
            agent_turn.broken,
            legs.leg_lost,
            agent_turn.leg_lost,
            agent_text.leg_lost,
            user_speech.leg_lost,
            function_calls.leg_lost,
            playback.leg_lost,
            user_text.leg_lost,
            updates.leg_lost,
            user_turn.leg_lost,
            input_audio.leg_lost,
            upstream_errors.leg_lost,
            spellings.leg_lost,
            past.leg_lost,
            opening.leg_lost,
        ),
        _on(signals.LegConfigured, updates.leg_configured, ledger.replay),
        _on(
            signals.LegReady,
            ledger.leg_ready,
            user_text.leg_ready,
            input_audio.leg_ready,
            legs.leg_ready,
            opening.flushed,
        ),
        _on(signals.Recorded, ledger.recorded),
        _on(signals.ItemSent, agent_text.item_sent, past.sent, function_calls.item_sent),
        _on(
            signals.Interrupted,
            playback.talked_over,
            agent_turn.interrupted,
            playback.interrupted,
            lives.interrupted,
            function_calls.interrupted,
        ),
        _on(signals.ResponseCut, agent_text.cut, agent_turn.cut),
        _on(signals.AgentSaid, agent_turn.said, user_speech.agent_said),
        _on(signals.TextDue, user_speech.text_due),
        _on(signals.CommitChanged, wishes.commit_changed),
        _on(signals.CommitGranted, input_audio.granted, user_turn.over),
        _on(
            signals.Refused,
            events.commit_refused,
            input_audio.refused,
            user_text.refused,
            agent_text.refused,
            ledger.refused,
            past.refused,
            function_calls.refused,
            updates.refused,
            events.refused,
            upstream_errors.report,
        ),
        _on(signals.ErrorDue, events.error_due),
        _on(signals.ResponseWanted, wishes.wanted),
        _on(signals.WaitChanged, agent_turn.wait_changed, input_audio.responded, user_turn.responded),
        _on(signals.CallsOver, agent_turn.calls_over),
        _on(
            signals.ResponseEnded,
            agent_text.ended,
            agent_turn.sound_ended,
            function_calls.ended,
            agent_turn.response_ended,
            function_calls.round_ended,
            upstream_errors.response_ended,
            spellings.ended,
        ),
        _on(signals.Proceed, input_audio.ended, opening.proceed, updates.proceed, wishes.proceed),
        _on(signals.OutputsMissing, events.outputs_missing),
    )
)
"""Signals between policies. `Fatal`, `OpeningStep` and `Deliver` are the engine's own."""

TIMERS: Mapping[TimerName, Callable[[Call, Env], Effects]] = {
    "debounce": input_audio.debounce_over,
    "keepalive": input_audio.keepalive_due,
    "unheard": input_audio.unheard,
    "uncommitted": user_turn.uncommitted,
    "ceiling": input_audio.ceiling_over,
    "create": events.create_late,
    "grace": events.grace_over,
    "stall": events.stalled,
    "error": events.error_over,
    "quiet": events.quiet,
    "slow": events.slow,
    "transcript": user_speech.waited,
    "update": updates.late,
    "session_end": opening.session_ends,
    "renewal": opening.aged,
    "notices": noticed.minute_over,
    "hold": function_calls.hold_over,
    "confirm": user_text.confirm_late,
    "follow_up": events.overdue,
}
"""Timers of the policies; `settings` and `configure` step the opening."""
