"""Frames of the upstream leg to events and back."""

from collections.abc import Mapping
from typing import Final, TypeAlias, get_args

from ..wire.codec import Codec, unstructure
from ..wire.json import dumps
from ..wire.outcomes import Malformed, Unknown
from .client_events import (
    ConversationItemCreate,
    ConversationItemDelete,
    ConversationItemRetrieve,
    ConversationItemTruncate,
    InputAudioBufferAppend,
    InputAudioBufferClear,
    InputAudioBufferCommit,
    OutputAudioBufferClear,
    ResponseCancel,
    ResponseCreate,
    SessionUpdate,
)
from .conversation_events import (
    ConversationCreated,
    ConversationItemAdded,
    ConversationItemCreated,
    ConversationItemDeleted,
    ConversationItemDone,
    ConversationItemInputAudioTranscriptionCompleted,
    ConversationItemInputAudioTranscriptionDelta,
    ConversationItemInputAudioTranscriptionFailed,
    ConversationItemInputAudioTranscriptionSegment,
    ConversationItemRetrieved,
    ConversationItemTruncated,
    McpListToolsCompleted,
    McpListToolsFailed,
    McpListToolsInProgress,
)
from .response_events import (
    ResponseContentPartAdded,
    ResponseContentPartDone,
    ResponseCreated,
    ResponseDone,
    ResponseFunctionCallArgumentsDelta,
    ResponseFunctionCallArgumentsDone,
    ResponseMcpCallArgumentsDelta,
    ResponseMcpCallArgumentsDone,
    ResponseMcpCallCompleted,
    ResponseMcpCallFailed,
    ResponseMcpCallInProgress,
    ResponseOutputAudioDelta,
    ResponseOutputAudioDone,
    ResponseOutputAudioTranscriptDelta,
    ResponseOutputAudioTranscriptDone,
    ResponseOutputItemAdded,
    ResponseOutputItemDone,
    ResponseOutputTextDelta,
    ResponseOutputTextDone,
)
from .session_events import (
    ErrorEvent,
    InputAudioBufferCleared,
    InputAudioBufferCommitted,
    InputAudioBufferDtmfEventReceived,
    InputAudioBufferSpeechStarted,
    InputAudioBufferSpeechStopped,
    InputAudioBufferTimeoutTriggered,
    OutputAudioBufferCleared,
    OutputAudioBufferStarted,
    OutputAudioBufferStopped,
    RateLimitsUpdated,
    SessionCreated,
    SessionUpdated,
)
from .spellings import BETA_NAMES

ClientEvent: TypeAlias = (
    SessionUpdate
    | InputAudioBufferAppend
    | InputAudioBufferCommit
    | InputAudioBufferClear
    | ConversationItemCreate
    | ConversationItemRetrieve
    | ConversationItemTruncate
    | ConversationItemDelete
    | ResponseCreate
    | ResponseCancel
    | OutputAudioBufferClear
)
"""Everything that goes upstream."""

ServerEvent: TypeAlias = (
    ErrorEvent
    | SessionCreated
    | SessionUpdated
    | RateLimitsUpdated
    | InputAudioBufferCommitted
    | InputAudioBufferCleared
    | InputAudioBufferSpeechStarted
    | InputAudioBufferSpeechStopped
    | InputAudioBufferTimeoutTriggered
    | InputAudioBufferDtmfEventReceived
    | OutputAudioBufferStarted
    | OutputAudioBufferStopped
    | OutputAudioBufferCleared
    | ConversationCreated
    | ConversationItemAdded
    | ConversationItemDone
    | ConversationItemCreated
    | ConversationItemRetrieved
    | ConversationItemTruncated
    | ConversationItemDeleted
    | ConversationItemInputAudioTranscriptionDelta
    | ConversationItemInputAudioTranscriptionCompleted
    | ConversationItemInputAudioTranscriptionSegment
    | ConversationItemInputAudioTranscriptionFailed
    | McpListToolsInProgress
    | McpListToolsCompleted
    | McpListToolsFailed
    | ResponseCreated
    | ResponseDone
    | ResponseOutputItemAdded
    | ResponseOutputItemDone
    | ResponseContentPartAdded
    | ResponseContentPartDone
    | ResponseOutputTextDelta
    | ResponseOutputTextDone
    | ResponseOutputAudioDelta
    | ResponseOutputAudioDone
    | ResponseOutputAudioTranscriptDelta
    | ResponseOutputAudioTranscriptDone
    | ResponseFunctionCallArgumentsDelta
    | ResponseFunctionCallArgumentsDone
    | ResponseMcpCallArgumentsDelta
    | ResponseMcpCallArgumentsDone
    | ResponseMcpCallInProgress
    | ResponseMcpCallCompleted
    | ResponseMcpCallFailed
)
"""Everything that a server sends."""

Registry: TypeAlias = Mapping[str, tuple[type, ...]]
"""Classes by their `type` on the wire: several where a key tells them apart."""

_client = Codec[ClientEvent](get_args(ClientEvent))
_server = Codec[ServerEvent](get_args(ServerEvent), also=BETA_NAMES)

CLIENT_EVENTS: Final[Registry] = _client.registry
"""Each `type` of a client event with its class."""

SERVER_EVENTS: Final[Registry] = _server.registry
"""Each `type` of a server event with its class."""


def parse_client(frame: str | bytes) -> ClientEvent | Unknown | Malformed:
    """Parse a frame to the server. Never raises."""
    return _client.parse(frame)


def parse_server(frame: str | bytes) -> ServerEvent | Unknown | Malformed:
    """Parse a frame from the server: JSON text, which some servers put into binary frames. Never raises.

    What has a name of the beta is read as what GA has in its place: `response.audio.delta` as a
    `ResponseOutputAudioDelta`.
    """
    return _server.parse(frame)


def structure_server(data: Mapping[str, object]) -> ServerEvent | Unknown | Malformed:
    """Make an event of a decoded frame from the server. Never raises."""
    return _server.structure(data)


def encode(event: ClientEvent | ServerEvent) -> str:
    """Return the text frame of an event.

    Raises ValueError for a NaN or an infinity, which only the program itself can have put there.
    """
    return dumps(unstructure(event))
