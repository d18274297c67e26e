"""Every message from the server but `FunctionCallResponse` and `History` (protocols, *Server messages*)."""

from typing import ClassVar

import attrs

from ..wire.base import Json, WireMessage, WireObject
from ..wire.omitted import OMITTED, Omissible


@attrs.frozen(eq=False, repr=False)
class Welcome(WireMessage):
    """The first frame of a session."""

    type: ClassVar[str] = "Welcome"
    request_id: str
    """The id of the session."""


@attrs.frozen(eq=False, repr=False)
class SettingsApplied(WireMessage):
    """The answer to `Settings`, once a session."""

    type: ClassVar[str] = "SettingsApplied"


@attrs.frozen(eq=False, repr=False)
class ConversationText(WireMessage):
    """What was said: by the user once the turn is confirmed, by the agent sentence by sentence."""

    type: ClassVar[str] = "ConversationText"
    role: str
    """`user` or `assistant`."""
    content: str
    """What was said."""
    conversational_behavior: Omissible[str] = OMITTED
    """What kind of utterance of the agent it is: `default`, `backchannel`, `presence_check` or `filler`.
    Absent: `default`.
    """
    languages_hinted: Omissible[tuple[str, ...]] = OMITTED
    """Of the user: the language hints in effect."""
    languages: Omissible[tuple[str, ...]] = OMITTED
    """Of the user: the languages that were heard."""


@attrs.frozen(eq=False, repr=False)
class UserStartedSpeaking(WireMessage):
    """User speech starts; also the signal of a barge-in, on which the client drops its playback."""

    type: ClassVar[str] = "UserStartedSpeaking"


@attrs.frozen(eq=False, repr=False)
class AgentThinking(WireMessage):
    """Reasoning text before speech. Rare."""

    type: ClassVar[str] = "AgentThinking"
    content: str
    """What the model thinks; may be empty."""


@attrs.frozen(eq=False, repr=False)
class FunctionCall(WireObject):
    """One call of a `FunctionCallRequest`."""

    id: str
    """The id that the answer repeats."""
    name: str
    """The name of the function."""
    arguments: str
    """JSON text."""
    client_side: bool
    """Whether the client runs it; otherwise the server does."""
    thought_signature: Omissible[str] = OMITTED
    """What the model wants back with the call; opaque."""


@attrs.frozen(eq=False, repr=False)
class FunctionCallRequest(WireMessage):
    """The model calls functions. The client answers each `client_side` one with a `FunctionCallResponse`."""

    type: ClassVar[str] = "FunctionCallRequest"
    functions: tuple[FunctionCall, ...]
    """The calls, one or more."""


@attrs.frozen(eq=False, repr=False)
class CancelledFunctionCall(WireObject):
    """One call of a `FunctionCallCancelled`."""

    id: str
    """The id of the call, as in the `FunctionCallRequest`."""
    name: str
    """The name of the function."""


@attrs.frozen(eq=False, repr=False)
class FunctionCallCancelled(WireMessage):
    """Calls that were dropped; a late answer to one is discarded."""

    type: ClassVar[str] = "FunctionCallCancelled"
    functions: tuple[CancelledFunctionCall, ...]
    """The calls that were dropped."""


@attrs.frozen(eq=False, repr=False)
class AgentStartedSpeaking(WireMessage):
    """The first audio of a turn, only with `experimental: true`."""

    type: ClassVar[str] = "AgentStartedSpeaking"
    chosen_by: ClassVar[str | None] = "total_latency"
    total_latency: float
    """From the end of the user's turn to the first audio, in seconds."""
    tts_latency: float
    """Of it, what the voice took, in seconds."""
    ttt_latency: float
    """Of it, what the model took, in seconds."""


@attrs.frozen(eq=False, repr=False)
class LatencyReport(WireMessage):
    """Latencies of a turn, in practice one of them a report."""

    type: ClassVar[str] = "LatencyReport"
    stt_latency: Omissible[float] = OMITTED
    """From the audio to its transcript, in seconds."""
    ttt_token_latency: Omissible[float] = OMITTED
    """To the model's first token, in seconds."""
    ttt_text_latency: Omissible[float] = OMITTED
    """To the model's first text, in seconds."""
    ttt_tool_latency: Omissible[float] = OMITTED
    """To the model's first function call, in seconds."""
    ttt_thinking_latency: Omissible[float] = OMITTED
    """To the model's first thought, in seconds."""
    tts_latency: Omissible[float] = OMITTED
    """From the first text to the first audio, in seconds."""
    total_latency: Omissible[float] = OMITTED
    """From the end of the user's turn to the first audio, in seconds."""


@attrs.frozen(eq=False, repr=False)
class AgentAudioDone(WireMessage):
    """The end of an agent turn: the last byte of audio was sent, not yet played."""

    type: ClassVar[str] = "AgentAudioDone"


@attrs.frozen(eq=False, repr=False)
class PromptUpdated(WireMessage):
    """The answer to `UpdatePrompt`."""

    type: ClassVar[str] = "PromptUpdated"


@attrs.frozen(eq=False, repr=False)
class SpeakUpdated(WireMessage):
    """The answer to `UpdateSpeak`."""

    type: ClassVar[str] = "SpeakUpdated"


@attrs.frozen(eq=False, repr=False)
class ThinkUpdated(WireMessage):
    """The answer to `UpdateThink`."""

    type: ClassVar[str] = "ThinkUpdated"


@attrs.frozen(eq=False, repr=False)
class ListenUpdated(WireMessage):
    """The answer to `UpdateListen`."""

    type: ClassVar[str] = "ListenUpdated"


@attrs.frozen(eq=False, repr=False)
class ThinkLiveUpdated(WireMessage):
    """The answer to `UpdateThink_Live`."""

    type: ClassVar[str] = "ThinkLiveUpdated"


@attrs.frozen(eq=False, repr=False)
class FrustrationDetected(WireMessage):
    """Think Live found the user frustrated."""

    type: ClassVar[str] = "FrustrationDetected"
    count: int
    """How many times so far in this session, from 1."""
    escalated: bool
    """Whether `count` has reached `frustration_max_count` of Settings."""


@attrs.frozen(eq=False, repr=False)
class InjectionRefused(WireMessage):
    """An `InjectAgentMessage` was refused. Some servers give no reason."""

    type: ClassVar[str] = "InjectionRefused"
    message: Omissible[str] = OMITTED
    """Why, for people."""


@attrs.frozen(eq=False, repr=False)
class Error(WireMessage):
    """Ends the session. In recorded sessions the code is missing at times."""

    type: ClassVar[str] = "Error"
    description: str
    """What is wrong, for people."""
    code: Omissible[str] = OMITTED
    """One of `ErrorCode`, or in the component's dialect of `ComponentCode`; an open string."""


@attrs.frozen(eq=False, repr=False)
class Warning(WireMessage):
    """Something went wrong and the session goes on."""

    type: ClassVar[str] = "Warning"
    description: str
    """What is wrong, for people."""
    code: Omissible[str] = OMITTED
    """One of `WarningCode`, or a code of the server upstream; an open string."""


@attrs.frozen(eq=False, repr=False)
class CustomFromThinkProvider(WireMessage):
    """Any JSON from a custom think provider."""

    type: ClassVar[str] = "__customFromThinkProvider"
    content: Json
    """Anything."""


@attrs.frozen
class ServerAudio:
    """A binary frame from the server: agent audio in the format of `audio.output`."""

    data: bytes
    """Audio, of any length."""
