"""Reading what the user gives: files of one JSON object a line, with errors that say where."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeGuard

__all__ = ["UserError", "is_array", "is_number", "is_object", "parse_lines", "read_text", "sub_object"]


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
        text = sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise UserError(f"cannot read {path}: it is not UTF-8 text (byte {error.start})") from None
    return text.removeprefix("\ufeff")


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
