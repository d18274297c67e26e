"""The page that shows what the state machine reaches."""

from __future__ import annotations

from pathlib import Path

__all__ = ["PAGE", "replace"]

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "proof.md"


def replace(page: Path, name: str, text: str) -> None:
    """Put `text` between the marks of that name."""
    begin, end = f"<!-- {name}: generated -->\n", f"<!-- end of {name} -->"
    before, _, rest = page.read_text("utf-8").partition(begin)
    page.write_text(f"{before}{begin}{text}\n{end}{rest.partition(end)[2]}", "utf-8")
