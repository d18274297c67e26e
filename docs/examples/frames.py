"""Frames, made and read in fewer steps than `websockets` takes. Copy it along with `sockets.py`.

Nearly every frame of a call is a whole message, and comes whole: those are read here. What is not, and what
is no message, is left to the protocol of the library.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from os import urandom
from struct import iter_unpack, pack
from typing import Any

from websockets.protocol import CLIENT, OPEN, Protocol

try:
    from websockets.speedups import apply_mask
except ImportError:
    from websockets.utils import apply_mask

KEYS = 1024  # of masks, that are asked of the system at once
MESSAGES = {0x81: True, 0x82: False}  # the first byte of a text and of a binary message that is one frame
LONGEST_HEAD = 8  # of those that are read here


def keys() -> Iterator[bytes]:
    """Four bytes that nobody knows beforehand, again and again."""
    while True:
        yield from chain.from_iterable(iter_unpack("4s", urandom(4 * KEYS)))


_keys = keys()


def framed(opcode: int, data: bytes, masks: bool) -> bytes:
    """A whole frame, as `Frame.serialize` makes it, in half the time."""
    size, bit = len(data), 0x80 if masks else 0
    if size < 126:
        head = pack("!BB", 0x80 | opcode, bit | size)
    elif size < 2**16:
        head = pack("!BBH", 0x80 | opcode, bit | 126, size)
    else:
        head = pack("!BBQ", 0x80 | opcode, bit | 127, size)
    if not masks:
        return head + data
    key = next(_keys)
    return b"".join((head, key, apply_mask(data, key)))


class Reader:
    """Reads the messages of a peer that come whole, as long as the protocol waits for the next frame."""

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol
        self.bit = 0 if protocol.side is CLIENT else 0x80  # the server's frames are not masked
        self.ready = False  # the protocol waits for a frame, and for no rest of one

    def whole(self, data: bytes, begin: int) -> tuple[bool, bytes, int] | None:
        """The message in the frame that begins there: whether it is text, its content, and where it ends.

        None if there is no such frame, or not all of it.
        """
        text = MESSAGES.get(data[begin])
        if text is None or len(data) - begin < LONGEST_HEAD:
            return None
        size, at = data[begin + 1] ^ self.bit, begin + 2
        if size == 126:
            size, at = data[at] << 8 | data[at + 1], at + 2
        elif size > 126:  # or it is masked wrongly
            return None
        if not self.bit:
            end = at + size
            return (text, data[at:end], end) if end <= len(data) else None
        at += 4
        end = at + size
        return (text, apply_mask(data[at:end], data[at - 4 : at]), end) if end <= len(data) else None

    def fed(self, inside: bool) -> None:
        """The protocol has got something, and is `inside` a message in fragments or not."""
        waits: Any = self.protocol.parser  # a generator, and what it waits for within
        while (within := getattr(waits, "gi_yieldfrom", None)) is not None:
            waits = within
        between = getattr(waits, "__name__", "") == "at_eof"
        self.ready = between and not inside and self.protocol.state is OPEN
