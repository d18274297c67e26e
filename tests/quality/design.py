"""Where the numbers of `realtime_translate.audio.filters` come from: `python -m tests.quality.design`.

The impulse response of a filter that reaches `reach` samples of the lower rate to either side is a sum of
cosines, one each half period; their amplitudes are what its spectrum is at the multiples of half a sample
rate over `reach`. They are fitted to one in the pass band and zero in the stop band by least squares, whose
weights follow the error until it is about as large everywhere (Lawson's method).
"""

from __future__ import annotations

import sys

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

Values = NDArray[np.float64]
DENSITIES = (2, 3, 6)
"""Samples of the impulse response for one of the lower rate, of the pairs that matter: each sees more or less
of the stop band, and another part of it folded back.
"""
ROUNDS = 30


@frozen
class Wanted:
    """`edge`: the end of the pass band, in cycles a sample of the lower rate; the stop band begins at a half.
    `weight`: of an error in the pass band, against one in the stop band.
    """

    reach: int
    edge: float
    weight: float


SHORT = Wanted(24, edge=0.4385, weight=0.0025)
LONG = Wanted(32, edge=0.435, weight=0.01)


def spectrum(reach: int, count: int, frequencies: Values, density: int) -> Values:
    """Of each of the cosines, a column each, at frequencies in cycles a sample of the lower rate."""
    places = np.arange(reach * density) / density
    folded = 2 * np.cos(2 * np.pi * np.outer(frequencies, places))
    folded[:, 0] = 1
    return np.asarray(folded @ np.cos(np.pi * np.outer(places, np.arange(count)) / reach) / reach / density)


def fitted(wanted: Wanted) -> list[float]:
    """The amplitudes of the cosines."""
    reach, count = wanted.reach, wanted.reach + 4
    rows: list[Values] = []
    goals: list[Values] = []
    for density in DENSITIES:
        passed = np.linspace(0, wanted.edge, 6 * reach)
        stopped = np.linspace(0.5, density / 2, round(6 * reach * (density - 1)) + 2)
        rows.append(spectrum(reach, count, np.concatenate([passed, stopped]), density))
        goals += [np.ones_like(passed), np.zeros_like(stopped)]
    matrix, goal = np.concatenate(rows), np.concatenate(goals)
    importance = np.where(goal > 0, wanted.weight, 1.0)
    weights, amplitudes = np.ones_like(goal), np.zeros(count)
    for _ in range(ROUNDS):
        scale = np.sqrt(weights) * importance
        amplitudes = np.linalg.lstsq(matrix * scale[:, None], goal * scale, rcond=None)[0]
        error = np.abs(matrix @ amplitudes - goal) * importance
        weights = weights * (error + 1e-9)
        weights /= weights.mean()
    return [round(float(each), 9) for each in amplitudes]


if __name__ == "__main__":
    for each in (SHORT, LONG):
        sys.stdout.write(f"{each}\n{fitted(each)}\n")
