"""The sums of a filter: rounded, clipped, and nobody else's (A2)."""

from __future__ import annotations

import struct
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest

from realtime_translate.audio import PCM_24K, AudioFormat, Conversion
from realtime_translate.audio.filters import filter_between
from realtime_translate.audio.numeric import load
from realtime_translate.audio.rates import RateStream
from realtime_translate.audio.sums import LIFT, Matrix
from tests.unit.audio.streams import G711, PAIRS, converted, every, name, noise

pytest.importorskip("numpy", reason="needs the resample extra")

PCM_16K = AudioFormat("linear16", 16000)
RESAMPLED = [pair for pair in PAIRS if pair[0].rate != pair[1].rate]


def summed(before: float, after: float, *samples: int) -> tuple[int, ...]:
    """Each pair of neighbours, with these coefficients."""
    numpy = load()
    coefficients = numpy.ones((3, 1), "f8")
    for row, each in enumerate((before, after, LIFT)):
        coefficients[row : row + 1] = numpy.ones((1, 1), "f8") * each
    codes = numpy.arange(-32768, 32768, 1).astype("<i2")
    sums = Matrix(numpy, 1, 1, 1, coefficients, taken=1, wide=2, made=1).sums(codes)
    count = len(samples) - 1
    return struct.unpack(f"<{count}h", sums.outputs(struct.pack(f"<{count + 1}h", *samples), 0, count))


def test_A2_the_nearest_and_of_two_the_upper_one() -> None:
    assert summed(0.5, 0.5, 0, 1, 2, 4) == (1, 2, 3)
    assert summed(0.5, 0.5, 0, -1, -2, -4) == (0, -1, -3)
    assert summed(0.25, 0, 5, 6, 7, -5, -6, -7, 0) == (1, 2, 2, -1, -1, -2)


def test_A2_what_is_too_loud_is_the_loudest() -> None:
    assert summed(1, 1, 32767, 0, 1, 32767, 32767, -1) == (32767, 1, 32767, 32767, 32766)
    assert summed(1, 1, -32768, 0, -1, -32768, -32768, 0) == (-32768, -1, -32768, -32768, -32768)
    assert summed(3, -3, -32768, 32767, -32768) == (-32768, 32767)


@pytest.mark.parametrize("source", [PCM_16K, AudioFormat("linear16", 8001)], ids=name)
def test_A2_a_square_wave_overshoots_and_does_not_wrap(source: AudioFormat) -> None:
    square = (b"\xff\x7f" * 40 + b"\x00\x80" * 40) * 40
    out = memoryview(converted(Conversion(source, PCM_24K), [square])).cast("h")
    assert (min(out), max(out)) == (-32768, 32767)
    # Wrapped, a sample at the top would have a neighbour near the bottom.
    assert all(abs(later - sample) < 60000 for sample, later in pairwise(out))


@pytest.mark.parametrize("rate", [8000, 16000, 32000, 48000])
def test_A2_rows_are_as_linear_algebra_likes_them(rate: int) -> None:
    for chosen in (filter_between(rate, 24000), filter_between(24000, rate)):
        assert isinstance(chosen, Matrix)
        assert chosen.made in (16, 24)


@pytest.mark.parametrize(("source", "target"), RESAMPLED, ids=name)
def test_A2_there_is_room_for_the_longest_frames_and_ends(source: AudioFormat, target: AudioFormat) -> None:
    """A frame of a whole piece goes through in one, whatever was left of those before."""
    chosen = filter_between(source.rate, target.rate)
    size = chosen.piece * source.sample_bytes
    data = noise(source, 1000 * 6 * chosen.piece // source.rate + 1000)
    expected = converted(Conversion(source, target), every(data, source.bytes_of(20)))
    for first in (1, chosen.down - 1, chosen.down, chosen.reach, 2 * chosen.reach - 1):
        stream, at = Conversion(source, target), first * source.sample_bytes
        frames = [data[:at], *every(data[at:], size)]
        assert converted(stream, frames) == expected


@pytest.mark.parametrize("rate", [8400, 11000, 16000, 16800, 17600, 27200, 40000, 46000, 48000])
def test_A2_places_a_period_apart_have_the_same_coefficients(rate: int) -> None:
    """To the last bit: in which column an output is depends on how the input was cut."""
    for source, target in ((rate, 24000), (24000, rate)):
        chosen = filter_between(source, target)
        assert isinstance(chosen, Matrix)
        columns = chosen.coefficients[: chosen.wide].transpose()
        for column in range(chosen.up, chosen.made):
            before = columns[column - chosen.up : column - chosen.up + 1].tobytes()
            after = columns[column : column + 1].tobytes()
            assert after[8 * chosen.down :] == before[: -8 * chosen.down]


def test_A2_streams_share_arrays_and_nothing_of_their_audio() -> None:
    """Whose turn it was before does not matter: loud noise, and a stream of other frames."""
    loud, soft = noise(PCM_16K, 500), bytes(500)
    expected = converted(Conversion(PCM_16K, PCM_24K), [soft])
    one, other = Conversion(PCM_16K, PCM_24K), Conversion(PCM_16K, PCM_24K)
    out = b""
    for noisy, quiet in zip(every(loud, 640), every(soft, 20), strict=False):
        one.feed(noisy)
        out += other.feed(quiet)
    one.flush()
    assert out + other.flush() == expected == bytes(750)


@pytest.mark.parametrize(
    ("source", "target"), [(PCM_16K, PCM_24K), (PCM_24K, G711[0]), (AudioFormat("linear16", 8001), PCM_24K)]
)
def test_A2_threads_convert_at_the_same_time(source: AudioFormat, target: AudioFormat) -> None:
    audio = [noise(source, 2000, seed) for seed in range(4)]
    frames = [list(every(data, source.bytes_of(20))) for data in audio]
    expected = [converted(Conversion(source, target), each) for each in frames]

    def convert(number: int) -> bool:
        each = frames[number % 4]
        return converted(Conversion(source, target), each) == expected[number % 4]

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            assert all(pool.map(convert, range(24)))
    finally:
        sys.setswitchinterval(before)


def test_A2_streams_in_turn_work_in_the_same_arrays() -> None:
    source = AudioFormat("linear16", 9600)  # that no other test has
    streams = [RateStream(source, PCM_24K) for _ in range(20)]
    for frame in every(noise(source, 100), source.bytes_of(20)):
        for stream in streams:
            stream.feed(frame)
    (pair,) = {stream._pair for stream in streams}
    assert len(pair.idle) == 1
