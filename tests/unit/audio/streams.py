"""Formats, and audio cut into frames, for the tests of conversions."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator

from hypothesis import strategies as st

from realtime_translate.audio import PCM_24K, AudioFormat, Conversion

RATES = (8000, 11025, 16000, 22050, 32000, 44100, 48000)
LINEAR = [AudioFormat("linear16", rate) for rate in RATES]
G711 = [AudioFormat(law, rate) for law in ("mulaw", "alaw") for rate in (8000, 16000)]
INPUTS = [(source, PCM_24K) for source in (*LINEAR, *G711)]
OUTPUTS = [(PCM_24K, target) for target in (*LINEAR, *G711)]
# What keeps the rate: every encoding to every other.
RECODINGS = [
    (AudioFormat(source, 8000), AudioFormat(target, 8000))
    for source in ("linear16", "mulaw", "alaw")
    for target in ("linear16", "mulaw", "alaw")
]
PAIRS = INPUTS + OUTPUTS + RECODINGS


def name(value: object) -> str:
    """The id of a test of one pair."""
    if isinstance(value, tuple):
        return " to ".join(str(one) for one in value).replace(" at ", "-")
    return str(value)


def noise(audio: AudioFormat, milliseconds: int, seed: int = 0) -> bytes:
    """Loud noise: every byte is random, so linear16 is clipped now and then."""
    return random.Random(seed).randbytes(audio.bytes_of(milliseconds))


def cut(data: bytes, sizes: Iterable[int]) -> Iterator[bytes]:
    """Pieces of these sizes, and the rest."""
    start = 0
    for size in sizes:
        yield data[start : start + size]
        start += size
    yield data[start:]


def every(data: bytes, size: int) -> Iterator[bytes]:
    """Pieces of one size."""
    return (data[start : start + size] for start in range(0, len(data), size))


def converted(conversion: Conversion, frames: Iterable[bytes]) -> bytes:
    """A whole stream, its tail included."""
    return b"".join(map(conversion.feed, frames)) + conversion.flush()


def cuttings(longest: int) -> st.SearchStrategy[list[int]]:
    """Sizes of frames: empty ones, single bytes, odd ones, large ones."""
    return st.lists(st.one_of(st.integers(0, 3), st.integers(0, longest)), max_size=30)
