"""A small schema language for client events: every check gives the fault that the real server would name."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

import attrs

from .faults import (
    Fault,
    invalid_string,
    invalid_type,
    invalid_value,
    missing_parameter,
    not_audio,
    out_of_range,
    too_many,
    unknown_parameter,
)
from .frames import is_list, is_object

Check: TypeAlias = "Callable[[object, str], Fault | None]"
"""Looks at a value and the path it was found at."""


def anything(value: object, path: str) -> Fault | None:
    """No check at all."""
    return None


def ruled(rule: int, check: Check) -> Check:
    """`check`, its faults counted under `rule` (protocols, *What servers refuse*) unless they have one of
    their own.
    """

    def checked(value: object, path: str) -> Fault | None:
        fault = check(value, path)
        return attrs.evolve(fault, rule=rule) if fault is not None and fault.rule is None else fault

    return checked


def text(*values: str, longest: int | None = None, pattern: str | None = None, shortest: int = 0) -> Check:
    """A string: one of `values` if any are given, `shortest` to `longest` characters long."""

    def check(value: object, path: str) -> Fault | None:
        if not isinstance(value, str):
            return invalid_type(value, path, "a string")
        if values and value not in values:
            return invalid_value(value, path, values)
        if longest is not None and len(value) > longest:
            expected = f"a string with maximum length {longest}, but got a string with length {len(value)}"
            return invalid_string("string_above_max_length", path, "string too long", expected)
        if len(value) < shortest:
            expected = f"a string with minimum length {shortest}, but got an empty string"
            return invalid_string("empty_string", path, "empty string", expected)
        if pattern is not None and not re.fullmatch(pattern, value):
            expected = f"a string that matches the pattern '{pattern}', but got '{value}'"
            return invalid_string("invalid_value", path, "string does not match pattern", expected)
        return None

    return check


def base64_audio(longest: int | None = None) -> Check:
    """Audio in base64, at most `longest` characters of it."""
    in_length = text(longest=longest)

    def check(value: object, path: str) -> Fault | None:
        fault = in_length(value, path)
        if fault is not None:
            return fault
        try:
            base64.b64decode(str(value), validate=True)
        except ValueError:
            return not_audio(path, "an invalid value")
        return None

    return check


def integer(low: int | None = None, high: int | None = None) -> Check:
    """A whole number from `low` to `high`; true and 1.0 are none."""

    def check(value: object, path: str) -> Fault | None:
        if isinstance(value, bool) or not isinstance(value, int):
            return invalid_type(value, path, "an integer")
        return _bounded(value, path, low, high)

    return check


def number(low: float | None = None, high: float | None = None) -> Check:
    """A number from `low` to `high`."""

    def check(value: object, path: str) -> Fault | None:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return invalid_type(value, path, "a decimal number")
        return _bounded(float(value), path, low, high)

    return check


def _bounded(value: int | float, path: str, low: float | None, high: float | None) -> Fault | None:
    if low is not None and value < low:
        return out_of_range(value, path, bound=low, above=False)
    if high is not None and value > high:
        return out_of_range(value, path, bound=high, above=True)
    return None


def flag(value: object, path: str) -> Fault | None:
    """Check for a boolean."""
    return None if isinstance(value, bool) else invalid_type(value, path, "a boolean")


def nullable(check: Check) -> Check:
    """`check`, or null."""
    return lambda value, path: None if value is None else check(value, path)


def by_type(expected: str, checks: Mapping[type, Check]) -> Check:
    """The check for the value's own type; any other type is refused."""

    def check(value: object, path: str) -> Fault | None:
        chosen = checks.get(type(value))
        return invalid_type(value, path, expected) if chosen is None else chosen(value, path)

    return check


def array(element: Check, most: int | None = None) -> Check:
    """A list of at most `most` elements."""

    def check(value: object, path: str) -> Fault | None:
        if not is_list(value):
            return invalid_type(value, path, "an array")
        if most is not None and len(value) > most:
            return too_many(path, "array_above_max_length", "elements", most, len(value))
        found = (element(each, f"{path}[{index}]") for index, each in enumerate(value))
        return next((fault for fault in found if fault is not None), None)

    return check


def pairs(most: int, longest_key: int, longest_value: int) -> Check:
    """A flat object of strings, as `metadata` is."""
    in_key, in_value = text(longest=longest_key), text(longest=longest_value)

    def check(value: object, path: str) -> Fault | None:
        if not is_object(value):
            return invalid_type(value, path, "an object")
        if len(value) > most:
            return too_many(path, "object_above_max_properties", "properties", most, len(value))
        found = (in_key(key, path) or in_value(each, f"{path}.{key}") for key, each in value.items())
        return next((fault for fault in found if fault is not None), None)

    return check


def record(fields: Mapping[str, Check], *required: str) -> Check:
    """An object that has these fields and no other. A missing field is named before an unknown one."""

    def check(value: object, path: str) -> Fault | None:
        if not is_object(value):
            return invalid_type(value, path, "an object")
        dot = f"{path}." if path else ""
        missing = next((name for name in required if name not in value), None)
        if missing is not None:
            return missing_parameter(dot + missing)
        unknown = next((name for name in value if name not in fields), None)
        if unknown is not None:
            return unknown_parameter(dot + unknown)
        found = (fields[name](each, dot + name) for name, each in value.items())
        return next((fault for fault in found if fault is not None), None)

    return check


def tagged(tag: str, kinds: Mapping[str, Check], rule: int | None = None) -> Check:
    """An object whose field `tag` says which check it gets; `rule` is the rule of a wrong tag."""
    known = text(*kinds) if rule is None else ruled(rule, text(*kinds))

    def check(value: object, path: str) -> Fault | None:
        if not is_object(value):
            return invalid_type(value, path, "an object")
        kind = value.get(tag)
        if tag not in value:
            return missing_parameter(f"{path}.{tag}")
        fault = known(kind, f"{path}.{tag}")
        return fault if fault is not None else kinds[str(kind)](value, path)

    return check
