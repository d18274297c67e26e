"""An hour of audio keeps its length and its place (A2)."""

from __future__ import annotations

from functools import partial

import pytest

np = pytest.importorskip("numpy", reason="needs the resample extra")

from realtime_translate.audio import PCM_24K, AudioFormat, Conversion  # noqa: E402
from tests.quality.measure import fitted, from_bytes, to_bytes, tone  # noqa: E402
from tests.unit.audio.streams import name  # noqa: E402

HOUR = 3600
PIECE = 20
"""Seconds fed at once: the cutting does not matter, and this is fast."""

again = partial(pytest.param, marks=pytest.mark.again)
PAIRS = [
    (AudioFormat("linear16", 8000), PCM_24K),
    (PCM_24K, AudioFormat("linear16", 11025)),
    again(AudioFormat("mulaw", 16000), PCM_24K),
    again(AudioFormat("linear16", 44100), PCM_24K),
    again(PCM_24K, AudioFormat("alaw", 8000)),
]


@pytest.mark.parametrize(("source", "target"), PAIRS, ids=name)
def test_an_hour_keeps_its_length_and_its_place(source: AudioFormat, target: AudioFormat) -> None:
    conversion = Conversion(source, target)
    quiet = to_bytes(source, np.zeros(source.rate * PIECE))
    given = sum(len(conversion.feed(quiet)) for _ in range(HOUR // PIECE))
    # A second of a tone, after an hour of silence: its phase shows where the stream is, within a sample.
    last = conversion.feed(to_bytes(source, tone(source.rate, 500, 1))) + conversion.flush()
    assert given + len(last) == (HOUR + 1) * target.bytes_per_second
    heard = from_bytes(target, last)[-target.rate * 9 // 10 : -target.rate // 10]
    expected = tone(target.rate, 500, 1)[target.rate // 10 : target.rate * 9 // 10]
    assert len(heard) == len(expected)
    amplitude, _ = fitted(heard, target.rate, 500)
    off = np.arccos(min(1.0, float(heard @ expected / np.linalg.norm(heard) / np.linalg.norm(expected))))
    assert abs(off) / (2 * np.pi * 500) * target.rate < 0.3
    assert abs(amplitude / 20000 - 1) < 0.06
