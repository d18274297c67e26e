"""A stream of whole samples from one rate to another (A2).

An output is given as soon as the last sample that it needs is in, `reach` samples of input after its own
time: so late is the stream, whatever the input was cut into. All positions are whole numbers.
"""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from . import g711
from .filters import filter_between
from .formats import AudioFormat
from .numeric import Numpy, Samples, load

__all__ = ["RateStream", "StreamState"]


@frozen
class StreamState:
    """What a snapshot keeps of a stream, of which nothing else is needed (*Always true* 6)."""

    recent: bytes = b""
    """The last samples of input, as linear16; empty for a stream that has not begun."""
    place: int = 0
    """Where the next output lies, in parts of a sample (the filter's `up` to a sample), after the first of
    them that has enough others before it; 0 for a stream that has not begun.
    """


_NOT_BEGUN = StreamState()


class RateStream:
    """Decoded, resampled, encoded; whole samples in, whole samples out.

    Raises:
        MissingResampler: the `resample` extra is not installed.
    """

    __slots__ = (
        "_filter",
        "_frombuffer",
        "_piece",
        "_place",
        "_read",
        "_recent",
        "_silence",
        "_width",
        "_write",
    )

    def __init__(self, source: AudioFormat, target: AudioFormat) -> None:
        numpy = load()
        self._filter = filter_between(source.rate, target.rate)
        self._read = None if source.encoding == "linear16" else _reader(source.encoding)
        self._write = _writer(numpy, target.encoding)
        self._width = target.sample_bytes
        self._piece = self._filter.piece * source.sample_bytes
        self._frombuffer = _samples(numpy)
        self._silence = bytes(2 * (self._filter.reach - 1))
        self._recent, self._place = self._silence, 0

    @property
    def held(self) -> int:
        """Bytes that `flush` would give now."""
        return self._rest() * self._width

    @property
    def state(self) -> StreamState:
        """What a stream that goes on from here needs."""
        begun = self._place or len(self._recent) > len(self._silence)
        return StreamState(self._recent, self._place) if begun else _NOT_BEGUN

    def prime(self, state: StreamState) -> None:
        """Go on, in a fresh stream, where the one that gave `state` was.

        Raises:
            ValueError: no stream can be in that state.
        """
        if state == _NOT_BEGUN:
            return
        chosen = self._filter
        samples, half = divmod(len(state.recent), 2)
        waiting = samples - 2 * chosen.reach + 1  # for which no output is due, or it would be out
        aligned = chosen.step == 1 or state.place % chosen.down == 0
        within = 0 <= state.place < chosen.up * chosen.step and waiting * chosen.up <= state.place
        if half or samples < chosen.reach - 1 or not (aligned and within):
            raise ValueError(f"a stream cannot be at {samples} samples and {state.place} parts of one")
        self._recent, self._place = state.recent, state.place

    def feed(self, data: bytes) -> bytes:
        """Whole samples in, whole samples out; for the first ones that is nothing."""
        piece = self._piece
        if len(data) > piece:
            return b"".join(self.feed(data[start : start + piece]) for start in range(0, len(data), piece))
        self._recent += data if self._read is None else self._read(data)
        chosen = self._filter
        before = (len(self._recent) >> 1) - 2 * chosen.reach + 1
        due = -(-(before * chosen.up - self._place) // chosen.down)
        return self._give(due) if due > 0 else b""

    def flush(self) -> bytes:
        """The rest, so that samples out are samples in by the ratio; the next `feed` begins a new stream."""
        rest = self._rest()
        given = self._give(rest) if rest else b""
        self.clear()
        return given

    def clear(self) -> None:
        """Forget all input: the next `feed` begins a new stream."""
        self._recent, self._place = self._silence, 0

    def _rest(self) -> int:
        """Outputs to the end of the input, to the nearest; a half goes down."""
        chosen = self._filter
        samples = (len(self._recent) - len(self._silence)) >> 1
        return max(0, (2 * (samples * chosen.up - self._place) + chosen.down - 1) // (2 * chosen.down))

    def _give(self, count: int) -> bytes:
        """So many outputs; input that no later one needs is forgotten."""
        chosen, recent = self._filter, self._recent
        outputs = chosen.apply(self._frombuffer(recent), self._place, count)
        place = self._place + count * chosen.down
        forgotten = place // (chosen.up * chosen.step) * chosen.step
        self._recent, self._place = recent[2 * forgotten :], place - forgotten * chosen.up
        return self._write(outputs)


def _samples(numpy: Numpy) -> Callable[[bytes], Samples]:
    """Bytes of linear16 to samples."""
    linear, frombuffer = numpy.dtype("<i2"), numpy.frombuffer
    return lambda data: frombuffer(data, linear)


def _reader(encoding: str) -> Callable[[bytes], bytes]:
    """G.711 to linear16."""
    return lambda data: g711.decode(encoding, data)


def _writer(numpy: Numpy, encoding: str) -> Callable[[Samples], bytes]:
    """Samples, rounded and clipped, to bytes. Uses up what it is given."""
    linear = numpy.dtype("<i2")
    # Arrays of no dimension: numpy converts a plain number anew at every call.
    least, most = numpy.array(-32768, "f8"), numpy.array(32767, "f8")
    rint, maximum, minimum = numpy.rint, numpy.maximum, numpy.minimum

    def rounded(samples: Samples) -> Samples:
        return minimum(maximum(rint(samples, samples), least, out=samples), most, out=samples)

    if encoding == "linear16":
        return lambda samples: rounded(samples).astype(linear).tobytes()
    index, table = numpy.dtype("u2"), numpy.frombuffer(g711.code_table(encoding), numpy.dtype("u1"))
    native = numpy.dtype("i2")
    return lambda samples: table.take(rounded(samples).astype(native).view(index)).tobytes()
