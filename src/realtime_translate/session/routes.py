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
    noticed,
    opening,
    playback,
    refusals,
    signals,
    updates,
    upstream_errors,
    usage,
    user_speech,
    user_text,
    user_turn,
)
from .env import Env
from .response_slot import events, wishes
from .signals import Effects
from .timers import TimerName

__all__ = [
    "CLIENT",
    "SESSION_CREATED",
    "SIGNALS",
    "TIMERS",
    "UPDATES",
    "UPSTREAM",
    "Route",
    "TimerRoute",
]

Route: TypeAlias = "tuple[str, Callable[[Any, Env, Any], Effects]]"
TimerRoute: TypeAlias = "tuple[str, Callable[[Any, Env], Effects]]"

_UPDATE: tuple[Route, ...] = (("updates", updates.wanted),)

CLIENT: Mapping[type, tuple[Route, ...]] = {
    deepgram.InjectUserMessage: (("user_texts", user_text.injected),),
    deepgram.FunctionCallResponse: (("calls", function_calls.client_answered),),
    deepgram.ComponentFunctionCallResponse: (("calls", function_calls.client_answered),),
    deepgram.InjectAgentMessage: (("user_turn", user_turn.agent_message),),
    deepgram.ComponentInjectAgentMessage: (("user_turn", user_turn.agent_message),),
    deepgram.ForceEndTurn: (("audio", input_audio.forced),),
    deepgram.UpdatePrompt: _UPDATE,
    deepgram.UpdateThink: _UPDATE,
    deepgram.UpdateSpeak: _UPDATE,
    deepgram.UpdateListen: _UPDATE,
    deepgram.UpdateThinkLive: (("opening", refusals.think_live),),
    deepgram.CustomToThinkProvider: (("opening", refusals.custom_think),),
}
"""Client messages with an effect beyond the opening."""

UPDATES = tuple(kind for kind, routes in CLIENT.items() if routes is _UPDATE)
"""Client messages that change what Settings said: they wait for Settings in every state."""

_ACTIVITY: Route = ("slot", events.activity)

_ITEM_STARTED: tuple[Route, ...] = (
    ("user_texts", user_text.item_seen),
    ("agent_text", agent_text.item_seen),
    ("calls", function_calls.conversation_item_started),
)

UPSTREAM: Mapping[type, tuple[Route, ...]] = {
    openai.ConversationItemAdded: _ITEM_STARTED,
    openai.ConversationItemCreated: _ITEM_STARTED,
    openai.ConversationItemDone: (
        ("user_texts", user_text.item_seen),
        ("agent_text", agent_text.item_seen),
        ("calls", function_calls.conversation_item_done),
    ),
    openai.InputAudioBufferSpeechStarted: (
        ("user_speech", user_speech.speech_started),
        ("audio", input_audio.speech_started),
        ("user_turn", user_turn.speech_started),
    ),
    openai.InputAudioBufferSpeechStopped: (
        ("user_speech", user_speech.speech_stopped),
        ("audio", input_audio.speech_stopped),
        ("user_turn", user_turn.speech_stopped),
    ),
    openai.InputAudioBufferTimeoutTriggered: (
        ("user_speech", user_speech.timed_out),
        ("user_turn", user_turn.timed_out),
    ),
    openai.InputAudioBufferCommitted: (
        ("user_speech", user_speech.committed),
        ("user_turn", user_turn.committed),
        ("audio", input_audio.committed),
    ),
    openai.InputAudioBufferCleared: (("user_turn", user_turn.cleared),),
    openai.ConversationItemInputAudioTranscriptionDelta: (("user_speech", user_speech.delta),),
    openai.ConversationItemInputAudioTranscriptionCompleted: (
        ("user_speech", user_speech.completed),
        ("user_speech", usage.transcribed),
    ),
    openai.ConversationItemInputAudioTranscriptionFailed: (("user_speech", user_speech.failed),),
    openai.SessionUpdated: (("updates", updates.updated),),
    openai.ResponseCreated: (("user_speech", user_speech.response_began), ("slot", events.created)),
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
        ("playback", playback.response_done),
        ("playback", usage.response_done),
        ("slot", events.done),
    ),
}
"""Upstream events with an effect. Until ours is ready, `session.updated` steps the opening; `session.created`
and `error` go through the engine, audio deltas past all of this.
"""

