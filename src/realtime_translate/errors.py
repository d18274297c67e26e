"""What the library raises. Only a mistake of the host raises; whatever a peer sends becomes outputs."""

from __future__ import annotations

from typing import ClassVar

__all__ = [
    "ClockError",
    "ConfigError",
    "FrameTypeError",
    "IdError",
    "LocalProtocolError",
    "OrderError",
    "SnapshotError",
]


class LocalProtocolError(Exception):
    """The host broke the contract of `Translator`. The message says what to do instead; `code` is stable."""

    code: ClassVar[str] = "LOCAL_PROTOCOL_ERROR"


class ConfigError(LocalProtocolError):
    """A `Config` that cannot work, or what is none.

    Raised by `Config` and its parts when they are made, and by `Translator`.
    """

    code: ClassVar[str] = "INVALID_CONFIG"


class FrameTypeError(LocalProtocolError):
    """A frame of a type that the method does not take.

    Raised by `receive_from_client`, `receive_from_upstream`, `client_closed`, `upstream_closed`, `close` and
    `function_result`, of other arguments too.
    """

    code: ClassVar[str] = "INVALID_FRAME_TYPE"


class OrderError(LocalProtocolError):
    """An input at a moment when it cannot happen, for example a frame before `client_opened`.

    Raised by every input but `handle_timeout` and `close` for that; by `close` for a code that no close frame
    may carry, and by `playback_reported` for what is no number of milliseconds.
    """

    code: ClassVar[str] = "INPUT_OUT_OF_ORDER"


class ClockError(LocalProtocolError):
    """The injected clock gave NaN, an infinity or no number.

    Raised by every input, by `snapshot` and by `restore`.
    """

    code: ClassVar[str] = "INVALID_CLOCK"


class IdError(LocalProtocolError):
    """The injected id source gave something else than 1 to 36 characters of `[A-Za-z0-9_-]`.

    Raised by `Translator` and by `restore`.
    """

    code: ClassVar[str] = "INVALID_ID"


class SnapshotError(LocalProtocolError):
    """A snapshot that this version cannot restore: foreign, corrupt, or of another version or dialect.

    Raised by `restore`.
    """

    code: ClassVar[str] = "INVALID_SNAPSHOT"
