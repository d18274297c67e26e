"""How speech sounds that went to 24000 and back: `python -m tests.quality.hear` prints the scores.

With `page` it writes them into `docs/reference/resamplers.md`, with `reference` the files with what soxr, the
resampler of sox, makes of it at its best.
"""

from __future__ import annotations

import sys
import wave
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any

import numpy as np
from attrs import frozen

from realtime_translate.audio import PCM_24K, AudioFormat
from tests.benchmarks.page import put
from tests.quality.compare import PAGE
from tests.quality.measure import DATA, Signal, recording, spectrogram, through

RATES = (16000, 8000)
OURS, SOX = "this library", "soxr VHQ"
_FLOOR = 1e-6
"""Of the loudest, 60 dB below which nothing is heard beside it."""


@frozen
class Journey:
    """A sentence at one rate, and what came back from 24000."""

    rate: int
    said: Signal
    heard: Signal

    def distance(self, share: float) -> float:
        """Decibels between the spectra, up to that share of half the rate: log-spectral distance."""
        common, steps = min(len(self.said), len(self.heard)), round(share * self.rate / 2 / 25)
        said, heard = (spectrogram(one[:common], self.rate) for one in (self.said, self.heard))
        least = said.max() * _FLOOR
        apart = 10 * np.log10(np.maximum(heard, least) / np.maximum(said, least))[:, :steps]
        return float(np.mean(np.sqrt(np.mean(apart**2, axis=1))))

    def pesq(self) -> float | None:
        """ITU-T P.862, up to 4.64 for wide band and 4.55 for narrow band; None if `pesq` is not installed."""
        try:
            measure: Any = import_module("pesq")
        except ImportError:
            return None
        band = "wb" if self.rate == 16000 else "nb"
        return float(measure.pesq(self.rate, _several(self.rate, self.said), self._back(), band))

    def _back(self) -> Signal:
        return _several(self.rate, self.heard)


def journey(rate: int, by: str) -> Journey:
    """By this library in frames of 20 ms, or by soxr as it was written down."""
    narrow = AudioFormat("linear16", rate)
    said = recording(f"soxr_{rate}.wav")[1]
    if by == SOX:
        return Journey(rate, said, recording(f"soxr_{rate}_24000_{rate}.wav")[1])
    return Journey(rate, said, through(PCM_24K, narrow, through(narrow, PCM_24K, said)))


def _several(rate: int, signal: Signal) -> Signal:
    """The sentence four times with pauses, since the score is made for seconds."""
    pause = np.zeros(rate // 4)
    return np.concatenate([pause, *[signal, pause] * 4]).astype("<i2")


def table() -> Iterator[str]:
    """Both, on both ways."""
    yield "| way | by | to 80 %, dB | to 90 %, dB | whole band, dB | PESQ |"
    yield "|---|---|---:|---:|---:|---:|"
    for rate in RATES:
        for by in (OURS, SOX):
            yield " | ".join([f"| {rate} → 24000 → {rate}", by, *cells(rate, by), score(rate, by)]) + " |"


def cells(rate: int, by: str) -> list[str]:
    """The distances."""
    there_and_back = journey(rate, by)
    return [f"{there_and_back.distance(share):.2f}" for share in (0.8, 0.9, 1)]


def score(rate: int, by: str) -> str:
    """PESQ."""
    found = journey(rate, by).pesq()
    return "-" if found is None else f"{found:.2f}"


def reference() -> None:
    """Write the files `soxr_*.wav`."""
    soxr: Any = import_module("soxr")
    native, sentence = recording("sentence_22050.wav")
    for rate in RATES:
        said = _written(f"soxr_{rate}.wav", rate, soxr.resample(sentence, native, rate, quality="VHQ"))
        up = np.rint(soxr.resample(said, rate, 24000, quality="VHQ"))
        _written(f"soxr_{rate}_24000_{rate}.wav", rate, soxr.resample(up, 24000, rate, quality="VHQ"))


def _written(name: str, rate: int, signal: Signal) -> Signal:
    """The signal, rounded to 16 bits."""
    rounded = np.rint(np.clip(signal, -32768, 32767))
    with wave.open(str(DATA / name), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(rounded.astype("<i2").tobytes())
    return rounded


def main(words: Sequence[str]) -> int:
    """Print, or write the page or the references."""
    match list(words):
        case []:
            sys.stdout.writelines(f"{line}\n" for line in table())
        case ["page"]:
            PAGE.write_text(put(PAGE.read_text(encoding="utf-8"), "speech", table()), encoding="utf-8")
        case ["reference"]:
            reference()
        case _:
            sys.stderr.write("usage: python -m tests.quality.hear [page | reference]\n")
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
