"""Real speech through every format, and sox's conversion of it (A2, O1; `tests/data/speech/README.md`)."""

from __future__ import annotations

import pytest

np = pytest.importorskip("numpy", reason="needs the resample extra")

from realtime_translate.audio import AudioFormat  # noqa: E402
from tests.quality.measure import (  # noqa: E402
    Signal,
    by_bands,
    decibels,
    level,
    recording,
    resampled_ideally,
    spectrogram,
    through,
)
from tests.unit.audio.streams import INPUTS, OUTPUTS, name  # noqa: E402

# Bands about as wide as the ear's, in steps of 25 Hz: 100 Hz to 11 kHz.
BANDS = [4, 8, 12, 16, 21, 26, 32, 39, 47, 57, 69, 84, 104, 128, 156, 190, 228, 268, 310, 360, 440]
# How far below the loudest band a band still counts, and how much of a difference is allowed, in decibels.
# G.711 has noise of its own, some 37 dB below whatever is spoken.
EXACT, COMPANDED = (40, 0.5), (25, 1.2)


def bounds(one: AudioFormat, other: AudioFormat) -> tuple[int, float]:
    """What a comparison may ask for."""
    return EXACT if one.encoding == other.encoding else COMPANDED


def reference(rate: int) -> Signal:
    """sox's conversion, at 24000, of what audio of that rate can carry."""
    narrow = {8000: "sox_8000_24000.wav", 16000: "sox_16000_24000.wav"}
    got, signal = recording(narrow.get(rate, "sox_24000.wav"))
    assert got == 24000
    # For 11025 the widest one, cut to what that rate carries.
    return (
        resampled_ideally(resampled_ideally(signal, 24000, 11025), 11025, 24000) if rate == 11025 else signal
    )


def spoken(rate: int) -> Signal:
    """The sentence at any rate."""
    native, signal = recording("sentence_22050.wav")
    return resampled_ideally(signal, native, rate)


def assert_same_sound(
    heard: Signal, wanted: Signal, rate: int, highest: float, limits: tuple[int, float]
) -> None:
    """The level agrees to 0.5 dB, and each band of each frame that can be heard within the limits."""
    audible_to, within = limits
    common = min(len(heard), len(wanted))
    assert abs(len(heard) - len(wanted)) <= 2
    heard, wanted = heard[:common], wanted[:common]
    assert abs(decibels(level(heard) / level(wanted))) < 0.5
    bands = [edge for edge in BANDS if edge * 25 <= highest]
    ours, theirs = (by_bands(spectrogram(one, rate), bands) for one in (heard, wanted))
    audible = theirs > theirs.max() * 10 ** (-audible_to / 10)
    assert audible.sum() > 50
    assert np.abs(10 * np.log10(ours[audible] / theirs[audible])).max() < within


def carried(rate: int) -> float:
    """Hertz up to which the filters of all resamplers are flat."""
    return 0.4 * min(rate, 24000)


@pytest.mark.parametrize(("source", "target"), INPUTS, ids=name)
def test_every_input_format(source: AudioFormat, target: AudioFormat) -> None:
    heard = through(source, target, spoken(source.rate))
    assert_same_sound(heard, reference(source.rate), 24000, carried(source.rate), bounds(source, target))


@pytest.mark.parametrize(("source", "target"), OUTPUTS, ids=name)
def test_every_output_format(source: AudioFormat, target: AudioFormat) -> None:
    """Brought back to 24000 ideally, so that it can be compared with sox's."""
    heard = resampled_ideally(through(source, target, reference(24000)), target.rate, 24000)
    assert_same_sound(heard, reference(target.rate), 24000, carried(target.rate), bounds(source, target))


def test_the_recording_is_speech() -> None:
    """Loud enough to measure, with pauses and peaks: not silence, not a tone."""
    _, signal = recording("sentence_22050.wav")
    assert np.abs(signal).max() > 5 * level(signal) > 5000
