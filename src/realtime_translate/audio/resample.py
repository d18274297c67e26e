"""One continuous stream of audio from any format to any other (A2, A3, O1)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from attrs import field, frozen

from . import g711
from .filters import reach_between
from .formats import AudioFormat
from .rates import RateStream, StreamState

__all__ = ["Conversion", "ConversionState", "delay_ms", "needs_resampler"]


@frozen
class ConversionState:
    """What a snapshot keeps of a `Conversion`."""

    carry: bytes = b""
    """Half a sample that waits for its other half (A3)."""
    stream: StreamState = field(factory=StreamState)
    """The stream between two rates; a fresh one where the rates are equal."""


def needs_resampler(source: AudioFormat, target: AudioFormat) -> bool:
    """Whether the conversion needs the `resample` extra: whatever keeps the rate does not."""
    return source.rate != target.rate


def delay_ms(source: AudioFormat, target: AudioFormat) -> float:
    """How far the output of `Conversion.feed` stays behind its input, in milliseconds, until `flush`."""
    if not needs_resampler(source, target):
        return 0.0
    return reach_between(source.rate, target.rate) * 1000 / source.rate


class Conversion:
    """Audio in one format in, in another out. The bytes out do not depend on how the bytes in are cut (A3).

    `carry` is the half of a sample that another stream left.

    Raises:
        MissingResampler: the rates differ and the `resample` extra is not installed.
    """

    __slots__ = ("_carry", "_convert", "_stream", "_whole", "source", "target")

    def __init__(self, source: AudioFormat, target: AudioFormat, *, carry: bytes = b"") -> None:
        self.source: AudioFormat = source
        self.target: AudioFormat = target
        self._whole = source.sample_bytes
        self._carry = carry
        self._stream = RateStream(source, target) if needs_resampler(source, target) else None
        self._convert = self._stream.feed if self._stream else _recoder(source.encoding, target.encoding)

    @classmethod
    def from_state(cls, state: ConversionState, source: AudioFormat, target: AudioFormat) -> Conversion:
        """Go on where another conversion was: from then on both give the same (*Always true* 6).

        Raises:
            ValueError: no conversion can be in that state.
        """
        if len(state.carry) >= source.sample_bytes:
            raise ValueError(f"{len(state.carry)} bytes are no part of a sample")
        conversion = cls(source, target, carry=state.carry)
        if conversion._stream:
            conversion._stream.prime(state.stream)
        elif state.stream != StreamState():
            raise ValueError("there is no stream between equal rates")
        return conversion

    @property
    def state(self) -> ConversionState:
        """Plain data to go on from, in another process if need be."""
        return ConversionState(self._carry, self._stream.state if self._stream else StreamState())

    @property
    def carry(self) -> bytes:
        """Half a sample that waits for its other half."""
        return self._carry

    @property
    def held(self) -> int:
        """Bytes that `flush` would give now: what was taken and is not out yet, half a sample aside."""
        return self._stream.held if self._stream else 0

    def feed(self, data: bytes) -> bytes:
        """What can be given out once `data` is in; nothing, while it is within the delay."""
        if self._carry or (len(data) & 1 and self._whole == 2):
            data = self._whole_samples(data)
        return data if self._convert is None else self._convert(data)

    def _whole_samples(self, data: bytes) -> bytes:
        data = self._carry + data
        size = len(data) - len(data) % self._whole
        self._carry = data[size:]
        return data[:size]

    def flush(self) -> bytes:
        """The tail; what is fed next begins a new stream, and half a sample waits for it."""
        return self._stream.flush() if self._stream else b""

    def clear(self) -> None:
        """Forget everything that is not out yet, half a sample included."""
        self._carry = b""
        if self._stream:
            self._stream.clear()


def _recoder(source: str, target: str) -> Callable[[bytes], bytes] | None:
    """From encoding to encoding, at one rate; None where they are the same."""
    if source == target:
        return None
    if target == "linear16":
        return partial(g711.decode, source)
    if source == "linear16":
        return partial(g711.encode, target)
    return partial(g711.recode, source, target)
