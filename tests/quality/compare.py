"""Resamplers side by side, on the same work: `python -m tests.quality.compare [RATE ...]` prints the tables,
with `page` it writes them into `docs/reference/resamplers.md`, which says what the columns are.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from tests.benchmarks.page import put
from tests.quality import costs
from tests.quality.candidates import CANDIDATES, Stream, Values
from tests.quality.measure import decibels, fitted, level, middle, tone

RATES = (8000, 11025, 16000, 22050, 32000, 44100, 48000)
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "resamplers.md"
_QUALITY = "delay, ms | pass, dB | steep | stop, dB | sweep, dB | noise, dB | cut | stored"
HEADING = f"| resampler | {_QUALITY} | KB | alone | of 1000 |"


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


def swept(name: str, source: int, target: int) -> float:
    """What comes of a sweep and does not belong there, relative to it: above half the source's rate if that
    is the lower one, and otherwise all of a sweep from half the target's rate on.
    """
    low, high = (50 if source < target else target / 2), source / 2
    t = np.arange(source) / source
    sweep = np.rint(20000 * np.sin(2 * np.pi * (low + (high - low) / 2 * t) * t))
    out = middle(whole(CANDIDATES[name](source, target), sweep, source // 50), target)
    if source > target:
        return decibels(level(out) / level(sweep))
    power = np.abs(np.fft.rfft(out * np.hanning(len(out)))) ** 2
    images = power[len(out) * source // (2 * target) + 1 :]
    return decibels(np.sqrt(images.sum() / power.sum()))


def quality(name: str, source: int, target: int) -> list[str]:
    """The cells of one resampler that do not depend on the machine."""
    passed, steep = gains(name, source, target)
    return [
        f"{delay(name, source, target):.1f}",
        f"{passed:.2f}",
        f"{100 * steep:.0f} %",
        f"{stopped(name, source, target):.0f}",
        f"{swept(name, source, target):.0f}",
        " / ".join(f"{noise(name, source, target, below):.0f}" for below in (-1, -40)),
        "yes" if depends_on_cutting(name, source, target) else "no",
        "yes" if CANDIDATES[name](source, target).stored else "no",
    ]


def table(source: int, target: int, names: Sequence[str]) -> Iterator[str]:
    """All of these on one pair of rates."""
    yield HEADING
    yield "|---|---:|---:|---:|---:|---:|---:|---|---|---:|---:|---:|"
    times = costs.times(names, source, target)
    for name in names:
        memory = f"{costs.memory(name, source, target) / 1024:.1f}"
        cost = (f"{each:.1f}" for each in times[name])
        yield "| " + " | ".join([name, *quality(name, source, target), memory, *cost]) + " |"


def installed() -> list[str]:
    """The resamplers that are there."""
    found: list[str] = []
    for name, make in CANDIDATES.items():
        try:
            make(16000, 24000)
        except ImportError:
            continue
        found.append(name)
    return found


def tables(rates: Sequence[int]) -> Iterator[str]:
    """Every pair of one of these rates and 24000, each under its heading."""
    for rate in rates:
        for source, target in ((rate, 24000), (24000, rate)):
            yield f"### {source} to {target}"
            yield ""
            yield from table(source, target, installed())
            yield ""


def main(words: Sequence[str]) -> int:
    """Print, or write the page, which needs all of the resamplers."""
    if list(words) != ["page"]:
        for line in tables(tuple(map(int, words)) or RATES):
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
        return 0
    if missing := set(CANDIDATES) - set(installed()):
        sys.stderr.write(f"not installed: {', '.join(sorted(missing))}\n")
        return 2
    lines = list(tables(RATES))[:-1]  # it takes minutes, in which somebody may edit the page
    PAGE.write_text(put(PAGE.read_text(encoding="utf-8"), "resamplers", lines), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
