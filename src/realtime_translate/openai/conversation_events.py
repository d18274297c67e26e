"""Events about the conversation and its items (protocols, *Server events*)."""

from typing import ClassVar

import attrs

from ..wire.base import Json, WireMessage
from ..wire.omitted import OMITTED, Nullable, Omissible
from .objects import Conversation, ErrorDetail, Item


@attrs.frozen(eq=False, repr=False)
class ConversationCreated(WireMessage):
    """Documented, but GA servers do not send it."""

    type: ClassVar[str] = "conversation.created"
    conversation: Nullable[Conversation] = OMITTED
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class ConversationItemAdded(WireMessage):
    """An item enters the conversation; a model's item is still empty."""

    type: ClassVar[str] = "conversation.item.added"
    item: Item
    previous_item_id: Nullable[str] = OMITTED
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class ConversationItemDone(WireMessage):
    """An item is final. Its `previous_item_id` is not reliable."""

    type: ClassVar[str] = "conversation.item.done"
    item: Item
    previous_item_id: Nullable[str] = OMITTED
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class ConversationItemCreated(WireMessage):
    """Beta servers and clones: what GA says with added and done."""

    type: ClassVar[str] = "conversation.item.created"
    item: Item
    previous_item_id: Nullable[str] = OMITTED
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class ConversationItemRetrieved(WireMessage):
    """The answer to `conversation.item.retrieve`."""

    type: ClassVar[str] = "conversation.item.retrieved"
    item: Item
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class ConversationItemTruncated(WireMessage):
    """The answer to `conversation.item.truncate`. `audio_end_ms` is in milliseconds."""

    type: ClassVar[str] = "conversation.item.truncated"
    item_id: Nullable[str] = OMITTED
    content_index: Nullable[int] = OMITTED
    audio_end_ms: Nullable[float] = OMITTED
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class ConversationItemDeleted(WireMessage):
    """The answer to `conversation.item.delete`."""

    type: ClassVar[str] = "conversation.item.deleted"
    item_id: Nullable[str] = OMITTED
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class ConversationItemInputAudioTranscriptionDelta(WireMessage):
    """A piece of the transcript of user audio.

    Servers of the component's dialect may say where it is: `start` and `duration` in seconds, `channel`,
    `channel_index`; some give no `item_id`.
    """

    type: ClassVar[str] = "conversation.item.input_audio_transcription.delta"
    item_id: Nullable[str] = OMITTED
    content_index: Nullable[int] = OMITTED
    delta: Nullable[str] = OMITTED
    logprobs: Omissible[Json] = OMITTED
    start: Nullable[float] = OMITTED
    duration: Nullable[float] = OMITTED
    channel: Omissible[Json] = OMITTED
    channel_index: Omissible[Json] = OMITTED
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class ConversationItemInputAudioTranscriptionCompleted(WireMessage):
    """The transcript of user audio; comes before, during or after the response.

    With `status` `in_progress` it is what was understood so far, and another follows (xAI). `start` and the
    rest as in a delta.
    """

    type: ClassVar[str] = "conversation.item.input_audio_transcription.completed"
    item_id: Nullable[str] = OMITTED
    content_index: Nullable[int] = OMITTED
    transcript: Nullable[str] = OMITTED
    usage: Omissible[Json] = OMITTED
    logprobs: Omissible[Json] = OMITTED
    languages: Omissible[Json] = OMITTED
    status: Nullable[str] = OMITTED
    start: Nullable[float] = OMITTED
    duration: Nullable[float] = OMITTED
    channel: Omissible[Json] = OMITTED
    channel_index: Omissible[Json] = OMITTED
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class ConversationItemInputAudioTranscriptionSegment(WireMessage):
    """A segment of one speaker. `start` and `end` are in seconds."""

    type: ClassVar[str] = "conversation.item.input_audio_transcription.segment"
    id: Nullable[str] = OMITTED
    item_id: Nullable[str] = OMITTED
    content_index: Nullable[int] = OMITTED
    text: Nullable[str] = OMITTED
    speaker: Nullable[str] = OMITTED
    start: Nullable[float] = OMITTED
    end: Nullable[float] = OMITTED
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class ConversationItemInputAudioTranscriptionFailed(WireMessage):
    """There is no transcript of this item; the turn goes on."""

    type: ClassVar[str] = "conversation.item.input_audio_transcription.failed"
    item_id: Nullable[str] = OMITTED
    content_index: Nullable[int] = OMITTED
    error: Nullable[ErrorDetail] = OMITTED
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class McpListToolsInProgress(WireMessage):
    """The server asks an MCP server for its tools."""

    type: ClassVar[str] = "mcp_list_tools.in_progress"
    item_id: Nullable[str] = OMITTED
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class McpListToolsCompleted(WireMessage):
    """The tools of an MCP server are known."""

    type: ClassVar[str] = "mcp_list_tools.completed"
    item_id: Nullable[str] = OMITTED
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class McpListToolsFailed(WireMessage):
    """The tools of an MCP server could not be had."""

    type: ClassVar[str] = "mcp_list_tools.failed"
    item_id: Nullable[str] = OMITTED
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)
