"""The faults that `python -m tests.faults` plants are there to be planted, and the page shows all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

import realtime_translate
from tests.faults.fault import Fault
from tests.faults.faults import FAULTS
from tests.property.page import PAGE, part

PACKAGE = Path(realtime_translate.__file__).parent
SHOWN = part(PAGE, "faults")


@pytest.mark.parametrize("fault", FAULTS, ids=lambda each: f"{each.rule}: {each.what}")
def test_it_can_be_planted_in_one_place(fault: Fault) -> None:
    assert (PACKAGE / fault.file).read_text("utf-8").count(fault.old) == 1
    assert fault.old != fault.new


@pytest.mark.parametrize("fault", FAULTS, ids=lambda each: f"{each.rule}: {each.what}")
def test_the_page_shows_it(fault: Fault) -> None:
    rows = [line for line in SHOWN.splitlines() if line.startswith(f"| {fault.rule} | {fault.what} |")]
    assert len(rows) == 1


def test_each_is_caught() -> None:
    """One that is not means that a property is missing, or that no walk comes to its place."""
    rows = SHOWN.splitlines()[2:]
    assert len(rows) == len(FAULTS)
    assert [row for row in rows if "**nothing**" in row] == []
