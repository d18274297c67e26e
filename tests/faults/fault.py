"""A fault to plant in the translator."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

__all__ = ["Fault"]


@frozen
class Fault:
    """`rule` of the behaviour is broken when, in `file` of the package, `new` stands for `old`.

    `by`: what has to catch it. Random calls do, but for faults that they cannot sensibly come to: those are
    for the tests that are named by the rule.
    """

    rule: str
    what: str
    file: str
    old: str
    new: str
    by: Literal["machine", "tests"] = "machine"
