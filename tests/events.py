"""What a client and a server send, as a test writes it: one function a message or event.

What is not said is the same everywhere: the response `resp_1` with the item `msg_1` and the call `call_1` of
the function `weather`, and the item `u1` of what the user says.
"""

from __future__ import annotations

import base64
from typing import Any

from tests.harness import SETTINGS

Json = dict[str, Any]

PCM = b"\x01\x02" * 120
"""5 ms of agent audio."""
UPDATED: Json = {"type": "session.updated", "session": {}}
_TRANSCRIPTION = "conversation.item.input_audio_transcription"

# --- what the client sends ----------------------------------------------------------------------------------


def settings(*functions: Json, **agent: Any) -> Json:
    """Settings that declare the function `weather`, or those that are given."""
    think = {
        "provider": {"type": "open_ai", "model": "gpt-4o"},
        "functions": [*functions] or [{"name": "weather"}],
    }
    return {**SETTINGS, "agent": {"think": think, **agent}}


TOOLS: Json = settings(
    {"name": "weather"},
    {"name": "clock"},
    {"name": "lookup", "endpoint": {"url": "https://example.org/lookup", "method": "post"}},
)
"""Settings that declare functions: the host runs the last."""


def inject(text: str = "Hello") -> Json:
    return {"type": "InjectUserMessage", "content": text}


def answer(call_id: str | None = "call_1", name: str = "weather", content: str = "sunny") -> Json:
    message = {"type": "FunctionCallResponse", "name": name, "content": content}
    return message if call_id is None else {**message, "id": call_id}


# --- responses ----------------------------------------------------------------------------------------------


def created(response_id: str | None = "resp_1", tag: str = "", **fields: Any) -> Json:
    return {
        "type": "response.created",
        "response": _response(response_id, tag, status="in_progress", **fields),
    }


def done(
    response_id: str | None = "resp_1",
    *output: Json,
    tag: str = "",
    status: str = "completed",
    **fields: Any,
) -> Json:
    fields = {"status": status, "output": list(output), **fields}
    return {"type": "response.done", "response": _response(response_id, tag, **fields)}


def cancelled(response_id: str = "resp_1", *output: Json) -> Json:
    details = {"type": "cancelled", "reason": "turn_detected"}
    return done(response_id, *output, status="cancelled", status_details=details)


def _response(response_id: str | None, tag: str, **fields: Any) -> Json:
    response = {"output": [], "metadata": {"rt": tag} if tag else None, **fields}
    return response if response_id is None else {"id": response_id, **response}


def event(kind: str, response_id: str | None = "resp_1", **fields: Any) -> Json:
    """One `response.*` event about output; without a response's id for None or an empty one."""
    whole = {"type": f"response.{kind}", "output_index": 0, **fields}
    return {**whole, "response_id": response_id} if response_id else whole


def _part(kind: str, item_id: str, response_id: str, **fields: Any) -> Json:
    """Without an id the field is absent, as some servers have it."""
    item = {"item_id": item_id} if item_id else {}
    return event(kind, response_id, content_index=0, **item, **fields)


def audio(data: bytes = PCM, item_id: str = "msg_1", response_id: str = "resp_1") -> Json:
    return _part("output_audio.delta", item_id, response_id, delta=base64.b64encode(data).decode())


def audio_done(item_id: str = "msg_1", response_id: str = "resp_1") -> Json:
    return _part("output_audio.done", item_id, response_id)


def text(delta: str, item_id: str = "msg_1", response_id: str = "resp_1") -> Json:
    return _part("output_text.delta", item_id, response_id, delta=delta)


def text_done(whole: str, item_id: str = "msg_1", response_id: str = "resp_1") -> Json:
    return _part("output_text.done", item_id, response_id, text=whole)


def transcript(delta: str, item_id: str = "msg_1", response_id: str = "resp_1") -> Json:
    return _part("output_audio_transcript.delta", item_id, response_id, delta=delta)


def transcript_done(whole: str, item_id: str = "msg_1", response_id: str = "resp_1") -> Json:
    return _part("output_audio_transcript.done", item_id, response_id, transcript=whole)


def delta(response_id: str | None = "resp_1", text: str = "Hi", item_id: str = "msg_1") -> Json:
    """A word of a response, whichever it is."""
    return event("output_text.delta", response_id, delta=text, item_id=item_id, content_index=0)


# --- items --------------------------------------------------------------------------------------------------


