"""What a walk has to stand, and what its server may do."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from random import Random
from types import MappingProxyType

import attrs

from ..model.choices import CHOICES, HEALTHY, Group
from ..model.seeded import RATES

__all__ = ["ANY", "MOODS", "RUNNING", "Mood"]


@attrs.frozen
class Mood:
    """`groups` of choices that the server makes, and how often of each (`SeededChoices`). `abrupt`: somebody
    may end the call at any moment, and clients are rude. `strained`: upstream may fall silent for a while.
    `singles`: how many decisions are chosen beforehand, by lot, the first time that each is asked for.
    `server`: what is chosen the first time, by name. `often`: decisions with rates of their own.
    """

    groups: Collection[Group] = HEALTHY
    rates: Mapping[Group, float] = RATES
    abrupt: bool = False
    strained: bool = False
    singles: int = 0
    server: Mapping[str, int] = MappingProxyType({})
    often: Mapping[str, tuple[float, tuple[int, ...]]] = MappingProxyType({})

    def fixed(self, random: Random) -> dict[str, int]:
        """Options of decisions that make trouble, all as likely, by name; and what the server is."""
        names = random.sample(_TROUBLES, self.singles)
        lots = {name: random.randrange(1, len(CHOICES[name].options)) for name in names}
        return {**lots, **self.server}


_TROUBLES = sorted(
    name for name, row in CHOICES.items() if row.group in (Group.VARIANT, Group.FAULT, Group.SILENCE)
)
_NEVER = {Group.VARIANT: 0.0, Group.FAULT: 0.0, Group.SILENCE: 0.0}
_BUT_ENDS = HEALTHY | set(_NEVER)


def _make(**server: int) -> Mood:
    """A server of one make, the same in each call."""
    return Mood(HEALTHY | {Group.VARIANT}, _NEVER, server=MappingProxyType(server))


_STALLS = MappingProxyType(
    {
        "refuse_truncate": (1.0, (3,)),
        "response_stall": (1.0, (1, 2, 3, 4, 5, 5, 5, 6, 6, 6)),
        "stalled_error": (1.0, (1, 2, 3)),
        "stalled_error_names": (0.6, (1,)),
        "stalled_slot": (0.5, (1,)),
    }
)
_REFUSALS = MappingProxyType({"refuse_create": (0.7, (1, 1, 1, 2)), "error_event_id": (0.1, (1,))})
_ODD_SERVERS = MappingProxyType(
    {
        "call_ids": (1.0, (1, 2, 2)),
        "committed": (0.7, (1,)),
        "item_confirmation": (0.7, (1,)),
        "item_ids": (0.3, (3,)),
        "one_voice": (1.0, (1, 2)),
        "speech_stopped": (0.5, (1,)),
    }
)
_WORDS = MappingProxyType(
    {
        "error_account": (1.0, (1, 2)),
        "error_event_id": (0.5, (1,)),
        "refuse_truncate": (1.0, (3,)),
        "stray_error": (0.1, (1, 2)),
    }
)
_TIME_OVER = MappingProxyType({"session_end": (0.25, (8, 8, 8, 5))})
_NO_CUTS = MappingProxyType({"refuse_truncate": (0.9, (1, 2, 3, 3, 3))})

MOODS: Mapping[str, Mood] = MappingProxyType(
    {
        "calm": Mood(),
        "abrupt": Mood(abrupt=True),
        "strained": Mood(strained=True),
        "other servers": Mood(HEALTHY | {Group.VARIANT}),
        "failing": Mood(HEALTHY | {Group.FAULT}),
        "failing often": Mood(HEALTHY | {Group.FAULT}, {Group.FAULT: 0.1}, often=_NO_CUTS),
        "silent": Mood(HEALTHY | {Group.VARIANT, Group.FAULT, Group.SILENCE}),
        "forgetful": Mood(HEALTHY | {Group.VARIANT, Group.SILENCE}, {Group.VARIANT: 0.5, Group.SILENCE: 0.1}),
        "ending": Mood(HEALTHY | {Group.END}),
        "one trouble": Mood(_BUT_ENDS, _NEVER, singles=1),
        "two troubles": Mood(_BUT_ENDS, _NEVER, singles=2),
        "speech-to-speech": _make(
            item_ids=2, vad_off=1, committed=2, missing_outputs=1, item_events=3, output_rate=1
        ),
        "speaches": _make(response_tags=2, vad_off=2, item_events=3, call_names=1),
        "xai": _make(commit_answer=1, item_events=1, response_tags=1, newer=1),
        "nameless": _make(response_ids=3, skipped_events=2, response_done=1, item_events=1),
        "refusing": Mood(HEALTHY | {Group.FAULT}, _NEVER, often=_REFUSALS),
        "odd ids": Mood(HEALTHY | {Group.VARIANT}, _NEVER, often=_ODD_SERVERS),
        "stalling": Mood(HEALTHY | {Group.FAULT, Group.SILENCE}, _NEVER, often=_STALLS),
        "turned away": Mood(
            HEALTHY | {Group.END},
            {Group.END: 0.0},
            often=MappingProxyType({"opening": (0.9, (1, 2, 3, 4, 4, 4))}),
        ),
        "wordy": Mood(HEALTHY | {Group.FAULT}, _NEVER, often=_WORDS),
        "time over": Mood(HEALTHY | {Group.END}, {Group.END: 0.0}, often=_TIME_OVER),
    }
)
RUNNING = (
    *("speech-to-speech", "speech-to-speech", "speaches", "speaches", "xai"),
    *("nameless", "nameless", "nameless", "odd ids", "odd ids", "odd ids", "odd ids", "odd ids", "stalling"),
    *("stalling", "stalling", "stalling", "turned away", "turned away", "wordy", "wordy"),
)
"""What servers that people run were seen to do: drawn more often than the rest."""
ANY = ("one trouble", "two troubles", "silent", "failing often", "forgetful", "ending")
"""Moods in which each option of many comes up now and then: drawn more often, too."""
