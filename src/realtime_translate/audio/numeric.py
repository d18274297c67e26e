"""What the `resample` extra brings, numpy: typed by what is used of it, imported when it is."""

from __future__ import annotations

from importlib import import_module
from types import EllipsisType
from typing import Any, Protocol, cast

__all__ = ["EXTRA", "MissingResampler", "Numpy", "Samples", "available", "load"]

EXTRA = "realtime-translate[resample]"
"""What to install where a conversion between sample rates is needed (A2)."""


class MissingResampler(ImportError):  # noqa: N818 - it says what is wrong
    """A conversion between sample rates was asked for, and the extra that does it is not installed.

    Raised by `Conversion`.
    """


class Samples(Protocol):
    """A `numpy.ndarray`."""

    @property
    def dtype(self) -> object:
        """The type of each."""
        ...

    @property
    def itemsize(self) -> int:
        """Bytes of each."""
        ...

    @property
    def size(self) -> int:
        """How many."""
        ...

    def __abs__(self) -> Samples: ...
    def __add__(self, other: Samples | float, /) -> Samples: ...
    def __getitem__(self, part: slice, /) -> Samples: ...
    def __lt__(self, other: float, /) -> Samples: ...
    def __mul__(self, other: Samples | float, /) -> Samples: ...
    def __setitem__(self, part: slice | EllipsisType, values: Samples, /) -> None: ...
    def __sub__(self, other: Samples, /) -> Samples: ...
    def __truediv__(self, other: Samples | float, /) -> Samples: ...

    def astype(self, dtype: object, /) -> Samples:
        """A copy in another type."""
        ...

    def dot(self, other: Samples, out: Samples, /) -> object:
        """The product of two matrices, into `out`."""
        ...

    def reshape(self, *shape: int) -> Samples:
        """The same numbers on other axes."""
        ...

    def take(
        self, indices: Samples, axis: int | None = None, out: Samples | None = None, mode: str = "raise", /
    ) -> Samples:
        """Look each index up. With the mode `clip` what is beyond an end counts as that end."""
        ...

    def tobytes(self) -> bytes:
        """A copy as bytes."""
        ...

    def transpose(self) -> Samples:
        """With its axes the other way round."""
        ...


class Numpy(Protocol):
    """The functions of `numpy` that the conversions use."""

    pi: float

    def arange(self, start: int, stop: int, step: int, /) -> Samples:
        """Whole numbers."""
        ...

    def cos(self, angles: Samples, /) -> Samples:
        """Of radians."""
        ...

    def divmod(self, numbers: Samples, by: int, /) -> tuple[Samples, Samples]:
        """Quotients and remainders."""
        ...

    def einsum(self, axes: str, one: Samples, other: Samples, /) -> Samples:
        """Sums of products."""
        ...

    def frombuffer(self, data: bytes, dtype: str, /) -> Samples:
        """From bytes, without a copy."""
        ...

    def ndarray(
        self,
        shape: tuple[int, int],
        dtype: str,
        buffer: Samples | memoryview,
        offset: int,
        strides: tuple[int, int],
        /,
    ) -> Samples:
        """A view of the same bytes on two axes that may overlap."""
        ...

    def ones(self, shape: tuple[int, int], dtype: str, /) -> Samples:
        """Nothing but ones."""
        ...

    def rint(self, samples: Samples, /) -> Samples:
        """To the nearest whole number."""
        ...

    def zeros(self, shape: int | tuple[int, int], dtype: object, /) -> Samples:
        """Silence."""
        ...


def available() -> bool:
    """Whether conversions between sample rates can be done here; found out by importing numpy."""
    try:
        load()
    except MissingResampler:
        return False
    return True


def load() -> Numpy:
    """Import numpy; raises `MissingResampler` where it is absent."""
    try:
        numpy: Any = import_module("numpy")
    except ImportError as error:
        message = f"converting between sample rates needs the extra {EXTRA}: {error}"
        raise MissingResampler(message) from error
    return cast(Numpy, numpy)