SESSION_CREATED: tuple[Route, ...] = (
    ("errors", upstream_errors.session_created),
    ("opening", opening.session_created),
)
"""It comes before the session is ready."""

SIGNALS: Mapping[type, tuple[Route, ...]] = {
    signals.AudioEnded: (("audio", input_audio.ended),),
    signals.AudioTaken: (("user_turn", user_turn.audio_taken),),
    signals.AudioSettled: (
        ("audio", input_audio.settled),
        ("playback", playback.settled),
        ("turn", agent_turn.settled),
    ),
    signals.SessionReady: (
        ("opening", greeting.context_items),
        ("opening", opening.applied),
        ("opening", greeting.greet),
        ("opening", opening.flushed),
    ),
    signals.OwnText: (("agent_text", agent_text.own_text),),
    signals.UpdateWanted: (("slot", wishes.update_wanted),),
    signals.UpdateGranted: (("opening", opening.granted), ("updates", updates.granted)),
    signals.SpeakWanted: (("slot", wishes.speak_wanted),),
    signals.Interrupted: (
        ("playback", playback.interrupted),
        ("slot", events.interrupted),
        ("calls", function_calls.interrupted),
    ),
    signals.ResponseMuted: (("agent_text", agent_text.muted),),
    signals.AudioBegun: (("updates", updates.audio_begun),),
    signals.AgentSaid: (("user_speech", user_speech.agent_said),),
    signals.TextDue: (("user_speech", user_speech.text_due),),
    signals.MayFail: (("errors", upstream_errors.may_fail),),
    signals.CommitDue: (("slot", wishes.commit_due),),
    signals.CommitWithdrawn: (("slot", wishes.commit_withdrawn),),
    signals.CommitGranted: (("audio", input_audio.granted), ("user_turn", user_turn.commit_sent)),
    signals.CommitRefused: (("slot", wishes.commit_refused),),
    signals.Refused: (
        ("audio", input_audio.refused),
        ("user_texts", user_text.refused),
        ("opening", greeting.item_refused),
        ("calls", function_calls.refused),
        ("updates", updates.refused),
        ("slot", events.refused),
        ("errors", upstream_errors.report),
    ),
    signals.ErrorDue: (("slot", events.error_due),),
    signals.ErrorApart: (("errors", upstream_errors.apart),),
    signals.ResponseWanted: (("slot", wishes.wanted),),
    signals.TextsCovered: (("slot", wishes.texts_covered),),
    signals.ServerCommitted: (("slot", events.server_committed),),
    signals.ServerResponded: (("audio", input_audio.responded), ("user_turn", user_turn.responded)),
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
    signals.OutputsMissing: (("slot", events.outputs_missing),),
}
"""Signals between policies. `Fatal`, `OpeningStep`, `TurnStep` and `Deliver` are the engine's own."""

TIMERS: Mapping[TimerName, TimerRoute] = {
    "debounce": ("audio", input_audio.debounce_over),
    "keepalive": ("audio", input_audio.keepalive_due),
    "unheard": ("audio", input_audio.unheard),
    "uncommitted": ("user_turn", user_turn.uncommitted),
    "ceiling": ("audio", input_audio.ceiling_over),
    "create": ("slot", events.create_late),
    "grace": ("slot", events.grace_over),
    "stall": ("slot", events.stalled),
    "error": ("slot", events.error_over),
    "quiet": ("slot", events.quiet),
    "slow": ("slot", events.slow),
    "transcript": ("user_speech", user_speech.waited),
    "update": ("updates", updates.late),
    "session_end": ("opening", opening.session_ends),
    "notices": ("noticed", noticed.minute_over),
    "hold": ("slot", wishes.hold_over),
    "confirm": ("user_texts", user_text.confirm_late),
    "follow_up": ("calls", function_calls.follow_up_late),
}
"""Timers of the policies; `settings` and `configure` step the opening."""
