"""A conversion restored from its state goes on as the first does, byte for byte (*Always true* 6)."""

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
    needs_resampler,
)
from tests.unit.audio.streams import PAIRS, converted, cut, cuttings, every, name, noise

pytest.importorskip("numpy", reason="needs the resample extra")

PCM_16K = AudioFormat("linear16", 16000)
PCM_8001 = AudioFormat("linear16", 8001)
# 12000 has a short period with 24000; 8001 and 47999 have periods of a third of a second and of a second.
UNUSUAL = [
    *((AudioFormat("linear16", rate), PCM_24K) for rate in (8001, 12000, 47999)),
    (AudioFormat("linear16", 8000), AudioFormat("linear16", 48000)),
]
ALL = PAIRS + UNUSUAL


def moved(conversion: Conversion) -> Conversion:
    """The same conversion, by way of JSON."""
    converter = make_converter()
    text = converter.dumps(conversion.state)
    state = converter.structure(json.loads(text), ConversionState)
    assert state == conversion.state
    return Conversion.from_state(state, conversion.source, conversion.target)


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
        assert restored.feed(frame) == conversion.feed(frame)
    assert restored.flush() == conversion.flush()


@pytest.mark.parametrize(("source", "target"), ALL, ids=name)
def test_restored_before_every_frame(source: AudioFormat, target: AudioFormat) -> None:
    data = noise(source, 500)
    conversion, whole = Conversion(source, target), Conversion(source, target)
    out = b""
    for frame in every(data, source.bytes_of(20) - 1):
        conversion = moved(conversion)
        out += conversion.feed(frame)
    assert out + conversion.flush() == converted(whole, [data])


@pytest.mark.parametrize(("source", "target"), ALL, ids=name)
def test_a_state_is_at_most_two_kilobytes(source: AudioFormat, target: AudioFormat) -> None:
    conversion = Conversion(source, target)
    for frame in every(noise(source, 2000), source.bytes_of(20)):
        conversion.feed(frame)
        kept = conversion.state.stream.recent
        assert 0 < len(kept) <= 2048 if needs_resampler(source, target) else kept == b""


def test_a_state_is_plain_data() -> None:
    conversion = Conversion(PCM_16K, PCM_24K)
    assert conversion.state == ConversionState()
    conversion.feed(b"\1\2\3\4\5")
    silence = bytes(2 * 31)  # before the stream began
    assert cattrs.unstructure(conversion.state) == {
        "carry": b"\5",
        "stream": {"recent": silence + b"\1\2\3\4", "place": 0},
    }


def test_half_a_sample_is_kept_at_one_rate_too() -> None:
    conversion = Conversion(AudioFormat("linear16", 8000), MULAW_8K)
    conversion.feed(b"\0")
    assert moved(conversion).feed(b"\0") == b"\xff"


@pytest.mark.parametrize(
    ("source", "state"),
    [
        (PCM_16K, StreamState(bytes(2 * 30), 0)),  # less input than there was silence before it
        (PCM_16K, StreamState(bytes(2 * 40) + b"\0", 0)),  # half a sample
        (PCM_16K, StreamState(bytes(2 * 64), 0)),  # an output is due that was not given
        (PCM_16K, StreamState(bytes(2 * 40), -2)),  # an output before the input
        (PCM_16K, StreamState(bytes(2 * 40), 1)),  # where no output lies
        (PCM_16K, StreamState(bytes(2 * 40), 6)),  # input is kept that no output needs
        (PCM_8001, StreamState(bytes(2 * 40), 8000)),  # the same, for a table
        (PCM_8001, StreamState(bytes(2 * 48), 0)),
    ],
)
def test_a_state_that_cannot_be(source: AudioFormat, state: StreamState) -> None:
    with pytest.raises(ValueError, match="cannot be at"):
        Conversion.from_state(ConversionState(b"", state), source, PCM_24K)


@pytest.mark.parametrize("audio", [PCM_16K, MULAW_8K])
def test_a_carry_is_less_than_a_sample(audio: AudioFormat) -> None:
    with pytest.raises(ValueError, match="no part of a sample"):
        Conversion.from_state(ConversionState(b"\0" * audio.sample_bytes), audio, PCM_24K)


def test_there_is_no_stream_between_equal_rates() -> None:
    with pytest.raises(ValueError, match="no stream"):
        Conversion.from_state(ConversionState(b"", StreamState(b"", 1)), PCM_24K, PCM_24K)
