"""The server of a modelled call."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import TYPE_CHECKING

from ..server import RealtimeServer
from ..statistics import Statistics
from .broken import require
from .moods import Mood
from .network import STEP, Chance, GaChoices, counter
from .random_agent import RandomAgent

if TYPE_CHECKING:
    from .world import World

__all__ = ["choices_of", "dial", "give_up", "server_of"]


def choices_of(mood: Mood, seed: int, chance: Chance, statistics: Statistics) -> GaChoices:
    """What a server in that mood does, counted."""
    return GaChoices(
        seed,
        frozenset(mood.groups),
        mood.rates,
        mood.fixed(chance.random),
        mood.often,
        lambda name, number: statistics.reach("choice", f"{name} {number}"),
    )


def server_of(
    model: str, clock: Callable[[], float], choices: GaChoices, agent: RandomAgent
) -> RealtimeServer:
    """A simulated server, as a host dials it for that model."""
    return RealtimeServer(
        clock=clock,
        new_id=counter("s"),
        script=agent.reply,
        choices=choices,
        model=model,
        latency=32 * STEP,
        token_interval=16 * STEP,
        transcribe=agent.transcribe,
    )


def dial(world: World, model: str) -> None:
    """The host dials, unless it has dialled that model before (S2)."""
    if model != world.dialled:
        require(not world.upstream_open, "S2 the socket of another model is closed first", world.dialled)
        give_up(world)
        world.dialled = model
        world.server = server_of(model, world.clock, world.choices, world.agent)
    if not world.upstream_open and world.dialled_at is None:
        world.dialled_at = world.clock.now + world.chance.delay(world.delays)


def give_up(world: World) -> None:
    """The host closes the socket that it dialled early, or gives up its dial: nothing was asked yet (S2)."""
    world.up.clear()
    world.down.clear()
    world.dialled_at, world.upstream_open = None, False
    ledger = world.ledger
    ledger.greeted, ledger.updated, ledger.began = False, False, inf
