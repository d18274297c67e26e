"""What is wrong with a client event, in the words of the real server (protocols, *Errors*)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs


@attrs.frozen(slots=True)
class Fault:
    """A broken rule. `rule` is its number (protocols, *What servers refuse*), None where it has none.
    `kind` is the error's type.

    A `silent` fault is one that the real server tolerates without an answer although a rule forbids it. A
    `race` could not have been avoided by the client: the server's state changed while the event was under
    way. An `anonymous` error does not name the client's event although it had an id.
    """

    code: str | None
    message: str
    param: str | None = None
    rule: int | None = None
    silent: bool = False
    race: bool = False
    anonymous: bool = False
    kind: str = "invalid_request_error"


@attrs.frozen(slots=True)
class Violation:
    """A client event that broke a rule, kept by the simulated server."""

    rule: int | None
    """The number of the rule (protocols, *What servers refuse*), None where it has none."""
    code: str | None
    """The code of the error, None where it has none."""
    message: str
    """What is wrong, in the words of the real server."""
    event: Mapping[str, object] | None
    """The decoded event, None where there was none to decode."""
    received_at: float
    """When it came, in seconds on the server's clock."""
    at: float
    """When it was handled and the rule was seen broken, in the same."""
    answered: bool
    """Whether it had an `error` for an answer."""
    race: bool
    """Whether no client could have avoided it, for what it was not told."""


def listed(values: Sequence[str]) -> str:
    """'a', 'b', and 'c'."""
    quoted = [f"'{value}'" for value in values]
    if len(quoted) < 3:
        return " and ".join(quoted)
    return ", ".join(quoted[:-1]) + f", and {quoted[-1]}"


def unknown_parameter(path: str) -> Fault:
    """A key that the server does not know."""
    return Fault("unknown_parameter", f"Unknown parameter: '{path}'.", path)


def missing_parameter(path: str) -> Fault:
    """A key that must be there."""
    return Fault("missing_required_parameter", f"Missing required parameter: '{path}'.", path)


def invalid_value(value: str, path: str, values: Sequence[str]) -> Fault:
    """A value that is not among those allowed."""
    wanted = (
        f"Value must be '{values[0]}'." if len(values) == 1 else f"Supported values are: {listed(values)}."
    )
    return Fault("invalid_value", f"Invalid value: '{value}'. {wanted}", path)


def invalid_type(value: object, path: str, expected: str) -> Fault:
    """A JSON type that does not fit."""
    return Fault(
        "invalid_type",
        f"Invalid type for '{path}': expected {expected}, but got {kind_of(value)} instead.",
        path,
    )


def invalid_string(code: str, path: str, problem: str, expected: str) -> Fault:
    """A string of the wrong length or pattern."""
    return Fault(code, f"Invalid '{path}': {problem}. Expected {expected} instead.", path)


def not_audio(path: str, found: str) -> Fault:
    """Audio that is no audio."""
    message = f"Invalid '{path}'. Expected base64-encoded audio bytes but got {found}."
    return Fault("invalid_value", message, path, rule=13)


def out_of_range(value: int | float, path: str, *, bound: int | float, above: bool) -> Fault:
    """A number beyond its bound."""
    noun = "integer" if isinstance(value, int) else "decimal"
    side, sign, end = ("above", "<=", "maximum") if above else ("below", ">=", "minimum")
    return Fault(
        f"{noun}_{side}_{end[:3]}_value",
        f"Invalid '{path}': {noun} {side} {end} value. "
        f"Expected a value {sign} {bound}, but got {value} instead.",
        path,
    )


def too_many(path: str, code: str, noun: str, most: int, count: int) -> Fault:
    """Too many elements or properties."""
    return Fault(
        code, f"Invalid '{path}': too many {noun}. Expected at most {most}, but got {count} instead.", path
    )


def kind_of(value: object) -> str:
    """How the server names the type of a JSON value."""
    names: Mapping[type, str] = {
        type(None): "null",
        bool: "a boolean",
        int: "an integer",
        float: "a decimal number",
        str: "a string",
        list: "an array",
    }
    return names.get(type(value), "an object")
