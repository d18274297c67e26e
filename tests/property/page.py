"""The page that shows what the state machine reaches, and what it catches."""

from __future__ import annotations

from pathlib import Path

__all__ = ["MODEL", "PAGE", "part", "replace"]

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "proof.md"
MODEL = PAGE.with_name("what-the-simulated-server-proves.md")
"""The page of the simulated server."""


def _marks(name: str) -> tuple[str, str]:
    return f"<!-- {name}: generated -->\n", f"<!-- end of {name} -->"


def part(page: Path, name: str) -> str:
    """What stands between the marks of that name."""
    begin, end = _marks(name)
    return page.read_text("utf-8").partition(begin)[2].partition(end)[0]


def replace(page: Path, name: str, text: str) -> None:
    """Put `text` between the marks of that name."""
    begin, end = _marks(name)
    before, _, rest = page.read_text("utf-8").partition(begin)
    page.write_text(f"{before}{begin}{text}\n{end}{rest.partition(end)[2]}", "utf-8")
