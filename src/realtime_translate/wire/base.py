"""The base classes of everything that both protocols send.

A class says all that the codec needs: its tag on the wire (`type`), its fields with their types, and the
wire name of a field where it differs from the Python name (`named`). Annotations are read at run time, so
the modules that define messages do not postpone them.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import ClassVar, Final, TypeAlias, cast

import attrs

Json: TypeAlias = object
"""Any JSON value, kept as it came."""

JsonObject: TypeAlias = Mapping[str, object]
"""Any JSON object, kept as it came."""

WIRE_NAME: Final = "wire_name"

_NOTHING = cast("Callable[[], dict[str, object]]", dict)
"""The class itself: no Python code runs for each object."""


def named(wire_name: str) -> dict[str, str]:
    """Return the metadata of a field whose name on the wire is not its Python name."""
    return {WIRE_NAME: wire_name}


def wire_name(field: "attrs.Attribute[object]") -> str:
    """Return the name that a field has on the wire."""
    name: str = field.metadata.get(WIRE_NAME, field.name)
    return name


@attrs.frozen(eq=False, repr=False)
class WireObject:
    """A JSON object with typed fields. `extra` holds the keys that no field claims, and is written back.

    Comparing, hashing and showing are written here once. What attrs generates for each of more than a hundred
    classes would take a third of the time that importing the package takes: each class says
    `eq=False, repr=False`.
    """

    extra: Mapping[str, object] = attrs.field(factory=_NOTHING, kw_only=True, hash=False)

    chosen_by: ClassVar[str | None] = None
    """Where several classes share a `type`: the key whose presence selects this one."""

    at_most: ClassVar[Mapping[tuple[str, ...], int]] = MappingProxyType({})
    """How many entries the lists on a path may have in all. They are counted before any of them is
    structured: that is what is dear (L4).
    """

    def __eq__(self, other: object) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        names = [field.name for field in attrs.fields(self.__class__)]
        return all(getattr(self, name) == getattr(other, name) for name in names)

    def __hash__(self) -> int:
        fields = attrs.fields(self.__class__)
        return hash(
            (self.__class__, *(getattr(self, each.name) for each in fields if each.hash is not False))
        )

    def __repr__(self) -> str:
        shown = [each.name for each in attrs.fields(self.__class__) if each.repr]
        values = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
        return f"{self.__class__.__qualname__}({values})"


@attrs.frozen(eq=False, repr=False)
class WireMessage(WireObject):
    """A message of a protocol: an object that names itself with `type`."""

    type: ClassVar[str]

    def missing(self) -> str | None:
        """Return the field that this message cannot do without, in view of its other fields, or None."""
        return None
