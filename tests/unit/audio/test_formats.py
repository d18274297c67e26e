"""Positions in audio are whole bytes and samples."""

from __future__ import annotations

import pytest

from realtime_translate.audio import ALAW_8K, MULAW_8K, PCM_24K, AudioFormat


@pytest.mark.parametrize(
    ("known", "sample", "second", "commit"),
    [(PCM_24K, 2, 48000, 4800), (MULAW_8K, 1, 8000, 800), (ALAW_8K, 1, 8000, 800)],
)
def test_sizes(known: AudioFormat, sample: int, second: int, commit: int) -> None:
    assert known.sample_bytes == sample
    assert known.bytes_per_second == second
    assert known.bytes_of(100) == commit
    assert known.bytes_of(1000) == second


def test_milliseconds_are_rounded_down_to_whole_samples() -> None:
    odd = AudioFormat("linear16", 11025)
    assert odd.bytes_of(1) == 22
    assert odd.bytes_of(10) == 220
    assert odd.bytes_of(0) == 0


def test_a_format_names_itself_for_people() -> None:
    assert str(PCM_24K) == "linear16 at 24000"
