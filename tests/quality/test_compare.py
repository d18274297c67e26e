"""The comparison of resamplers runs, and this library's is as good in it as was asked for (A2)."""

from __future__ import annotations

import re

import pytest

pytest.importorskip("numpy", reason="needs the resample extra")

from tests.quality import compare, costs
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


@pytest.mark.parametrize(("source", "target"), [(8000, 24000), (24000, 8000), (16000, 24000), (24000, 16000)])
def test_A2_of_a_sweep_nothing_comes_through_that_does_not_belong_there(source: int, target: int) -> None:
    assert compare.swept(OURS, source, target) < -80


def shown(source: int, target: int, name: str) -> list[str]:
    """A row of the page."""
    text = compare.PAGE.read_text(encoding="utf-8")
    section = text.partition(f"\n### {source} to {target}\n")[2].partition("\n### ")[0]
    (row,) = re.findall(rf"^\| {name} \| (.+) \|$", section, re.MULTILINE)
    return [cell.strip() for cell in row.split("|")]


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_A2_the_page_has_the_delays_of_this_library_as_they_are(source: int, target: int) -> None:
    late, *_, cut, stored, _, _, _ = shown(source, target, OURS)
    assert late == f"{compare.delay(OURS, source, target):.1f}"
    assert (cut, stored) == ("no", "yes")


def test_the_page_has_this_library_as_it_measures() -> None:
    """`python -m tests.quality.compare page` writes it; time and memory are the machine's."""
    assert shown(16000, 24000, OURS)[:-3] == compare.quality(OURS, 16000, 24000)


def test_the_page_has_every_resampler_on_every_pair_with_all_cells() -> None:
    for pair in PAIRS:
        for name in compare.CANDIDATES:
            assert len(shown(*pair, name)) == compare.HEADING.count("|") - 2


@pytest.mark.parametrize("pair", PAIRS)
def test_what_is_as_early_and_as_good_on_the_page_takes_twice_the_time(pair: tuple[int, int]) -> None:
    bound = 3 if min(pair) < 16000 else 2
    for name in compare.CANDIDATES:
        late, passed, _, stop, sweep, *_, alone, _ = shown(*pair, name)
        good = float(late) < bound + 0.05 and float(passed) < 0.5 and max(float(stop), float(sweep)) <= -80
        assert good or name != OURS
        assert not good or name == OURS or float(alone) > 2 * float(shown(*pair, OURS)[-2])


def test_times_and_memory_are_measured() -> None:
    one, of_some = costs.times([OURS], 16000, 24000, rounds=1, streams=3)[OURS]
    assert one > 0
    assert of_some > 0


@pytest.mark.skipif(not costs.STATM.exists(), reason="the memory of a process is read from /proc")
def test_a_stream_has_some_kilobytes() -> None:
    assert 0 < costs.memory(OURS, 16000, 24000) < 8192


@pytest.mark.parametrize(("reach", "wanted"), [(24, SHORT), (32, LONG)])
def test_the_filters_are_as_they_were_designed(reach: int, wanted: Wanted) -> None:
    from realtime_translate.audio.filters import _LONG, _SHORT

    known = {24: _SHORT, 32: _LONG}[reach]
    assert known.reach == wanted.reach == reach
    assert known.amplitudes == pytest.approx(fitted(wanted), abs=1e-4)
