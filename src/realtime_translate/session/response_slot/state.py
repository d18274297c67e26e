"""What the response slot remembers."""

from __future__ import annotations

from attrs import define, field, frozen

from ...mapping.responses import Outcome
from ..tables import SlotState

__all__ = ["REMEMBERED", "About", "ResponseSlot"]

REMEMBERED = 32
"""Ended responses whose late events are recognised, and open items of one response (R1, L2)."""


@define
class ResponseSlot:
    """The slot and what waits for it.

    `active`: the id of the response that runs, empty if unknown. `request`: the event id of our create in flight.
    `claimed`: the create that took a `response.created` without a tag for its answer. `sent` and `confirmed` are wishes:
    confirmed ones are answered by any response that starts from now on (R7). `falls`: the create in flight answers nothing
    but a commit; `fallen`: that commit was refused. `open_items`: announced and unfinished items of the active response.
    """

    state: SlotState = SlotState.FREE
    active: str = ""
    request: str = ""
    claimed: str = ""
    tags_echoed: bool = False
    sent: bool = False
    confirmed: bool = False
    commit_waits: bool = False
    update_waits: bool = False
    falls: bool = False
    fallen: bool = False
    held: bool = False
    hold_over: bool = False
    produced: bool = False
    open_items: list[str] = field(factory=list[str])
    ended: list[str] = field(factory=list[str])


@frozen
class About:
    """What an action needs to know of the response that the event is about."""

    response_id: str = ""
    outcome: Outcome = Outcome()
    reason: str = ""
