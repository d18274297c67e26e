"""What the length of the filter brings, and what it costs: `python -m tests.quality.lengths` prints it, with
`page` it writes the table into `docs/reference/resamplers.md`.

Between 16000 and 24000, for prototypes that are designed alike. The time is that of a frame of 20 ms, beside
the floor that the comparison of resamplers has, measured in turn in one process.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from time import perf_counter

import numpy as np
from attrs import evolve

from realtime_translate.audio import filters
from realtime_translate.audio.filters import Prototype
from realtime_translate.audio.numeric import Samples, load
from tests.benchmarks.measure import uncollected
from tests.benchmarks.page import put
from tests.quality.compare import PAGE
from tests.quality.costs import floor
from tests.quality.design import LONG, SHORT, Wanted, fitted, spectrum
from tests.quality.measure import decibels

SOURCE, TARGET = 16000, 24000
FRAME, OUTPUTS = SOURCE // 50, TARGET // 50
NOTHING = Prototype(1, (1.0,))
"""Hardly a sum to make: what numpy takes for being called."""
WANTED = (evolve(SHORT, reach=16), SHORT, LONG, evolve(LONG, reach=48))
HEADING = "| coefficients an output | delay, ms | pass, dB | 3 dB down | stop, dB | time |"


@cache
def prototype(wanted: Wanted) -> Prototype:
    """As it is designed."""
    return Prototype(wanted.reach, tuple(fitted(wanted)))


def response(designed: Prototype) -> tuple[float, float, float]:
    """The most that it differs up to 80 % of half the rate, in decibels; where it is 3 dB down, as a part of
    that half; and the loudest from there on, in decibels.
    """
    amplitudes, shares = np.array(designed.amplitudes), np.arange(0, 3.0001, 0.001)
    gains = spectrum(designed.reach, len(amplitudes), shares / 2, 3) @ amplitudes
    passed = max(abs(decibels(abs(gain))) for gain in gains[shares < 0.8005])
    down = float(shares[np.abs(gains) < np.sqrt(0.5)][0])
    return passed, down, decibels(float(np.abs(gains[shares > 0.9995]).max()))


def frame_of(designed: Prototype) -> Callable[[], object]:
    """What makes the outputs of a frame."""
    chosen = filters.filter_of(designed, SOURCE, TARGET)
    codes: Samples = load().arange(-32768, 32768, 1).astype("<i2")
    sums, recent = chosen.sums(codes), b"\1\2" * (FRAME + 2 * chosen.reach - 1)
    return lambda: sums.outputs(recent, 0, OUTPUTS)


def times(each: Mapping[str, Prototype], rounds: int = 300) -> dict[str, float]:
    """Of a frame with each of them, as multiples of the floor: the best of many rounds."""
    made = {name: frame_of(designed) for name, designed in each.items()}
    best, least = dict.fromkeys(made, float("inf")), float("inf")
    with uncollected():
        for _ in range(rounds):
            least = min(least, floor())
            for name, make in made.items():
                best[name] = min(best[name], _seconds(make))
    return {name: seconds / least for name, seconds in best.items()}


def _seconds(make: Callable[[], object], calls: int = 20) -> float:
    begun = perf_counter()
    for _ in range(calls):
        make()
    return (perf_counter() - begun) / calls


def table(rounds: int = 300) -> Iterator[str]:
    """All of it."""
    yield HEADING
    yield "|---|---:|---:|---:|---:|---:|"
    designed = {str(2 * wanted.reach): prototype(wanted) for wanted in WANTED}
    taken = times({"": NOTHING, **designed}, rounds)
    yield f"| none | - | - | - | - | {taken['']:.1f} |"
    for name, each in designed.items():
        passed, down, stopped = response(each)
        late = 1000 * each.reach / SOURCE
        cells = [name, f"{late:.1f}", f"{passed:.2f}", f"{100 * down:.0f} %", f"{stopped:.0f}"]
        yield "| " + " | ".join([*cells, f"{taken[name]:.1f}"]) + " |"


def main(words: Sequence[str]) -> int:
    """Print, or write the page."""
    if list(words) == ["page"]:
        PAGE.write_text(put(PAGE.read_text(encoding="utf-8"), "lengths", list(table())), encoding="utf-8")
    else:
        sys.stdout.writelines(f"{line}\n" for line in table())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
