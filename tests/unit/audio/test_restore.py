"""A conversion restored from its state goes on as the first does, give or take a bit (*Always true* 6)."""

from __future__ import annotations

import json

import cattrs
import pytest
from cattrs.preconf.json import make_converter
from hypothesis import given, settings
from hypothesis import strategies as st

from realtime_translate.audio import (
    MULAW_8K,
    PCM_24K,
    AudioFormat,
    Conversion,
    ConversionState,
    StreamState,
    g711,
    needs_resampler,
)
from tests.unit.audio.streams import PAIRS, converted, cut, cuttings, every, name, noise

numpy = pytest.importorskip("numpy", reason="needs the resample extra")
pytest.importorskip("soxr", reason="needs the resample extra")

PCM_16K = AudioFormat("linear16", 16000)
# 12000 has a short period with 24000; 8001 and 47999 have periods of a third of a second and of a second.
# From 8000 to 48000 the delay is the longest of all.
UNUSUAL = [
    *((AudioFormat("linear16", rate), PCM_24K) for rate in (8001, 12000, 47999)),
    (AudioFormat("linear16", 8000), AudioFormat("linear16", 48000)),
]
ALL = PAIRS + UNUSUAL
QUALITIES = ("QQ", "LQ", "MQ", "HQ", "VHQ")


def difference(audio: AudioFormat, one: bytes, other: bytes) -> int:
    """The most that two streams of equal length differ by, in steps of the format."""
    if audio.encoding == "linear16":
        apart = numpy.frombuffer(one, "<i2").astype(int) - numpy.frombuffer(other, "<i2")
    else:
        rank = numpy.array(ranks(audio.encoding))
        apart = rank[numpy.frombuffer(one, "u1")] - rank[numpy.frombuffer(other, "u1")]
    return int(numpy.abs(apart).max(initial=0))


def ranks(law: str) -> list[int]:
    """Numbers whose neighbours are neighbours as sound, which codes of G.711 are not."""
    heard = g711.sample_table(law)
    ordered = sorted(set(heard))
    return [ordered.index(sample) for sample in heard]


def moved(conversion: Conversion, quality: str = "HQ") -> Conversion:
    """The same conversion, by way of JSON."""
    converter = make_converter()
    text = converter.dumps(conversion.state)
    assert len(text) < 140_000
    state = converter.structure(json.loads(text), ConversionState)
    assert state == conversion.state
    return Conversion.from_state(state, conversion.source, conversion.target, quality=quality)


@pytest.mark.parametrize(("source", "target"), ALL, ids=name)
@settings(max_examples=12)
@given(
    seed=st.integers(0, 2**32),
    at=st.integers(0, 200_000),
    before=cuttings(9000),
    after=cuttings(9000),
    flushed=st.booleans(),
)
def test_later_frames_are_the_same(
    source: AudioFormat,
    target: AudioFormat,
    seed: int,
    at: int,
    before: list[int],
    after: list[int],
    flushed: bool,
) -> None:
    data = noise(source, 2600, seed)
    conversion = Conversion(source, target)
    if flushed:
        converted(conversion, [data[:at]])
    for frame in cut(data[:at], before):
        conversion.feed(frame)
    restored = moved(conversion)
    assert restored.held == conversion.held
    for frame in cut(data[at:], after):
        one, other = conversion.feed(frame), restored.feed(frame)
        assert len(one) == len(other)
        assert difference(target, one, other) <= 1
    one, other = conversion.flush(), restored.flush()
    assert len(one) == len(other)
    assert difference(target, one, other) <= 1


@pytest.mark.parametrize("quality", QUALITIES)
@pytest.mark.parametrize(
    ("source", "target"), [(PCM_16K, PCM_24K), (AudioFormat("linear16", 11025), PCM_24K), (PCM_24K, MULAW_8K)]
)
def test_at_every_quality(source: AudioFormat, target: AudioFormat, quality: str) -> None:
    data = noise(source, 1600)
    for at in range(0, len(data), source.bytes_of(200)):
        conversion = Conversion(source, target, quality=quality)
        conversion.feed(data[:at])
        restored = moved(conversion, quality)
        one, other = converted(conversion, [data[at:]]), converted(restored, [data[at:]])
        assert len(one) == len(other)
        assert difference(target, one, other) <= 1


