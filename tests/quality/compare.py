"""Resamplers side by side, on the same work: `python -m tests.quality.compare [RATE ...]` prints the table.

*Delay*: the most by which what is out stays behind what is in, in frames of 20 ms. *Pass*: the most by
which tones up to 80 % of half the lower rate differ in level. *Steep*: where a tone is 3 dB down, in per
cent of half the lower rate and in steps of five. *Stop*: the loudest image or alias of a tone, up to
half the source's rate. *Noise*: all that is not the tone, below it, for one at -1 and one at -40 dBFS.
*Cut*: whether the output depends on how the input was cut. Times are of the process, for a frame of 20
ms, with one stream and with a thousand in turn.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import numpy as np

from tests.quality.candidates import CANDIDATES, Stream, Values
from tests.quality.measure import decibels, fitted, level, middle, tone

RATES = (8000, 11025, 16000, 22050, 32000, 44100, 48000)
HEADING = (
    "| from | to | resampler | delay, ms | pass, dB | steep | stop, dB | noise, dB | cut | µs | µs of 1,000 |"
)


def whole(stream: Stream, signal: Values, size: int) -> Values:
    """A stream in frames of one size, to its end."""
    frames = [stream.feed(signal[start : start + size]) for start in range(0, len(signal), size)]
    return np.concatenate([*frames, stream.flush()])


def heard(name: str, source: int, target: int, frequency: float, amplitude: float) -> Values:
    """A second of a tone, its edges cut off."""
    signal = np.rint(tone(source, frequency, 1, amplitude))
    return middle(whole(CANDIDATES[name](source, target), signal, source // 50), target)


def delay(name: str, source: int, target: int) -> float:
    """Milliseconds."""
    stream, size = CANDIDATES[name](source, target), source // 50
    given, worst = 0, 0.0
    for taken in range(size, source, size):
        given += len(stream.feed(np.zeros(size)))
        worst = max(worst, taken / source - given / target)
    return 1000 * worst


def gains(name: str, source: int, target: int) -> tuple[float, float]:
    """The worst level in the pass band, and where it is 3 dB down."""
    most = min(source, target) / 2
    level_at = {
        share: decibels(
            fitted(heard(name, source, target, share * most, 20000), target, share * most)[0] / 20000
        )
        for share in np.arange(0.05, 1, 0.05)
    }
    passed = max(abs(gain) for share, gain in level_at.items() if share < 0.81)
    return passed, next((share for share, gain in level_at.items() if gain < -3), 1.0)


def stopped(name: str, source: int, target: int) -> float:
    """The loudest image or alias."""
    worst = -200.0
    for share in (0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99):
        frequency = round(share * source / 2)
        out = heard(name, source, target, frequency, 20000)
        rest = fitted(out, target, frequency)[1] if frequency < target / 2 else level(out)
        worst = max(worst, decibels(rest * np.sqrt(2) / 20000))
    return worst


def noise(name: str, source: int, target: int, below: float) -> float:
    """All that is not a tone of 1 kHz at that level."""
    amplitude = 32768 * 10 ** (below / 20)
    got, rest = fitted(heard(name, source, target, 1000, amplitude), target, 1000)
    return decibels(rest * np.sqrt(2) / got)


def depends_on_cutting(name: str, source: int, target: int) -> bool:
    """Frames of 20 ms, or of 7 samples."""
    signal = np.rint(tone(source, 1000, 0.3))
    one, other = (whole(CANDIDATES[name](source, target), signal, size) for size in (source // 50, 7))
    return len(one) != len(other) or bool(np.rint(one).tolist() != np.rint(other).tolist())


def microseconds(name: str, source: int, target: int, streams: int) -> float:
    """Of one frame, at best."""
    calls = [CANDIDATES[name](source, target) for _ in range(streams)]
    frame, rounds, best = np.rint(tone(source, 300, 0.02)), max(1, 1000 // streams), float("inf")
    for _ in range(5):
        begun = time.process_time()
        for _ in range(rounds):
            for call in calls:
                call.feed(frame)
        best = min(best, (time.process_time() - begun) / rounds / streams)
    return best * 1e6


def row(name: str, source: int, target: int) -> str:
    """One resampler on one pair."""
    passed, steep = gains(name, source, target)
    cells = [
        str(source),
        str(target),
        name,
        f"{delay(name, source, target):.1f}",
        f"{passed:.2f}",
        f"{100 * steep:.0f} %",
        f"{stopped(name, source, target):.0f}",
        " / ".join(f"{noise(name, source, target, below):.0f}" for below in (-1, -40)),
        "yes" if depends_on_cutting(name, source, target) else "no",
        f"{microseconds(name, source, target, 1):.1f}",
        f"{microseconds(name, source, target, 1000):.1f}",
    ]
    return "| " + " | ".join(cells) + " |"


def table(rates: tuple[int, ...]) -> Iterator[str]:
    """Every installed resampler on every pair."""
    yield HEADING
    yield "|---:|---:|---|---:|---:|---:|---:|---:|---|---:|---:|"
    for rate in rates:
        for source, target in ((rate, 24000), (24000, rate)):
            for name in CANDIDATES:
                try:
                    yield row(name, source, target)
                except ImportError:
                    continue


if __name__ == "__main__":
    for line in table(tuple(map(int, sys.argv[1:])) or RATES):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
