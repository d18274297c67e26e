"""ITU-T G.711 by table: mu-law and A-law to and from 16-bit linear, bit exact with ITU's own code.

The tables are our own: the standard library lost `audioop` in Python 3.13, and no third-party library both
runs on every supported version and fits the run-time dependencies. They equal ITU's reference software
(G.191, `g711.c`). `audioop`, which descends from Sun's code, gives some negative samples the next mu-law code
away from zero; all else is equal.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import cache

from attrs import frozen

__all__ = ["code_table", "decode", "encode", "recode", "sample_table"]


@frozen
class _Law:
    """A law for the seven bits below the sign; magnitudes are on the 16-bit scale.

    `decoded` is what a code stands for, `start` the least magnitude that gets it (a *decision value* of the
    standard). `positive` and `negative` are what a code is combined with on the line.
    """

    decoded: Callable[[int], int]
    start: Callable[[int], int]
    positive: int
    negative: int


def _mulaw_decoded(code: int) -> int:
    segment, step = code >> 4, code & 15
    return (((2 * step + 33) << segment) - 33) << 2


def _mulaw_start(code: int) -> int:
    segment, step = code >> 4, code & 15
    return max((((2 * step + 32) << segment) - 33) << 2, 0)


def _alaw_decoded(code: int) -> int:
    segment, step = code >> 4, code & 15
    return (2 * step + 33) << (segment + 2) if segment else (2 * step + 1) << 3


def _alaw_start(code: int) -> int:
    segment, step = code >> 4, code & 15
    return (step + 16) << (segment + 3) if segment else step << 4


_LAWS = {
    "mulaw": _Law(_mulaw_decoded, _mulaw_start, positive=0xFF, negative=0x7F),
    "alaw": _Law(_alaw_decoded, _alaw_start, positive=0xD5, negative=0x55),
}


@cache
def sample_table(encoding: str) -> tuple[int, ...]:
    """The 16-bit sample that each of the 256 codes stands for."""
    law = _LAWS[encoding]
    samples = [0] * 256
    for code in range(128):
        samples[code ^ law.positive] = law.decoded(code)
        samples[code ^ law.negative] = -law.decoded(code)
    return tuple(samples)


@cache
def code_table(encoding: str) -> bytes:
    """The code of every 16-bit sample, at `sample & 0xFFFF`."""
    law = _LAWS[encoding]
    starts = [*(law.start(code) for code in range(128)), 32768]
    runs = [(code, starts[code + 1] - starts[code]) for code in range(128)]
    positive = b"".join(bytes([code ^ law.positive]) * run for code, run in runs)
    negative = b"".join(bytes([code ^ law.negative]) * run for code, run in runs)
    # A negative sample counts by its one's complement, as ITU's code has it: -1 is as far from zero as 0 is.
    return positive + negative[::-1]


@cache
def _halves(encoding: str) -> tuple[bytes, bytes]:
    """The low and the high bytes of `sample_table`, each as a table for `bytes.translate`."""
    samples = sample_table(encoding)
    return bytes(sample & 0xFF for sample in samples), bytes(sample >> 8 & 0xFF for sample in samples)


def decode(encoding: str, data: bytes) -> bytes:
    """G.711 (`mulaw` or `alaw`) to linear16, little-endian."""
    low, high = _halves(encoding)
    linear = bytearray(2 * len(data))
    linear[::2] = data.translate(low)
    linear[1::2] = data.translate(high)
    return bytes(linear)


def encode(encoding: str, linear: bytes) -> bytes:
    """Whole linear16 samples to G.711."""
    samples = struct.unpack(f"<{len(linear) // 2}H", linear)
    return bytes(map(code_table(encoding).__getitem__, samples))


@cache
def _recoding(source: str, target: str) -> bytes:
    codes = code_table(target)
    return bytes(codes[sample & 0xFFFF] for sample in sample_table(source))


def recode(source: str, target: str, data: bytes) -> bytes:
    """One law to the other by way of the linear value."""
    return data.translate(_recoding(source, target))
