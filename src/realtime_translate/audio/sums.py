"""The sums that a filter is: samples in, bytes out, each output rounded to the nearest and clipped (A2).

Coefficients are whole multiples of 2**-22 and samples have 16 bits, so that float64 holds every sum exactly:
what comes out depends neither on the order of adding, nor on how the input was cut, nor on the machine.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

from attrs import frozen

from .numeric import Numpy, Samples

__all__ = ["LIFT", "ONE", "PHASES", "Filter", "Matrix", "Sums", "Table"]

ONE = 2.0**22
"""By which a coefficient is a whole number."""
LIFT = 32768.5
"""What each sum gets on top: cutting the fraction off then rounds to the nearest, a half upwards, and what is
left is the place of the sample in a table of all samples.
"""
PHASES = 256
"""Places between two samples for which a table has coefficients; what lies between them is interpolated."""
_ROWS = 2**13
"""Coefficients that are looked up in a table at a time, at most: memory that is got and given back anew for
each frame costs more than the sums.
"""
_PRODUCTS = 2**18
"""Products at a time, at most, so that no library of linear algebra starts threads for them."""

_Views: TypeAlias = (
    "tuple[Samples, Samples, Callable[[Samples, Samples], object], Samples, Samples, Samples, Samples]"
)
"""Of the arrays of a product, for so many rows: the windows of the input, where they go as numbers, the
product of those with coefficients, its outcome by rows and one after the other, the places of the samples in
the table of all, and the samples.
"""


class Filter(Protocol):
    """From one rate to another. Places are in parts of a sample of the input, `up` to a sample.

    `up` and `down`: the ratio of the rates in its lowest terms; an output comes every `down` parts. `reach`:
    samples of input to either side of an output. `step`: input is forgotten by so many samples. `piece`:
    samples that `sums` should get at a time.
    """

    @property
    def up(self) -> int:
        """The target's rate, in lowest terms."""
        ...

    @property
    def down(self) -> int:
        """The source's rate, in lowest terms."""
        ...

    @property
    def reach(self) -> int:
        """Samples of input to either side of an output."""
        ...

    @property
    def step(self) -> int:
        """By how many samples the input may be forgotten."""
        ...

    @property
    def piece(self) -> int:
        """How many samples of input to take at a time."""
        ...

    def sums(self, codes: Samples) -> Sums:
        """Arrays to work in. `codes`: what each of the 65,536 samples is in the output, the least first."""
        ...


class Sums(Protocol):
    """What makes outputs, of any stream, but of one at a time."""

    def outputs(self, recent: bytes, place: int, count: int) -> bytes:
        """So many outputs, the first at `place` after the first sample that has `reach` - 1 before it.
        `recent` is linear16 and has all samples that they need.
        """
        ...


