"""Client messages that wait for the session to be ready, in the order in which they came (S5)."""

from __future__ import annotations

from attrs import define, field

__all__ = ["Pending"]


@define(eq=False, repr=False)
class Pending:
    """A text frame, or a run of binary frames (`text` is then None), waiting.

    Consecutive audio frames share one entry, so that a client which sends single bytes costs no more than
    its audio.
    """

    text: str | None = None
    audio: bytearray = field(factory=bytearray)
