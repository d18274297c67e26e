"""What an action of the slot is told of the response that an event is about."""

from __future__ import annotations

from attrs import frozen

from ....mapping.errors import Fault, Problem
from ....mapping.responses import Outcome

__all__ = ["NO_RESPONSE", "REMEMBERED", "ResponseFacts"]

REMEMBERED = 32
"""Ended responses whose late events are recognised, and open items of one response (R1, L2)."""


_COMPLETED = Outcome()
_NO_PROBLEM = Problem(Fault.OTHER, "", "", "")


@frozen(eq=False, repr=False)
class ResponseFacts:
    """What an action needs to know of the response that the event is about."""

    response_id: str = ""
    outcome: Outcome = _COMPLETED
    reason: str = ""
    problem: Problem = _NO_PROBLEM


NO_RESPONSE = ResponseFacts()
"""For events that are about none."""
