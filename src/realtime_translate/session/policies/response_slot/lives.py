"""The steps of the tables of the response in the slot and of our create (B1, B2, R3)."""

from __future__ import annotations

from ...state import ResponseSlot
from ...tables import CREATE, RESPONSE, CreateEvent, CreateState, ResponseEvent, ResponseState, Step

__all__ = ["step_of_create", "step_of_response"]


def step_of_create(slot: ResponseSlot, event: CreateEvent) -> Step[CreateState]:
    """Take the table's step of our create. Its action, if it has one, is the caller's to carry out."""
    step = CREATE[slot.create][event]
    slot.create = step.to
    return step


def step_of_response(slot: ResponseSlot, event: ResponseEvent) -> Step[ResponseState]:
    """Take the table's step of the response. Its action, if it has one, is the caller's to carry out."""
    step = RESPONSE[slot.response][event]
    slot.response = step.to
    return step