@frozen(eq=False)
class Matrix:
    """A row of the product makes a whole number of periods of `up` outputs, after which places repeat."""

    numpy: Numpy
    up: int
    down: int
    reach: int
    coefficients: Samples
    """A column for each output; the last row is `LIFT`."""
    taken: int
    """Samples of input from one row to the next."""
    wide: int
    made: int
    """Samples of input and of output in a row."""

    @property
    def step(self) -> int:
        """A period."""
        return self.down

    @property
    def piece(self) -> int:
        """As many rows as `_PRODUCTS` allows."""
        return max(1, _PRODUCTS // (self.wide * self.made)) * self.taken

    def sums(self, codes: Samples) -> Sums:
        """For as many rows as a piece takes, with what is left from before it. Ends take less."""
        return _Product(self, codes, self.piece // self.taken + 2)


class _Product:
    """One product of two matrices, in arrays that serve one stream after the other: they stay in the caches,
    and to get them anew for each frame would take as long as the sums.
    """

    __slots__ = (
        "_coefficients",
        "_down",
        "_found",
        "_given",
        "_index",
        "_linear",
        "_look_up",
        "_made",
        "_matrix",
        "_sums",
        "_views",
        "_width",
    )

    def __init__(self, matrix: Matrix, codes: Samples, most: int) -> None:
        numpy, outputs = matrix.numpy, most * matrix.made
        self._matrix, self._coefficients = matrix, matrix.coefficients
        self._down, self._made = matrix.down, matrix.made
        self._look_up, self._width = codes.take, codes.itemsize
        self._linear = memoryview(bytearray(2 * (most * matrix.taken + matrix.wide)))
        self._given = numpy.ones((most, matrix.wide + 1), "f8")  # the last column stays, and adds `LIFT`
        self._sums = numpy.zeros((most, matrix.made), "f8")
        self._index, self._found = numpy.zeros(outputs, "p"), numpy.zeros(outputs, codes.dtype)
        self._views: dict[int, _Views] = {}

    def outputs(self, recent: bytes, place: int, count: int) -> bytes:
        """Whole rows, of which those outputs are taken. What a row needs beyond `recent` is left from before:
        the coefficients of those outputs are zero there.
        """
        first = place // self._down
        end = first + count
        rows = -(-end // self._made)
        windows, given, product, sums, each, index, found = self._views.get(rows) or self._viewed(rows)
        self._linear[: len(recent)] = recent
        given[...] = windows
        product(self._coefficients, sums)
        index[...] = each  # cuts the fraction off
        self._look_up(index, None, found, "clip")
        width = self._width
        return found.tobytes()[first * width : end * width]

    def _viewed(self, rows: int) -> _Views:
        matrix = self._matrix
        outputs, shape = rows * matrix.made, (rows, matrix.wide)
        ndarray, sums = matrix.numpy.ndarray, self._sums[:rows]
        self._views[rows] = views = (
            ndarray(shape, "<i2", self._linear, 0, (2 * matrix.taken, 2)),
            ndarray(shape, "f8", self._given, 0, (8 * matrix.wide + 8, 8)),
            self._given[:rows].dot,
            sums,
            sums.reshape(-1),
            self._index[:outputs],
            self._found[:outputs],
        )
        return views


@frozen(eq=False)
class Table:
    """For ratios whose places hardly ever repeat, such as 8001 to 24000."""

    numpy: Numpy
    up: int
    down: int
    reach: int
    table: Samples
    step: int = 1

    @property
    def piece(self) -> int:
        """Each output gets a row of coefficients: as many as a cache holds."""
        return max(1, _ROWS // (2 * self.reach) * self.down // self.up)

    def sums(self, codes: Samples) -> Sums:
        """They need no arrays to keep."""
        return _Interpolated(self, codes)


@frozen(eq=False)
class _Interpolated:
    """One output after the other; the same place gives the same coefficients, wherever it comes."""

    chosen: Table
    codes: Samples

    def outputs(self, recent: bytes, place: int, count: int) -> bytes:
        """Each is a sum of its own."""
        chosen = self.chosen
        numpy, wide = chosen.numpy, 2 * chosen.reach
        places = numpy.arange(place, place + count * chosen.down, chosen.down)
        whole, part = numpy.divmod(places, chosen.up)
        samples = numpy.frombuffer(recent, "<i2").astype("f8")
        windows = numpy.ndarray((samples.size - wide + 1, wide), "f8", samples, 0, (8, 8))
        sums = numpy.einsum("ij,ij->i", self._coefficients(part), windows.take(whole, 0)) + LIFT
        return self.codes.take(sums.astype("p"), None, None, "clip").tobytes()

    def _coefficients(self, part: Samples) -> Samples:
        numpy, table = self.chosen.numpy, self.chosen.table
        phases, beyond = numpy.divmod(part * PHASES, self.chosen.up)
        between = (beyond / self.chosen.up).reshape(-1, 1)
        below = table.take(phases, 0)
        return numpy.rint((below + (table.take(phases + 1, 0) - below) * between) * ONE) / ONE
