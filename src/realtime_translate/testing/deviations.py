"""Servers that differ from the recordings, and servers that fail: what the model may do beyond `CHOICES`.

Each is off until the host of the model asks for it. `QUIRKS` are those of compatible servers that still
answer everything (openai-realtime.md §4); `FAULTS` are refusals, failures, silence and ends (§5).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from .choices import Choices

__all__ = ["DEVIATIONS", "FAULTS", "QUIRKS", "Deviations"]

QUIRKS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "foreign_event": ("none", "an event of a type that nobody knows, before an answer"),
        "item_events": ("added and done", "created alone", "done alone"),
        "item_ids": ("the client's", "the server's own"),
        "rate_limits_early": ("only when a response has ended", "also when one begins"),
        "response_done": ("ends every response", "never comes"),
        "tags": ("metadata of a create come back", "they never do"),
    }
)
"""Option 0 is OpenAI's server."""

FAULTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "ending": (
            "at the session's limit",
            "session_expired at some moment",
            "closed without a reason",
            "the connection is lost",
            "a server error, then closed",
        ),
        "request": (
            "done",
            "refused with a server error",
            "refused without an event_id",
            "refused without a code",
            "refused with neither",
            "never answered",
        ),
        "response": (
            "as scripted",
            "failed",
            "incomplete",
            "failed before any output",
            "silent after response.created",
            "silent in the middle of its output",
        ),
        "stray_error": ("none", "a server error that answers nothing, before an answer"),
    }
)
"""Option 0 is a server that works."""

DEVIATIONS: Mapping[str, tuple[str, ...]] = MappingProxyType({**QUIRKS, **FAULTS})

RARITY = 6
"""A fault that is asked for with each request comes about so much more rarely than all else together."""
_ONCE = frozenset({"ending", "response_done", "tags"})


class Deviations:
    """What of it a model may do. Raises ValueError for a name that is not in `DEVIATIONS`."""

    __slots__ = ("_allowed", "_choices", "_settled")

    def __init__(self, choices: Choices, allowed: Collection[str]) -> None:
        unknown = sorted(set(allowed) - set(DEVIATIONS))
        if unknown:
            raise ValueError(f"{', '.join(unknown)}: not in DEVIATIONS, which has {', '.join(DEVIATIONS)}")
        self._allowed = frozenset(allowed)
        self._choices = choices
        self._settled: dict[str, int] = {}

    def option(self, name: str) -> int:
        """The option of `name` now: 0 unless it is allowed; for the whole session if it is of that kind."""
        if name not in self._allowed:
            return 0
        if name not in _ONCE:
            return self._rarely(name)
        if name not in self._settled:
            self._settled[name] = self._choices.choose(name, len(DEVIATIONS[name]))
        return self._settled[name]

    def moment(self) -> float:
        """How many seconds after the session's start it ends."""
        return MOMENTS[self._choices.choose("ending_after", len(MOMENTS))]

    def _rarely(self, name: str) -> int:
        options = len(DEVIATIONS[name])
        chosen = self._choices.choose(name, options * RARITY)
        return chosen if chosen < options else 0


MOMENTS = (0.0, 0.05, 0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 20.0)
"""Seconds; the options of `ending_after`."""
