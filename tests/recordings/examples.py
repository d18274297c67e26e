"""One message of each type, and every error: `examples/*`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from realtime_translate import deepgram, openai
from realtime_translate.deepgram.codec import BINARY
from tests.unit.testing.model.harness import Harness
from tests.unit.wire.audio_frames import USUAL
from tests.unit.wire.shapes import sample

from .tape import Json

__all__ = ["deepgram_messages", "errors", "openai_events"]

FATAL = {
    "invalid_api_key": "Incorrect API key provided: <redacted>.",
    "invalid_model": 'Model "none" is not supported in realtime mode.',
    "missing_model": "You must provide a model parameter.",
    "beta_api_shape_disabled": "The beta shape is disabled.",
    None: "Missing bearer or basic authentication in header",
}
OLDER = "Unknown parameter: 'session.audio'."
"""Of servers that gave it no code."""
BUSY = "Conversation already has an active response"
WAITED = "We waited too long for a websocket message."
FORMATS = [{"encoding": "linear16", "sample_rate": rate} for rate in (24000, 16000, 8000)]
THINK = {"provider": {"type": "open_ai", "model": "gpt-realtime"}, "prompt": "Be brief."}
SETTINGS: list[Json] = [
    {"audio": {}, "agent": {}},
    {"audio": {"input": FORMATS[0], "output": FORMATS[0]}, "agent": {"think": THINK, "language": "en"}},
    {"audio": {"input": FORMATS[1]}, "agent": {"think": [THINK, THINK], "greeting": "Good day!"}},
    {"audio": {"input": {"encoding": "mulaw", "sample_rate": 8000}}, "agent": {"think": THINK}},
    {"audio": {"output": {**FORMATS[2], "container": "wav"}}, "agent": {}, "flags": {"history": False}},
    {"audio": {}, "agent": {"speak": {"provider": {"type": "deepgram", "model": "aura-2-thalia-en"}}}},
    {"audio": {}, "agent": {"think": {**THINK, "functions": [{"name": "tide"}]}}, "experimental": True},
    {"audio": {"input": FORMATS[0]}, "agent": "3d2f8c1e-88a4-4b53-8d7e-0c3f3a5a4d10"},
]


def deepgram_messages() -> Iterator[Json]:
    """Settings of several kinds, and one of every other message."""
    for each in SETTINGS:
        yield {"direction": "client", "message": {"type": "Settings", **each}}
    sides: list[tuple[str, Any]] = [
        ("client", deepgram.CLIENT_MESSAGES),
        ("server", deepgram.SERVER_MESSAGES),
    ]
    for side, registry in sides:
        for kind, classes in registry.items():
            if kind not in (BINARY, "Settings"):
                yield from ({"direction": side, "message": sample(each)} for each in classes)


def openai_events() -> Iterator[Json]:
    """One of every event."""
    sides: list[tuple[str, Any]] = [("client", openai.CLIENT_EVENTS), ("server", openai.SERVER_EVENTS)]
    for side, registry in sides:
        for classes in registry.values():
            yield from ({"direction": side, "event": _event(each)} for each in classes)


def _event(kind: Any) -> Json:
    """With every field; the one that is read fast has them in the order of every server."""
    return dict(USUAL) if kind.type == USUAL["type"] else sample(kind)


def errors() -> Iterator[Json]:
    """Errors of the simulated server, of the real one that it does not make, and Deepgram's."""
    from tests.traces.test_model_errors import PROVOKED, SPEECH

    for row, provoke in PROVOKED.items():
        harness = Harness(script=[SPEECH])
        provoke(harness)
        harness.run(0.2)
        error = harness.errors[0]
        if row.startswith("Unknown parameter"):  # the rows name what real clients sent
            error = {**error, "message": row, "param": row.split("'")[1]}
        if row == OLDER:
            error = _error(None, row)
        yield _openai("no", {"type": "error", "event_id": "event_1", "error": error})
    yield from _made()
    yield from _deepgram()


def _error(code: str | None, message: str, kind: str = "invalid_request_error") -> Json:
    return {"type": kind, "code": code, "message": message, "param": None, "event_id": None}


def _made() -> Iterator[Json]:
    for _ in range(2):
        yield _openai("no", {"type": "error", "error": _error(None, BUSY)})
    for code, message in FATAL.items():
        yield _openai("yes", {"type": "error", "error": _error(code, message)})
    expired = Harness()
    expired.run(3600.0)
    yield _openai("yes", {"type": "error", "event_id": "event_1", "error": expired.errors[0]})
    idle = Harness(kill_idle_after=5.0)
    idle.run(5.0)
    yield _openai("unknown", {"type": "error", "event_id": "event_1", "error": idle.errors[0]})
    lost = {"type": "invalid_request_error", "code": "call_id_not_found", "param": ""}
    yield _openai("n/a", {"error": {**lost, "message": "No session found for the provided call_id"}})
    words = "Input transcription failed for item 'item_1'."
    event: Json = {"type": "conversation.item.input_audio_transcription.failed", "event_id": "event_1"}
    error = {"type": "server_error", "code": "DeploymentNotFound", "message": words, "param": None}
    yield _openai("no", {**event, "item_id": "item_1", "content_index": 0, "error": error})
    limit = {"type": None, "code": "rate_limit_exceeded", "message": "Rate limit reached."}
    done = {"status": "failed", "status_details": {"type": "failed", "error": limit}}
    yield _openai("response only", {"type": "response.done", "response": done})


def _deepgram() -> Iterator[Json]:
    told = {
        "UNPARSABLE_CLIENT_MESSAGE": "The message matched none of the formats.",
        "CLIENT_MESSAGE_TIMEOUT": WAITED,
        "FAILED_TO_THINK": "Failed to think.",
    }
    for code, words in told.items():
        yield _of_deepgram("yes", {"type": "Error", "description": words, "code": code})
    slow = {"type": "Warning", "description": "No think response came for 5 seconds."}
    yield _of_deepgram("no", {**slow, "code": "SLOW_THINK_REQUEST"})


def _openai(fatal: str, event: Json) -> Json:
    return {"service": "openai", "fatal": fatal, "event": event}


def _of_deepgram(fatal: str, event: Json) -> Json:
    return {"service": "deepgram", "fatal": fatal, "event": event}
