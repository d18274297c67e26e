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
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class SessionCreated(WireMessage):
    """The first event: the session with its defaults."""

    type: ClassVar[str] = "session.created"
    session: Session
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class SessionUpdated(WireMessage):
    """The answer to `session.update`: the whole session as it is now."""

    type: ClassVar[str] = "session.updated"
    session: Session
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class RateLimitsUpdated(WireMessage):
    """What is left of the rate limits; comes after `response.done`, if at all."""

    type: ClassVar[str] = "rate_limits.updated"
    rate_limits: Nullable[tuple[RateLimit, ...]] = OMITTED
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class InputAudioBufferCommitted(WireMessage):
    """The buffer became the user item `item_id`."""

    type: ClassVar[str] = "input_audio_buffer.committed"
    previous_item_id: Nullable[str] = OMITTED
    item_id: Nullable[str] = OMITTED
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class InputAudioBufferCleared(WireMessage):
    """The answer to `input_audio_buffer.clear`."""

    type: ClassVar[str] = "input_audio_buffer.cleared"
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class InputAudioBufferSpeechStarted(WireMessage):
    """VAD heard speech. `audio_start_ms` counts the audio appended in this session, in milliseconds."""

    type: ClassVar[str] = "input_audio_buffer.speech_started"
    audio_start_ms: Nullable[float] = OMITTED
    item_id: Nullable[str] = OMITTED
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class InputAudioBufferSpeechStopped(WireMessage):
    """VAD heard the end of speech. `audio_end_ms` is in milliseconds of the audio appended.

    Servers of the component's dialect may give `channel` and, in seconds, `last_word_end`, and no `item_id`.
    """

    type: ClassVar[str] = "input_audio_buffer.speech_stopped"
    audio_end_ms: Nullable[float] = OMITTED
    item_id: Nullable[str] = OMITTED
    channel: Omissible[Json] = OMITTED
    last_word_end: Nullable[float] = OMITTED
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class InputAudioBufferTimeoutTriggered(WireMessage):
    """`idle_timeout_ms` ran out: the silence is committed as `item_id` and a response follows.

    Times in milliseconds.
    """

    type: ClassVar[str] = "input_audio_buffer.timeout_triggered"
    audio_start_ms: Nullable[float] = OMITTED
    audio_end_ms: Nullable[float] = OMITTED
    item_id: Nullable[str] = OMITTED
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class InputAudioBufferDtmfEventReceived(WireMessage):
    """A telephone key, SIP only. `received_at` is in seconds since 1970. It has no `event_id`."""

    type: ClassVar[str] = "input_audio_buffer.dtmf_event_received"
    event: Nullable[str] = OMITTED
    received_at: Nullable[float] = OMITTED
    event_id: Nullable[str] = attrs.field(default=OMITTED, kw_only=True)


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
