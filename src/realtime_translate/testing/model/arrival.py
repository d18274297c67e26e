"""A client event as it arrives, and what a check of it looks like."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import attrs

from .faults import Fault
from .frames import Object, as_text
from .makes import exact_text
from .state import State


@attrs.frozen(slots=True)
class Arrival:
    """A client event, and what the client could have known when it was received.

    `active` is the response that had begun by then and was not done; `audio_produced` says whether the model
    had spoken, `audio_ms` how much of the item that the event names was there by then. `exact`: the text that
    it asks to have said word for word, if any.
    """

    event: Object
    active: str | None
    audio_produced: bool
    audio_ms: int
    exact: str = ""

    def text(self, key: str) -> str:
        """A field of the event, empty if it is not a string."""
        return as_text(self.event.get(key))


def arrival_of(state: State, event: Object) -> Arrival:
    """`event`, received now."""
    seen = state.apparent
    item = state.conversation.find(as_text(event.get("item_id")))
    return Arrival(
        event,
        active=seen.id if seen is not None else None,
        audio_produced=state.audio_produced,
        audio_ms=item.audio_ms if item is not None else 0,
        exact=exact_text(state.make, event),
    )


StateCheck: TypeAlias = "Callable[[State, Arrival], Fault | None]"
