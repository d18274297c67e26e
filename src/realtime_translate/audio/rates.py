"""A stream of whole samples from one rate to another (A2).

An output is given as soon as the last sample that it needs is in, `reach` samples of input after its own
time: so late is the stream, whatever the input was cut into. All positions are whole numbers.
"""

from __future__ import annotations

from functools import lru_cache, partial

from attrs import frozen

from . import g711
from .filters import filter_between
from .formats import AudioFormat
from .numeric import Samples, load
from .sums import Sums

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


class _Pair:
    """What all streams from one format to another share, at hand without a further look-up.

    `around`: samples of which an output is the sum, less one. `period`: `step` in parts of a sample. `piece`:
    bytes of input to take at a time. `width`: bytes of an output. `silence`: what comes before a stream.
    `read`: to linear16, where the source is not. `idle`: arrays to work in that nobody uses.
    """

    __slots__ = (
        "around",
        "codes",
        "down",
        "filter",
        "idle",
        "period",
        "piece",
        "read",
        "silence",
        "step",
        "up",
        "width",
    )

    def __init__(self, source: AudioFormat, target: AudioFormat) -> None:
        self.filter = chosen = filter_between(source.rate, target.rate)
        self.codes = _codes(target.encoding)
        self.up, self.down, self.step = chosen.up, chosen.down, chosen.step
        self.around, self.period = 2 * chosen.reach - 1, chosen.up * chosen.step
        self.piece, self.width = chosen.piece * source.sample_bytes, target.sample_bytes
        self.silence = bytes(2 * (chosen.reach - 1))
        linear = source.encoding == "linear16"
        self.read = None if linear else partial(g711.decode, source.encoding)
        self.idle: list[Sums] = []

    def outputs(self, recent: bytes, place: int, count: int) -> bytes:
        """So many outputs, made in arrays that no other thread has meanwhile."""
        try:
            sums = self.idle.pop()
        except IndexError:
            sums = self.filter.sums(self.codes)
        given = sums.outputs(recent, place, count)
        self.idle.append(sums)
        return given


class RateStream:
    """Decoded, resampled, encoded; whole samples in, whole samples out.

    Raises:
        MissingResampler: the `resample` extra is not installed.
    """

    __slots__ = ("_pair", "_place", "_recent")

    def __init__(self, source: AudioFormat, target: AudioFormat) -> None:
        load()
        self._pair = _pair_of(source, target)
        self._recent: bytes = self._pair.silence
        self._place = 0

    @property
    def held(self) -> int:
        """Bytes that `flush` would give now."""
        return self._rest() * self._pair.width

    @property
    def state(self) -> StreamState:
        """What a stream that goes on from here needs."""
        begun = self._place or len(self._recent) > len(self._pair.silence)
        return StreamState(self._recent, self._place) if begun else _NOT_BEGUN

    def prime(self, state: StreamState) -> None:
        """Go on, in a fresh stream, where the one that gave `state` was.

        Raises:
            ValueError: no stream can be in that state.
        """
        if state == _NOT_BEGUN:
            return
        chosen = self._pair.filter
        samples, half = divmod(len(state.recent), 2)
        waiting = samples - 2 * chosen.reach + 1  # for which no output is due, or it would be out
        aligned = chosen.step == 1 or state.place % chosen.down == 0
        within = 0 <= state.place < chosen.up * chosen.step and waiting * chosen.up <= state.place
        if half or samples < chosen.reach - 1 or not (aligned and within):
            raise ValueError(f"a stream cannot be at {samples} samples and {state.place} parts of one")
        self._recent, self._place = state.recent, state.place

    def feed(self, data: bytes) -> bytes:
        """Whole samples in, whole samples out; for the first ones that is nothing."""
        pair = self._pair
        piece = pair.piece
        if len(data) > piece:
            return b"".join(self.feed(data[start : start + piece]) for start in range(0, len(data), piece))
        recent = self._recent + (data if pair.read is None else pair.read(data))
        place, up, down = self._place, pair.up, pair.down
        due = -((place - ((len(recent) >> 1) - pair.around) * up) // down)
        if due <= 0:
            self._recent = recent
            return b""
        ahead = place + due * down
        forgotten = ahead // pair.period * pair.step
        self._recent, self._place = recent[2 * forgotten :], ahead - forgotten * up
        return pair.outputs(recent, place, due)

    def flush(self) -> bytes:
        """The rest, so that samples out are samples in by the ratio; the next `feed` begins a new stream."""
        rest, after = self._rest(), bytes(4 * self._pair.filter.reach)
        given = self._pair.outputs(self._recent + after, self._place, rest) if rest else b""
        self.clear()
        return given

    def clear(self) -> None:
        """Forget all input: the next `feed` begins a new stream."""
        self._recent, self._place = self._pair.silence, 0

    def _rest(self) -> int:
        """Outputs to the end of the input, to the nearest; a half goes down."""
        chosen = self._pair.filter
        samples = (len(self._recent) - len(self._pair.silence)) >> 1
        return max(0, (2 * (samples * chosen.up - self._place) + chosen.down - 1) // (2 * chosen.down))


@lru_cache(maxsize=32)
def _pair_of(source: AudioFormat, target: AudioFormat) -> _Pair:
    return _Pair(source, target)


@lru_cache(maxsize=3)
def _codes(encoding: str) -> Samples:
    """What each sample is in that encoding, the least first."""
    numpy = load()
    if encoding == "linear16":
        return numpy.arange(-32768, 32768, 1).astype("<i2")
    table = g711.code_table(encoding)
    return numpy.frombuffer(table[32768:] + table[:32768], "u1")
