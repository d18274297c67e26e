"""Every message from the server but `FunctionCallResponse` and `History` (protocols, *Server messages*)."""

from typing import ClassVar

import attrs

from ..wire.base import Json, WireMessage, WireObject
from ..wire.omitted import OMITTED, Omissible


@attrs.frozen(eq=False, repr=False)
class Welcome(WireMessage):
    """The first frame of a session; `request_id` names it."""

    type: ClassVar[str] = "Welcome"
    request_id: str


@attrs.frozen(eq=False, repr=False)
class SettingsApplied(WireMessage):
    """The answer to `Settings`, once a session."""

    type: ClassVar[str] = "SettingsApplied"


@attrs.frozen(eq=False, repr=False)
class ConversationText(WireMessage):
    """What was said: by the user once the turn is confirmed, by the agent sentence by sentence."""

    type: ClassVar[str] = "ConversationText"
    role: str
    content: str
    conversational_behavior: Omissible[str] = OMITTED
    languages_hinted: Omissible[tuple[str, ...]] = OMITTED
    languages: Omissible[tuple[str, ...]] = OMITTED


@attrs.frozen(eq=False, repr=False)
class UserStartedSpeaking(WireMessage):
    """User speech starts; also the signal of a barge-in, on which the client drops its playback."""

    type: ClassVar[str] = "UserStartedSpeaking"


@attrs.frozen(eq=False, repr=False)
class AgentThinking(WireMessage):
    """Reasoning text before speech. Rare."""

    type: ClassVar[str] = "AgentThinking"
    content: str


@attrs.frozen(eq=False, repr=False)
class FunctionCall(WireObject):
    """One call of a `FunctionCallRequest`. `arguments` is JSON text; `client_side` says who runs it."""

    id: str
    name: str
    arguments: str
    client_side: bool
    thought_signature: Omissible[str] = OMITTED


@attrs.frozen(eq=False, repr=False)
class FunctionCallRequest(WireMessage):
    """The model calls functions. The client answers each `client_side` one with a `FunctionCallResponse`."""

    type: ClassVar[str] = "FunctionCallRequest"
    functions: tuple[FunctionCall, ...]


@attrs.frozen(eq=False, repr=False)
class CancelledFunctionCall(WireObject):
    """One call of a `FunctionCallCancelled`."""

    id: str
    name: str


@attrs.frozen(eq=False, repr=False)
class FunctionCallCancelled(WireMessage):
    """Calls that were dropped; a late answer to one is discarded."""

    type: ClassVar[str] = "FunctionCallCancelled"
    functions: tuple[CancelledFunctionCall, ...]


@attrs.frozen(eq=False, repr=False)
class AgentStartedSpeaking(WireMessage):
    """The first audio of a turn, only with `experimental: true`. Latencies are in seconds."""

    type: ClassVar[str] = "AgentStartedSpeaking"
    chosen_by: ClassVar[str | None] = "total_latency"
    total_latency: float
    tts_latency: float
    ttt_latency: float


@attrs.frozen(eq=False, repr=False)
class LatencyReport(WireMessage):
    """Latencies of a turn in seconds, in practice one of them a report."""

    type: ClassVar[str] = "LatencyReport"
    stt_latency: Omissible[float] = OMITTED
    ttt_token_latency: Omissible[float] = OMITTED
    ttt_text_latency: Omissible[float] = OMITTED
    ttt_tool_latency: Omissible[float] = OMITTED
    ttt_thinking_latency: Omissible[float] = OMITTED
    tts_latency: Omissible[float] = OMITTED
    total_latency: Omissible[float] = OMITTED


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
    """Think Live found the user frustrated `count` times."""

    type: ClassVar[str] = "FrustrationDetected"
    count: int
    escalated: bool


@attrs.frozen(eq=False, repr=False)
class InjectionRefused(WireMessage):
    """An `InjectAgentMessage` was refused. Some servers leave `message` out."""

    type: ClassVar[str] = "InjectionRefused"
    message: Omissible[str] = OMITTED


@attrs.frozen(eq=False, repr=False)
class Error(WireMessage):
    """Ends the session. `code` is one of `ErrorCode`, but recorded sessions leave it out at times."""

    type: ClassVar[str] = "Error"
    description: str
    code: Omissible[str] = OMITTED


@attrs.frozen(eq=False, repr=False)
class Warning(WireMessage):
    """Something went wrong and the session goes on. `code` is one of `WarningCode`."""

    type: ClassVar[str] = "Warning"
    description: str
    code: Omissible[str] = OMITTED


@attrs.frozen(eq=False, repr=False)
class CustomFromThinkProvider(WireMessage):
    """Any JSON from a custom think provider."""

    type: ClassVar[str] = "__customFromThinkProvider"
    content: Json


@attrs.frozen
class ServerAudio:
    """A binary frame from the server: agent audio in the format of `audio.output`."""

    data: bytes
