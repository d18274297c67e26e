"""Events about a response and its output (protocols, *Server events*)."""

from typing import ClassVar

import attrs

from ..wire.base import WireMessage
from ..wire.omitted import OMITTED, Nullable
from .objects import ContentPart, Item, Response


@attrs.frozen(eq=False, repr=False)
class ResponseCreated(WireMessage):
    """A response starts: ours, or one that the server began by itself."""

    type: ClassVar[str] = "response.created"
    response: Response
    """The response, `in_progress`, without output."""
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class ResponseDone(WireMessage):
    """The last event of a response, whatever its status."""

    type: ClassVar[str] = "response.done"
    response: Response
    """The response with its status, its output without audio, and its usage."""
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class ResponseOutputItemAdded(WireMessage):
    """A response starts an item."""

    type: ClassVar[str] = "response.output_item.added"
    item: Item
    """The item, still empty."""
    response_id: Nullable[str] = OMITTED
    output_index: Nullable[int] = OMITTED
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class ResponseOutputItemDone(WireMessage):
    """An item of a response is final."""

    type: ClassVar[str] = "response.output_item.done"
    item: Item
    """The item."""
    response_id: Nullable[str] = OMITTED
    output_index: Nullable[int] = OMITTED
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class ResponseContentPartAdded(WireMessage):
    """An item gets a part; some servers leave `part` out."""

    type: ClassVar[str] = "response.content_part.added"
    part: Nullable[ContentPart] = OMITTED
    """The part, still empty."""
    response_id: Nullable[str] = OMITTED
    item_id: Nullable[str] = OMITTED
    output_index: Nullable[int] = OMITTED
    content_index: Nullable[int] = OMITTED
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class ResponseContentPartDone(WireMessage):
    """A part is final; some servers leave `part` out."""

    type: ClassVar[str] = "response.content_part.done"
    part: Nullable[ContentPart] = OMITTED
    """The part, without its audio."""
    response_id: Nullable[str] = OMITTED
    item_id: Nullable[str] = OMITTED
    output_index: Nullable[int] = OMITTED
    content_index: Nullable[int] = OMITTED
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class ResponseOutputTextDelta(WireMessage):
    """A piece of text."""

    type: ClassVar[str] = "response.output_text.delta"
    delta: str
    """The piece."""
    response_id: Nullable[str] = OMITTED
    item_id: Nullable[str] = OMITTED
    output_index: Nullable[int] = OMITTED
    content_index: Nullable[int] = OMITTED
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class ResponseOutputTextDone(WireMessage):
    """The whole text of a part."""

    type: ClassVar[str] = "response.output_text.done"
    text: Nullable[str] = OMITTED
    """The text."""
    response_id: Nullable[str] = OMITTED
    item_id: Nullable[str] = OMITTED
    output_index: Nullable[int] = OMITTED
    content_index: Nullable[int] = OMITTED
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class ResponseOutputAudioDelta(WireMessage):
    """A piece of audio."""

    type: ClassVar[str] = "response.output_audio.delta"
    delta: str
    """Base64, in the session's output format."""
    response_id: Nullable[str] = OMITTED
    item_id: Nullable[str] = OMITTED
    output_index: Nullable[int] = OMITTED
    content_index: Nullable[int] = OMITTED
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class ResponseOutputAudioDone(WireMessage):
    """All audio of a part was sent. It holds none."""

    type: ClassVar[str] = "response.output_audio.done"
    response_id: Nullable[str] = OMITTED
    item_id: Nullable[str] = OMITTED
    output_index: Nullable[int] = OMITTED
    content_index: Nullable[int] = OMITTED
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class ResponseOutputAudioTranscriptDelta(WireMessage):
    """A piece of the text of spoken output; runs ahead of the audio."""

    type: ClassVar[str] = "response.output_audio_transcript.delta"
    delta: str
    """The piece."""
    response_id: Nullable[str] = OMITTED
    item_id: Nullable[str] = OMITTED
    output_index: Nullable[int] = OMITTED
    content_index: Nullable[int] = OMITTED
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class ResponseOutputAudioTranscriptDone(WireMessage):
    """The whole text of spoken output."""

    type: ClassVar[str] = "response.output_audio_transcript.done"
    transcript: Nullable[str] = OMITTED
    """The text."""
    response_id: Nullable[str] = OMITTED
    item_id: Nullable[str] = OMITTED
    output_index: Nullable[int] = OMITTED
    content_index: Nullable[int] = OMITTED
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class ResponseFunctionCallArgumentsDelta(WireMessage):
    """A piece of the arguments of a call: JSON text."""

    type: ClassVar[str] = "response.function_call_arguments.delta"
    delta: str
    """The piece."""
    response_id: Nullable[str] = OMITTED
    item_id: Nullable[str] = OMITTED
    output_index: Nullable[int] = OMITTED
    call_id: Nullable[str] = OMITTED
    """The id of the call."""
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class ResponseFunctionCallArgumentsDone(WireMessage):
    """The whole arguments of a call, JSON text. Clones leave `name` out."""

    type: ClassVar[str] = "response.function_call_arguments.done"
    arguments: Nullable[str] = OMITTED
    """JSON text, cut off where the response was."""
    response_id: Nullable[str] = OMITTED
    item_id: Nullable[str] = OMITTED
    output_index: Nullable[int] = OMITTED
    call_id: Nullable[str] = OMITTED
    """The id of the call, which its output repeats."""
    name: Nullable[str] = OMITTED
    """The name of the function."""
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class ResponseMcpCallArgumentsDelta(WireMessage):
    """A piece of the arguments of an MCP call."""

    type: ClassVar[str] = "response.mcp_call_arguments.delta"
    delta: str
    """The piece, of JSON text."""
    response_id: Nullable[str] = OMITTED
    item_id: Nullable[str] = OMITTED
    output_index: Nullable[int] = OMITTED
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class ResponseMcpCallArgumentsDone(WireMessage):
    """The whole arguments of an MCP call."""

    type: ClassVar[str] = "response.mcp_call_arguments.done"
    arguments: Nullable[str] = OMITTED
    """JSON text."""
    response_id: Nullable[str] = OMITTED
    item_id: Nullable[str] = OMITTED
    output_index: Nullable[int] = OMITTED
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class ResponseMcpCallInProgress(WireMessage):
    """The server runs an MCP call."""

    type: ClassVar[str] = "response.mcp_call.in_progress"
    item_id: Nullable[str] = OMITTED
    output_index: Nullable[int] = OMITTED
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class ResponseMcpCallCompleted(WireMessage):
    """An MCP call succeeded."""

    type: ClassVar[str] = "response.mcp_call.completed"
    item_id: Nullable[str] = OMITTED
    output_index: Nullable[int] = OMITTED
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class ResponseMcpCallFailed(WireMessage):
    """An MCP call failed."""

    type: ClassVar[str] = "response.mcp_call.failed"
    item_id: Nullable[str] = OMITTED
    output_index: Nullable[int] = OMITTED
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)
