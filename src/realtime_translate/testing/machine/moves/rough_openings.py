"""Calls that are disturbed while they open: every stage with everything that may happen to it (S6-S9, E5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from ..world import World

__all__ = ["DISTURBANCES", "EARLY_STAGES", "ENDS", "STAGES", "Stage", "unasked"]

Stage: TypeAlias = "Callable[[World, Callable[[], None]], None]"
_LONG = 30.0
"""Seconds; longer than any timeout of an opening."""


# --- stages: each gets the world there; `configure` sends Settings ------------------------------------------


def _dialling(world: World, configure: Callable[[], None]) -> None:
    configure()


def _configuring(world: World, configure: Callable[[], None]) -> None:
    configure()
    world.run_until(lambda: world.upstream_open, 1.0)


def unasked(world: World, configure: Callable[[], None]) -> None:
    """A host that dials early configures the session before there are Settings (S4)."""
    world.run_until(lambda: world.upstream_open, 1.0)
    world.prepare()
    world.run(1.0)


def _awaiting_slot(world: World, configure: Callable[[], None]) -> None:
    unasked(world, configure)
    if world.component:
        world.text("text 0")
        world.run_until(lambda: world.ledger.active is not None, 2.0)
    configure()


def _applying(world: World, configure: Callable[[], None]) -> None:
    unasked(world, configure)
    configure()


STAGES: Mapping[str, Stage] = MappingProxyType({"dialling": _dialling, "configuring": _configuring})
"""With a host that dials when Settings come."""

EARLY_STAGES: Mapping[str, Stage] = MappingProxyType(
    {"ready unasked": unasked, "awaiting slot": _awaiting_slot, "applying": _applying}
)
"""With a host that dials early."""


# --- what happens then --------------------------------------------------------------------------------------


def _client_goes(world: World) -> None:
    world.hang_up(world.chance.random.choice([None, 1000, 1001]))


def _host_goes(world: World) -> None:
    world.feed("close", world.chance.random.choice([1000, 1001, 4000]), "maintenance")


def _upstream_goes(world: World) -> None:
    world.lose_upstream(world.chance.random.choice([None, 1000, 1006, 1011]))


def _settings_again(world: World) -> None:
    world.audio.apply()
    world.send({"type": "Settings", "audio": {}, "agent": {}})


def _silence(world: World) -> None:
    world.stall_upstream(_LONG)
    world.run(_LONG)


def _flood_of_texts(world: World) -> None:
    """More than may wait (L3). Nobody looks for what became of them: the call is over."""
    for _ in range(world.config.limits.pending_messages + 1):
        world.send({"type": "UpdatePrompt", "prompt": "Hurry."})


def _flood_of_audio(world: World) -> None:
    """Longer than may wait (A8)."""
    seconds = world.config.limits.pending_audio_seconds + 1
    world.feed("receive_from_client", world.audio.format.silence(round(seconds * 1000)))


def _refusal(world: World) -> None:
    """The server refuses the update, if it has not answered it yet."""
    world.refuse("update")
    world.run(2.0)


ENDS: Mapping[str, Callable[[World], None]] = MappingProxyType(
    {"client": _client_goes, "host": _host_goes, "upstream": _upstream_goes}
)
"""Who goes, with a code of the field (E5, S8)."""
DISTURBANCES: Mapping[str, Callable[[World], None]] = MappingProxyType(
    {
        **ENDS,
        "settings again": _settings_again,
        "silence": _silence,
        "flood of texts": _flood_of_texts,
        "flood of audio": _flood_of_audio,
        "refusal": _refusal,
    }
)
