"""Events about the session, the audio buffers and errors (protocols, *Server events*)."""

from typing import ClassVar

import attrs

from ..wire.base import Json, WireMessage
from ..wire.omitted import OMITTED, Nullable, Omissible
from .objects import ErrorDetail, RateLimit, Session


@attrs.frozen(eq=False, repr=False)
class ErrorEvent(WireMessage):
    """An event of ours failed, or the server did. Most leave the session open (protocols, *Errors*)."""

    type: ClassVar[str] = "error"
    error: ErrorDetail
    """What went wrong."""
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class SessionCreated(WireMessage):
    """The first event: the session with its defaults."""

    type: ClassVar[str] = "session.created"
    session: Session
    """The whole session."""
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class SessionUpdated(WireMessage):
    """The answer to `session.update`: the whole session as it is now."""

    type: ClassVar[str] = "session.updated"
    session: Session
    """The whole session, as it is now."""
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class RateLimitsUpdated(WireMessage):
    """What is left of the rate limits; comes after `response.done`, if at all."""

    type: ClassVar[str] = "rate_limits.updated"
    rate_limits: Nullable[tuple[RateLimit, ...]] = OMITTED
    """One entry for each limit."""
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class InputAudioBufferCommitted(WireMessage):
    """The buffer became a user item."""

    type: ClassVar[str] = "input_audio_buffer.committed"
    previous_item_id: Nullable[str] = OMITTED
    """The item before it; null for the first."""
    item_id: Nullable[str] = OMITTED
    """The user item that the buffer became."""
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class InputAudioBufferCleared(WireMessage):
    """The answer to `input_audio_buffer.clear`."""

    type: ClassVar[str] = "input_audio_buffer.cleared"
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class InputAudioBufferSpeechStarted(WireMessage):
    """VAD heard speech."""

    type: ClassVar[str] = "input_audio_buffer.speech_started"
    audio_start_ms: Nullable[float] = OMITTED
    """Where speech begins, in milliseconds of all audio appended in this session; some of the silence before
    it is included.
    """
    item_id: Nullable[str] = OMITTED
    """The user item that the turn will become."""
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class InputAudioBufferSpeechStopped(WireMessage):
    """VAD heard the end of speech.

    Servers of the component's dialect may give `channel` and `last_word_end`, and no `item_id`.
    """

    type: ClassVar[str] = "input_audio_buffer.speech_stopped"
    audio_end_ms: Nullable[float] = OMITTED
    """Where speech ends, in milliseconds of all audio appended in this session."""
    item_id: Nullable[str] = OMITTED
    """The user item that the turn will become."""
    channel: Omissible[Json] = OMITTED
    """The channel, as the server gives it."""
    last_word_end: Nullable[float] = OMITTED
    """Where the last word ends in the audio, in seconds."""
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class InputAudioBufferTimeoutTriggered(WireMessage):
    """`idle_timeout_ms` ran out: the silence is committed and a response follows."""

    type: ClassVar[str] = "input_audio_buffer.timeout_triggered"
    audio_start_ms: Nullable[float] = OMITTED
    """Where the silence begins, in milliseconds of all audio appended in this session."""
    audio_end_ms: Nullable[float] = OMITTED
    """Where it ends, in the same."""
    item_id: Nullable[str] = OMITTED
    """The user item that the silence becomes."""
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class InputAudioBufferDtmfEventReceived(WireMessage):
    """A telephone key, SIP only."""

    type: ClassVar[str] = "input_audio_buffer.dtmf_event_received"
    event: Nullable[str] = OMITTED
    """The key: a digit, `*` or `#`."""
    received_at: Nullable[float] = OMITTED
    """When, in seconds since 1970."""
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)
    """Servers do not send it."""


@attrs.frozen(eq=False, repr=False)
class OutputAudioBufferStarted(WireMessage):
    """Playback starts. WebRTC and SIP only."""

    type: ClassVar[str] = "output_audio_buffer.started"
    response_id: Nullable[str] = OMITTED
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class OutputAudioBufferStopped(WireMessage):
    """Playback has ended. WebRTC and SIP only."""

    type: ClassVar[str] = "output_audio_buffer.stopped"
    response_id: Nullable[str] = OMITTED
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class OutputAudioBufferCleared(WireMessage):
    """Playback was cut. WebRTC and SIP only."""

    type: ClassVar[str] = "output_audio_buffer.cleared"
    response_id: Nullable[str] = OMITTED
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)
