"""Without the `resample` extra (A2)."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from realtime_translate.audio import (
    EXTRA,
    MULAW_8K,
    PCM_24K,
    AudioFormat,
    Conversion,
    MissingResampler,
    available,
    delay_ms,
)

PCM_8K = AudioFormat("linear16", 8000)


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is not installed."""
    monkeypatch.setitem(sys.modules, "numpy", None)


@pytest.mark.usefixtures("without")
def test_the_extra_is_missed_by_name() -> None:
    assert not available()
    with pytest.raises(MissingResampler) as missing:
        Conversion(PCM_8K, PCM_24K)
    assert EXTRA in str(missing.value)
    assert EXTRA == "realtime-translate[resample]"
    assert isinstance(missing.value, ImportError)
    assert delay_ms(PCM_8K, PCM_24K) == 3.0


@pytest.mark.usefixtures("without")
def test_what_keeps_the_rate_works_without() -> None:
    assert Conversion(PCM_8K, MULAW_8K).feed(b"\0\0") == b"\xff"
    assert Conversion(PCM_24K, PCM_24K).feed(b"\1\2") == b"\1\2"


def test_with_the_extra_it_is_there() -> None:
    pytest.importorskip("numpy", reason="needs the resample extra")
    assert available()


def test_nothing_is_imported_before_it_is_used() -> None:
    program = """
import sys
from realtime_translate.audio import AudioFormat, Conversion, PCM_24K
Conversion(AudioFormat("mulaw", 24000), PCM_24K).feed(b"1")
assert "numpy" not in sys.modules
"""
    subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
