"""The faults that `python -m tests.faults` plants are there to be planted, and the page shows all of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve

import realtime_translate
from tests.faults.fault import Fault
from tests.faults.faults import FAULTS
from tests.faults.planting import planted
from tests.property.page import PAGE, part

PACKAGE = Path(realtime_translate.__file__).parent
UNIT = Path(__file__).parent
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


GOOD = next(each for each in FAULTS if each.by == "tests")


def test_what_is_planted_is_a_copy_with_the_fault_in_it(tmp_path: Path) -> None:
    planted(GOOD, tmp_path)
    copy = tmp_path / "realtime_translate"
    assert (copy / "__init__.py").exists()
    assert GOOD.old not in (copy / GOOD.file).read_text("utf-8")
    assert (PACKAGE / GOOD.file).read_text("utf-8").count(GOOD.old) == 1


def test_the_control_is_a_copy_as_it_is(tmp_path: Path) -> None:
    planted(None, tmp_path)
    copy = tmp_path / "realtime_translate"
    assert (copy / GOOD.file).read_text("utf-8") == (PACKAGE / GOOD.file).read_text("utf-8")


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (evolve(GOOD, new=GOOD.old), "changes nothing"),
        (evolve(GOOD, old="this stands nowhere"), "in one place"),
        (evolve(GOOD, old="e"), "in one place"),
    ],
)
def test_a_fault_that_cannot_be_planted_is_no_fault(fault: Fault, problem: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=problem):
        planted(fault, tmp_path)


@pytest.mark.parametrize("rule", sorted({each.rule for each in FAULTS if each.by == "tests"}))
def test_a_rule_whose_tests_catch_faults_has_some(rule: str) -> None:
    names = [line for path in UNIT.rglob("test_*.py") for line in path.read_text("utf-8").splitlines()]
    assert any(line.startswith(f"def test_{rule}_") for line in names)
