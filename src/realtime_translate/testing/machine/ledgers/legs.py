"""The upstream sessions of a call, one after another (N)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from attrs import define, field

from ...model.faults import Violation

__all__ = ["GO_ON", "LegLedger", "ids_in"]

Json = dict[str, Any]
GO_ON = "broke off"
"""Words of what asks a session to go on with an answer of the one before it (N8)."""


def ids_in(event: Mapping[str, Any]) -> set[str]:
    """The items and responses that an event of upstream names."""
    item: Json = event.get("item") or {}
    response: Json = event.get("response") or {}
    output: list[Json] = response.get("output") or []
    named: list[str | None] = [event.get("item_id"), event.get("response_id")]
    named += [each.get("id") for each in (item, response, *output)]
    return {each for each in named if each}


@define
class LegLedger:
    """`number`: the leg at hand. `between`: its session is not ready, and there was one before it; `leaving`:
    that went at the input at hand; `replaying`: it is told what was said.

    `since`: when the session before it was lost, or the last attempt failed; `ready_at`: when a session was
    ready last; `attempts`: in a row, `renewals`: of the call, `planned`: nothing was lost, and nothing has
    `failed` since. `row`: the server at hand, 0 the first one, n the nth of the fallback. `doubtful`: the
    session lasted for as long as one has to, or nearly. `expired`: the session before it was at the end of
    its time, `cut`: the user spoke over what it said; `hurried`: the text that interrupts and waits for the
    next one; `unsaid`: a response had begun and said nothing, so that the same is asked again.

    Of this leg: `known`: items and responses that it has named or was given, `replayed`: items that it was
    told, `asked`: our events with them, `refused`: how many of them it did not take; `items`: the id of each
    item that it was given, and the user's text, in their places; `resumed`: creates for the rest of an
    answer. Of the call: `made`: ids that the host gave, `dropped`:
    entries that were too much to keep, `elsewhere`: calls of earlier legs that nobody has answered, `broken`:
    answers that broke off, `confirmed`: texts of the user's, as servers first confirmed them, `heard`: frames
    that the client got, by type; `past_violations`: what servers of earlier legs rightly complained about.

    `refused_dials`, `late_dials`: how many of the next dials fail, or take long. `doom`: after so many frames
    the session is lost. `stale`: what the sockets of earlier legs still do: when, and how the host hears of
    it.
    """

    number: int = 1
    between: bool = False
    leaving: bool = False
    replaying: bool = False
    since: float = 0.0
    dialled_at: float = 0.0
    ready_at: float | None = None
    attempts: int = 0
    renewals: int = 0
    row: int = 0
    planned: bool = False
    failed: bool = False
    doubtful: bool = False
    cut: bool = False
    hurried: str = ""
    expired: bool = False
    unsaid: bool = False

    known: set[str] = field(factory=set[str])
    asked: set[str] = field(factory=set[str])
    replayed: list[Json] = field(factory=list[Json])
    refused: int = 0
    items: list[tuple[str, str]] = field(factory=list["tuple[str, str]"])

    made: set[str] = field(factory=set[str])
    dropped: int = 0
    elsewhere: set[str] = field(factory=set[str])
    broken: int = 0
    resumed: int = 0
    confirmed: list[str] = field(factory=list[str])
    heard: Counter[str] = field(factory=Counter[str])
    past_violations: list[Violation] = field(factory=list[Violation])

    refused_dials: int = 0
    late_dials: int = 0
    doom: int | None = None
    stale: list[tuple[float, str, tuple[Any, ...]]] = field(
        factory=list["tuple[float, str, tuple[Any, ...]]"]
    )

    @property
    def texts(self) -> list[str]:
        """The user's, of this leg."""
        return [text for _, text in self.items if text]

    def put(self, item_id: str, text: str, previous: str) -> None:
        """The session gets an item: behind the one named, at the start, or at the end."""
        ids = ["root", *(each for each, _ in self.items)]
        at = ids.index(previous) if previous and previous in ids else len(self.items)
        self.items.insert(at, (item_id, text))

    def lost(self, now: float) -> None:
        """The session at hand is gone, or the attempt at another came to nothing."""
        self.since = now
        self.known, self.asked, self.replayed, self.items = set(), set(), [], []
        self.refused, self.resumed, self.replaying = 0, 0, False
