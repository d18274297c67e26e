"""The page of what is reached is written between its marks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.property.page import MODEL, PAGE, part, replace


@pytest.mark.parametrize("old", ["", "old\n"])
def test_a_part_of_a_page_is_replaced_and_nothing_else(old: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n<!-- x: generated -->\n{old}<!-- end of x -->\nafter\n", "utf-8")
    replace(page, "x", "new")
    assert page.read_text("utf-8") == "before\n<!-- x: generated -->\nnew\n<!-- end of x -->\nafter\n"
    assert part(page, "x") == "new\n"


@pytest.mark.parametrize(("page", "name"), [(PAGE, "reach"), (PAGE, "faults"), (MODEL, "drawn")])
def test_the_page_has_the_marks(page: Path, name: str) -> None:
    assert page.read_text("utf-8").count(f"<!-- {name}: generated -->\n") == 1
