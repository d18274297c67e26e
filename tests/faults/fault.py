"""A fault to plant in the translator."""

from __future__ import annotations

from attrs import frozen

__all__ = ["Fault"]


@frozen
class Fault:
    """`rule` of the behaviour is broken when, in `file` of the package, `new` stands for `old`."""

    rule: str
    what: str
    file: str
    old: str
    new: str
