"""What a conversion does to a sine: nothing but what 16 bits cost (A2, O1)."""

from __future__ import annotations

import pytest

np = pytest.importorskip("numpy", reason="needs the resample extra")
soxr = pytest.importorskip("soxr", reason="needs the resample extra")

from realtime_translate.audio import PCM_24K, AudioFormat  # noqa: E402
from tests.quality.measure import decibels, fitted, frequency_of, level, middle, sweep, through, tone  # noqa: E402
from tests.unit.audio.streams import G711, INPUTS, LINEAR, OUTPUTS, name  # noqa: E402

PCM_16K = AudioFormat("linear16", 16000)
ONE_WAY = [pair for pair in INPUTS + OUTPUTS if pair[0].encoding == pair[1].encoding and pair[0] != pair[1]]
WITH_G711 = [pair for pair in INPUTS + OUTPUTS if pair[0].encoding != pair[1].encoding]


def test_one_kilohertz_there_and_back() -> None:
    """16 to 24 and back to 16 kHz keeps frequency and amplitude, with 70 dB between signal and noise."""
    back = middle(through(PCM_24K, PCM_16K, through(PCM_16K, PCM_24K, tone(16000, 1000, 2))), 16000)
    amplitude, noise = fitted(back, 16000, 1000)
    assert abs(decibels(amplitude / 20000)) < 0.1
    assert decibels(level(back) / noise) > 70
    assert abs(frequency_of(back, 16000) - 1000) < 0.01


@pytest.mark.parametrize(("source", "target"), ONE_WAY, ids=name)
@pytest.mark.parametrize("frequency", [100, 1000, 3300])
def test_a_tone_one_way(source: AudioFormat, target: AudioFormat, frequency: int) -> None:
    out = middle(through(source, target, tone(source.rate, frequency, 1)), target.rate)
    amplitude, noise = fitted(out, target.rate, frequency)
    assert abs(decibels(amplitude / 20000)) < 0.1
    assert decibels(level(out) / noise) > 70


@pytest.mark.parametrize(("source", "target"), ONE_WAY, ids=name)
def test_rounded_to_the_nearest_without_dither(source: AudioFormat, target: AudioFormat) -> None:
    """Half a step from what soxr computes, and no more; and twice the same."""
    signal = np.rint(tone(source.rate, 1000, 1, 9000.5))
    exact = soxr.resample(signal, source.rate, target.rate, "VHQ")
    out = through(source, target, signal)
    assert np.abs(middle(out - exact[: len(out)], target.rate)).max() < 0.55
    assert np.array_equal(out, through(source, target, signal))


@pytest.mark.parametrize(("source", "target"), WITH_G711, ids=name)
def test_a_tone_through_g711_has_the_noise_of_g711(source: AudioFormat, target: AudioFormat) -> None:
    """Eight bits with a logarithm have 37 dB or so between signal and noise, whatever the level."""
    for amplitude in (1000, 20000):
        signal = tone(source.rate, 1010, 1, amplitude)
        got, noise = fitted(middle(through(source, target, signal), target.rate), target.rate, 1010)
        assert abs(decibels(got / amplitude)) < 0.1
        assert decibels(got / np.sqrt(2) / noise) > 33


@pytest.mark.parametrize(("source", "target"), ONE_WAY, ids=name)
def test_a_sweep_is_that_sweep_and_no_alias(source: AudioFormat, target: AudioFormat) -> None:
    """Up to 90 % of the narrower band all that is not the sweep itself is 60 dB down: alias, image, delay."""
    last = 0.45 * min(source.rate, target.rate)
    out = through(source, target, sweep(source.rate, 50, last, 2))
    ideal = sweep(target.rate, 50, last, 2)
    rest = middle(out - ideal, target.rate)
    for window in np.array_split(rest, 40):
        assert decibels(level(window) / level(ideal)) < -60


@pytest.mark.parametrize(
    ("source", "target"), [pair for pair in ONE_WAY if pair[0].rate > pair[1].rate], ids=name
)
def test_what_the_target_cannot_carry_is_gone(source: AudioFormat, target: AudioFormat) -> None:
    """A sweep from the target's half rate up to the source's leaves nothing above -60 dB."""
    signal = sweep(source.rate, target.rate / 2, source.rate / 2, 2)
    out = middle(through(source, target, signal), target.rate)
    for window in np.array_split(out, 40):
        assert decibels(level(window) / level(signal)) < -60


@pytest.mark.parametrize(
    ("source", "target"), [pair for pair in ONE_WAY if pair[0].rate < pair[1].rate], ids=name
)
def test_what_the_source_did_not_have_is_not_there(source: AudioFormat, target: AudioFormat) -> None:
    """A sweep through the whole source leaves no image above the source's half rate."""
    signal = sweep(source.rate, 50, source.rate / 2, 2)
    out = middle(through(source, target, signal), target.rate)
    spectrum = np.abs(np.fft.rfft(out * np.hanning(len(out)))) ** 2
    # A little above the half rate, since the window spreads the sweep's end.
    above = round(len(spectrum) * (1.01 * source.rate / target.rate))
    assert decibels(np.sqrt(spectrum[above:].sum() / spectrum.sum())) < -60


@pytest.mark.parametrize(("source", "target"), INPUTS + OUTPUTS, ids=name)
def test_no_steps_at_the_borders_of_frames(source: AudioFormat, target: AudioFormat) -> None:
    """The curvature of a sine is bounded; a click at a border would stand out of it by far."""
    frequency, amplitude = 300, 12000
    out = middle(
        through(source, target, tone(source.rate, frequency, 1, amplitude), frame_ms=10), target.rate
    )
    bend = np.abs(np.diff(out, 2))
    bound = amplitude * (2 * np.pi * frequency / target.rate) ** 2
    # The roundings of three samples: half a step each, and up to 512 wide with G.711 at this level.
    step = 1 if {source.encoding, target.encoding} == {"linear16"} else 512
    assert bend.max() <= bound + 2 * step
    assert len(LINEAR) + len(G711) == len(INPUTS)