def message(
    *texts: str, item_id: str = "msg_1", status: str = "completed", part: str = "output_text"
) -> Json:
    word = "transcript" if part == "output_audio" else "text"
    content = [{"type": part, word: each} for each in texts]
    item = {"type": "message", "role": "assistant", "status": status, "content": content}
    return {**item, "id": item_id} if item_id else item


def call_item(call_id: str = "call_1", name: str = "weather", **fields: Any) -> Json:
    """A function call as an item; `call_1` is the item `item_1`."""
    ids = {"id": call_id.replace("call", "item"), "call_id": call_id}
    return {
        "type": "function_call",
        **ids,
        "name": name,
        "arguments": "{}",
        "status": "completed",
        **fields,
    }


def item_added(item: Json, response_id: str | None = "resp_1", **fields: Any) -> Json:
    return event("output_item.added", response_id, item=item, **fields)


def item_done(item: Json, response_id: str | None = "resp_1", **fields: Any) -> Json:
    return event("output_item.done", response_id, item=item, **fields)


def call_added(call_id: str = "call_1", response_id: str | None = "resp_1", **fields: Any) -> Json:
    return item_added(call_item(call_id, **{"arguments": "", "status": "in_progress", **fields}), response_id)


def call_done(call_id: str = "call_1", response_id: str | None = "resp_1", **fields: Any) -> Json:
    return item_done(call_item(call_id, **fields), response_id)


def arguments_done(call_id: str = "call_1", response_id: str | None = "resp_1", **fields: Any) -> Json:
    ids = {"call_id": call_id, "item_id": call_id.replace("call", "item")}
    whole = {"arguments": "{}", "name": "weather", **fields}
    return event("function_call_arguments.done", response_id, **ids, **whole)


def conversation_item(item: Json, kind: str = "added") -> Json:
    return {"type": f"conversation.item.{kind}", "previous_item_id": None, "item": item}


def user_item(item_id: str | None, text: str, kind: str = "added") -> Json:
    content = [{"type": "input_text", "text": text}]
    item: Json = {"type": "message", "role": "user", "status": "completed", "content": content}
    return conversation_item(item if item_id is None else {**item, "id": item_id}, kind)


def output_seen(call_id: str = "call_1", kind: str = "done") -> Json:
    item = {"type": "function_call_output", "id": f"out_{call_id}", "call_id": call_id, "output": "sunny"}
    return conversation_item(item, kind)


# --- the user's speech --------------------------------------------------------------------------------------


def speech(kind: str, **fields: Any) -> Json:
    """An `input_audio_buffer.*` event."""
    return {"type": f"input_audio_buffer.{kind}", "item_id": "u1", **fields}


def started(item_id: str = "u1", at: float | None = 500) -> Json:
    return speech("speech_started", item_id=item_id, audio_start_ms=at)


def stopped(item_id: str = "u1", at: float | None = 1750) -> Json:
    return speech("speech_stopped", item_id=item_id, audio_end_ms=at)


def committed(item_id: str | None = "u1") -> Json:
    return speech("committed", item_id=item_id)


def spoken(item_id: str = "u1") -> list[Json]:
    """A piece of speech until its commit."""
    return [started(item_id), stopped(item_id), committed(item_id)]


def _transcription(kind: str, item_id: str | None, **fields: Any) -> Json:
    return {"type": f"{_TRANSCRIPTION}.{kind}", "item_id": item_id, "content_index": 0, **fields}


def heard(delta: str | None, item_id: str | None = "u1") -> Json:
    return _transcription("delta", item_id, delta=delta)


def written(transcript: str | None, item_id: str | None = "u1") -> Json:
    return _transcription("completed", item_id, transcript=transcript)


def failed(item_id: str = "u1", **error: Any) -> Json:
    return _transcription("failed", item_id, error=error or None)


# --- errors -------------------------------------------------------------------------------------------------


def error(
    code: str | None,
    message: str = "Something went wrong.",
    event_id: str | None = None,
    kind: str | None = "invalid_request_error",
    **fields: Any,
) -> Json:
    detail = {"type": kind, "code": code, "message": message, "param": None, "event_id": event_id, **fields}
    return {"type": "error", "error": detail}


def busy(event_id: str | None = None) -> Json:
    return error("conversation_already_has_active_response", event_id=event_id)


def commit_empty(event_id: str | None = None) -> Json:
    return error("input_audio_buffer_commit_empty", event_id=event_id)
