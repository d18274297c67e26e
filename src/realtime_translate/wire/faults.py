"""Why and where a value does not fit its type: raised by the hooks, made a `Malformed` by the codec."""

import types
from collections.abc import Sequence
from typing import Final, TypeAlias

import attrs
from cattrs.errors import ClassValidationError

from .base import wire_name

MAX_KEY: Final = 64
"""How much of a key that a peer has chosen appears in a path."""

_KIND_NAMES: Final[dict[type, str]] = {
    str: "a string",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    types.NoneType: "null",
    dict: "an object",
    list: "a list",
}

Segment: TypeAlias = str | int


class ShapeError(Exception):
    """A value that does not fit. `problem` completes the sentence "the field …"."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class NestedError(Exception):
    """A fault inside a list or a mapping, at `segment` of it."""

    def __init__(self, segment: Segment, cause: Exception) -> None:
        super().__init__(segment, cause)
        self.segment = segment
        self.cause = cause


REFUSALS: Final = (ShapeError, NestedError, KeyError, ClassValidationError)
"""All that structuring raises. A KeyError is a required field that is absent."""


def kind_of(type_: type) -> str:
    """Return what a JSON value of a Python type is called in a reason."""
    return _KIND_NAMES.get(type_, "something that is not JSON")


def locate(error: Exception) -> tuple[str, str]:
    """Return the path to the first fault of an error, and what is wrong there."""
    segments: list[Segment] = []
    while True:
        if isinstance(error, ClassValidationError):
            (inner, note), *_ = error.group_exceptions()[0]
            segments.append(wire_name(attrs.fields_dict(error.cl)[note.name]))
            error = inner
        elif isinstance(error, NestedError):
            segments.append(error.segment)
            error = error.cause
        else:
            return path_of(segments), error.problem if isinstance(error, ShapeError) else "is required"


def join(path: str, key: str) -> str:
    """Return the path of a key under a path. A key that a peer has chosen is cut to `MAX_KEY` characters."""
    name = key if len(key) <= MAX_KEY else key[: MAX_KEY - 1] + "…"
    return f"{path}.{name}" if path else name


def path_of(segments: Sequence[Segment]) -> str:
    """Return how a place in a frame is written: `agent.think.functions[0].name`."""
    path = ""
    for segment in segments:
        path = f"{path}[{segment}]" if isinstance(segment, int) else join(path, segment)
    return path
