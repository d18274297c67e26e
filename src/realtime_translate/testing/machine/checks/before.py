"""How things stood when an input came: what comes of it is checked against that."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from ..world_state import WorldState

__all__ = ["Before"]

Json = dict[str, Any]


@frozen
class Before:
    """How things stood when an input came. `event`: what came from upstream; `cuts`: the client interrupts.

    `active`: the response that runs, if it was not cut; `agent_told`: how many texts of the agent were told;
    `asked`: whether a create is in flight.
    """

    event: Json | None
    cuts: bool
    active: str | None
    was_closed: bool
    agent_told: int
    leg: int
    asked: bool = False

    @classmethod
    def of(cls, world: WorldState, event: Json | None, *, cuts: bool) -> Before:
        """Look at the world; call it before the outputs are performed."""
        ledger = world.ledger
        active = None if ledger.active in ledger.cut else ledger.active
        started = event is not None and event["type"] == "input_audio_buffer.speech_started"
        cuts = cuts or (started and world.config.barge_in)
        asked, leg = bool(ledger.in_flight), world.legs.renewals
        return cls(event, cuts, active, world.closed, len(ledger.told_agent), leg, asked)
