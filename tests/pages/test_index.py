"""The index has every page, and names no page that is not there."""

from __future__ import annotations

import re

from tests.pages.test_pages import DOCS, PAGES, blocks


def test_it_lists_every_page() -> None:
    trees = "\n".join(blocks(DOCS / "index.md", "{toctree}"))
    listed = set(re.findall(r"^[\w/-]+$", trees, re.MULTILINE))
    there = {path.relative_to(DOCS).with_suffix("").as_posix() for path in PAGES}
    assert listed == there - {"index"}
