"""Choices from a seed, for simulations and stress tests."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from random import Random
from types import MappingProxyType

import attrs

from .choices import CHOICES, HEALTHY, Group

RATES: Mapping[Group, float] = MappingProxyType(
    {Group.VARIANT: 0.2, Group.FAULT: 0.03, Group.SILENCE: 0.01, Group.END: 0.002}
)
"""How often a decision of a group is not option 0. `ORDER` is not there: all its options are as likely."""


@attrs.define(slots=True)
class SeededChoices:
    """Lets the simulated server choose, repeatably: the same seed and the same questions give the same
    answers.
    """

    seed: int
    """Any whole number."""
    groups: Collection[Group] = HEALTHY
    """About which decisions it is asked."""
    rates: Mapping[Group, float] = RATES
    """How often a decision of a group is not option 0, 0 to 1; in a group without a rate all options are
    equally likely.
    """
    _random: Random = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        self._random = Random(self.seed)

    def choose(self, name: str, options: int) -> int:
        """A number from 0 to `options` - 1."""
        row = CHOICES.get(name)
        rate = None if row is None else self.rates.get(row.group)
        if rate is None:
            return self._random.randrange(options)
        return self._random.randrange(1, options) if self._random.random() < rate else 0
