"""Decoded JSON, and the server events that the model sends (protocols, *Server events*).

An event is a plain dict without its `event_id`, which is added when it is sent. The model works on plain
JSON on purpose: it must not share a mistake with the message classes that it helps to test.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias, TypeGuard

Object: TypeAlias = "dict[str, object]"

Flow: TypeAlias = "Iterator[Object | float]"
"""Something that the server does over time: yields events to send now, and pauses in seconds."""


def is_object(value: object) -> TypeGuard[Object]:
    """Whether `value` is a JSON object."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[object]]:
    """Whether `value` is a JSON array."""
    return isinstance(value, list)


def as_object(value: object) -> Object:
    """`value` if it is a JSON object, else an empty one."""
    return value if is_object(value) else {}


def as_list(value: object) -> list[object]:
    """`value` if it is a JSON array, else an empty one."""
    return value if is_list(value) else []


def as_text(value: object) -> str:
    """`value` if it is a string, else an empty one."""
    return value if isinstance(value, str) else ""


def as_int(value: object) -> int:
    """`value` if it is an integer, else 0."""
    return value if isinstance(value, int) else 0


def session_event(kind: str, session: Mapping[str, object]) -> Object:
    """`session.created` or `session.updated`."""
    return {"type": f"session.{kind}", "session": session}


def item_event(kind: str, previous: str | None, item: Mapping[str, object]) -> Object:
    """`conversation.item.added`, `.done` or `.created`."""
    return {"type": f"conversation.item.{kind}", "previous_item_id": previous, "item": item}


def speech_started(start_ms: int, item_id: str) -> Object:
    """Voice activity began."""
    return {"type": "input_audio_buffer.speech_started", "audio_start_ms": start_ms, "item_id": item_id}


def speech_stopped(end_ms: int, item_id: str) -> Object:
    """Voice activity ended."""
    return {"type": "input_audio_buffer.speech_stopped", "audio_end_ms": end_ms, "item_id": item_id}


def committed(previous: str | None, item_id: str) -> Object:
    """The buffer became an item."""
    return {"type": "input_audio_buffer.committed", "previous_item_id": previous, "item_id": item_id}


def timeout_triggered(start_ms: int, end_ms: int, item_id: str) -> Object:
    """Nobody spoke for `idle_timeout_ms`."""
    return {
        "type": "input_audio_buffer.timeout_triggered",
        "audio_start_ms": start_ms,
        "audio_end_ms": end_ms,
        "item_id": item_id,
    }


def transcription(kind: str, item_id: str, **fields: object) -> Object:
    """An event of the input transcription."""
    prefix = "conversation.item.input_audio_transcription"
    return {"type": f"{prefix}.{kind}", "item_id": item_id, "content_index": 0, **fields}


def response_event(kind: str, response: Mapping[str, object]) -> Object:
    """`response.created` or `response.done`."""
    return {"type": f"response.{kind}", "response": response}


def rate_limits() -> Object:
    """`rate_limits.updated`."""
    limit = {"name": "tokens", "limit": 15_000_000, "remaining": 14_999_000, "reset_seconds": 0.004}
    return {"type": "rate_limits.updated", "rate_limits": [limit]}


def error_event(
    kind: str | None, code: str | None, message: str, param: str | None = None, event_id: str | None = None
) -> Object:
    """`error`; its `error.event_id` names the client event, None where there is none."""
    detail = {"type": kind, "code": code, "message": message, "param": param, "event_id": event_id}
    return {"type": "error", "error": detail}
