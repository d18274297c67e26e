"""What the `resample` extra brings, numpy and soxr: typed by what is used of them, imported when it is."""

from __future__ import annotations

from importlib import import_module
from typing import Protocol, cast

from attrs import frozen

__all__ = ["EXTRA", "MissingResampler", "Numeric", "Numpy", "ResampleStream", "Samples", "available", "load"]

EXTRA = "realtime-translate[resample]"
"""What to install where a conversion between sample rates is needed (A2)."""

_MODULES = ("soxr", "numpy")


class MissingResampler(ImportError):  # noqa: N818 - it says what is wrong
    """A conversion between sample rates was asked for, and the extra that does it is not installed."""


class Samples(Protocol):
    """A `numpy.ndarray` of one dimension."""

    @property
    def size(self) -> int:
        """How many."""
        ...

    def __getitem__(self, part: slice, /) -> Samples: ...

    def astype(self, dtype: object, /) -> Samples:
        """A copy in another type."""
        ...

    def clip(self, least: Samples, most: Samples, out: Samples, /) -> Samples:
        """Within bounds, into `out`."""
        ...

    def take(self, indices: Samples, /) -> Samples:
        """Look each index up in this table."""
        ...

    def tobytes(self) -> bytes:
        """A copy as bytes."""
        ...

    def view(self, dtype: object, /) -> Samples:
        """The same bytes, read as another type."""
        ...


class Numpy(Protocol):
    """The functions of `numpy` that the conversions use."""

    def array(self, values: object, dtype: object, /) -> Samples:
        """From numbers."""
        ...

    def dtype(self, name: str | tuple[str, tuple[int, ...]], /) -> object:
        """A type, looked up once and not at every call."""
        ...

    def frombuffer(self, data: bytes | bytearray, dtype: object, /) -> Samples:
        """From bytes, without a copy."""
        ...

    def rint(self, samples: Samples, out: Samples, /) -> Samples:
        """To the nearest whole number, into `out`."""
        ...

    def zeros(self, count: int, dtype: object, /) -> Samples:
        """Silence."""
        ...


class ResampleStream(Protocol):
    """`soxr.ResampleStream`."""

    def resample_chunk(self, samples: Samples, /, last: bool = False) -> Samples:
        """What the filter has finished with this chunk, which may be nothing."""
        ...

    def clear(self) -> None:
        """As if new."""
        ...


class _Soxr(Protocol):
    def ResampleStream(  # noqa: N802 - the name of soxr's class
        self, in_rate: int, out_rate: int, num_channels: int, /, dtype: str, quality: str
    ) -> ResampleStream: ...


@frozen
class Numeric:
    """The two modules."""

    numpy: Numpy
    soxr: _Soxr

    def stream(self, source_rate: int, target_rate: int, quality: str) -> ResampleStream:
        """A fresh stream; float32, since soxr adds random dither where it writes int16 itself (A2)."""
        return self.soxr.ResampleStream(source_rate, target_rate, 1, dtype="float32", quality=quality)


def available() -> bool:
    """Whether conversions between sample rates can be done here; found out by importing both modules."""
    try:
        load()
    except MissingResampler:
        return False
    return True


def load() -> Numeric:
    """Import both modules; raises `MissingResampler` where one is absent."""
    try:
        soxr, numpy = map(import_module, _MODULES)
    except ImportError as error:
        message = f"converting between sample rates needs the extra {EXTRA}: {error}"
        raise MissingResampler(message) from error
    return Numeric(cast(Numpy, numpy), cast(_Soxr, soxr))
