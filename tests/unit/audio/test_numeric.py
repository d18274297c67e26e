"""Without the `resample` extra (A2)."""

from __future__ import annotations

import os
import subprocess
import sys
from types import SimpleNamespace

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
    numeric,
    rates,
)

PCM_8K = AudioFormat("linear16", 8000)


@pytest.fixture(params=["soxr", "numpy"])
def without(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of the two modules of the extra is not installed."""
    monkeypatch.setitem(sys.modules, str(request.param), None)
    rates.delay.cache_clear()


@pytest.mark.usefixtures("without")
def test_the_extra_is_missed_by_name() -> None:
    assert not available()
    with pytest.raises(MissingResampler) as missing:
        Conversion(PCM_8K, PCM_24K)
    assert EXTRA in str(missing.value)
    assert EXTRA == "realtime-translate[resample]"
    assert isinstance(missing.value, ImportError)
    with pytest.raises(MissingResampler):
        delay_ms(PCM_8K, PCM_24K)


@pytest.mark.usefixtures("without")
def test_what_keeps_the_rate_works_without() -> None:
    assert Conversion(PCM_8K, MULAW_8K).feed(b"\0\0") == b"\xff"
    assert Conversion(PCM_24K, PCM_24K).feed(b"\1\2") == b"\1\2"


def test_with_the_extra_it_is_there() -> None:
    pytest.importorskip("soxr", reason="needs the resample extra")
    assert available()


class _Bounds:
    """Samples of a numpy that looks at the bounds itself, instead of handing them to a ufunc."""

    def clip(self, least: object, most: object, out: _Bounds | None = None) -> _Bounds:
        found = out or _Bounds()
        found.seen = (least, most)
        return found

    seen: tuple[object, ...] = ()


def test_where_the_ufunc_of_clip_does_not_show_the_method_serves() -> None:
    numpy = SimpleNamespace(zeros=lambda count, dtype: _Bounds())
    clip = numeric.clipping(numpy)  # type: ignore[arg-type] # what is used of it
    out = _Bounds()
    assert clip(_Bounds(), 1, 2, out) is out  # type: ignore[comparison-overlap, arg-type] # as above
    assert out.seen == (1, 2)


def test_the_ufunc_of_clip_is_found() -> None:
    numpy = pytest.importorskip("numpy", reason="needs the resample extra")
    clip = numeric.clipping(numpy)
    assert isinstance(clip, numpy.ufunc)
    samples, least, most = (numpy.array(each, "float32") for each in ([-9, 3, 9], -5, 5))
    assert clip(samples, least, most, samples) is samples
    assert samples.tolist() == [-5, 3, 5]


def test_nothing_is_imported_before_it_is_used() -> None:
    program = """
import sys
from realtime_translate.audio import AudioFormat, Conversion, PCM_24K
Conversion(AudioFormat("mulaw", 24000), PCM_24K).feed(b"1")
assert not {"numpy", "soxr"} & sys.modules.keys()
"""
    subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
