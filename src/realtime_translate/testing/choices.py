"""Where real servers were seen to behave in more than one way, the model asks a `Choices` object."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

import attrs


class Choices(Protocol):
    """Decides between behaviours that were all seen in real traffic."""

    def choose(self, name: str, options: int) -> int:
        """Return a number from 0 to `options` - 1 for the decision `name`, one of `CHOICES` or of
        `DEVIATIONS`, or `ending_after`.
        """
        ...


CHOICES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "answer_delay": ("after the latency", "after 4 latencies", "after 20 latencies"),
        "call_output_item": ("its item events come after the running response", "they come at once"),
        "cancel_lag": ("a cancel ends the response at once", "a few deltas still come"),
        "cancelled_done": ("response.done at once", "late: after the next response.created, if there is one"),
        "delta_batching": ("one delta an interval", "all deltas of an item at once"),
        "early_cancel": ("sent before response.created it cancels all the same", "it finds no response"),
        "interrupt_lag": ("speech cancels the response at once", "a few deltas still come"),
        "item_created": ("added and done", "a conversation.item.created as well"),
        "item_during_response": ("its events come at once", "they come after the running response"),
        "output_overlap": ("items one after another", "the next item opens before this one is done"),
        "rate_limits": ("after response.done", "absent"),
        "semantic_end": ("0.5 s after the last word", "after the longest wait of the eagerness"),
        "speech_restart": ("one speech_started a turn", "another, with a new item id, after a pause in it"),
        "transcription": ("during the response", "before it", "after it", "after the next turn's"),
        "transcription_deltas": ("one a word", "one for all of it", "none"),
        "transcription_result": ("completed", "failed", "completed with no text", "nothing ever comes"),
        "vad_created": ("at once", "after the latency; speech before it leaves only a response.done"),
        "vad_response_when_busy": ("after the running response", "never"),
    }
)
"""Every decision the model can ask for, and what each option means. Option 0 is the order of the
recordings."""


@attrs.frozen(slots=True)
class _First:
    """Always the first option: the order of the recordings."""

    def choose(self, name: str, options: int) -> int:
        return 0


FIRST: Choices = _First()
"""Always option 0: a server that behaves as the recordings do."""


def option(choices: Choices, name: str) -> int:
    """Ask for the decision `name`; the number of options comes from the table."""
    return choices.choose(name, len(CHOICES[name]))
