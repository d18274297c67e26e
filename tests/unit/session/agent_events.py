"""Upstream events about what the agent does, as a test writes them."""

from __future__ import annotations

import base64
from typing import Any

from tests.harness import SETTINGS

Json = dict[str, Any]

PCM = b"\x01\x02" * 120
"""5 ms of agent audio."""


def created(response_id: str = "r1", **fields: Any) -> Json:
    return {"type": "response.created", "response": {"id": response_id, "status": "in_progress", **fields}}


def done(response_id: str = "r1", *output: Json, status: str = "completed", **fields: Any) -> Json:
    response = {"id": response_id, "status": status, "output": list(output), **fields}
    return {"type": "response.done", "response": response}


def cancelled(response_id: str = "r1", *output: Json) -> Json:
    return done(
        response_id,
        *output,
        status="cancelled",
        status_details={"type": "cancelled", "reason": "turn_detected"},
    )


def audio(data: bytes = PCM, item_id: str = "i1", response_id: str = "r1") -> Json:
    delta = base64.b64encode(data).decode()
    return event("response.output_audio.delta", item_id, response_id, delta=delta)


def audio_done(item_id: str = "i1", response_id: str = "r1") -> Json:
    return event("response.output_audio.done", item_id, response_id)


def text(delta: str, item_id: str = "i1", response_id: str = "r1") -> Json:
    return event("response.output_text.delta", item_id, response_id, delta=delta)


def text_done(whole: str, item_id: str = "i1", response_id: str = "r1") -> Json:
    return event("response.output_text.done", item_id, response_id, text=whole)


def transcript(delta: str, item_id: str = "i1", response_id: str = "r1") -> Json:
    return event("response.output_audio_transcript.delta", item_id, response_id, delta=delta)


def transcript_done(whole: str, item_id: str = "i1", response_id: str = "r1") -> Json:
    return event("response.output_audio_transcript.done", item_id, response_id, transcript=whole)


def event(kind: str, item_id: str, response_id: str, **fields: Any) -> Json:
    """Without an id the field is absent, as some servers have it."""
    places = {"response_id": response_id, "item_id": item_id}
    given = {name: value for name, value in places.items() if value}
    return {"type": kind, "output_index": 0, "content_index": 0, **given, **fields}


def message(*texts: str, item_id: str = "i1", status: str = "completed", part: str = "output_text") -> Json:
    word = "transcript" if part == "output_audio" else "text"
    content = [{"type": part, word: each} for each in texts]
    item = {"type": "message", "role": "assistant", "status": status, "content": content}
    return {**item, "id": item_id} if item_id else item


def item_added(item: Json, response_id: str = "r1") -> Json:
    return {"type": "response.output_item.added", "response_id": response_id, "output_index": 0, "item": item}


def item_done(item: Json, response_id: str = "r1") -> Json:
    return {"type": "response.output_item.done", "response_id": response_id, "output_index": 0, "item": item}


def conversation_item(item: Json, kind: str = "added") -> Json:
    return {"type": f"conversation.item.{kind}", "previous_item_id": None, "item": item}


def call(call_id: str = "c1", name: str = "tide") -> Json:
    ids = {"id": f"item_{call_id}", "call_id": call_id}
    return {"type": "function_call", **ids, "name": name, "arguments": "{}", "status": "completed"}


def error(
    code: str | None, message: str = "No.", event_id: str | None = None, kind: str = "invalid_request_error"
) -> Json:
    detail = {"type": kind, "code": code, "message": message, "param": None, "event_id": event_id}
    return {"type": "error", "error": detail}


def settings(**agent: Any) -> Json:
    """Settings that declare the function `tide`."""
    think = {"provider": {"type": "open_ai", "model": "gpt-4o"}, "functions": [{"name": "tide"}]}
    return {**SETTINGS, "agent": {"think": think, **agent}}


def answer(call_id: str = "c1", name: str = "tide") -> Json:
    return {"type": "FunctionCallResponse", "id": call_id, "name": name, "content": "3.1 m"}
