"""What a walk has to stand, and what its server may do."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from random import Random
from types import MappingProxyType

import attrs

from ..choices import CHOICES, HEALTHY, Group
from ..seeded import RATES

__all__ = ["MOODS", "Mood"]


@attrs.frozen
class Mood:
    """`groups` of choices that the server makes, and how often of each (`SeededChoices`). `abrupt`: somebody
    may end the call at any moment, and clients are rude. `strained`: upstream may fall silent for a while.
    `singles`: how many decisions are chosen beforehand, by lot, the first time that each is asked for.
    """

    groups: Collection[Group] = HEALTHY
    rates: Mapping[Group, float] = RATES
    abrupt: bool = False
    strained: bool = False
    singles: int = 0

    def fixed(self, random: Random) -> dict[str, int]:
        """Options of decisions that make trouble, all as likely, by name."""
        names = random.sample(_TROUBLES, self.singles)
        return {name: random.randrange(1, len(CHOICES[name].options)) for name in names}


_TROUBLES = sorted(
    name for name, row in CHOICES.items() if row.group in (Group.VARIANT, Group.FAULT, Group.SILENCE)
)
_NEVER = {Group.VARIANT: 0.0, Group.FAULT: 0.0, Group.SILENCE: 0.0}
_BUT_ENDS = HEALTHY | set(_NEVER)

MOODS: Mapping[str, Mood] = MappingProxyType(
    {
        "calm": Mood(),
        "abrupt": Mood(abrupt=True),
        "strained": Mood(strained=True),
        "other servers": Mood(HEALTHY | {Group.VARIANT}),
        "failing": Mood(HEALTHY | {Group.FAULT}),
        "failing often": Mood(HEALTHY | {Group.FAULT}, {Group.FAULT: 0.1}),
        "silent": Mood(HEALTHY | {Group.VARIANT, Group.FAULT, Group.SILENCE}),
        "forgetful": Mood(HEALTHY | {Group.VARIANT, Group.SILENCE}, {Group.VARIANT: 0.5, Group.SILENCE: 0.1}),
        "ending": Mood(HEALTHY | {Group.END}),
        "one trouble": Mood(_BUT_ENDS, _NEVER, singles=1),
        "two troubles": Mood(_BUT_ENDS, _NEVER, singles=2),
    }
)
