"""The low-pass filters between two sample rates: linear phase, a short and fixed delay (A2).

An output lies between two samples of the input and is the sum of those around it, each by its coefficient
(`sums`).
"""

from __future__ import annotations

from functools import lru_cache
from math import ceil, gcd, lcm

from attrs import frozen

from .numeric import Numpy, Samples, load
from .sums import LIFT, ONE, PHASES, Filter, Matrix, Table

__all__ = ["Prototype", "filter_between", "filter_of", "reach_between"]

_ROW = 16
"""Outputs that one row of a product makes, at least: more make fewer rows, with more zeros in each."""
_KERNEL = 8
"""Outputs of a row are a multiple of this if they can: libraries of linear algebra make as many at once."""
_MATRIX = 2**16
"""Coefficients of a matrix, at most: enough for all rates in use. A pair that needs more has a table."""


@frozen
class Prototype:
    """An impulse response as a sum of cosines, `reach` samples of the lower rate to either side.

    `amplitudes` are its spectrum at the multiples of half that rate over `reach`. Both were fitted by
    `tests/quality/design.py`: flat within 0.3 dB up to 80 % of half the lower rate, 3 dB down at 90 %,
    80 dB from 100 % on.
    """

    reach: int
    amplitudes: tuple[float, ...]


_SHORT = Prototype(
    24,
    (
        *(0.484410761, 1.03080254, 0.971418924, 1.024551868, 0.980249214, 1.013805496),
        *(0.993386452, 0.999505894, 1.007861086, 0.984698632, 1.021339232, 0.973296214),
        *(1.03019723, 0.968542976, 1.030742513, 0.973215234, 1.020892628, 0.987865972),
        *(1.002516861, 1.007037728, 0.987798851, 0.981728026, 0.476833739, 0.063012461),
        *(7.6259e-05, -4.8675e-05, 7.5647e-05, -5.1044e-05),
    ),
)
"""For lower rates under 16000: a longer one would be later than 3 ms."""
_LONG = Prototype(
    32,
    (
        *(0.498808609, 1.002380308, 0.997664267, 1.002249482, 0.997887636, 1.001930796),
        *(0.998278097, 1.00149573, 0.998748584, 1.000981546, 0.999321352, 1.00034902),
        *(0.999983512, 0.99969672, 1.000613584, 0.999076288, 1.001236362, 0.998467013),
        *(1.001782284, 0.998018555, 1.002146677, 0.99771574, 1.002385044, 0.997564232),
        *(1.002447587, 0.997544538, 1.002425557, 0.997816027, 0.988185533, 0.727289949),
        *(0.257157977, 0.026270327, 2.5551e-05, -2.3137e-05, 2.0482e-05, -7.813e-06),
    ),
)
"""For lower rates from 16000 on: 2 ms and less."""


def reach_between(source_rate: int, target_rate: int) -> int:
    """Samples of input to either side of an output, and so how late an output is."""
    return _reach(_prototype(min(source_rate, target_rate)), source_rate, target_rate)


@lru_cache(maxsize=32)
def filter_between(source_rate: int, target_rate: int) -> Filter:
    """The filter from one rate to another: at most some megabytes, shared by all streams of that pair.

    Raises:
        MissingResampler: the `resample` extra is not installed.
    """
    return filter_of(_prototype(min(source_rate, target_rate)), source_rate, target_rate)


def filter_of(prototype: Prototype, source_rate: int, target_rate: int) -> Filter:
    """The same with any prototype."""
    numpy = load()
    common = gcd(source_rate, target_rate)
    up, down = target_rate // common, source_rate // common
    reach = _reach(prototype, down, up)
    periods = max(lcm(up, _KERNEL), _ROW) // up if up < _ROW else 1
    taken, made = periods * down, periods * up
    wide = 2 * reach + (made - 1) * down // up
    if wide * made <= _MATRIX:
        places = numpy.arange(0, made * down, down)
        rows = _coefficients(numpy, prototype, up, down, places, wide, reach)
        coefficients = numpy.ones((wide + 1, made), "f8") * LIFT  # a row beyond the samples
        coefficients[:wide] = rows.transpose()
        return Matrix(numpy, up, down, reach, coefficients, taken, wide, made)
    places, finer = numpy.arange(0, PHASES + 1, 1), PHASES * down / up
    return Table(
        numpy, up, down, reach, _coefficients(numpy, prototype, PHASES, finer, places, 2 * reach, reach)
    )


def _prototype(lower_rate: int) -> Prototype:
    return _SHORT if lower_rate < 16000 else _LONG


def _reach(prototype: Prototype, source_rate: int, target_rate: int) -> int:
    return ceil(prototype.reach * source_rate / min(source_rate, target_rate))


def _coefficients(
    numpy: Numpy, prototype: Prototype, up: int, down: float, places: Samples, wide: int, reach: int
) -> Samples:
    """A row of `wide` coefficients a place, which is a whole number: places that are a period apart get the
    same ones, to the last bit.
    """
    least = max(up, down)
    away = (numpy.arange(1 - reach, wide + 1 - reach, 1) * up - places.reshape(-1, 1)) / least
    turns = away * (numpy.pi / prototype.reach)
    response = numpy.zeros(1, "f8")
    for number, amplitude in enumerate(prototype.amplitudes):
        response = response + numpy.cos(turns * number) * amplitude
    response = response * (abs(away) < prototype.reach)
    return numpy.rint(response * (up / least / prototype.reach * ONE)) / ONE
