"""The comparison of resamplers runs, and this library's is as good in it as was asked for (A2)."""

from __future__ import annotations

import pytest

pytest.importorskip("numpy", reason="needs the resample extra")

from tests.quality import compare
from tests.quality.design import LONG, SHORT, Wanted, fitted

OURS = "this library"
PAIRS = [pair for rate in compare.RATES for pair in ((rate, 24000), (24000, rate))]


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_A2_late_by_two_milliseconds_or_by_three_where_the_lower_rate_is_below_16000(
    source: int, target: int
) -> None:
    bound = 3 if min(source, target) < 16000 else 2
    assert compare.delay(OURS, source, target) <= bound + 1000 / target
    assert not compare.depends_on_cutting(OURS, source, target)


@pytest.mark.parametrize(("source", "target"), [(8000, 24000), (24000, 8000), (16000, 24000), (24000, 16000)])
def test_A2_flat_to_80_percent_and_80_decibels_down_beyond(source: int, target: int) -> None:
    passed, steep = compare.gains(OURS, source, target)
    assert passed < 0.5
    assert steep >= 0.9
    assert compare.stopped(OURS, source, target) < -80
    assert compare.noise(OURS, source, target, -1) < -80


def test_a_row_of_the_table_has_its_cells() -> None:
    assert compare.row(OURS, 16000, 24000).count("|") == compare.HEADING.count("|")


@pytest.mark.parametrize(("reach", "wanted"), [(24, SHORT), (32, LONG)])
def test_the_filters_are_as_they_were_designed(reach: int, wanted: Wanted) -> None:
    from realtime_translate.audio.filters import _LONG, _SHORT

    known = {24: _SHORT, 32: _LONG}[reach]
    assert known.reach == wanted.reach == reach
    assert known.amplitudes == pytest.approx(fitted(wanted), abs=1e-4)
