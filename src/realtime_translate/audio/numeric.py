"""What the `resample` extra brings, numpy and soxr: typed by what is used of them, imported when it is."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Protocol, TypeAlias, cast

from attrs import frozen

__all__ = [
    "EXTRA",
    "Clip",
    "MissingResampler",
    "Numeric",
    "Numpy",
    "ResampleStream",
    "Samples",
    "available",
    "clipping",
    "load",
]

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

    def clip(self, least: object, most: object, out: Samples | None = None, /) -> Samples:
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


Clip: TypeAlias = Callable[[Samples, Samples, Samples, Samples], Samples]
"""Samples, the least and the most of them, and where to put them."""


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


class _Curious:
    """An operand that has itself told which ufunc it was given to (`__array_ufunc__` of numpy)."""

    def __array_ufunc__(self, ufunc: Clip, *_: object, **__: object) -> Clip:
        return ufunc


@frozen
class Numeric:
    """The two modules."""

    numpy: Numpy
    soxr: _Soxr

    def stream(self, source_rate: int, target_rate: int, quality: str) -> ResampleStream:
        """A fresh stream; float32, since soxr adds random dither where it writes int16 itself (A2)."""
        return self.soxr.ResampleStream(source_rate, target_rate, 1, dtype="float32", quality=quality)


def clipping(numpy: Numpy) -> Clip:
    """The ufunc behind `Samples.clip`, which adds to it a function in Python that takes as long as the ufunc
    does for a block of soxr's. numpy has no public name for it, but a protocol that shows it.
    """
    one = numpy.zeros(1, "float32")
    found: object = one.clip(_Curious(), one)
    # Before numpy 1.25 the method looks at the bounds first, and gives samples here.
    return cast(Clip, found) if callable(found) else _by_method


def _by_method(samples: Samples, least: Samples, most: Samples, out: Samples) -> Samples:
    return samples.clip(least, most, out)


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
