"""What the length of the filter brings is on the page as it is, and what it costs was measured (A2)."""

from __future__ import annotations

import re

import pytest

pytest.importorskip("numpy", reason="needs the resample extra")

from realtime_translate.audio.filters import _LONG, _SHORT
from tests.quality import lengths
from tests.quality.compare import PAGE


def shown() -> list[list[str]]:
    """The rows of the page, without their heading."""
    block = PAGE.read_text(encoding="utf-8").split("<!-- lengths: begin -->")[1].split("<!-- lengths: end")[0]
    return [row.split(" | ") for row in re.findall(r"^\| (\w.*) \|$", block, re.MULTILINE)][1:]


def test_the_page_has_the_filters_as_they_are_designed() -> None:
    """`python -m tests.quality.lengths page` writes it; time is the machine's."""
    rows = [re.findall(r"[-\d.]+", line) for line in lengths.table(rounds=1)]
    assert [row[:-1] for row in rows[3:]] == [[c.removesuffix(" %") for c in row[:-1]] for row in shown()[1:]]


def test_the_page_says_that_more_coefficients_take_more_time() -> None:
    times = [float(row[-1]) for row in shown()]
    assert times == sorted(times)
    assert times[0] > 0


def test_A2_the_filters_in_use_have_what_was_asked_for() -> None:
    """Half a decibel to 80 % of half the lower rate, 3 dB from 90 % on at the earliest, 80 dB beyond it."""
    for designed in (_SHORT, _LONG):
        passed, down, stopped = lengths.response(designed)
        assert passed < 0.5
        assert down >= 0.9
        assert stopped < -80


def test_A2_half_of_the_short_one_is_too_little() -> None:
    passed, _, stopped = lengths.response(lengths.prototype(lengths.WANTED[0]))
    assert passed > 0.5
    assert stopped > -80


def test_a_frame_is_made() -> None:
    assert len(lengths.frame_of(_LONG)()) == 2 * lengths.OUTPUTS  # type: ignore[arg-type]
