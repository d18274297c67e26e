"""What becomes of each message of both protocols, as a table in text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Protocol

__all__ = ["Row", "as_table"]


class Row(Protocol):
    """One message type. The table itself lives with the code that decides."""

    @property
    def protocol(self) -> str:
        """`deepgram` or `openai`."""
        ...

    @property
    def direction(self) -> str:
        """Who sends it to whom."""
        ...

    @property
    def type(self) -> str:
        """The wire type."""
        ...

    @property
    def fate(self) -> str:
        """`translated`, `approximated`, `absorbed` or `refused`."""
        ...

    @property
    def note(self) -> str:
        """What that means here."""
        ...


def as_table(rows: Sequence[Row]) -> Iterator[str]:
    """The lines of the table, one block for each protocol and direction."""
    type_width = max((len(row.type) for row in rows), default=0)
    fate_width = max((len(row.fate) for row in rows), default=0)
    for number, (title, block) in enumerate(groupby(rows, _title)):
        if number:
            yield ""
        yield title
        yield from _block(block, type_width, fate_width)


def _title(row: Row) -> str:
    return f"{row.protocol}: {row.direction}"


def _block(rows: Iterable[Row], type_width: int, fate_width: int) -> Iterator[str]:
    for row in rows:
        yield f"  {row.type:<{type_width}}  {row.fate:<{fate_width}}  {row.note}".rstrip()
