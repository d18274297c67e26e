"""What an interruption does at once: the response that runs is cut, and nobody waits for open calls."""

from __future__ import annotations

from typing import Any

from ..broken import require
from ..world_state import WorldState
from .before import Before

__all__ = ["check"]

Json = dict[str, Any]


def check(world: WorldState, before: Before, frames: list[Json] | None) -> None:
    """B2, B3, and what follows for calls that are open (F8). Without frames the session is over as well, or
    the call.
    """
    world.statistics.barge_ins += 1
    world.count("barge-ins")
    started = before.event is not None
    if frames is not None:
        _cut(world, before, frames)
    world.slot.forget()
    world.ledger.interrupt()
    world.ledger.rounds.interrupt()
    world.answers.withdraw("output")
    if started:
        world.answers.interrupted()
    else:
        world.answers.dropped()


def _cut(world: WorldState, before: Before, frames: list[Json]) -> None:
    started = before.event is not None
    server_cancels = started and world.server_interrupts
    named = [each.get("response_id") for each in frames if each["type"] == "response.cancel"]
    able = "response.cancel" not in world.make.lacks and not server_cancels
    wanted = [before.active] if before.active and able else []
    require(
        len(named) <= 1 if world.strained else named == wanted,  # then nobody is sure what runs
        "B2 one cancel, of the active response",
        f"{named}, not {wanted}",
    )
    untold = world.ledger.mute_next or not (able or server_cancels)  # a create stays interrupted
    sent = any(each["type"] == "response.create" for each in frames)  # by what was due first, or for the text
    asked = world.was_due if sent else before.asked
    text = "" if started else world.ledger.to_say[-1]
    world.ledger.mute_next = asked and untold and world.ledger.asked_before(text)
    world.heard.cut(frames, world.host_now)
