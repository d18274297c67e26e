"""Function calls: asked of the client once, answered upstream once, followed by one response (F1-F10, R8).

`asking` hears of calls and asks for them, `answers` takes what comes back, `ending` sees what a response
leaves and what nobody answers any more. `known` tells calls apart; `closing` is what both sides share.
"""

from __future__ import annotations

from .answers import client_answered, host_answered
from .asking import (
    announced,
    arguments_done,
    conversation_item_done,
    conversation_item_started,
    output_item_done,
    ran_on,
    response_done,
)
from .ending import ended, hold_over, interrupted, item_sent, leg_lost, refused, round_ended

__all__ = [
    "announced",
    "arguments_done",
    "client_answered",
    "conversation_item_done",
    "conversation_item_started",
    "ended",
    "hold_over",
    "host_answered",
    "interrupted",
    "item_sent",
    "leg_lost",
    "output_item_done",
    "ran_on",
    "refused",
    "response_done",
    "round_ended",
]
