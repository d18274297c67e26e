"""How much of the agent's audio the user heard, worked out apart from the translator (B3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import define

from ..broken import require

__all__ = ["Heard"]

_RULE = "B3 the server forgets what was not heard"
_CLEARLY = 1.0


@define
class _Item:
    """An item of the agent's: where it begins in all its audio, and how long it is, in milliseconds."""

    item_id: str
    begin: float
    size: float = 0.0

    @property
    def end(self) -> float:
        return self.begin + self.size


class Heard:
    """Each piece of audio plays from its arrival or from the end of the one before it; `now` is in seconds.

    `reported`: the host has said how much was played, which counts more than this estimate. `lacks`: events
    that the server does not take.
    """

    def __init__(self, lacks: Sequence[str] = ()) -> None:
        self.serves(lacks)
        self.reported: bool = False
        self.total: float = 0.0
        self._items: list[_Item] = []
        self._ends = 0.0
        self._truncated: set[str] = set()

    def serves(self, lacks: Sequence[str]) -> None:
        """A server that does not take those events."""
        self._truncates = "conversation.item.truncate" not in lacks
        self._deletes = "conversation.item.delete" not in lacks

    def received(self, item_id: str, milliseconds: float, now: float) -> None:
        """Audio of an item was handed over."""
        if not self._items or self._items[-1].item_id != item_id:
            self._items.append(_Item(item_id, self.total))
        self._items[-1].size += milliseconds
        self.total += milliseconds
        self._ends = max(self._ends, now) + milliseconds / 1000

    def lost(self) -> None:
        """What plays yet is no item of the next session, which cannot be told of it (N13)."""
        for each in self._items:
            each.item_id = ""

    def cut(self, sent: Sequence[Mapping[str, Any]], now: float) -> None:
        """The user interrupted, and `sent` went upstream at once."""
        truncates = [each for each in sent if each["type"] == "conversation.item.truncate"]
        deletes = [each["item_id"] for each in sent if each["type"] == "conversation.item.delete"]
        require(len(truncates) <= 1, _RULE, f"{len(truncates)} items truncated at once")
        sizes = {each.item_id: each.size for each in self._items}
        for each in truncates:
            most = sizes.get(each["item_id"], 0.0)
            require(0 < each["audio_end_ms"] <= most, _RULE, f"{each['audio_end_ms']} ms of {most} ms kept")
            require(each["item_id"] not in self._truncated, _RULE, "an item was truncated twice")
            self._truncated.add(each["item_id"])
        if not self.reported:
            self._as_estimated(truncates, deletes, now)
        self._items, self._ends, self.reported = [], now, False

    def _as_estimated(
        self, truncates: Sequence[Mapping[str, Any]], deletes: Sequence[str], now: float
    ) -> None:
        """Give or take a millisecond: the translator counts bytes. Whether an item that ends within it counts
        as heard whole, the deletes tell, or where the server takes none, whether it was truncated.
        """
        unheard = max(0.0, self._ends - now) * 1000
        position = self.total - unheard
        left = [each for each in self._items if each.end > position]
        clearly = [each for each in left if each.end > position + _CLEARLY]
        fewest, most = _names(clearly[1:]), _names(left[1:])
        require(deletes in (fewest, most) or not self._deletes, _RULE, f"{deletes} deleted")
        named = {"", *(each["item_id"] for each in truncates)}
        over = deletes == fewest if self._deletes else not left or left[0].item_id not in named
        playing = (clearly if over else left)[:1]
        if not playing or not playing[0].item_id or not self._truncates:
            return
        heard = max(1.0, position - playing[0].begin)
        kept = [each["audio_end_ms"] for each in truncates if each["item_id"] == playing[0].item_id]
        require(len(kept) == 1, _RULE, f"nothing truncated although {unheard} ms were not heard")
        require(abs(kept[0] - heard) <= 2, _RULE, f"{kept[0]} ms kept, {heard:.0f} ms were heard")


def _names(items: Sequence[_Item]) -> list[str]:
    """Ids; of what has none the server cannot be told."""
    return [each.item_id for each in items if each.item_id]
