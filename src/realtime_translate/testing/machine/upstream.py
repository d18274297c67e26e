"""The server of a modelled call."""

from __future__ import annotations

from collections.abc import Callable

from ..model.makes import Make
from ..model.server import RealtimeServer
from ..statistics import Statistics
from .moods import Mood
from .network import STEP, Chance, ServerChoices, counter
from .random_agent import RandomAgent

__all__ = ["choices_of", "server_of"]


def choices_of(mood: Mood, seed: int, chance: Chance, statistics: Statistics) -> ServerChoices:
    """What a server in that mood does, counted."""
    return ServerChoices(
        seed,
        frozenset(mood.groups),
        mood.rates,
        mood.fixed(chance.random),
        mood.often,
        lambda name, number: statistics.reach("choice", f"{name} {number}"),
    )


def server_of(
    make: Make,
    model: str,
    clock: Callable[[], float],
    choices: ServerChoices,
    agent: RandomAgent,
    leg: int = 1,
) -> RealtimeServer:
    """A simulated server, as a host dials it for that model. Its ids are those of no other leg."""
    return RealtimeServer(
        dialect=make.name,
        clock=clock,
        new_id=counter("s" if leg == 1 else f"s{leg}n"),
        script=agent.reply,
        choices=choices,
        model=model,
        latency=32 * STEP,
        token_interval=16 * STEP,
        transcribe=agent.transcribe,
    )
