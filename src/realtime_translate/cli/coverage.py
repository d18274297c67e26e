"""What becomes of each message of both protocols, in each dialect.

The types are those of the registries, what is refused and what has no effect is read from `routes`, and the
acknowledgements from `mapping`; the tables here say what happens. Tests play every row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from attrs import frozen

from .. import deepgram, openai
from ..config import ClientDialect
from ..deepgram.codes import ErrorCode, WarningCode
from ..mapping.updates import ACKNOWLEDGED
from ..session.policies import refusals
from ..session.routes import CLIENT, UPSTREAM

__all__ = ["COVERAGE", "Row"]


@frozen(eq=False, repr=False)
class Row:
    """One message type in one dialect. `fate` is translated, approximated, absorbed or refused; `note` says
    how or why.
    """

    dialect: str
    protocol: str
    direction: str
    type: str
    fate: str
    note: str


@frozen(eq=False, repr=False)
class _Apart:
    """What each dialect says of a message; a note alone means that the message is translated."""

    deepgram: _Told
    component: _Told


_Told: TypeAlias = "str | tuple[str, str]"
_Said: TypeAlias = "_Told | _Apart"

_UNHEARD = ("absorbed", "no counterpart for the client: debug Notice")
_BOOKKEEPING = ("absorbed", "tells which response and which item is active")
_NO_WEBRTC = ("absorbed", "belongs to WebRTC and SIP sessions; on a WebSocket it does not come")
_MCP = ("absorbed", "tools of the server's own: none are declared")


def _never(because: str) -> tuple[str, str]:
    return "absorbed", f"never sent: {because}"


_NOT_IN_DIALECT = _never("this dialect does not have it")
_LIVE = _never("a service of Deepgram's own")

_CLIENT_IN: Mapping[str, _Said] = {
    "Settings": _Apart(
        "session.update, once; SettingsApplied on session.updated (S2, S4); again: fatal Error "
        f"{ErrorCode.SETTINGS_ALREADY_APPLIED} (S6)",
        "session.update, once; SettingsApplied on session.updated (S2, S4); again: SettingsApplied (S6)",
    ),
    "KeepAlive": ("absorbed", "goes nowhere (T4)"),
    deepgram.BINARY: _Apart(
        "input_audio_buffer.append; by default the server commits (A1-A4, V1)",
        "input_audio_buffer.append; by default a pause commits (A1-A7, V1)",
    ),
    "InjectUserMessage": "a user item, echoed as ConversationText; a response once it is confirmed (T1)",
    "UpdatePrompt": "appended to the instructions by session.update; PromptUpdated (T2)",
    "UpdateThink": (
        "approximated",
        "instructions and tools by session.update, ThinkUpdated; model and temperature stay (T2)",
    ),
    "UpdateSpeak": (
        "approximated",
        "voice and speed by session.update, SpeakUpdated; a new voice after the agent has spoken: "
        f"Warning {WarningCode.SPEAK_UPDATE_UNSUPPORTED} (T2)",
    ),
    "UpdateListen": (
        "approximated",
        "language and key terms by session.update, ListenUpdated; a language without a code of two letters: "
        f"Warning {WarningCode.UPDATE_LISTEN_UNSUPPORTED_FIELDS_CHANGED} (T2)",
    ),
    "InjectAgentMessage": (
        "approximated",
        "response.create for exactly this text; the client is told what is said; or InjectionRefused (T3)",
    ),
    "UpdateThink_Live": f"Warning {WarningCode.THINK_LIVE_UNSUPPORTED}",
    "__customToThinkProvider": f"Warning {WarningCode.CUSTOM_THINK_UNSUPPORTED}",
    "ForceEndTurn": _Apart(
        (
            "refused",
            f"Warning {WarningCode.FORCE_END_TURN_UNSUPPORTED}; under ManualCommit "
            "input_audio_buffer.commit (T7)",
        ),
        "input_audio_buffer.commit; where the server commits, Warning "
        f"{WarningCode.FORCE_END_TURN_UNSUPPORTED} (T7)",
    ),
    "FunctionCallResponse": _Apart(
        "function_call_output, History; one response when all calls are answered (F2, F3, F9)",
        "function_call_output, AgentThinking; one response when all calls are answered (F2-F4)",
    ),
}

_ACKNOWLEDGEMENTS: Mapping[str, str] = {
    kind: f"{update} holds (T2)"
    for update, answer in ACKNOWLEDGED.items()
    for kind, classes in deepgram.SERVER_MESSAGES.items()
    if type(answer) in classes
}
_CLIENT_OUT: Mapping[str, _Said] = {
    "Welcome": _Apart("when the client opened (S1)", _NOT_IN_DIALECT),
    "SettingsApplied": "session.updated (S4)",
    "ConversationText": _Apart(
        "user text and speech (T1, O4), each sentence of the agent (O3), greeting (G1)",
        "user text (T1), each item of the agent (O3), greeting (G1)",
    ),
    "UserStartedSpeaking": "input_audio_buffer.speech_started (O6), or a text that interrupts (T3)",
    "AgentThinking": _Apart(
        _never("the server tells no thoughts"),
        ("approximated", "after a first FunctionCallResponse, empty (F4)"),
    ),
    "FunctionCallRequest": "a finished function call (F1)",
    "FunctionCallCancelled": _Apart(
        "calls that are unanswered when the user interrupts (F8)",
        _never("late answers are taken (F8)"),
    ),
    "FunctionCallResponse": "the result of a function that the host ran (F6)",
    "AgentStartedSpeaking": _Apart(
        ("approximated", "first audio of a turn, if Settings say experimental; latencies as seen here (O2)"),
        "first audio or text of a response, without latencies (O2)",
    ),
    "LatencyReport": _Apart(
        (
            "approximated",
            "to the first text, to the first audio and in all, if Settings say experimental (O2)",
        ),
        _NOT_IN_DIALECT,
    ),
    "AgentAudioDone": _Apart("end of the agent's turn (O5)", "end of a response (O5)"),
    **_ACKNOWLEDGEMENTS,
    "ThinkLiveUpdated": _LIVE,
    "FrustrationDetected": _LIVE,
    "InjectionRefused": "the user or the agent has the turn (T3)",
    "History": _Apart(
        "repeats a ConversationText, or an answered call, unless flags.history is false (F9, O3)",
        _NOT_IN_DIALECT,
    ),
    "Error": _Apart("fatal ends, by code (E1, E5)", "upstream errors and fatal ends, by code (E1, E5)"),
    "Warning": _Apart(
        "upstream errors, and what went wrong without ending the session (E1, O8, R5, T2)",
        "what went wrong without ending the session (R5, T2)",
    ),
    "__customFromThinkProvider": _never("there is no custom think provider"),
    deepgram.BINARY: "response.output_audio.delta (O1)",
    "AgentDone": "end of a response (O5)",
    "Transcript": "transcription of the user: so far, and at last the whole (O4)",
    "UtteranceEnd": "input_audio_buffer.speech_stopped (O6)",
}

_UPSTREAM_OUT: Mapping[str, _Said] = {
    "session.update": "Settings (S2), the Update messages (T2)",
    "input_audio_buffer.append": "user audio (A1); silence of Config.keepalive (I1)",
    "input_audio_buffer.clear": "removes silence of Config.keepalive before audio comes (I1)",
    "input_audio_buffer.commit": "under ManualCommit: the debounce, the ceiling or ForceEndTurn (A5, A7, T7)",
    "conversation.item.create": "user text (T1), function outputs (F2), context (C1)",
    "conversation.item.truncate": (
        "approximated",
        "the user interrupts: at what the host says was heard, else at an estimate (B3)",
    ),
    "conversation.item.delete": "the user interrupts: items of the agent that were not heard at all (B3)",
    "conversation.item.retrieve": _never("nothing needs it"),
    "response.create": "a wish for a response and a free slot (R2)",
    "response.cancel": "an interruption where the server does not cancel by itself (B2)",
    "output_audio_buffer.clear": _never("it belongs to WebRTC and SIP sessions"),
}

_TEXT_DELTA = _Apart(
    "collected: a ConversationText a sentence (O3)",
    ("approximated", "collected: a ConversationText an item, not word by word (O3)"),
)
_ITEM = "confirms our items (T1); text of the agent as ConversationText (O3)"
_CALL = "a finished call as FunctionCallRequest (F1)"

_UPSTREAM_IN: Mapping[str, _Said] = {
    "error": _Apart(
        "Warning with its code, fatal Error if nothing can go on, silent if benign (E1-E3)",
        "Error with its code, silent if benign (E1-E3)",
    ),
    "session.created": _Apart(
        ("absorbed", f"starts the time to Warning {WarningCode.MAXIMUM_SESSION_LENGTH_APPROACHING} (S3, O8)"),
        ("absorbed", "it confirms nothing (S3)"),
    ),
    "session.updated": "SettingsApplied (S4), PromptUpdated and its like (T2)",
    "input_audio_buffer.committed": ("absorbed", "response.create, or the server's own response (V3, R7)"),
    "input_audio_buffer.cleared": ("absorbed", "the user's turn is over (T8)"),
    "input_audio_buffer.speech_started": "UserStartedSpeaking, and the end of the agent's turn (O6, B1)",
    "input_audio_buffer.speech_stopped": _Apart(
        ("absorbed", "the user's turn is over (T8)"), "UtteranceEnd (O6)"
    ),
    "input_audio_buffer.timeout_triggered": ("absorbed", "its item asks for no response of ours (V3)"),
    "output_audio_buffer.started": _NO_WEBRTC,
    "output_audio_buffer.stopped": _NO_WEBRTC,
    "output_audio_buffer.cleared": _NO_WEBRTC,
    "conversation.item.added": _ITEM,
    "conversation.item.created": f"{_ITEM}, from older servers",
    "conversation.item.done": f"{_ITEM}; {_CALL}",
    "conversation.item.truncated": ("absorbed", "answers our truncate (B3)"),
    "conversation.item.deleted": ("absorbed", "answers our delete (B3)"),
    "conversation.item.input_audio_transcription.delta": _Apart(
        ("absorbed", "the whole transcript comes later (O4)"), "Transcript, interim: all of it so far (O4)"
    ),
    "conversation.item.input_audio_transcription.completed": _Apart(
        "ConversationText of the user (O4)", "Transcript, final (O4)"
    ),
    "conversation.item.input_audio_transcription.failed": _Apart(
        f"Warning {WarningCode.TRANSCRIPTION_FAILED}, once a call (O9)",
        ("absorbed", "nothing waits for it (O4)"),
    ),
    "mcp_list_tools.in_progress": _MCP,
    "mcp_list_tools.completed": _MCP,
    "mcp_list_tools.failed": _MCP,
    "response.mcp_call.in_progress": _MCP,
    "response.mcp_call.completed": _MCP,
    "response.mcp_call.failed": _MCP,
    "response.created": ("absorbed", "takes the response slot (R1)"),
    "response.output_item.added": _BOOKKEEPING,
    "response.output_item.done": f"{_CALL}; text as ConversationText (O3)",
    "response.content_part.added": _BOOKKEEPING,
    "response.content_part.done": _BOOKKEEPING,
    "response.output_text.delta": _TEXT_DELTA,
    "response.output_text.done": "ConversationText of what is not told yet (O3)",
    "response.output_audio.delta": "binary frame (O1)",
    "response.output_audio.done": _Apart(
        ("absorbed", "the turn ends with its last response (O5)"), "AgentDone, AgentAudioDone (O5)"
    ),
    "response.output_audio_transcript.delta": _TEXT_DELTA,
    "response.output_audio_transcript.done": "ConversationText of what is not told yet (O3)",
    "response.function_call_arguments.delta": ("absorbed", "the whole arguments come later (F1)"),
    "response.function_call_arguments.done": "FunctionCallRequest, if nothing announced the item (F1)",
    "response.mcp_call_arguments.delta": _BOOKKEEPING,
    "response.mcp_call_arguments.done": _BOOKKEEPING,
    "response.done": (
        f"AgentAudioDone (O5), Warning {WarningCode.THINK_REQUEST_FAILED} if it failed (R5); frees the slot"
    ),
}
_ENGINE = {"error", "session.created", "response.output_audio.delta"}
"""Upstream events that no route of `UPSTREAM` leads to: the engine takes them itself."""


def _for(dialect: ClientDialect, said: _Said) -> tuple[str, str]:
    """Fate and note in this dialect."""
    if isinstance(said, _Apart):
        said = said.deepgram if dialect is ClientDialect.DEEPGRAM else said.component
    return said if isinstance(said, tuple) else ("translated", said)


def _client_in(dialect: ClientDialect) -> Iterator[Row]:
    component = dialect is ClientDialect.COMPONENT
    registry = deepgram.COMPONENT_CLIENT_MESSAGES if component else deepgram.CLIENT_MESSAGES
    for kind in deepgram.CLIENT_MESSAGES:  # its order is the protocol's
        fate, note = _for(dialect, _CLIENT_IN[kind])
        handlers = CLIENT.get(registry[kind][0], ())
        refused = any(handler.__module__ == refusals.__name__ for handler in handlers)
        yield Row(
            dialect.value, "deepgram", "client to translator", kind, "refused" if refused else fate, note
        )


def _client_out(dialect: ClientDialect) -> Iterator[Row]:
    component = dialect is ClientDialect.COMPONENT
    registry = dict.fromkeys(
        [*deepgram.SERVER_MESSAGES, *(deepgram.COMPONENT_SERVER_MESSAGES if component else ())]
    )
    for kind in registry:
        yield Row(dialect.value, "deepgram", "translator to client", kind, *_for(dialect, _CLIENT_OUT[kind]))


def _upstream_out(dialect: ClientDialect) -> Iterator[Row]:
    for kind in openai.CLIENT_EVENTS:
        yield Row(
            dialect.value, "openai", "translator to upstream", kind, *_for(dialect, _UPSTREAM_OUT[kind])
        )


def _upstream_in(dialect: ClientDialect) -> Iterator[Row]:
    for kind, classes in openai.SERVER_EVENTS.items():
        handled = classes[0] in UPSTREAM or kind in _ENGINE
        said = _UPSTREAM_IN[kind] if handled else _UPSTREAM_IN.get(kind, _UNHEARD)
        yield Row(dialect.value, "openai", "upstream to translator", kind, *_for(dialect, said))


def _rows() -> Iterator[Row]:
    for dialect in ClientDialect:
        for direction in (_client_in, _client_out, _upstream_out, _upstream_in):
            yield from direction(dialect)


COVERAGE: tuple[Row, ...] = tuple(_rows())
"""Every message type of both protocols, in both directions, in each dialect."""
