"""What a host may give to an input: what is none raises a `LocalProtocolError` that says what to do."""

from __future__ import annotations

from . import deepgram
from .errors import ClockError, FrameTypeError, OrderError
from .wire.hooks import MOST

__all__ = [
    "NO_CODE",
    "check_close",
    "check_leg",
    "check_played",
    "check_sent_code",
    "encoded",
    "in_bytes",
    "no_time",
]

NO_CODE = 1005
_PRIVATE_CODES = (NO_CODE, 1006, 1015)
"""Close codes that may never be sent (RFC 6455, 7.4.1)."""


def in_bytes(frame: object) -> object:
    """A copy of what a host's buffer holds, which the host may fill again; anything else as it is."""
    if isinstance(frame, memoryview):
        return frame.tobytes()
    return bytes(frame) if isinstance(frame, bytearray) else frame


def encoded(message: object) -> str | bytes:
    """The frame of a message object. What is none, or holds what JSON cannot say, is the host's mistake."""
    message = in_bytes(message)
    if isinstance(message, (bytes, str)):
        return message
    if not isinstance(message, deepgram.ClientMessage):
        kind = type(message).__name__
        raise FrameTypeError(
            f"a client frame is str, bytes or a client message of the deepgram module, not {kind}"
        )
    try:
        return deepgram.encode(message)
    except (TypeError, ValueError) as error:
        raise FrameTypeError(f"this {type(message).__name__} cannot be encoded as JSON: {error}") from error


def check_close(code: object, reason: object) -> None:
    """What a close frame carries: a number, and a text."""
    if not isinstance(code, int):
        raise FrameTypeError(f"a close code is an int, not {type(code).__name__}; pass it as it came")
    if not isinstance(reason, str):
        raise FrameTypeError(f"a close reason is a str, not {type(reason).__name__}; decode it first")


def no_time(now: object) -> ClockError:
    """What to raise for a reading that is none."""
    return ClockError(f"the clock gave {now!r:.40}; it must give finite seconds")


def check_sent_code(code: int) -> None:
    """What a close frame that is sent may carry (RFC 6455, 7.4)."""
    if not 1000 <= code <= 4999 or code in _PRIVATE_CODES:
        raise OrderError(
            f"{code} is no code that a close frame may carry; use 1000, 1001, 1011 or 3000 to 4999"
        )


def check_leg(leg: object) -> None:
    """The number of a socket."""
    if not isinstance(leg, int):
        raise FrameTypeError(f"a leg is an int, not {type(leg).__name__}; take it from OpenUpstream")


def check_played(milliseconds: object) -> None:
    """How much of the agent's audio was played."""
    if type(milliseconds) is not int or not 0 <= milliseconds <= MOST:
        raise OrderError(
            f"played_ms is a whole number of milliseconds from 0 to 2^53, not {milliseconds!r:.40}; round it"
        )
