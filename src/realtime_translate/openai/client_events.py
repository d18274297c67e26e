"""Every event to the server (protocols, *Client events*).

`event_id` comes back in the error that answers an event, if one does.
"""

from typing import ClassVar

import attrs

from ..wire.base import WireMessage
from ..wire.omitted import OMITTED, Nullable, Omissible
from .objects import Item, ResponseParams, Session


@attrs.frozen(eq=False, repr=False)
class SessionUpdate(WireMessage):
    """Changes the keys of the session that it has.

    Answer: `SessionUpdated`, or an error and no change at all.
    """

    type: ClassVar[str] = "session.update"
    session: Session
    """The keys that change, and `type`."""
    event_id: Omissible[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class InputAudioBufferAppend(WireMessage):
    """Adds audio to the buffer. Answer: none."""

    type: ClassVar[str] = "input_audio_buffer.append"
    audio: str
    """Base64, of at most 15 MiB of audio in the session's input format."""
    event_id: Omissible[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class InputAudioBufferCommit(WireMessage):
    """Makes a user item of the buffer, which must hold 100 ms.

    Answer: `InputAudioBufferCommitted`, no response.
    """

    type: ClassVar[str] = "input_audio_buffer.commit"
    event_id: Omissible[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class InputAudioBufferClear(WireMessage):
    """Empties the buffer. Answer: `InputAudioBufferCleared`."""

    type: ClassVar[str] = "input_audio_buffer.clear"
    event_id: Omissible[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class ConversationItemCreate(WireMessage):
    """Adds an item. Answer: `ConversationItemAdded`, then `ConversationItemDone`."""

    type: ClassVar[str] = "conversation.item.create"
    item: Item
    """The item."""
    previous_item_id: Nullable[str] = OMITTED
    """The item after which it comes, `root` for the beginning. Absent: at the end."""
    event_id: Omissible[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class ConversationItemRetrieve(WireMessage):
    """Asks for an item with its audio. Answer: `ConversationItemRetrieved`."""

    type: ClassVar[str] = "conversation.item.retrieve"
    item_id: str
    """The item."""
    event_id: Omissible[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class ConversationItemTruncate(WireMessage):
    """Removes what was not heard of an assistant item. Answer: `ConversationItemTruncated`."""

    type: ClassVar[str] = "conversation.item.truncate"
    item_id: str
    """The item, one of the assistant's with audio."""
    content_index: int
    """The place of the part in the item: 0."""
    audio_end_ms: int
    """Milliseconds of audio to keep, from 1 to what the server sent."""
    event_id: Omissible[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class ConversationItemDelete(WireMessage):
    """Removes an item. Answer: `ConversationItemDeleted`."""

    type: ClassVar[str] = "conversation.item.delete"
    item_id: str
    """The item."""
    event_id: Omissible[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class ResponseCreate(WireMessage):
    """Asks for a response; at most one is active in a conversation.

    Answer: `ResponseCreated` … `ResponseDone`.
    """

    type: ClassVar[str] = "response.create"
    response: Omissible[ResponseParams] = OMITTED
    """What this response does differently from the session."""
    event_id: Omissible[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class ResponseCancel(WireMessage):
    """Cancels a response.

    Answer: `ResponseDone` (cancelled).
    """

    type: ClassVar[str] = "response.cancel"
    response_id: Omissible[str] = OMITTED
    """The response. Absent: the active one."""
    event_id: Omissible[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class OutputAudioBufferClear(WireMessage):
    """Drops audio that is not played yet. WebRTC and SIP only."""

    type: ClassVar[str] = "output_audio_buffer.clear"
    event_id: Omissible[str] = attrs.field(default=OMITTED, kw_only=True)
