"""Text that has to fit into so many columns of a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import accumulate

__all__ = ["columns", "padded", "shortened", "wrapped"]

_MORE = "…"


def columns(text: str) -> int:
    """How many columns a terminal gives `text`: East Asian characters and most emoji take two."""
    return len(text) if text.isascii() else sum(map(_columns_of, text))


def shortened(text: str, room: int) -> str:
    """`text` where it fits into `room` columns, else its beginning and an ellipsis."""
    return text if columns(text) <= room else _beginning(text, room - 1).rstrip(" ,:") + _MORE


def padded(text: str, width: int) -> str:
    """`text` with spaces after it, up to `width` columns."""
    return text + " " * (width - columns(text))


def wrapped(text: str, room: int) -> Iterator[str]:
    """All of `text` in lines of at most `room` columns, which is 2 or more; words that are longer are cut."""
    line = ""
    for word in text.split():
        if line and columns(line) + 1 + columns(word) > room:
            yield line
            line = ""
        line = f"{line} {word}" if line else word
        while columns(line) > room:
            part = _beginning(line, room)
            yield part
            line = line[len(part) :]
    yield line


def _beginning(text: str, room: int) -> str:
    """As much of `text` as fits."""
    ends = accumulate(map(_columns_of, text))
    return text[: sum(end <= room for end in ends)]


def _columns_of(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