def test_restored_again_and_again() -> None:
    data = noise(PCM_16K, 3000)
    conversion, whole = Conversion(PCM_16K, PCM_24K), Conversion(PCM_16K, PCM_24K)
    out = b""
    for frame in every(data, PCM_16K.bytes_of(20) - 1):
        conversion = moved(conversion)
        out += conversion.feed(frame)
    assert difference(PCM_24K, out + conversion.flush(), converted(whole, [data])) <= 1


@pytest.mark.parametrize(("source", "target"), ALL, ids=name)
def test_a_state_stays_small(source: AudioFormat, target: AudioFormat) -> None:
    conversion = Conversion(source, target)
    for frame in every(noise(source, 10_000), source.bytes_of(20)):
        conversion.feed(frame)
    kept = len(conversion.state.stream.recent)
    if not needs_resampler(source, target):
        assert kept == 0
    elif (source, target) in UNUSUAL:
        assert source.bytes_of(200) <= kept <= source.bytes_of(1250)
    else:
        assert source.bytes_of(200) <= kept <= source.bytes_of(250)


def test_a_state_is_plain_data() -> None:
    conversion = Conversion(PCM_16K, PCM_24K)
    conversion.feed(b"\1\2\3\4\5")
    assert cattrs.unstructure(conversion.state) == {
        "carry": b"\5",
        "stream": {"recent": b"\1\2\3\4", "samples_in": 2, "samples_out": 0},
    }
    assert Conversion(PCM_16K, PCM_24K).state == ConversionState()


def test_half_a_sample_is_kept_at_one_rate_too() -> None:
    conversion = Conversion(AudioFormat("linear16", 8000), MULAW_8K)
    conversion.feed(b"\0")
    assert moved(conversion).feed(b"\0") == b"\xff"


def test_a_state_of_a_stream_that_was_further_on() -> None:
    """Another build of soxr may hold back more: what was given out then is not given out again."""
    conversion = Conversion(PCM_16K, PCM_24K, quality="LQ")
    data = noise(PCM_16K, 1000)
    first = conversion.feed(data)
    restored = Conversion.from_state(conversion.state, PCM_16K, PCM_24K, quality="VHQ")
    assert restored.feed(data[:640]) == b""
    rest = restored.feed(data) + restored.flush()
    assert len(first) + len(rest) == PCM_24K.bytes_of(2020)


@pytest.mark.parametrize(
    "state",
    [
        StreamState(b"\0" * 8, samples_in=3, samples_out=0),  # more input kept than there was
        StreamState(b"\0" * 8, samples_in=10, samples_out=8),  # less given out than before what was kept
        StreamState(b"\0" * 8, samples_in=4, samples_out=7),  # more given out than there was
        StreamState(b"\0" * 7, samples_in=4, samples_out=0),  # half a sample kept
    ],
)
def test_a_state_that_cannot_be(state: StreamState) -> None:
    with pytest.raises(ValueError, match="cannot be at"):
        Conversion.from_state(ConversionState(b"", state), PCM_16K, PCM_24K)


@pytest.mark.parametrize("audio", [PCM_16K, MULAW_8K])
def test_a_carry_is_less_than_a_sample(audio: AudioFormat) -> None:
    with pytest.raises(ValueError, match="no part of a sample"):
        Conversion.from_state(ConversionState(b"\0" * audio.sample_bytes), audio, PCM_24K)


def test_there_is_no_stream_between_equal_rates() -> None:
    with pytest.raises(ValueError, match="no stream"):
        Conversion.from_state(ConversionState(b"", StreamState(b"", 1, 0)), PCM_24K, PCM_24K)


@pytest.mark.parametrize("quality", QUALITIES)
@pytest.mark.parametrize(
    ("source", "target"), [(8000, 33224), (35604, 8000), (8000, 48000), (48000, 8000), (44100, 9689)]
)
def test_what_is_kept_primes_a_stream_of_any_delay(source: int, target: int, quality: str) -> None:
    one, other = AudioFormat("linear16", source), AudioFormat("linear16", target)
    conversion = Conversion(one, other, quality=quality)
    data = noise(one, 900)
    conversion.feed(data)
    copy = Conversion.from_state(conversion.state, one, other, quality=quality)
    assert len(copy.feed(data)) == len(conversion.feed(data))
