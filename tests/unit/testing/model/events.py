"""Client events, for tables of them."""

from __future__ import annotations

from typing import Any


def update(**session: object) -> dict[str, Any]:
    return {"type": "session.update", "session": {"type": "realtime", **session}}


def listen(**fields: object) -> dict[str, Any]:
    return update(audio={"input": fields})


def speak(**fields: object) -> dict[str, Any]:
    return update(audio={"output": fields})


def create(**item: object) -> dict[str, Any]:
    return {"type": "conversation.item.create", "item": item}


def message(role: str, *parts: object) -> dict[str, Any]:
    return create(type="message", role=role, content=list(parts))


def respond(**response: object) -> dict[str, Any]:
    return {"type": "response.create", "response": response}


def event(kind: str, **fields: object) -> dict[str, Any]:
    return {"type": kind, **fields}


VAD = "session.audio.input.turn_detection"
SEMANTIC = {"type": "semantic_vad"}
SERVER = {"type": "server_vad"}
FUNCTION = {"type": "function", "name": "f"}
OUTPUT = {"type": "function_call_output", "call_id": "call_1"}
LONGEST = "A" * (20 * 1024 * 1024)
BIG = LONGEST + "AAAA"
