"""Frames of the client leg to messages and back, in both dialects."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias, get_args, overload

from ..wire.codec import Codec, unstructure
from ..wire.json import dumps
from ..wire.outcomes import Malformed, Unknown
from .client_messages import (
    ClientAudio,
    CustomToThinkProvider,
    ForceEndTurn,
    FunctionCallResponse,
    InjectAgentMessage,
    InjectUserMessage,
    KeepAlive,
    Settings,
    UpdateListen,
    UpdatePrompt,
    UpdateSpeak,
    UpdateThink,
    UpdateThinkLive,
)
from .component import (
    AgentDone,
    ComponentAgentStartedSpeaking,
    ComponentFunctionCallResponse,
    ComponentInjectAgentMessage,
    ComponentSettings,
    Transcript,
    UtteranceEnd,
)
from .history import HistoryCalls, HistoryText
from .server_messages import (
    AgentAudioDone,
    AgentStartedSpeaking,
    AgentThinking,
    ConversationText,
    CustomFromThinkProvider,
    Error,
    FrustrationDetected,
    FunctionCallCancelled,
    FunctionCallRequest,
    InjectionRefused,
    LatencyReport,
    ListenUpdated,
    PromptUpdated,
    ServerAudio,
    SettingsApplied,
    SpeakUpdated,
    ThinkLiveUpdated,
    ThinkUpdated,
    UserStartedSpeaking,
    Warning,
    Welcome,
)

BINARY: Final = "(binary)"
"""The name of a binary frame in the registries; no text frame has it as its `type`."""

_DeepgramClientText: TypeAlias = (
    Settings
    | UpdateListen
    | UpdateThink
    | UpdateSpeak
    | UpdatePrompt
    | InjectUserMessage
    | InjectAgentMessage
    | FunctionCallResponse
    | KeepAlive
    | UpdateThinkLive
    | ForceEndTurn
    | CustomToThinkProvider
)
_ComponentClientText: TypeAlias = (
    ComponentSettings | ComponentInjectAgentMessage | ComponentFunctionCallResponse
)
_DeepgramServerText: TypeAlias = (
    Welcome
    | SettingsApplied
    | ConversationText
    | UserStartedSpeaking
    | AgentThinking
    | FunctionCallRequest
    | FunctionCallCancelled
    | FunctionCallResponse
    | AgentStartedSpeaking
    | LatencyReport
    | AgentAudioDone
    | PromptUpdated
    | SpeakUpdated
    | ThinkUpdated
    | ListenUpdated
    | ThinkLiveUpdated
    | FrustrationDetected
    | InjectionRefused
    | HistoryText
    | HistoryCalls
    | Error
    | Warning
    | CustomFromThinkProvider
)
_ComponentServerText: TypeAlias = AgentDone | Transcript | UtteranceEnd | ComponentAgentStartedSpeaking

_ClientText: TypeAlias = _DeepgramClientText | _ComponentClientText
_ServerText: TypeAlias = _DeepgramServerText | _ComponentServerText

ClientMessage: TypeAlias = _ClientText | ClientAudio
"""Everything that a client sends, the component's variants included."""

ServerMessage: TypeAlias = _ServerText | ServerAudio
"""Everything that a client gets, in either dialect."""

Registry: TypeAlias = Mapping[str, tuple[type, ...]]
"""Classes by their `type` on the wire: several where a key tells them apart."""


def _in_dialect(deepgram: object, component: object) -> tuple[Any, ...]:
    """Return the classes of a dialect: its own, and Deepgram's of every other type."""
    own = get_args(component)
    types = {cls.type for cls in own}
    return (*own, *(cls for cls in get_args(deepgram) if cls.type not in types))


_client = Codec[_ClientText](get_args(_DeepgramClientText), null_is_absent=True)
_strict_client = Codec[_ClientText](get_args(_DeepgramClientText))
_component_client = Codec[_ClientText](
    _in_dialect(_DeepgramClientText, _ComponentClientText), null_is_absent=True
)
_strict_component_client = Codec[_ClientText](_in_dialect(_DeepgramClientText, _ComponentClientText))
_server = Codec[_ServerText](get_args(_ServerText))


def _registry(classes: tuple[Any, ...], binary: type) -> Registry:
    return MappingProxyType({**Codec[Any](classes).registry, BINARY: (binary,)})


CLIENT_MESSAGES: Final = _registry(get_args(_DeepgramClientText), ClientAudio)
"""Each `type` of a Deepgram client, and `BINARY`, with its class."""

SERVER_MESSAGES: Final = _registry(get_args(_DeepgramServerText), ServerAudio)
"""Each `type` of a Deepgram server, and `BINARY`, with its classes."""

COMPONENT_CLIENT_MESSAGES: Final = _registry(
    _in_dialect(_DeepgramClientText, _ComponentClientText), ClientAudio
)
"""`CLIENT_MESSAGES` with the component's variants in the place of Deepgram's."""

COMPONENT_SERVER_MESSAGES: Final = _registry(
    _in_dialect(_DeepgramServerText, _ComponentServerText), ServerAudio
)
"""`SERVER_MESSAGES` with what the component understands besides."""


def parse_client(frame: str | bytes, *, strict: bool = False) -> ClientMessage | Unknown | Malformed:
    """Parse a frame from a Deepgram client: bytes are audio (A1), text is JSON. Never raises.

    Null in an optional field is as if it were absent (S10); `strict` refuses it.
    """
    if isinstance(frame, bytes):
        return ClientAudio(frame)
    return (_strict_client if strict else _client).parse(frame)


def parse_component_client(
    frame: str | bytes, *, strict: bool = False
) -> ClientMessage | Unknown | Malformed:
    """Parse a frame from the React component (protocols, *The component's dialect*), as `parse_client` does.
    Never raises.
    """
    if isinstance(frame, bytes):
        return ClientAudio(frame)
    return (_strict_component_client if strict else _component_client).parse(frame)


def parse_server(frame: str | bytes) -> ServerMessage | Unknown | Malformed:
    """Parse a frame from a server of either dialect: bytes are audio, text is JSON. Never raises."""
    return ServerAudio(frame) if isinstance(frame, bytes) else _server.parse(frame)


def structure_client(data: Mapping[str, object]) -> ClientMessage | Unknown | Malformed:
    """Make a message of the decoded text frame of a Deepgram client. Never raises."""
    return _client.structure(data)


def structure_component_client(data: Mapping[str, object]) -> ClientMessage | Unknown | Malformed:
    """Make a message of the decoded text frame of the React component. Never raises."""
    return _component_client.structure(data)


@overload
def encode(message: ClientAudio | ServerAudio) -> bytes: ...
@overload
def encode(message: _ClientText | _ServerText) -> str: ...
def encode(message: ClientMessage | ServerMessage) -> str | bytes:
    """Return the frame of a message: bytes for audio, text for everything else.

    Raises ValueError for a NaN or an infinity, which only the program itself can have put there.
    """
    if isinstance(message, (ClientAudio, ServerAudio)):
        return message.data
    return dumps(unstructure(message))
