"""One continuous stream: the same bytes out however those in are cut, and none lost or added (A2, A3, O1)."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realtime_translate.audio import (
    MULAW_8K,
    PCM_24K,
    AudioFormat,
    Conversion,
    ConversionState,
    delay_ms,
    needs_resampler,
)
from tests.unit.audio.streams import PAIRS, RECODINGS, converted, cut, cuttings, every, name, noise

pytest.importorskip("numpy", reason="needs the resample extra")

PCM_16K = AudioFormat("linear16", 16000)
PCM_8K = AudioFormat("linear16", 8000)
RESAMPLED = [pair for pair in PAIRS if needs_resampler(*pair)]
each_pair = pytest.mark.parametrize(("source", "target"), PAIRS, ids=name)
each_resampled = pytest.mark.parametrize(("source", "target"), RESAMPLED, ids=name)


def samples_in(audio: AudioFormat, data: bytes) -> int:
    return len(data) // audio.sample_bytes


def late(source: AudioFormat, target: AudioFormat) -> int:
    """Samples of input."""
    return round(delay_ms(source, target) * source.rate / 1000)


@each_pair
@settings(max_examples=25)
@given(seed=st.integers(0, 2**32), length=st.integers(0, 300), sizes=cuttings(4000))
def test_the_cutting_does_not_matter(
    source: AudioFormat, target: AudioFormat, seed: int, length: int, sizes: list[int]
) -> None:
    data = noise(source, length, seed)
    whole, pieces = Conversion(source, target), Conversion(source, target)
    at_once = whole.feed(data)
    assert b"".join(map(pieces.feed, cut(data, sizes))) == at_once
    assert pieces.flush() == whole.flush()


@each_pair
@pytest.mark.parametrize("size", [1, 3, 7])
def test_nor_do_the_smallest_frames(source: AudioFormat, target: AudioFormat, size: int) -> None:
    data = noise(source, 150)
    one = Conversion(source, target)
    assert converted(one, every(data, size)) == converted(Conversion(source, target), [data])


@each_resampled
def test_what_is_out_is_what_is_in_by_the_ratio_less_the_delay(
    source: AudioFormat, target: AudioFormat
) -> None:
    conversion = Conversion(source, target)
    taken = given = 0
    for frame in every(noise(source, 1500), source.bytes_of(7)):
        out = conversion.feed(frame)
        taken, given = taken + samples_in(source, frame), given + samples_in(target, out)
        known = max(0, taken - late(source, target))
        # The next output lies beyond the input that is far enough back, or on its end.
        assert (
            (given - 1) * source.rate
            < max(1, known) * target.rate
            <= max(1, given) * source.rate + target.rate
        )
        assert given * source.rate <= taken * target.rate


@each_pair
@settings(max_examples=15)
@given(lengths=st.lists(st.integers(0, 2000), min_size=1, max_size=4))
def test_nothing_is_lost_or_added_over_flushes(
    source: AudioFormat, target: AudioFormat, lengths: list[int]
) -> None:
    conversion = Conversion(source, target)
    for length in lengths:
        data = noise(source, 300)[: length * source.sample_bytes]
        begun = conversion.feed(data)
        held = conversion.held
        tail = conversion.flush()
        assert len(tail) == held
        assert conversion.held == 0
        exact = samples_in(source, data) * target.rate / source.rate
        assert abs(samples_in(target, begun + tail) - exact) <= 0.5


@each_resampled
def test_a_stream_after_a_flush_is_as_new(source: AudioFormat, target: AudioFormat) -> None:
    first, second = noise(source, 180, 1), noise(source, 230, 2)
    conversion = Conversion(source, target)
    converted(conversion, [first])
    assert converted(conversion, [second]) == converted(Conversion(source, target), [second])


@each_resampled
def test_clear_forgets_what_is_not_out(source: AudioFormat, target: AudioFormat) -> None:
    conversion = Conversion(source, target)
    conversion.feed(noise(source, 180, 1) + b"\x7f" * (source.sample_bytes - 1))
    conversion.clear()
    assert conversion.held == 0
    assert conversion.state == ConversionState()
    assert conversion.flush() == b""
    data = noise(source, 230, 2)
    assert converted(conversion, [data]) == converted(Conversion(source, target), [data])


def test_clear_forgets_half_a_sample_at_one_rate_too() -> None:
    conversion = Conversion(PCM_8K, MULAW_8K)
    assert conversion.feed(b"\0") == b""
    conversion.clear()
    assert conversion.feed(b"\0\0") == b"\xff"


def test_half_a_sample_waits_for_the_next_frame_over_a_flush() -> None:
    conversion = Conversion(PCM_16K, PCM_24K)
    conversion.feed(noise(PCM_16K, 20) + b"\x34")
    conversion.flush()
    whole = Conversion(PCM_16K, PCM_24K)
    assert converted(conversion, [b"\x12", b"\0\0"]) == converted(whole, [b"\x34\x12\0\0"]) != b""


def test_frames_within_the_delay_give_nothing_and_a_flush_gives_all() -> None:
    conversion = Conversion(PCM_16K, PCM_24K)
    assert conversion.feed(noise(PCM_16K, 2)) == conversion.feed(b"") == b""
    assert conversion.held == PCM_24K.bytes_of(2)
    assert len(conversion.flush()) == PCM_24K.bytes_of(2)
    assert conversion.flush() == b""


def test_a_megabyte_in_one_frame() -> None:
    data = noise(PCM_16K, 32_768)
    conversion = Conversion(PCM_16K, PCM_24K)
    assert len(data) == 2**20
    frames = every(data, PCM_16K.bytes_of(20))
    assert converted(conversion, [data]) == converted(Conversion(PCM_16K, PCM_24K), frames)
    assert conversion.state == ConversionState()


def test_memory_does_not_grow_with_the_stream() -> None:
    """L2: a stream may last for hours."""
    conversion = Conversion(PCM_16K, PCM_24K)
    frame = noise(PCM_16K, 20)

    def grown(frames: int) -> int:
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(frames):
            conversion.feed(frame)
        return tracemalloc.get_traced_memory()[0] - before

    tracemalloc.start()
    try:
        grown(100)
        assert grown(3000) < 2 * PCM_16K.bytes_of(500)
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("source", "target"), RECODINGS, ids=name)
def test_at_one_rate_every_sample_is_out_at_once(source: AudioFormat, target: AudioFormat) -> None:
    conversion = Conversion(source, target)
    data = noise(source, 20)
    assert len(conversion.feed(data)) == target.bytes_of(20)
    assert conversion.held == 0
    assert conversion.flush() == b""
    assert delay_ms(source, target) == 0.0


def test_one_format_to_itself_is_untouched() -> None:
    data = noise(MULAW_8K, 100)
    assert Conversion(MULAW_8K, MULAW_8K).feed(data) == data


@each_resampled
def test_the_delay_is_two_milliseconds_or_three_where_the_lower_rate_is_below_16000(
    source: AudioFormat, target: AudioFormat
) -> None:
    bound = 3 if min(source.rate, target.rate) < 16000 else 2
    assert 1 < delay_ms(source, target) <= bound


@pytest.mark.parametrize("rate", [8001, 12000, 47999])
@pytest.mark.parametrize("way", ["up", "down"])
def test_rates_that_hardly_meet(rate: int, way: str) -> None:
    """Their filters are a table between whose places is interpolated: a tone stays that tone."""
    other = AudioFormat("linear16", rate)
    source, target = (other, PCM_24K) if way == "up" else (PCM_24K, other)
    data = noise(source, 900)
    one = Conversion(source, target)
    whole = converted(Conversion(source, target), [data])
    assert converted(one, every(data, 333)) == whole
    exact = samples_in(source, data) * target.rate / source.rate
    assert abs(samples_in(target, whole) - exact) <= 0.5
