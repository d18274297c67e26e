"""A stream whose resampler holds back more than the delay was measured to bridge loses nothing (A2)."""

from __future__ import annotations

import pytest

from realtime_translate.audio import PCM_24K, AudioFormat
from realtime_translate.audio.rates import RateStream

pytest.importorskip("soxr")


def test_what_is_not_ready_comes_later() -> None:
    wide = AudioFormat("linear16", 16000)
    hasty, steady = (RateStream(wide, PCM_24K, "HQ") for _ in range(2))
    hasty._delay = 0
    frame = b"\x01\x12" * 320
    first = hasty.feed(frame)
    assert len(first) < 960  # all that the ratio asks for
    fed = [hasty.feed(frame) for _ in range(20)]
    whole = first + b"".join(fed) + hasty.flush()
    assert whole == b"".join(steady.feed(frame) for _ in range(21)) + steady.flush()
    assert len(whole) == 21 * 960
