"""The cell of every transition table."""

from __future__ import annotations

from typing import Generic, TypeVar

from attrs import frozen

__all__ = ["Step"]

S = TypeVar("S")


@frozen(eq=False, repr=False)
class Step(Generic[S]):
    """One cell: the next state and the name of the action on the way, or the reason for doing nothing."""

    to: S
    action: str = ""
    because: str = ""
