"""From frames to messages and back, for one set of message classes."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import islice
from types import MappingProxyType
from typing import Final, Generic, TypeVar, cast, get_args

import attrs

from .base import WireMessage, WireObject, wire_name
from .faults import REFUSALS, Segment, kind_of, locate, path_of
from .hooks import choose, strict_converter
from .json import decode
from .outcomes import Malformed, Unknown

M = TypeVar("M", bound=WireMessage)

_converter: Final = cache(strict_converter)
"""Both protocols share the converters: one is a cache of hooks, one a class, each built on first use."""
_FAST: Final = _converter(detailed=False, null_is_absent=False)


class Codec(Generic[M]):
    """Parses the messages of one direction of one protocol.

    `registry` maps each `type` to its classes: one, or several that `WireObject.chosen_by` tells apart.
    `null_is_absent`: null in an optional field is as if it were absent. `also`: other names on the wire, and
    the `type` that each stands for.
    """

    def __init__(
        self,
        classes: Iterable[type[M]],
        *,
        null_is_absent: bool = False,
        also: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        registry: dict[str, tuple[type[M], ...]] = {}
        for cls in classes:
            registry[cls.type] = (*registry.get(cls.type, ()), cls)
        self.registry: Mapping[str, tuple[type[M], ...]] = MappingProxyType(registry)
        self._also = also
        self._null_is_absent = null_is_absent
        self._fast = _converter(detailed=False, null_is_absent=null_is_absent)

    def parse(self, frame: str | bytes) -> M | Unknown | Malformed:
        """Parse a frame of JSON text. Never raises."""
        data = decode(frame)
        return data if isinstance(data, Malformed) else self.structure(data)

    def structure(self, data: Mapping[str, object]) -> M | Unknown | Malformed:
        """Make a message of a decoded frame. Never raises: what does not fit is a value, too."""
        tag = data.get("type")
        if not isinstance(tag, str):
            return _untyped(data)
        classes = self.registry.get(tag)
        if classes is None:
            known = self._also.get(tag)
            return Unknown(tag, data) if known is None else self.structure({**data, "type": known})
        plain = data if isinstance(data, dict) else dict(data)
        cls = classes[0] if len(classes) == 1 else choose(classes, plain)
        try:
            message: M = self._fast.get_structure_hook(cls)(plain, cls)
        except REFUSALS:
            return self._explain(cls, plain, tag)
        absent = message.missing()
        return message if absent is None else Malformed(f"{absent} is required", absent, tag)

    def _explain(self, cls: type[WireMessage], data: dict[str, object], tag: str) -> Malformed:
        """Structure once more, slowly, to learn where it fails."""
        path, problem = "", "the frame does not fit its type"
        try:
            detailed = _converter(detailed=True, null_is_absent=self._null_is_absent)
            detailed.get_structure_hook(cls)(data, cls)
        except REFUSALS as error:
            path, problem = locate(error)
        return Malformed(f"{path} {problem}", path, tag)


def unstructure(value: WireObject) -> dict[str, object]:
    """Return any message, or any object inside one, as a dict of JSON values."""
    data: dict[str, object] = _FAST.get_unstructure_hook(value.__class__)(value)
    return data


def unknown_fields(message: WireObject, most: int | None = None) -> tuple[str, ...]:
    """Return the paths of all keys that no class claims, at every typed level of a message, or of the first
    `most` of them.
    """
    return tuple(map(path_of, islice(_unknown(message), most))) if _has_unknown(message) else ()


def _has_unknown(message: WireObject) -> bool:
    """Most messages have none: paths are put together only where one was found."""
    objects = [message]
    for value in objects:  # it grows meanwhile
        if value.extra:
            return True
        for name, _ in _FIELDS_WITH_OBJECTS[value.__class__]:
            inner: object = getattr(value, name)
            if inner.__class__ is tuple:
                elements = cast("tuple[object, ...]", inner)
                objects += [each for each in elements if isinstance(each, WireObject)]
            elif isinstance(inner, WireObject):
                objects.append(inner)
    return False


def _unknown(value: WireObject) -> Iterator[tuple[Segment, ...]]:
    for name, wire in _FIELDS_WITH_OBJECTS[value.__class__]:
        inner: object = getattr(value, name)
        if isinstance(inner, WireObject):
            for path in _unknown(inner):
                yield wire, *path
        elif isinstance(inner, tuple):
            for index, element in enumerate(cast("tuple[object, ...]", inner)):
                if isinstance(element, WireObject):
                    for path in _unknown(element):
                        yield wire, index, *path
    for key in value.extra:
        yield (key,)


class _Fields(dict[type[WireObject], "tuple[tuple[str, str], ...]"]):
    """The fields of a class that may hold more fields: their names here and on the wire."""

    def __missing__(self, cls: type[WireObject]) -> tuple[tuple[str, str], ...]:
        names = self[cls] = _fields_with_objects(cls)
        return names


_FIELDS_WITH_OBJECTS: Final = _Fields()


def _fields_with_objects(cls: type[WireObject]) -> tuple[tuple[str, str], ...]:
    fields: tuple[attrs.Attribute[object], ...] = attrs.fields(cls)
    return tuple((field.name, wire_name(field)) for field in fields if _holds_objects(field.type))


def _holds_objects(type_: object) -> bool:
    if isinstance(type_, type) and issubclass(type_, WireObject):
        return True
    return any(_holds_objects(each) for each in get_args(type_))


def _untyped(data: Mapping[str, object]) -> Malformed:
    if "type" not in data:
        return Malformed("type is required", "type")
    return Malformed(f"type must be a string, not {kind_of(type(data['type']))}", "type")
