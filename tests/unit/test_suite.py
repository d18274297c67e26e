"""What the suite runs by default, and what it leaves to `--again` and to the night."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONG = "test_L2_two_hours_need_no_more_than_sixteen_minutes"


def collected(*options: str) -> list[str]:
    """The names of the long tests of memory that would run."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-n", "0", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, *options, "tests/memory/test_two_hours.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [each.rpartition("::")[2] for each in done.stdout.splitlines() if LONG in each]


def test_by_default_nothing_is_said_again() -> None:
    assert collected() == [f"{LONG}[component]"]


@pytest.mark.parametrize("options", [["--again"], ["--calls", "nightly"]], ids=" ".join)
def test_all_runs_where_it_is_asked_for(options: list[str]) -> None:
    assert len(collected(*options)) == 3


def test_all_runs_before_a_change_lands() -> None:
    assert "pytest -n auto --again " in (ROOT / ".ci" / "run").read_text("utf-8")
