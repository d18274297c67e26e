"""A stream of whole samples from one rate to another, by soxr.

soxr gives its output in blocks of tens of milliseconds, at times that depend on where its stream began.
`RateStream` evens that out: after n samples in, exactly `n * ratio - delay` samples are out, however the
input was cut, and in a stream that was primed from a snapshot as in the one that went on (*Always true* 6).
What soxr gives does not depend on the cutting either, so it is called only when there is not enough in store.
All positions are whole samples.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import gcd

from attrs import frozen

from . import g711
from .formats import AudioFormat
from .numeric import Numeric, Samples, clipping, load

__all__ = ["RateStream", "StreamState", "delay"]

KEPT_MS, REACH_MS = 200, 20
"""Milliseconds of input that prime a restored stream: `KEPT_MS` at least, and for a pair with a long delay
`REACH_MS` more than that. What was out before the snapshot ends by the delay before the input does, and a
filter reaches some 15 ms further back.
"""
_PIECE = 2**18
"""Bytes that soxr gets at a time: a large frame would otherwise take some forty times its size in memory."""
_PROBE_MS = 500


@frozen
class StreamState:
    """What a snapshot keeps of a stream.

    `recent`: the last input bytes, from a sample at which the grids of both rates meet. `samples_in`: since
    the stream began, to the end of `recent`. `samples_out`: as given out.
    """

    recent: bytes = b""
    samples_in: int = 0
    samples_out: int = 0


@lru_cache(maxsize=256)
def delay(source_rate: int, target_rate: int, quality: str) -> int:
    """Samples of output that bridge soxr's blocks: the worst that half a second shows, and a reserve."""
    numeric = load()
    stream = numeric.stream(source_rate, target_rate, quality)
    step = numeric.numpy.zeros(source_rate // 1000, "float32")
    given = worst = 0
    for fed in range(step.size, source_rate * _PROBE_MS // 1000, step.size):
        given += stream.resample_chunk(step).size
        worst = max(worst, fed * target_rate // source_rate - given)
    # Blocks of filters in a row seldom end together: the probe may have missed the worst case.
    return worst + worst // 16 + target_rate // 1000


class RateStream:
    """Decoded, resampled, encoded. `quality` is a soxr name: QQ, LQ, MQ, HQ or VHQ.

    Raises:
        MissingResampler: the `resample` extra is not installed.
        ValueError: soxr does not know the quality.
    """

    __slots__ = (
        "_delay",
        "_down",
        "_fed",
        "_given",
        "_kept",
        "_late",
        "_limit",
        "_out",
        "_read",
        "_ready",
        "_recent",
        "_resample",
        "_soxr",
        "_step",
        "_up",
        "_waiting",
        "_width_in",
        "_width_out",
        "_write",
    )

    def __init__(self, source: AudioFormat, target: AudioFormat, quality: str) -> None:
        numeric = load()
        common = gcd(source.rate, target.rate)
        self._up, self._down = target.rate // common, source.rate // common
        self._width_in, self._width_out = source.sample_bytes, target.sample_bytes
        self._step = self._down * self._width_in
        self._read, self._write = _reader(numeric, source.encoding), _writer(numeric, target.encoding)
        self._soxr = numeric.stream(source.rate, target.rate, quality)
        self._resample = self._soxr.resample_chunk
        self._delay = delay(source.rate, target.rate, quality)
        reach = self._delay * self._down // self._up + source.rate * REACH_MS // 1000
        self._kept = max(source.rate * KEPT_MS // 1000, reach)
        self._limit = 2 * (self._kept + self._down) * self._width_in
        self._recent = bytearray()
        self._waiting = self._ready = b""
        self._fed = self._out = self._late = self._given = 0

    @property
    def held(self) -> int:
        """Bytes that `flush` would give now."""
        return (self._total() - self._out) * self._width_out

    @property
    def state(self) -> StreamState:
        """What a stream that goes on from here needs."""
        samples = self._fed // self._width_in
        begin = max(0, samples - self._kept) // self._down * self._down
        recent = bytes(self._recent) + self._waiting
        return StreamState(recent[len(recent) - (samples - begin) * self._width_in :], samples, self._out)

    def prime(self, state: StreamState) -> None:
        """Go on, in a fresh stream, where the one that gave `state` was.

        Raises:
            ValueError: no stream can be in that state.
        """
        samples = len(state.recent) // self._width_in
        before = (state.samples_in - samples) * self._up // self._down
        most = state.samples_in * self._up // self._down
        whole = len(state.recent) % self._width_in == 0
        if not whole or samples > state.samples_in or not before <= state.samples_out <= most:
            raise ValueError(f"a stream cannot be at {state.samples_in} and {state.samples_out} samples")
        self._fed, self._out = state.samples_in * self._width_in, state.samples_out
        self._late = state.samples_out - before
        self._waiting = state.recent

    def feed(self, data: bytes) -> bytes:
        """Whole samples in, whole samples out; for the first ones that is nothing."""
        size = len(data)
        if size > _PIECE:
            return b"".join(self.feed(data[start : start + _PIECE]) for start in range(0, size, _PIECE))
        self._waiting += data
        self._fed = fed = self._fed + size
        out = fed * self._up // self._step - self._delay
        due = (out - self._out) * self._width_out
        if due <= 0:
            return b""
        end = self._given + due
        ready = self._ready
        if end > len(ready):
            ready, end = self._advance(), due
            if due > len(ready):
                end = due = len(ready)
                out = self._out + due // self._width_out
        self._out, self._given = out, end
        return ready[end - due : end]

    def flush(self) -> bytes:
        """The rest, so that samples out are samples in by the ratio; the next `feed` begins a new stream."""
        rest = self._advance(last=True)[: self.held]
        self.clear()
        return rest

    def clear(self) -> None:
        """Forget all input: the next `feed` begins a new stream."""
        self._soxr.clear()
        self._recent.clear()
        self._waiting = self._ready = b""
        self._fed = self._out = self._late = self._given = 0

    def _total(self) -> int:
        """Samples out of a whole stream, to the nearest; a half goes down, where soxr may go either way."""
        return (2 * self._fed * self._up + self._step - 1) // (2 * self._step)

    def _advance(self, *, last: bool = False) -> bytes:
        """Hand soxr what waits, and store what it has finished but for what was out before the snapshot: all
        that is ready now.
        """
        waiting, recent = self._waiting, self._recent
        self._waiting = b""
        recent += waiting
        if len(recent) > self._limit:  # by half, and so seldom
            del recent[: -self._limit // 2]
        samples = self._resample(self._read(waiting), last)
        if self._late:
            skipped = min(self._late, samples.size)
            self._late -= skipped
            samples = samples[skipped:]
        self._ready = ready = self._ready[self._given :] + self._write(samples)
        self._given = 0
        return ready


def _reader(numeric: Numeric, encoding: str) -> Callable[[bytes], Samples]:
    """Bytes to float32 samples, on the scale of 16 bits: a column, which soxr takes as it is."""
    numpy = numeric.numpy
    single = numpy.dtype("float32")
    if encoding == "linear16":
        linear = numpy.dtype(("<i2", (1,)))
        frombuffer = numpy.frombuffer
        return lambda data: frombuffer(data, linear).astype(single)
    codes, table = numpy.dtype(("u1", (1,))), numpy.array(g711.sample_table(encoding), single)
    return lambda data: table.take(numpy.frombuffer(data, codes))


def _writer(numeric: Numeric, encoding: str) -> Callable[[Samples], bytes]:
    """Float32 samples, rounded and clipped, to bytes. Uses up what it is given."""
    numpy = numeric.numpy
    linear = numpy.dtype("<i2")
    # Arrays of no dimension: numpy converts a plain number anew at every call.
    least, most = numpy.array(-32768, "float32"), numpy.array(32767, "float32")
    rint, clip = numpy.rint, clipping(numpy)
    if encoding == "linear16":
        return lambda samples: clip(rint(samples, samples), least, most, samples).astype(linear).tobytes()
    index, table = numpy.dtype("u2"), numpy.frombuffer(g711.code_table(encoding), numpy.dtype("u1"))
    native = numpy.dtype("i2")
    return lambda samples: table.take(
        clip(rint(samples, samples), least, most, samples).astype(native).view(index)
    ).tobytes()
