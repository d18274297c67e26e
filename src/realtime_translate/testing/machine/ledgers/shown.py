"""What a server has shown other than its row (D5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import define, field

__all__ = ["Shown"]

Json = Mapping[str, Any]


@define
class Shown:
    """`told`: of what the host was told of the server at hand, by `SERVER_DIFFERS`. `excused`: events that
    went as the row has it, before the server had shown that it is otherwise.

    Of this leg: `misled`: the updates among them; `heads`: how ids of items of a type have to begin;
    `items`: what was created, by event id; `tags_refused`. Of the event at hand: `due`: what the host has to
    take from it. `again`: texts that were refused for their ids, `resent`: whether the frame at hand has one.
    """

    told: list[str] = field(factory=list[str])
    excused: set[str] = field(factory=set[str])
    misled: set[str] = field(factory=set[str])
    heads: dict[str, str] = field(factory=dict[str, str])
    items: dict[str, Json] = field(factory=dict[str, Json])
    tags_refused: bool = False
    due: str = ""
    again: list[str] = field(factory=list[str])
    resent: bool = False

    def lost(self) -> None:
        """The session is gone: the next one may be of another mind."""
        self.misled, self.heads, self.items, self.tags_refused, self.due = set(), {}, {}, False, ""
        self.again = []

    def elsewhere(self) -> None:
        """Another server is at hand, or the same one after others, of which nothing is known any more."""
        self.told = []
