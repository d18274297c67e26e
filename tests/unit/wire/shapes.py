"""What the annotations of the message classes accept and refuse, worked out without the codec."""

import types
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, Union, get_args, get_origin

import attrs

from realtime_translate.wire import Omitted, WireMessage, WireObject
from realtime_translate.wire.base import wire_name

Path = tuple[str | int, ...]

KINDS: dict[str, Any] = {
    "string": "text",
    "whole": 3,
    "fraction": 0.5,
    "boolean": True,
    "null": None,
    "list": [],
    "object": {},
}
ACCEPTED: dict[Any, set[str]] = {
    str: {"string"},
    int: {"whole"},
    float: {"whole", "fraction"},
    bool: {"boolean"},
    types.NoneType: {"null"},
    tuple: {"list"},
    Mapping: {"object"},
    object: set(KINDS),
}


class Place(NamedTuple):
    """A valid JSON value, and one place in it with its type."""

    value: Any
    path: Path
    type: Any


def arms(type_: Any) -> list[Any]:
    if get_origin(type_) in (Union, types.UnionType):
        return [arm for arm in get_args(type_) if arm is not Omitted]
    return [type_]


def is_object(type_: Any) -> bool:
    return isinstance(type_, type) and issubclass(type_, WireObject)


def fields(cls: type[WireObject]) -> dict[str, "attrs.Attribute[Any]"]:
    """The fields of a class by their names on the wire."""
    return {wire_name(field): field for field in attrs.fields(cls) if field.name != "extra"}


def required(cls: type[WireObject]) -> list[str]:
    return [name for name, field in fields(cls).items() if field.default is attrs.NOTHING]


def sample(type_: Any) -> Any:
    """A valid value with every field that there is."""
    first = arms(type_)[0]
    if is_object(first):
        tag = {"type": first.type} if issubclass(first, WireMessage) else {}
        return {**tag, **{name: sample(field.type) for name, field in fields(first).items()}}
    if get_origin(first) is tuple:
        return [sample(get_args(first)[0])]
    if get_origin(first) is Mapping:
        return {"key": "value"}
    return KINDS[sorted(ACCEPTED[first])[0]]


def places(type_: Any) -> Iterator[Place]:
    """Every place inside a type, each with a value that has it, in every arm of its unions."""
    yield Place(sample(type_), (), type_)
    for arm in arms(type_):
        if is_object(arm):
            whole = sample(arm)
            for name, field in fields(arm).items():
                for value, path, inner in places(field.type):
                    yield Place({**whole, name: value}, (name, *path), inner)
        elif get_origin(arm) is tuple:
            for value, path, inner in places(get_args(arm)[0]):
                yield Place([value], (0, *path), inner)
        elif get_origin(arm) is Mapping and get_args(arm)[1] is not object:
            yield Place({"key": "value"}, ("key",), get_args(arm)[1])


def refused(type_: Any) -> list[Any]:
    """A value of each JSON kind that a type does not accept."""
    accepted: set[str] = set()
    for arm in arms(type_):
        accepted |= {"object"} if is_object(arm) else ACCEPTED[get_origin(arm) or arm]
    return [value for kind, value in KINDS.items() if kind not in accepted]


def replaced(value: Any, path: Path, new: Any) -> Any:
    """A copy of a JSON value with another value at one place."""
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = replaced(copy[path[0]], path[1:], new)
    return copy


def at(value: Any, path: Path) -> Any:
    for segment in path:
        value = value[segment]
    return value


def written(path: Path) -> str:
    """A path as a `Malformed` writes it."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")
