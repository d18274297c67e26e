"""Where a piece of speech is, as servers say it: a time in the audio, and a channel (O4, O6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeGuard, cast

from ..wire.omitted import OMITTED, Nullable, Omissible

__all__ = ["CHANNEL", "channel_of", "known_ms", "ms_of", "seconds"]

CHANNEL = (0, 1)
"""`[index, count]`: the one channel that there is."""

_LONGEST_MS = 10**9
_MOST_CHANNELS = 8


def known_ms(milliseconds: Nullable[float]) -> float | None:
    """A place in the audio, or None: a server may say anything."""
    if milliseconds is OMITTED or milliseconds is None or not 0 <= milliseconds <= _LONGEST_MS:
        return None
    return milliseconds


def ms_of(given: Nullable[float]) -> float | None:
    """The same of a place in seconds."""
    return known_ms(round(given * 1000, 3)) if given and given <= _LONGEST_MS else known_ms(given)


def seconds(milliseconds: float | None) -> Omissible[float]:
    """A place as the client has it, if it is known."""
    return OMITTED if milliseconds is None else round(float(milliseconds) / 1000, 6)


def channel_of(given: object) -> tuple[int, ...]:
    """The channel that a server names, `[index, count]`; the only one if it names none."""
    if not isinstance(given, (list, tuple)):
        return CHANNEL
    numbers = cast("Sequence[object]", given)
    channel = tuple(each for each in numbers[:_MOST_CHANNELS] if _is_channel(each))
    return channel if 0 < len(channel) == len(numbers) else CHANNEL


def _is_channel(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**16
