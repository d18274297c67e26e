"""What a conversion does to a sine: nothing but what 16 bits cost (A2, O1)."""

from __future__ import annotations

import pytest

np = pytest.importorskip("numpy", reason="needs the resample extra")

from realtime_translate.audio import PCM_24K, AudioFormat, filters  # noqa: E402
from tests.quality.measure import (  # noqa: E402
    Signal,
    decibels,
    fitted,
    frequency_of,
    level,
    middle,
    through,
    tone,
)
from tests.unit.audio.streams import G711, INPUTS, LINEAR, OUTPUTS, name  # noqa: E402

PCM_16K = AudioFormat("linear16", 16000)
ONE_WAY = [pair for pair in INPUTS + OUTPUTS if pair[0].encoding == pair[1].encoding and pair[0] != pair[1]]
WITH_G711 = [pair for pair in INPUTS + OUTPUTS if pair[0].encoding != pair[1].encoding]


def test_one_kilohertz_there_and_back() -> None:
    """16 to 24 and back to 16 kHz keeps frequency and amplitude, with 80 dB between signal and noise."""
    back = middle(through(PCM_24K, PCM_16K, through(PCM_16K, PCM_24K, tone(16000, 1000, 2))), 16000)
    amplitude, noise = fitted(back, 16000, 1000)
    assert abs(decibels(amplitude / 20000)) < 0.1
    assert decibels(level(back) / noise) > 80
    assert abs(frequency_of(back, 16000) - 1000) < 0.01


@pytest.mark.parametrize(("source", "target"), ONE_WAY, ids=name)
@pytest.mark.parametrize("frequency", [100, 1000, 3300])
def test_a_tone_one_way(source: AudioFormat, target: AudioFormat, frequency: int) -> None:
    out = middle(through(source, target, tone(source.rate, frequency, 1)), target.rate)
    amplitude, noise = fitted(out, target.rate, frequency)
    assert abs(decibels(amplitude / 20000)) < 0.5
    assert decibels(level(out) / noise) > 80


def summed(source: int, target: int, signal: Signal, count: int) -> Signal:
    """The outputs before they are rounded, by the formula of the filter: coefficients of 22 bits."""
    lower = min(source, target)
    prototype = filters._prototype(lower)
    reach = filters.reach_between(source, target)
    padded = np.concatenate([np.zeros(reach), signal, np.zeros(reach + 1)])
    nearest, beyond = np.divmod(np.arange(count) * source, target)
    out = np.zeros(count)
    for offset in range(1 - reach, reach + 1):
        away = (offset * target - beyond) / max(source, target)  # in samples of the lower rate
        turns = np.pi / prototype.reach * away
        response = sum(np.cos(n * turns) * each for n, each in enumerate(prototype.amplitudes))
        coefficients = (
            np.where(np.abs(away) < prototype.reach, response, 0) * lower / source / prototype.reach
        )
        out += padded[reach + nearest + offset] * np.rint(coefficients * 2**22) / 2**22
    return out


@pytest.mark.parametrize(("source", "target"), ONE_WAY, ids=name)
def test_rounded_to_the_nearest_without_dither(source: AudioFormat, target: AudioFormat) -> None:
    """Half a step from the sum that the filter is, and no more; and twice the same."""
    signal = np.rint(tone(source.rate, 1000, 1, 9000.5))
    out = through(source, target, signal)
    exact = summed(source.rate, target.rate, signal, len(out))
    assert np.abs(out - exact).max() <= 0.51  # a coefficient may be rounded the other way
    assert np.array_equal(out, through(source, target, signal))


@pytest.mark.parametrize(("source", "target"), WITH_G711, ids=name)
def test_a_tone_through_g711_has_the_noise_of_g711(source: AudioFormat, target: AudioFormat) -> None:
    """Eight bits with a logarithm have 37 dB or so between signal and noise, whatever the level."""
    for amplitude in (1000, 20000):
        signal = tone(source.rate, 1010, 1, amplitude)
        got, noise = fitted(middle(through(source, target, signal), target.rate), target.rate, 1010)
        assert abs(decibels(got / amplitude)) < 0.5
        assert decibels(got / np.sqrt(2) / noise) > 33


@pytest.mark.parametrize(("source", "target"), ONE_WAY, ids=name)
def test_the_pass_band(source: AudioFormat, target: AudioFormat) -> None:
    """Flat within half a decibel to 80 % of what the lower rate can carry, and no 3 dB down before 90 %."""
    most = min(source.rate, target.rate) / 2
    for share, least in ((0.05, -0.5), (0.3, -0.5), (0.55, -0.5), (0.7, -0.5), (0.8, -0.5), (0.9, -3)):
        frequency = share * most
        out = middle(through(source, target, tone(source.rate, frequency, 1)), target.rate)
        assert least < decibels(fitted(out, target.rate, frequency)[0] / 20000) < 0.5


@pytest.mark.parametrize(("source", "target"), ONE_WAY, ids=name)
def test_no_image_and_no_alias(source: AudioFormat, target: AudioFormat) -> None:
    """All that is not the tone itself is 80 dB below it, up to half the source's rate: what the target cannot
    carry is gone.
    """
    for share in (0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99):
        frequency = round(share * source.rate / 2)
        out = middle(through(source, target, tone(source.rate, frequency, 1)), target.rate)
        rest = fitted(out, target.rate, frequency)[1] if frequency < target.rate / 2 else level(out)
        assert decibels(rest * np.sqrt(2) / 20000) < -80


@pytest.mark.parametrize(("source", "target"), INPUTS + OUTPUTS, ids=name)
def test_no_steps_at_the_borders_of_frames(source: AudioFormat, target: AudioFormat) -> None:
    """The curvature of a sine is bounded; a click at a border would stand out of it by far."""
    frequency, amplitude = 300, 12000
    out = middle(
        through(source, target, tone(source.rate, frequency, 1, amplitude), frame_ms=10), target.rate
    )
    bend = np.abs(np.diff(out, 2))
    bound = 1.06 * amplitude * (2 * np.pi * frequency / target.rate) ** 2
    # The roundings of three samples: half a step each, and up to 512 wide with G.711 at this level.
    step = 1 if {source.encoding, target.encoding} == {"linear16"} else 512
    assert bend.max() <= bound + 2 * step
    assert len(LINEAR) + len(G711) == len(INPUTS)
