"""What becomes of each message of both protocols, read from the routes that decide it.

Incoming messages get their fate from `routes`; `_NOTES` says how. Outgoing ones are listed with what they are
made from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import frozen

from .. import deepgram, openai
from .routes import UPSTREAM

__all__ = ["COVERAGE", "Row"]


@frozen
class Row:
    """One message type. `fate` is translated, approximated, absorbed or refused; `note` says how or why."""

    protocol: str
    direction: str
    type: str
    fate: str
    note: str


_NO_COUNTERPART = "no counterpart for the client: debug Notice"
_BOOKKEEPING = "tells which response and which item is active"

_CLIENT_NOTES: Mapping[str, str] = {
    "InjectUserMessage": "a user item, echoed as ConversationText; a response once it is confirmed (T1)",
    "UpdatePrompt": "session.update; PromptUpdated (T2)",
    "UpdateThink": "session.update; ThinkUpdated (T2)",
    "UpdateSpeak": "session.update; SpeakUpdated (T2)",
    "UpdateListen": "session.update; ListenUpdated (T2)",
    "InjectAgentMessage": "response.create that says the text, or InjectionRefused (T3)",
    "UpdateThink_Live": "Warning THINK_LIVE_UNSUPPORTED",
    "__customToThinkProvider": "Warning CUSTOM_THINK_UNSUPPORTED",
    "ForceEndTurn": "input_audio_buffer.commit, or Warning FORCE_END_TURN_UNSUPPORTED (T7)",
    "FunctionCallResponse": "function_call_output; one response when all calls are answered (F2, F3)",
}
_CLIENT_ENGINE: Mapping[str, tuple[str, str]] = {
    "Settings": ("translated", "session.update, once; SettingsApplied on session.updated (S2, S4)"),
    "KeepAlive": ("absorbed", "goes nowhere (T4)"),
    deepgram.BINARY: ("translated", "input_audio_buffer.append; commit as turn detection says (A1-A7, V1)"),
}
_UPSTREAM_NOTES: Mapping[str, tuple[str, str]] = {
    "conversation.item.input_audio_transcription.delta": ("translated", "component dialect: Transcript (O4)"),
    "conversation.item.input_audio_transcription.completed": ("translated", "ConversationText (O4)"),
    "conversation.item.input_audio_transcription.failed": ("absorbed", "nothing waits for it (O4)"),
    "conversation.item.added": (
        "translated",
        "confirms our items (T1); text of the agent as ConversationText (O3)",
    ),
    "conversation.item.created": ("translated", "as conversation.item.added, from older servers"),
    "conversation.item.done": (
        "translated",
        "as conversation.item.added; a finished call as FunctionCallRequest (F1)",
    ),
    "input_audio_buffer.speech_started": ("translated", "UserStartedSpeaking (O6)"),
    "input_audio_buffer.speech_stopped": ("translated", "component dialect: UtteranceEnd (O6)"),
    "input_audio_buffer.timeout_triggered": ("absorbed", "its item asks for no response of ours (V3)"),
    "input_audio_buffer.committed": ("absorbed", "response.create, or the server's own response (V3, R7)"),
    "response.created": ("absorbed", "takes the response slot (R1)"),
    "response.output_item.added": ("absorbed", _BOOKKEEPING),
    "response.output_item.done": ("translated", "a finished call as FunctionCallRequest (F1); text (O3)"),
    "response.content_part.added": ("absorbed", _BOOKKEEPING),
    "response.content_part.done": ("absorbed", _BOOKKEEPING),
    "response.output_text.delta": (
        "approximated",
        "collected: ConversationText once an item, not word by word (O3)",
    ),
    "response.output_text.done": ("translated", "ConversationText (O3)"),
    "response.output_audio.delta": ("translated", "binary frame (O1)"),
    "response.output_audio.done": ("translated", "component dialect: AgentDone, AgentAudioDone (O5)"),
    "response.output_audio_transcript.delta": ("approximated", "collected, as output_text.delta"),
    "response.output_audio_transcript.done": ("translated", "ConversationText (O3)"),
    "response.function_call_arguments.delta": ("absorbed", "the whole arguments come later"),
    "response.function_call_arguments.done": (
        "translated",
        "FunctionCallRequest, if nothing announced the item (F1)",
    ),
    "response.mcp_call_arguments.delta": ("absorbed", _BOOKKEEPING),
    "response.mcp_call_arguments.done": ("absorbed", _BOOKKEEPING),
    "response.done": ("translated", "frees the slot (R1); AgentAudioDone (O5); Warning if it failed (R5)"),
}
_UPSTREAM_ENGINE: Mapping[str, tuple[str, str]] = {
    "session.created": ("absorbed", "starts the session's time (S3, O8)"),
    "session.updated": ("translated", "SettingsApplied (S4)"),
    "error": ("translated", "Warning or Error with its code, unless it is benign (E1-E3)"),
    "response.output_audio.delta": _UPSTREAM_NOTES["response.output_audio.delta"],
}
_TO_CLIENT: Mapping[str, str] = {
    "Welcome": "Deepgram dialect: when the client opened (S1)",
    "SettingsApplied": "session.updated (S4)",
    "ConversationText": "user text (T1), agent text (O3), greeting (G1)",
    "UserStartedSpeaking": "input_audio_buffer.speech_started (O6)",
    "AgentThinking": "component dialect: after a first FunctionCallResponse (F4)",
    "FunctionCallRequest": "a finished function call (F1)",
    "FunctionCallResponse": "the result of a function that the host ran (F6)",
    "AgentStartedSpeaking": "first audio of a turn (O2)",
    "AgentAudioDone": "end of the agent's turn (O5)",
    "History": "Deepgram dialect: repeats a ConversationText, or an answered call (F9)",
    "Error": "fatal ends, by code (E1, E5)",
    "Warning": "what went wrong without ending the session (R5, E1)",
    deepgram.BINARY: "response.output_audio.delta (O1)",
    "AgentDone": "component dialect: end of a response (O5)",
    "UtteranceEnd": "component dialect: input_audio_buffer.speech_stopped (O6)",
}
_TO_UPSTREAM: Mapping[str, str] = {
    "session.update": "Settings (S2)",
    "input_audio_buffer.append": "user audio (A1)",
    "input_audio_buffer.clear": "removes silence of ours before audio comes (I1)",
    "input_audio_buffer.commit": "manual commit: the debounce or the ceiling (A5, A7)",
    "conversation.item.create": "user text (T1), function outputs (F2), context (C1)",
    "response.create": "a wish for a response and a free slot (R2)",
}


def _client_in() -> Iterator[Row]:
    for kind in deepgram.CLIENT_MESSAGES:
        if kind in _CLIENT_ENGINE:
            fate, note = _CLIENT_ENGINE[kind]
        else:
            fate, note = "translated", _CLIENT_NOTES[kind]
        yield Row("deepgram", "client to translator", kind, fate, note)


def _upstream_in() -> Iterator[Row]:
    for kind, classes in openai.SERVER_EVENTS.items():
        if kind in _UPSTREAM_ENGINE:
            fate, note = _UPSTREAM_ENGINE[kind]
        elif classes[0] in UPSTREAM:
            fate, note = _UPSTREAM_NOTES[kind]
        else:
            fate, note = "absorbed", _NO_COUNTERPART
        yield Row("openai", "upstream to translator", kind, fate, note)


def _outgoing(protocol: str, direction: str, kinds: Iterator[str], made: Mapping[str, str]) -> Iterator[Row]:
    for kind in kinds:
        fate = "translated" if kind in made else "absorbed"
        yield Row(protocol, direction, kind, fate, made.get(kind, "never sent"))


def _rows() -> Iterator[Row]:
    to_client = {**deepgram.SERVER_MESSAGES, **deepgram.COMPONENT_SERVER_MESSAGES}
    yield from _client_in()
    yield from _outgoing("deepgram", "translator to client", iter(to_client), _TO_CLIENT)
    yield from _outgoing("openai", "translator to upstream", iter(openai.CLIENT_EVENTS), _TO_UPSTREAM)
    yield from _upstream_in()


COVERAGE: tuple[Row, ...] = tuple(_rows())
"""Every message type of both protocols, in both directions."""
