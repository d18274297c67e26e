"""Who hears what: the one place that connects messages, signals and timers to the policies.

A route names the part of `Call` that a policy owns and the policy's function. Routes of one row run in order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from .. import deepgram, openai
from . import (
    agent_text,
    agent_turn,
    function_calls,
    greeting,
    input_audio,
    opening,
    signals,
    upstream_errors,
    user_text,
    user_turn,
)
from .env import Env
from .response_slot import events, wishes
from .signals import Effects
from .timers import TimerName

__all__ = [
    "CLIENT",
    "SIGNALS",
    "TIMERS",
    "UNSUPPORTED",
    "UNSUPPORTED_UPSTREAM",
    "UPSTREAM",
    "Route",
    "TimerRoute",
]

Route: TypeAlias = "tuple[str, Callable[[Any, Env, Any], Effects]]"
TimerRoute: TypeAlias = "tuple[str, Callable[[Any, Env], Effects]]"

CLIENT: Mapping[type, tuple[Route, ...]] = {
    deepgram.InjectUserMessage: (("user_texts", user_text.injected),),
    deepgram.FunctionCallResponse: (("calls", function_calls.client_answered),),
    deepgram.ComponentFunctionCallResponse: (("calls", function_calls.client_answered),),
}
"""Client messages with an effect beyond the opening."""

UNSUPPORTED: tuple[type, ...] = (
    deepgram.UpdateListen,
    deepgram.UpdateThink,
    deepgram.UpdateSpeak,
    deepgram.UpdatePrompt,
    deepgram.InjectAgentMessage,
    deepgram.ComponentInjectAgentMessage,
    deepgram.UpdateThinkLive,
    deepgram.ForceEndTurn,
    deepgram.CustomToThinkProvider,
)
"""Client messages that are answered with Warning `NOT_SUPPORTED_YET`."""

_ACTIVITY: Route = ("slot", events.activity)

UPSTREAM: Mapping[type, tuple[Route, ...]] = {
    openai.ConversationItemAdded: (("user_texts", user_text.item_seen), ("agent_text", agent_text.item_seen)),
    openai.ConversationItemCreated: (
        ("user_texts", user_text.item_seen),
        ("agent_text", agent_text.item_seen),
    ),
    openai.ConversationItemDone: (
        ("user_texts", user_text.item_seen),
        ("agent_text", agent_text.item_seen),
        ("calls", function_calls.conversation_item_done),
    ),
    openai.InputAudioBufferSpeechStarted: (
        ("user_turn", user_turn.speech_started),
        ("slot", events.barged_in),
    ),
    openai.InputAudioBufferSpeechStopped: (("user_turn", user_turn.speech_stopped),),
    openai.InputAudioBufferTimeoutTriggered: (("user_turn", user_turn.timed_out),),
    openai.InputAudioBufferCommitted: (("user_turn", user_turn.committed),),
    openai.ResponseCreated: (("slot", events.created),),
    openai.ResponseOutputItemAdded: (
        _ACTIVITY,
        ("turn", agent_turn.item_added),
        ("agent_text", agent_text.item_seen),
        ("calls", function_calls.announced),
    ),
    openai.ResponseOutputItemDone: (
        _ACTIVITY,
        ("turn", agent_turn.item_done),
        ("agent_text", agent_text.item_seen),
        ("calls", function_calls.output_item_done),
    ),
    openai.ResponseContentPartAdded: (_ACTIVITY,),
    openai.ResponseContentPartDone: (_ACTIVITY,),
    openai.ResponseOutputTextDelta: (
        _ACTIVITY,
        ("turn", agent_turn.text_came),
        ("agent_text", agent_text.delta),
    ),
    openai.ResponseOutputTextDone: (
        _ACTIVITY,
        ("agent_text", agent_text.text_done),
        ("turn", agent_turn.text_done),
    ),
    openai.ResponseOutputAudioTranscriptDelta: (
        _ACTIVITY,
        ("turn", agent_turn.text_came),
        ("agent_text", agent_text.delta),
    ),
    openai.ResponseOutputAudioTranscriptDone: (_ACTIVITY, ("agent_text", agent_text.transcript_done)),
    openai.ResponseOutputAudioDone: (_ACTIVITY, ("turn", agent_turn.audio_done)),
    openai.ResponseFunctionCallArgumentsDelta: (_ACTIVITY,),
    openai.ResponseFunctionCallArgumentsDone: (_ACTIVITY, ("calls", function_calls.arguments_done)),
    openai.ResponseMcpCallArgumentsDelta: (_ACTIVITY,),
    openai.ResponseMcpCallArgumentsDone: (_ACTIVITY,),
    openai.ResponseDone: (
        ("agent_text", agent_text.response_done),
        ("calls", function_calls.response_done),
        ("slot", events.done),
    ),
}
"""Upstream events with an effect. `session.updated` and `error` go through the engine, audio deltas past all
of this.
"""

UNSUPPORTED_UPSTREAM: Mapping[type, str] = {
    openai.ConversationItemInputAudioTranscriptionCompleted: "the transcript of user speech",
}
"""Upstream events whose counterpart is not made yet, and what it would be."""

SIGNALS: Mapping[type, tuple[Route, ...]] = {
    signals.AudioSettled: (("audio", input_audio.settled), ("turn", agent_turn.settled)),
    signals.SessionReady: (
        ("opening", greeting.context_items),
        ("opening", opening.applied),
        ("opening", greeting.greet),
        ("opening", opening.flushed),
    ),
    signals.OwnText: (("agent_text", agent_text.own_text),),
    signals.UpdateWanted: (("slot", wishes.update_wanted),),
    signals.CommitDue: (("slot", wishes.commit_due),),
    signals.CommitWithdrawn: (("slot", wishes.commit_withdrawn),),
    signals.CommitGranted: (("audio", input_audio.granted),),
    signals.CommitRefused: (("slot", wishes.commit_refused),),
    signals.Refused: (
        ("audio", input_audio.refused),
        ("user_texts", user_text.refused),
        ("calls", function_calls.refused),
        ("slot", events.refused),
        ("errors", upstream_errors.report),
    ),
    signals.ResponseWanted: (("slot", wishes.wanted),),
    signals.TextsCovered: (("slot", wishes.texts_covered),),
    signals.ServerCommitted: (("slot", events.server_committed),),
    signals.ResponseRequested: (("user_texts", user_text.covered),),
    signals.ResponseEnded: (
        ("agent_text", agent_text.ended),
        ("turn", agent_turn.response_ended),
        ("calls", function_calls.ended),
        ("errors", upstream_errors.response_ended),
    ),
    signals.ResponseOverdue: (("slot", events.overdue),),
    signals.SlotFreed: (("slot", wishes.freed),),
    signals.CallsOpened: (("slot", wishes.calls_opened),),
    signals.HoldOver: (("calls", function_calls.waived),),
    signals.CallsAnswered: (("slot", wishes.calls_answered),),
}
"""Signals between policies. `Fatal`, `OpeningStep`, `TurnStep` and `Deliver` are the engine's own."""

TIMERS: Mapping[TimerName, TimerRoute] = {
    "debounce": ("audio", input_audio.debounce_over),
    "keepalive": ("audio", input_audio.keepalive_due),
    "ceiling": ("audio", input_audio.ceiling_over),
    "create": ("slot", events.create_late),
    "grace": ("slot", events.grace_over),
    "quiet": ("slot", events.quiet),
    "hold": ("slot", wishes.hold_over),
    "confirm": ("user_texts", user_text.confirm_late),
    "follow_up": ("calls", function_calls.follow_up_late),
}
"""Timers of the policies; `settings` and `configure` step the opening."""
