"""A call is as early and as small as `docs/reference/resamplers.md` says (A2, L2, *Always true* 7)."""

from __future__ import annotations

import re

import pytest
from attrs import astuple

pytest.importorskip("numpy", reason="needs the resample extra")

from tests.quality import footprint
from tests.quality.compare import PAGE
from tests.quality.costs import STATM
from tests.quality.footprint import BEFORE

BETWEEN = [pytest.param(each, marks=pytest.mark.again) for each in sorted(BEFORE)[1:-1]]


def shown(rate: int) -> list[tuple[float, float]]:
    """Before and after, of each column."""
    (row,) = re.findall(rf"^\| {rate} \| (.+ → .+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return [(float(old), float(new)) for old, new in (cell.split(" → ") for cell in row.split(" | "))]


@pytest.mark.skipif(not STATM.exists(), reason="the memory of a process is read from /proc")
@pytest.mark.parametrize("rate", [min(BEFORE), max(BEFORE), *BETWEEN])
def test_A2_L2_a_call_is_as_early_and_as_small_as_the_page_says(rate: int) -> None:
    now = footprint.footprint(rate)
    into, out, snapshot, memory = (new for _, new in shown(rate))
    assert (into, out) == (round(now.into), round(now.out))
    assert abs(snapshot - now.snapshot) < 1
    assert 0.5 * memory < now.memory < 2 * memory
    if rate != 24000:
        assert all(new < old / 3 for new, old in zip(astuple(now), astuple(BEFORE[rate]), strict=True))


def test_an_unknown_word_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert footprint.main(["pages"]) == 2
    assert "usage" in capsys.readouterr().err
