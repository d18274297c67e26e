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
    """The conversation."""
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class ConversationItemAdded(WireMessage):
    """An item enters the conversation; a model's item is still empty."""

    type: ClassVar[str] = "conversation.item.added"
    item: Item
    """The item as it is so far."""
    previous_item_id: Nullable[str] = OMITTED
    """The item before it; null for the first."""
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class ConversationItemDone(WireMessage):
    """An item is final."""

    type: ClassVar[str] = "conversation.item.done"
    item: Item
    """The item."""
    previous_item_id: Nullable[str] = OMITTED
    """The item before it, or null; not reliable."""
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class ConversationItemCreated(WireMessage):
    """Beta servers and clones: what GA says with added and done."""

    type: ClassVar[str] = "conversation.item.created"
    item: Item
    """The item."""
    previous_item_id: Nullable[str] = OMITTED
    """The item before it; null for the first."""
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class ConversationItemRetrieved(WireMessage):
    """The answer to `conversation.item.retrieve`."""

    type: ClassVar[str] = "conversation.item.retrieved"
    item: Item
    """The item, with its audio."""
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class ConversationItemTruncated(WireMessage):
    """The answer to `conversation.item.truncate`."""

    type: ClassVar[str] = "conversation.item.truncated"
    item_id: Nullable[str] = OMITTED
    content_index: Nullable[int] = OMITTED
    audio_end_ms: Nullable[float] = OMITTED
    """How much audio was kept, in milliseconds."""
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

    Servers of the component's dialect may say where it is, and some give no `item_id`.
    """

    type: ClassVar[str] = "conversation.item.input_audio_transcription.delta"
    item_id: Nullable[str] = OMITTED
    content_index: Nullable[int] = OMITTED
    delta: Nullable[str] = OMITTED
    """The piece."""
    logprobs: Omissible[Json] = OMITTED
    """Its logarithmic probabilities, if they were asked for."""
    start: Nullable[float] = OMITTED
    """Where it begins in the audio, in seconds."""
    duration: Nullable[float] = OMITTED
    """How long it is, in seconds."""
    channel: Omissible[Json] = OMITTED
    """The channel, as the server gives it."""
    channel_index: Omissible[Json] = OMITTED
    """The same, as a number or a list."""
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class ConversationItemInputAudioTranscriptionCompleted(WireMessage):
    """The transcript of user audio; comes before, during or after the response."""

    type: ClassVar[str] = "conversation.item.input_audio_transcription.completed"
    item_id: Nullable[str] = OMITTED
    content_index: Nullable[int] = OMITTED
    transcript: Nullable[str] = OMITTED
    """The whole text; may be empty."""
    usage: Omissible[Json] = OMITTED
    """What the transcription took: `{type: "tokens", …}`, or `{type: "duration", seconds}`."""
    logprobs: Omissible[Json] = OMITTED
    """Its logarithmic probabilities, if they were asked for."""
    languages: Omissible[Json] = OMITTED
    """The languages that were heard."""
    status: Nullable[str] = OMITTED
    """`in_progress` for what was understood so far; another follows (xAI)."""
    start: Nullable[float] = OMITTED
    """Where it begins in the audio, in seconds."""
    duration: Nullable[float] = OMITTED
    """How long it is, in seconds."""
    channel: Omissible[Json] = OMITTED
    """The channel, as the server gives it."""
    channel_index: Omissible[Json] = OMITTED
    """The same, as a number or a list."""
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class ConversationItemInputAudioTranscriptionSegment(WireMessage):
    """A segment of one speaker."""

    type: ClassVar[str] = "conversation.item.input_audio_transcription.segment"
    id: Nullable[str] = OMITTED
    """The id of the segment."""
    item_id: Nullable[str] = OMITTED
    content_index: Nullable[int] = OMITTED
    text: Nullable[str] = OMITTED
    """What was said."""
    speaker: Nullable[str] = OMITTED
    """Who said it."""
    start: Nullable[float] = OMITTED
    """Where it begins in the audio, in seconds."""
    end: Nullable[float] = OMITTED
    """Where it ends in the audio, in seconds."""
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class ConversationItemInputAudioTranscriptionFailed(WireMessage):
    """There is no transcript of this item; the turn goes on."""

    type: ClassVar[str] = "conversation.item.input_audio_transcription.failed"
    item_id: Nullable[str] = OMITTED
    content_index: Nullable[int] = OMITTED
    error: Nullable[ErrorDetail] = OMITTED
    """Why; some servers do not say."""
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
