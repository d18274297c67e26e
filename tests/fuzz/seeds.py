"""Good frames of both legs, from which the bad ones are made."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from typing import Any

from realtime_translate import deepgram, openai
from realtime_translate.deepgram.codec import BINARY
from realtime_translate.wire import WireMessage
from tests.shared_material import SHARED
from tests.unit.wire.shapes import Path, places, sample

from .stages import STAGES

__all__ = ["LEGS", "classes", "every_place", "frames"]

Json = dict[str, Any]
LEGS = ("client", "upstream")

_KNOWN: dict[str, Any] = {
    "response_id": "r1",
    "item_id": "i1",
    "call_id": "c1",
    "name": "look",
    "delta": "AAAA",
    "role": "assistant",
    "encoding": "linear16",
    "sample_rate": 24000,
    "behavior": "queue",
}
"""Values under which a frame reaches further than to the first question whether it makes sense."""
_IDS = {"item": "i1", "response": "r1"}


def classes(leg: str) -> list[type[WireMessage]]:
    """Every text message of a leg, both dialects of it."""
    registries = (
        (deepgram.CLIENT_MESSAGES, deepgram.COMPONENT_CLIENT_MESSAGES)
        if leg == "client"
        else (openai.SERVER_EVENTS,)
    )
    every = [
        each
        for registry in registries
        for kind, several in registry.items()
        if kind != BINARY
        for each in several
    ]
    return list(dict.fromkeys(every))


def plausible(value: Any) -> Any:
    """The same message with ids and names that the call knows."""
    if isinstance(value, list):
        return [plausible(each) for each in value]
    if not isinstance(value, dict):
        return value
    better = {key: _KNOWN.get(key, plausible(inner)) for key, inner in value.items()}
    for key, known in _IDS.items():
        if isinstance(better.get(key), dict):
            better[key] = {**better[key], "id": known}
    if better.get("type") == "text":  # an item, a part or a provider
        better["type"] = "message" if "content" in better else "open_ai"
    return better


def every_place(leg: str) -> Iterator[tuple[Json, Path]]:
    """Each field of each message of a leg, nested ones too, in a plausible message that has it."""
    for cls in classes(leg):
        for value, path, _ in places(cls):
            if path:
                yield plausible(value), path


def _ours(leg: str) -> Iterator[str]:
    for cls in classes(leg):
        yield json.dumps(plausible(sample(cls)))
    for steps in STAGES.values():
        for kind, frame in steps:
            if kind == leg and isinstance(frame, dict):
                yield json.dumps(frame)


def _recorded(leg: str) -> Iterator[str]:
    """Frames of recorded sessions."""
    types = {cls.type for cls in classes(leg)}
    for path in sorted(SHARED.glob("traces/*.jsonl")) + sorted(SHARED.glob("examples/*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield from _frames_in(json.loads(line), types)


def _frames_in(value: Any, types: set[str]) -> Iterator[str]:
    if isinstance(value, dict):
        if value.get("type") in types:
            yield json.dumps(value)
        else:
            for inner in value.values():
                yield from _frames_in(inner, types)


@functools.cache
def frames(leg: str) -> tuple[str, ...]:
    """All of them, each once, the shortest first."""
    return tuple(sorted({*_ours(leg), *_recorded(leg)}, key=len))
