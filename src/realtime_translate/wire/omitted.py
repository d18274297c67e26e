"""Telling an absent field from one that is null."""

from enum import Enum
from typing import Final, Literal, TypeAlias, TypeVar

T = TypeVar("T")


class Omitted(Enum):
    """The type of `OMITTED`. An enum with one member, so that `x is OMITTED` narrows in type checkers."""

    OMITTED = "omitted"

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "OMITTED"


OMITTED: Final = Omitted.OMITTED
"""The value of a field that is not in the message. Falsy, and different from `None`, which is JSON null."""

Omissible: TypeAlias = T | Omitted
"""A field that may be absent. Null is refused, unless `T` has it."""

Nullable: TypeAlias = T | Omitted | None
"""A field that may be absent or null: servers differ in how they say that they have no value."""
