"""Resamplers of other libraries, each as a stream of 16-bit samples from one rate to another.

None of them is a dependency: what is not installed is left out of `python -m tests.quality.compare`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from importlib import import_module
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from realtime_translate.audio import AudioFormat, Conversion

Values = NDArray[np.float64]


class Stream(Protocol):
    """One stream; samples on the scale of 16 bits. `stored`: whether its state can leave the process."""

    stored: ClassVar[bool]

    def feed(self, samples: Values) -> Values:
        """What comes out once these are in."""
        ...

    def flush(self) -> Values:
        """The rest."""
        ...


class Ours:
    """`realtime_translate.audio`, which gives 16 bits."""

    stored: ClassVar[bool] = True

    def __init__(self, source: int, target: int) -> None:
        self._conversion = Conversion(AudioFormat("linear16", source), AudioFormat("linear16", target))

    def feed(self, samples: Values) -> Values:
        return np.frombuffer(self._conversion.feed(samples.astype("<i2").tobytes()), "<i2").astype("f8")

    def flush(self) -> Values:
        return np.frombuffer(self._conversion.flush(), "<i2").astype("f8")


class Soxr:
    """The SoX resampler library, in float32: its 16 bits have dither."""

    stored: ClassVar[bool] = False

    def __init__(self, source: int, target: int, quality: str) -> None:
        soxr: Any = import_module("soxr")
        self._stream = soxr.ResampleStream(source, target, 1, dtype="float32", quality=quality)

    def feed(self, samples: Values) -> Values:
        return np.asarray(self._stream.resample_chunk(samples.astype("f4")), "f8")

    def flush(self) -> Values:
        return np.asarray(self._stream.resample_chunk(np.zeros(0, "f4"), last=True), "f8")


class Samplerate:
    """libsamplerate."""

    stored: ClassVar[bool] = False

    def __init__(self, source: int, target: int, kind: str) -> None:
        samplerate: Any = import_module("samplerate")
        self._stream, self._ratio = samplerate.Resampler(kind), target / source

    def feed(self, samples: Values) -> Values:
        return np.asarray(self._stream.process((samples / 32768).astype("f4"), self._ratio), "f8") * 32768

    def flush(self) -> Values:
        rest = self._stream.process(np.zeros(0, "f4"), self._ratio, end_of_input=True)
        return np.asarray(rest, "f8") * 32768


class Swresample:
    """FFmpeg's libswresample, by way of PyAV."""

    stored: ClassVar[bool] = False

    def __init__(self, source: int, target: int) -> None:
        self._av: Any = import_module("av")
        self._stream = self._av.AudioResampler(format="s16", layout="mono", rate=target)
        self._rate = source

    def feed(self, samples: Values) -> Values:
        frame = self._av.AudioFrame.from_ndarray(samples.astype("i2").reshape(1, -1), "s16", "mono")
        frame.sample_rate = self._rate
        return self._out(self._stream.resample(frame))

    def flush(self) -> Values:
        return self._out(self._stream.resample(None))

    @staticmethod
    def _out(frames: list[Any]) -> Values:
        return np.concatenate([np.zeros(0), *(each.to_ndarray().ravel().astype("f8") for each in frames)])


class Upfirdn:
    """`scipy.signal.upfirdn` with a window design as long as our filter: scipy has no stream of its own."""

    stored: ClassVar[bool] = True

    def __init__(self, source: int, target: int) -> None:
        self._signal: Any = import_module("scipy.signal")
        ratio = Fraction(target, source)
        self._up, self._down = ratio.numerator, ratio.denominator
        lower = min(source, target)
        self._half = (24 if lower < 16000 else 32) * source * self._up // lower
        window = ("kaiser", 7.86)
        cut = 0.9 * lower / (source * self._up)
        self._taps = self._signal.firwin(2 * self._half + 1, cut, window=window) * self._up
        self._reach = -(-self._half // self._up)
        self._kept = np.zeros(self._reach // self._down * self._down + self._down)
        self._skip = len(self._kept)
        self._due = 0

    def feed(self, samples: Values) -> Values:
        self._kept = np.concatenate([self._kept, samples])
        known = len(self._kept) - self._reach
        whole = known // self._down * self._down
        out = self._signal.upfirdn(self._taps, self._kept, self._up, self._down)
        # Output k of upfirdn lies at k * down / up, less half the filter.
        first = self._skip * self._up // self._down
        shift = self._half // self._down if self._half % self._down == 0 else round(self._half / self._down)
        given = out[first + shift : whole * self._up // self._down + shift]
        drop = max(0, whole - self._skip)
        self._kept = self._kept[drop:]
        return np.asarray(given, "f8")

    def flush(self) -> Values:
        return self.feed(np.zeros(self._reach + self._down))


CANDIDATES: Mapping[str, Callable[[int, int], Stream]] = {
    "this library": Ours,
    **{
        f"soxr {quality}": lambda source, target, quality=quality: Soxr(source, target, quality)
        for quality in ("QQ", "LQ", "MQ", "HQ")
    },
    **{
        f"libsamplerate {kind}": lambda source, target, kind=kind: Samplerate(source, target, f"sinc_{kind}")
        for kind in ("fastest", "medium", "best")
    },
    "libswresample": Swresample,
    "scipy upfirdn": Upfirdn,
}
