"""Text that has to fit into so many columns."""

from __future__ import annotations

import pytest

from realtime_translate.cli.fitting import columns, padded, shortened, wrapped


@pytest.mark.parametrize(
    ("text", "count"), [("", 0), ("abc", 3), ("é", 1), ("e\u0301", 1), ("天气", 4), ("a🌞", 3)]
)
def test_columns_are_those_of_a_terminal(text: str, count: int) -> None:
    assert columns(text) == count
    assert padded(text, 9) == text + " " * (9 - count)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("12345", "12345"),
        ("123456", "1234…"),
        ("123, 6", "123…"),
        ("天气好", "天气…"),
        ("e\u0301" * 6, "e\u0301" * 4 + "…"),
    ],
)
def test_what_is_too_long_ends_in_an_ellipsis(text: str, shown: str) -> None:
    assert shortened(text, 5) == shown


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [""]),
        ("one two", ["one two"]),
        ("one two three", ["one two", "three"]),
        ("a donaudampfschiff b", ["a", "donaudam", "pfschiff", "b"]),
        ("天气好天气好", ["天气好天", "气好"]),
    ],
)
def test_nothing_is_lost_where_lines_are_wrapped(text: str, lines: list[str]) -> None:
    assert list(wrapped(text, 8)) == lines
