"""The codes of `Error` and `Warning`.

On the wire they are open strings; these are the ones with a meaning.
"""

from enum import Enum


class _Code(str, Enum):
    """In texts a code is what it is on the wire."""

    def __str__(self) -> str:
        return str.__str__(self)


class ErrorCode(_Code):
    """Codes of `Error`; each ends the session (protocols, *Errors and Warnings*)."""

    UNPARSABLE_CLIENT_MESSAGE = "UNPARSABLE_CLIENT_MESSAGE"
    NON_SETTINGS_MESSAGE_BEFORE_SETTINGS = "NON_SETTINGS_MESSAGE_BEFORE_SETTINGS"
    SETTINGS_ALREADY_APPLIED = "SETTINGS_ALREADY_APPLIED"
    INVALID_SETTINGS = "INVALID_SETTINGS"
    """Well formed but unusable."""
    INVALID_AGENT_ID = "INVALID_AGENT_ID"
    AGENT_ID_NOT_SUPPORTED = "AGENT_ID_NOT_SUPPORTED"
    """`agent` is the id of a stored agent, and there are none here."""
    CLIENT_MESSAGE_TIMEOUT = "CLIENT_MESSAGE_TIMEOUT"
    """Nothing was received for too long."""
    USER_AUDIO_FORMAT = "USER_AUDIO_FORMAT"
    """The audio is not what `audio.input` says."""
    FAILED_TO_START_LISTENING = "FAILED_TO_START_LISTENING"
    FAILED_TO_LISTEN = "FAILED_TO_LISTEN"
    """The older name of `FAILED_TO_START_LISTENING`."""
    ASR_CONNECTION_CLOSED = "ASR_CONNECTION_CLOSED"
    ASR_DRIVER_TIMEOUT = "ASR_DRIVER_TIMEOUT"
    FAILED_TO_THINK = "FAILED_TO_THINK"
    """All think providers failed; the turn gets no reply."""
    FAILED_TO_SPEAK = "FAILED_TO_SPEAK"
    """All speak providers failed, or the voice or its speed is invalid."""
    NON_EXISTENT_FUNCTION_CALLED = "NON_EXISTENT_FUNCTION_CALLED"
    MAXIMUM_SESSION_LENGTH_REACHED = "MAXIMUM_SESSION_LENGTH_REACHED"
    SERVER_GOING_AWAY = "SERVER_GOING_AWAY"
    INTERNAL_SERVER_ERROR = "INTERNAL_SERVER_ERROR"
    DATA_0002 = "DATA-0002"
    """Inline controls in the text of a Flux voice."""
    CLIENT_AUDIO_OVERFLOW = "CLIENT_AUDIO_OVERFLOW"
    """More audio came before the session was ready than may wait (A8). Ours, not Deepgram's."""
    CLIENT_MESSAGE_OVERFLOW = "CLIENT_MESSAGE_OVERFLOW"
    """More text messages came than may wait (L3). Ours."""
    CLIENT_MESSAGE_TOO_LARGE = "CLIENT_MESSAGE_TOO_LARGE"
    """A binary frame is over the limit (L1). Ours."""


class WarningCode(_Code):
    """Codes of `Warning`; the session goes on (protocols, *Errors and Warnings*)."""

    INJECT_AGENT_MESSAGE_DURING_USER_SPEECH = "INJECT_AGENT_MESSAGE_DURING_USER_SPEECH"
    INJECT_AGENT_MESSAGE_DURING_AGENT_SPEECH = "INJECT_AGENT_MESSAGE_DURING_AGENT_SPEECH"
    PROMPT_TOO_LONG = "PROMPT_TOO_LONG"
    VOICE_PROMPT_ADDED = "VOICE_PROMPT_ADDED"
    THINK_REQUEST_FAILED = "THINK_REQUEST_FAILED"
    """A response failed or is incomplete (R5)."""
    SPEAK_REQUEST_FAILED = "SPEAK_REQUEST_FAILED"
    FUNCTION_CALL_FAILED = "FUNCTION_CALL_FAILED"
    SLOW_THINK_REQUEST = "SLOW_THINK_REQUEST"
    """No output after 5 s, and again each 5 s."""
    SLOW_SPEAK_REQUEST = "SLOW_SPEAK_REQUEST"
    GPT_4O_STREAM_END_ERROR = "GPT_4O_STREAM_END_ERROR"
    FORCE_END_TURN_UNSUPPORTED = "FORCE_END_TURN_UNSUPPORTED"
    UPDATE_LISTEN_UNSUPPORTED_FIELDS_CHANGED = "UPDATE_LISTEN_UNSUPPORTED_FIELDS_CHANGED"
    MAXIMUM_SESSION_LENGTH_APPROACHING = "MAXIMUM_SESSION_LENGTH_APPROACHING"
    SPEAK_UPDATE_UNSUPPORTED = "SPEAK_UPDATE_UNSUPPORTED"
    """The voice cannot change once audio was produced (T2). Ours, not Deepgram's."""
    TRANSCRIPTION_FAILED = "TRANSCRIPTION_FAILED"
    """What the user says cannot be told as text (O9). Ours."""
    UPDATE_NOT_CONFIRMED = "UPDATE_NOT_CONFIRMED"
    """Upstream did not say whether an update holds (T2). Ours."""
    THINK_LIVE_UNSUPPORTED = "THINK_LIVE_UNSUPPORTED"
    """Think Live is Deepgram's own service. Ours."""
    CUSTOM_THINK_UNSUPPORTED = "CUSTOM_THINK_UNSUPPORTED"
    """There is no custom think provider. Ours."""


class ComponentCode(_Code):
    """Codes of `Error` in the component's dialect (protocols, *The component's dialect*)."""

    DISALLOWED_CLIENT_MESSAGE_TYPE = "disallowed_client_message_type"
    UNPARSABLE_CLIENT_MESSAGE = "unparsable_client_message"
    UNMAPPED_UPSTREAM_EVENT = "unmapped_upstream_event"
    """Upstream text that is no JSON object (E4)."""
    UPSTREAM_CLOSED_BEFORE_SESSION_READY = "upstream_closed_before_session_ready"
    IDLE_TIMEOUT = "idle_timeout"
    """An expected end: the component does not report it as an error (E3)."""
    SESSION_MAX_DURATION = "session_max_duration"
    """An expected end, too."""
    UNKNOWN = "unknown"
    """An upstream error without a code (E1)."""
