"""Every conversion beside sox's own, where sox is installed (A2, O1)."""

from __future__ import annotations

import shutil
import subprocess

import pytest

pytest.importorskip("numpy", reason="needs the resample extra")

from realtime_translate.audio import AudioFormat, Conversion
from tests.quality.measure import Signal, decibels, from_bytes, level, to_bytes
from tests.quality.test_speech import assert_same_sound, bounds, carried, spoken
from tests.unit.audio.streams import INPUTS, OUTPUTS, converted, every, name

SOX = shutil.which("sox")
ENCODINGS = {
    "linear16": ["-e", "signed", "-b", "16", "-L"],
    "mulaw": ["-e", "mu-law", "-b", "8"],
    "alaw": ["-e", "a-law", "-b", "8"],
}

pytestmark = pytest.mark.skipif(SOX is None, reason="sox is not installed: it is a package of most systems")


def raw(audio: AudioFormat) -> list[str]:
    return ["-t", "raw", "-c", "1", "-r", str(audio.rate), *ENCODINGS[audio.encoding]]


def by_sox(source: AudioFormat, target: AudioFormat, data: bytes) -> Signal:
    """What sox makes of it, without dither."""
    command = [str(SOX), "-D", *raw(source), "-", *raw(target), "-", "rate", "-v", str(target.rate)]
    return from_bytes(target, subprocess.run(command, input=data, capture_output=True, check=True).stdout)


@pytest.mark.parametrize(("source", "target"), INPUTS + OUTPUTS, ids=name)
def test_speech_as_sox_converts_it(source: AudioFormat, target: AudioFormat) -> None:
    data = to_bytes(source, spoken(source.rate))
    wanted = by_sox(source, target, data)
    heard = from_bytes(target, converted(Conversion(source, target), every(data, source.bytes_of(20))))
    highest = carried(min(source.rate, target.rate))
    assert_same_sound(heard, wanted, target.rate, highest, bounds(source, target))
    # Sample by sample: neither filter shifts the phase, so what is left is how flat they are, and how steep.
    common = min(len(heard), len(wanted))
    apart = decibels(level(heard[:common] - wanted[:common]) / level(wanted))
    assert apart < -25
