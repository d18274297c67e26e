"""The page of clients and frameworks: its tests are there, and its versions those that are pinned."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "clients.md").read_text("utf-8")
LOCK = json.loads((ROOT / "tests" / "clients" / "package-lock.json").read_text("utf-8"))
PINNED = LOCK["packages"][""]["dependencies"]


def rows() -> list[str]:
    return [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("|---")]


@pytest.mark.parametrize("row", [row for row in rows() if "tests/" in row], ids=lambda row: row.split("|")[1])
def test_the_tests_of_a_row_are_there(row: str) -> None:
    for path in re.findall(r"`(tests/[\w/]+\.py)`", row):
        assert (ROOT / path).is_file(), path
    assert re.search(r"\| 20\d\d-\d\d-\d\d \|$", row)


@pytest.mark.parametrize("package", PINNED)
def test_a_client_of_npm_has_the_version_that_is_pinned(package: str) -> None:
    (row,) = (row for row in rows() if row.startswith(f"| `{package}`"))
    assert row.split("|")[2].strip() == PINNED[package]
    assert LOCK["packages"][f"node_modules/{package}"]["version"] == PINNED[package]
