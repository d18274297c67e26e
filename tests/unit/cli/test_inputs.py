from __future__ import annotations

import io
from pathlib import Path

import pytest

from realtime_translate.cli.inputs import UserError, is_number, parse_lines, read_text, sub_object


def test_lines_come_with_their_place_and_empty_ones_are_passed_over() -> None:
    text = '{"a": 1}\n\n   \n{"b": "\u2028"}\n'
    assert list(parse_lines(text, "x.jsonl")) == [
        ("x.jsonl, line 1", {"a": 1}),
        ("x.jsonl, line 4", {"b": "\u2028"}),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not valid JSON: Expecting property name"),
        ('{"t": NaN}', "not valid JSON: NaN is not JSON"),
        ("[" * 100_000, "not valid JSON: maximum recursion depth"),
        ("1" * 5000, "not valid JSON: Exceeds the limit"),
        ("[]", "expected a JSON object, found an array"),
        ('"x"', "expected a JSON object, found a string"),
        ("true", "expected a JSON object, found true or false"),
        ("null", "expected a JSON object, found null"),
        ("3.5", "expected a JSON object, found a number"),
    ],
)
def test_a_bad_line_is_named_with_the_reason(line: str, reason: str) -> None:
    with pytest.raises(UserError) as raised:
        list(parse_lines(f"{{}}\n{line}", "x.jsonl"))
    assert str(raised.value).startswith(f"x.jsonl, line 2: {reason}")


def test_a_file_is_read_as_utf8(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes("é".encode())
    assert read_text(str(file)) == "é"


def test_a_dash_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("hello"))
    assert read_text("-") == "hello"


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"\xef\xbb\xbf{}")
    assert read_text(str(file)) == "{}"
    monkeypatch.setattr("sys.stdin", io.StringIO("\ufeff{}"))
    assert read_text("-") == "{}"


def test_standard_input_is_utf_8_whatever_the_locale_says(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO("\ufeffé".encode())
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(raw, encoding="latin-1"))
    assert read_text("-") == "é"


def test_standard_input_that_is_not_text_is_the_users_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"ab\xff"), encoding="latin-1"))
    with pytest.raises(UserError, match=r"cannot read -: it is not UTF-8 text \(byte 2\)"):
        read_text("-")


def test_a_missing_file_is_the_users_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"cannot read .*nowhere: No such file"):
        read_text(str(tmp_path / "nowhere"))


def test_a_file_that_is_not_text_is_the_users_error(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"ab\xff")
    with pytest.raises(UserError, match=r"not UTF-8 text \(byte 2\)"):
        read_text(str(file))


def test_sub_object_finds_nested_objects_only() -> None:
    data: dict[str, object] = {"a": {"b": {"c": 1}}, "d": [1]}
    assert sub_object(data, "a", "b") == {"c": 1}
    assert sub_object(data, "a", "x", "y") == {}
    assert sub_object(data, "d") == {}
    assert sub_object(data, "d", "e") == {}


def test_true_is_not_a_number() -> None:
    assert is_number(1)
    assert is_number(1.5)
    assert not is_number(True)
    assert not is_number("1")
