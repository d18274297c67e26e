"""Choices that Hypothesis draws, and shrinks toward the recordings."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import attrs
import hypothesis.strategies as st

from .model.choices import CHOICES, HEALTHY, Group

__all__ = ["DrawnChoices", "choices"]

_LASTING = (Group.ORDER, Group.VARIANT)
_LATEST = 40
"""So many times a decision is asked at most before trouble comes."""


@attrs.define(slots=True)
class DrawnChoices:
    """A `Choices` for `RealtimeServer`: each decision goes round its own list; an empty list is option 0.

    `moments` has what comes only once or a few times: by decision, the option for the so-manieth question.
    """

    lists: Mapping[str, list[int]]
    moments: Mapping[str, Mapping[int, int]] = attrs.field(factory=dict[str, Mapping[int, int]])
    groups: Collection[Group] = HEALTHY
    asked: dict[str, int] = attrs.field(factory=dict[str, int], repr=False)

    def choose(self, name: str, options: int) -> int:
        """The next number of the list for `name`, or the one for this moment."""
        numbers = self.lists.get(name) or [0]
        count = self.asked.get(name, 0)
        self.asked[name] = count + 1
        return self.moments.get(name, {}).get(count, numbers[count % len(numbers)]) % options


def choices(groups: Collection[Group] = HEALTHY) -> st.SearchStrategy[DrawnChoices]:
    """All that `RealtimeServer` may do in more than one way, in these groups. Shrinks to the recordings.

    Orders go on as they are drawn; faults, silence and ends come at single moments.
    """
    lists = {
        name: st.lists(st.integers(0, len(row.options) - 1), max_size=4)
        for name, row in CHOICES.items()
        if row.group in groups and row.group in _LASTING
    }
    troubles = {
        name: st.dictionaries(st.integers(0, _LATEST), st.integers(1, len(row.options) - 1), max_size=2)
        for name, row in CHOICES.items()
        if row.group in groups and row.group not in _LASTING
    }
    return st.builds(
        DrawnChoices, st.fixed_dictionaries(lists), st.fixed_dictionaries(troubles), st.just(groups)
    )
