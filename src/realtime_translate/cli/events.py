"""What becomes of each message of both protocols: as a table in text, and as a page of the documentation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Protocol

__all__ = ["RULES_HELP", "Row", "as_page", "as_table"]

RULES_HELP = "Marks such as T2 name rules: docs/reference/rules.md explains them."
_RULE = re.compile(r"\b[A-Z]\d{1,2}\b")

_BOTH = "both"
_NAMES: Mapping[str, str] = {"deepgram": "Deepgram", "openai": "OpenAI"}
_FATES = """\
- **translated**: it becomes what the other side has for it.
- **approximated**: the other side has nothing quite like it; the table says what comes nearest.
- **absorbed**: nothing comes of it on the other side; a message that the translator itself never sends.
- **refused**: its sender gets an answer that says so, with the code that the table names."""
_PAGE = f"""\
# Messages

What becomes of each message of both protocols, for Deepgram's clients (`Config.deepgram()`) and for the React
component (`Config.component()`). This page is printed from the code, and a test fails when they differ:
`python -m realtime_translate events --markdown`.

{_FATES}

The classes, field by field: [Deepgram messages](deepgram.md) and [OpenAI events](openai.md).
Marks such as T2 name [rules](rules.md). What a client may notice beyond these tables is on the page of
[differences](differences.md)."""


class Row(Protocol):
    """One message type in one dialect. The table itself lives with the code that decides."""

    @property
    def dialect(self) -> str:
        """The client's dialect."""
        ...

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


def as_table(rows: Iterable[Row]) -> Iterator[str]:
    """The lines of the table in text, one block for each protocol and direction.

    The rows of a type stand together, and are one where all dialects agree.
    """
    blocks = {title: list(lines) for title, lines in _blocks(rows)}
    widths = [max(map(len, column)) for column in zip(*chain(*blocks.values()), strict=True)]
    for number, (title, lines) in enumerate(blocks.items()):
        if number:
            yield ""
        yield title
        for cells in lines:
            padded = (f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True))
            yield f"  {'  '.join(padded)}".rstrip()
    if blocks:
        yield from ("", RULES_HELP)


def as_page(rows: Iterable[Row]) -> Iterator[str]:
    """The lines of the page in Markdown, one section for each protocol and direction."""
    yield from _PAGE.splitlines()
    for title, lines in _blocks(rows):
        yield from ("", f"## {title}", "")
        yield from ("| message | dialect | fate | what happens |", "|---|---|---|---|")
        for kind, *cells in lines:
            yield f"| {' | '.join([f'`{kind}`', *map(_linked, cells)])} |"


def _linked(text: str) -> str:
    return _RULE.sub(lambda rule: f"[{rule[0]}](rules.md#{rule[0].lower()})", text)


def _blocks(rows: Iterable[Row]) -> Iterator[tuple[str, Iterator[tuple[str, str, str, str]]]]:
    """Each title with the cells of its lines."""
    blocks: dict[str, dict[str, list[Row]]] = {}
    dialects = set[str]()
    for row in rows:
        dialects.add(row.dialect)
        title = f"{_NAMES.get(row.protocol, row.protocol)}: {row.direction}"
        blocks.setdefault(title, {}).setdefault(row.type, []).append(row)
    for title, types in blocks.items():
        yield title, chain.from_iterable(_lines(alike, len(dialects)) for alike in types.values())


def _lines(alike: Sequence[Row], dialects: int) -> Iterator[tuple[str, str, str, str]]:
    """The rows of one type, as one if every dialect has it and all agree."""
    agreed = len({(row.fate, row.note) for row in alike}) == 1
    shown = alike[:1] if agreed and len(alike) == dialects else alike
    for row in shown:
        yield row.type, row.dialect if len(shown) == len(alike) else _BOTH, row.fate, row.note
