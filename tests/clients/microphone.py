"""What the microphone of the browser hears: a WAV file, played once from the moment at which it is opened."""

from __future__ import annotations

import math
import struct
import wave
from collections.abc import Iterable
from pathlib import Path

__all__ = ["RATE", "write_speech"]

RATE = 48000


def write_speech(path: Path, parts: Iterable[tuple[float, bool]]) -> None:
    """Write a file of stretches of seconds, each a voice or silence."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        for seconds, speaks in parts:
            file.writeframes(_voice(seconds) if speaks else bytes(2 * round(seconds * RATE)))


def _voice(seconds: float) -> bytes:
    """A hum with the beat of syllables, so that no filter for noise takes it for one."""
    times = (number / RATE for number in range(round(seconds * RATE)))
    levels = (
        (0.6 + 0.4 * math.sin(25 * time)) * sum(math.sin(tone * 900 * time) / tone for tone in (1, 2, 3))
        for time in times
    )
    return b"".join(struct.pack("<h", round(7000 * level)) for level in levels)
