"""The tables of `docs/explanation/mutation.md`, written from the list of survivors."""

from __future__ import annotations

import re
from pathlib import Path

from tests.mutation.survivors import LIST, explained, page_table

__all__ = ["PAGE", "filled"]

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "mutation.md"


def filled(page: str) -> str:
    """Return the page with its tables as the list of survivors has them."""
    known = explained(LIST.read_text("utf-8"))
    for marker, equivalent in (("equivalent", True), ("others", False)):
        table = "\n".join(page_table(known, equivalent=equivalent))
        block = f"<!-- {marker} -->\n{table}\n<!-- end -->"
        page = re.sub(rf"<!-- {marker} -->\n.*?<!-- end -->", lambda _, block=block: block, page, flags=re.S)
    return page
