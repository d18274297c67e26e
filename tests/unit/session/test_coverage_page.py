"""The table of what becomes of each message says what the reference says of it."""

from __future__ import annotations

from pathlib import Path

from realtime_translate.cli.coverage import COVERAGE
from realtime_translate.cli.events import as_page

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "messages.md"


def test_the_reference_says_of_each_message_what_the_table_says() -> None:
    printed = [line for line in as_page(COVERAGE) if line.startswith("| `")]
    written = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert printed == written


def test_each_type_is_listed_once_a_dialect_and_direction() -> None:
    keys = [(row.dialect, row.protocol, row.direction, row.type) for row in COVERAGE]
    assert len(keys) == len({*keys})
    assert {key[:3] for key in keys} == {
        (dialect, protocol, direction)
        for dialect in ("deepgram", "component")
        for protocol, direction in (
            ("deepgram", "client to translator"),
            ("deepgram", "translator to client"),
            ("openai", "translator to upstream"),
            ("openai", "upstream to translator"),
        )
    }
