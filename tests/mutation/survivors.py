"""The list of mutants that live on, each with the reason.

An entry is a reason (lines after `#`; it begins with `Equivalent:` if no test can ever tell the mutant from
the code), then the mutants that it explains: `file function`, and the lines that differ. So it holds when
other lines move, and ends when the code that it is about changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

__all__ = ["EQUIVALENT", "LIST", "Key", "explained", "is_equivalent", "page_table", "written"]

LIST = Path(__file__).with_name("survivors.txt")
EQUIVALENT = "Equivalent:"

Key: TypeAlias = "tuple[str, str, tuple[str, ...]]"
"""File, owner and diff."""


def explained(text: str) -> dict[Key, str]:
    """Return the mutants of a list, and why each is there."""
    found: dict[Key, str] = {}
    reason = ""
    for block in text.split("\n\n"):
        lines = block.strip().splitlines()
        if not lines:
            continue
        if lines[0].startswith("#"):
            reason = " ".join(line.removeprefix("#").strip() for line in lines)
        else:
            path, owner = lines[0].split()
            found[path, owner, tuple(lines[1:])] = reason
    return found


def is_equivalent(reason: str) -> bool:
    """Whether no test can kill what this explains."""
    return reason.startswith(EQUIVALENT)


def written(keys: list[Key]) -> Iterator[str]:
    """Yield entries as the list has them."""
    for path, owner, diff in keys:
        yield "\n".join((f"{path} {owner}", *diff)) + "\n"


def page_table(known: Mapping[Key, str], *, equivalent: bool) -> Iterator[str]:
    """Yield the lines of a table for the page: a reason, where it holds, and for how many mutants."""
    yield "| where | mutants | why no test fails |"
    yield "|---|---|---|"
    count: dict[tuple[str, str, str], int] = {}
    for (path, owner, _), reason in known.items():
        if is_equivalent(reason) is equivalent:
            place = path, owner, reason.removeprefix(EQUIVALENT).strip()
            count[place] = count.get(place, 0) + 1
    for (path, owner, reason), number in sorted(count.items()):
        yield f"| `{path}`: `{owner}` | {number} | {reason} |"
