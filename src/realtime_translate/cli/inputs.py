"""Reading what the user gives: files of one JSON object a line, with errors that say where."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TextIO, TypeGuard

__all__ = [
    "STEPS_FORMAT",
    "UserError",
    "first_object",
    "is_array",
    "is_number",
    "is_object",
    "parse_lines",
    "read_call",
    "read_text",
    "sub_object",
]

STEPS_FORMAT = "realtime_translate timeline"
"""What the first line of `--format jsonl` says: the steps of a call, which cannot be fed to a translator."""


class UserError(Exception):
    """What the user gave cannot work. Printed as one line; the exit code is 2."""


def is_object(value: object) -> TypeGuard[dict[str, object]]:
    """Whether a decoded JSON value is an object."""
    return isinstance(value, dict)


def is_array(value: object) -> TypeGuard[list[object]]:
    """Whether a decoded JSON value is an array."""
    return isinstance(value, list)


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether a decoded JSON value is a number; true and false are not."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def sub_object(parent: Mapping[str, object], *path: str) -> dict[str, object]:
    """The object at `path` below `parent`; an empty one where it is absent or something else."""
    found: object = parent
    for name in path:
        found = found.get(name) if is_object(found) else None
    return found if is_object(found) else {}


def read_text(path: str) -> str:
    """The text of a file, or of standard input for `-`, without the mark that some editors begin it with."""
    try:
        text = _read_standard_input(sys.stdin) if path == "-" else Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise UserError(f"cannot read {path}: it is not UTF-8 text (byte {error.start})") from None
    return text.removeprefix("\ufeff")


def read_call(path: str, wanted: str) -> str:
    """The text of a file that holds a call. `wanted` says what of a call, for the `UserError` where it is
    empty, or the output of `--format jsonl`.
    """
    text = read_text(path)
    if not text.strip():
        raise UserError(f"{path} is empty: give {wanted}")
    if first_object(text).get("format") == STEPS_FORMAT:
        raise UserError(f"{path} holds the steps that --format jsonl printed: give {wanted}")
    return text


def first_object(text: str) -> dict[str, object]:
    """What the first line holds; an empty object where that is something else."""
    try:
        value: object = json.loads(text.lstrip().partition("\n")[0])
    except (ValueError, RecursionError):
        return {}
    return value if is_object(value) else {}


def _read_standard_input(stream: TextIO) -> str:
    reconfigure = getattr(stream, "reconfigure", None)  # what stands in for standard input may lack it
    if reconfigure is not None:
        reconfigure(encoding="utf-8", errors="strict")
    return stream.read()


def parse_lines(text: str, source: str) -> Iterator[tuple[str, dict[str, object]]]:
    """Each line's object with its place, such as `call.jsonl, line 3`. Empty lines are passed over."""
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        place = f"{source}, line {number}"
        try:
            value: object = json.loads(line, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
            raise UserError(f"{place}: not valid JSON: {reason}") from None
        if not is_object(value):
            raise UserError(f"{place}: expected a JSON object, found {_kind(value)}")
        yield place, value


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def _kind(value: object) -> str:
    if value is None:
        return "null"
    names: dict[type, str] = {bool: "true or false", str: "a string", list: "an array"}
    return names.get(type(value), "a number")
