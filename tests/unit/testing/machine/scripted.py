"""A world whose host does what the test says, to see what the checks say to it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from realtime_translate import Config, Output, Outputs, SendToClient, SendToUpstream
from realtime_translate.testing.machine import PropertyError, Statistics
from realtime_translate.testing.machine.hooks import Hooks
from realtime_translate.testing.machine.network import HOST_KINDS
from realtime_translate.testing.machine.world import World

Json = dict[str, Any]


class ScriptedHost:
    """Each input gives the next of `answers`, or nothing."""

    def __init__(self) -> None:
        self.answers: list[Outputs] = []
        self.deadline: float | None = None
        self.paused = False
        self.heard: list[str] = []

    def _answer(self, method: str) -> Outputs:
        self.heard.append(method)
        return self.answers.pop(0) if self.answers else ()

    def __getattr__(self, method: str) -> Callable[..., Outputs]:
        return lambda *given: self._answer(method)

    @property
    def next_deadline(self) -> float | None:
        return self.deadline

    @property
    def client_paused(self) -> bool:
        return self.paused


def nothing(*_: object) -> None:
    """A check that finds nothing."""


def world_of(host: Any, config: Config | None = None, *, kind: str = "punctual", copy: Any = None) -> World:
    hooks = Hooks(lambda *_: host, lambda *_: copy, nothing, nothing)
    return World(config or Config.deepgram(), 1, HOST_KINDS[kind], hooks, Statistics())


def scripted(config: Config | None = None, *, kind: str = "punctual") -> tuple[World, ScriptedHost]:
    """A call that is ready."""
    host = ScriptedHost()
    world = world_of(host, config, kind=kind)
    world.ledger.updated, world.ledger.applied = True, 1
    return world, host


def up(kind: str, **fields: Any) -> SendToUpstream:
    return SendToUpstream(json.dumps({"type": kind, "event_id": fields.pop("event_id", "e1"), **fields}))


def down(kind: str, **fields: Any) -> SendToClient:
    return SendToClient(json.dumps({"type": kind, **fields}))


def item(text: str) -> SendToUpstream:
    part = {"type": "input_text", "text": text}
    return up("conversation.item.create", item={"type": "message", "role": "user", "content": [part]})


def breaks(name: str, world: World, host: ScriptedHost, *outputs: Output, event: Json | None = None) -> None:
    """The outputs break the property of that name."""
    with pytest.raises(PropertyError, match=name):
        does(world, host, *outputs, event=event)


def does(world: World, host: ScriptedHost, *outputs: Output, event: Json | None = None) -> None:
    """The outputs break nothing."""
    host.answers = [outputs]
    if event is None:
        world.feed("handle_timeout")
    else:
        world.hear(json.dumps(event))
