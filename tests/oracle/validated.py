"""What is wrong with a frame, by the official SDKs (*Always true* 4). They have to be installed.

For the client the five steps of a strict check: the class by wire type, `strict=True`, no unknown key at any
level, `type` present, enums by hand; for what only the component's dialect has, a table. For upstream
the discriminated models, no unknown key, and the bounds that the models do not enforce.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Annotated, Any

from tests.harness import Log
from tests.oracle.pydantic_models import unknown_keys

__all__ = ["check_all", "check_client", "check_component", "check_upstream"]

Json = dict[str, Any]
Check = Callable[[Json], None]

ROLES = {"user", "assistant"}


def check_all(log: Log, check: Check) -> None:
    """Every frame of a log; `check` is the client's."""
    for frame in log.client:
        if isinstance(frame, dict):
            check(frame)
    for event in log.upstream:
        check_upstream(event)


# --- the client ---------------------------------------------------------------------------------------------


def check_client(frame: Json) -> None:
    import deepgram.agent.v1.types as types

    name = {"History": _history_class(frame), "FunctionCallResponse": "AgentV1ReceiveFunctionCallResponse"}
    model = getattr(types, name.get(frame["type"], f"AgentV1{frame['type']}"))  # 1: the class by wire type
    parsed = model.model_validate(frame, strict=True)  # 2: required fields and JSON types
    assert unknown_keys(parsed) == []  # 3: nothing that the SDK does not know
    assert frame["type"] == parsed.type  # 4: it has a default in the model
    assert frame.get("role", "user") in ROLES  # 5: enums
    if frame["type"] in ("Error", "Warning"):
        assert frame["code"]
        assert frame["description"]


def _history_class(frame: Json) -> str:
    return "FunctionCallHistoryMessage" if "function_calls" in frame else "ConversationHistoryMessage"


REQUIRED: dict[str, dict[str, type | tuple[type, ...]]] = {
    "AgentDone": {},
    "AgentStartedSpeaking": {},
    "Transcript": {
        "transcript": str,
        "is_final": bool,
        "speech_final": bool,
        "channel": list,
        "channel_index": list,
        "alternatives": list,
    },
    "UtteranceEnd": {"channel": list, "last_word_end": (int, float)},
}
"""Messages that only the component's dialect has, or has in another shape: what they always hold."""
OPTIONAL = {"Transcript": {"start", "duration", "last_word_end"}}
NEVER = ("Welcome", "History", "LatencyReport", "FunctionCallCancelled")


def check_component(frame: Json) -> None:
    kind = frame["type"]
    assert kind not in NEVER
    if kind not in REQUIRED:
        check_client(frame)
        return
    required, optional = REQUIRED[kind], OPTIONAL.get(kind, set())
    assert set(required) <= set(frame) - {"type"} <= set(required) | optional
    for name, expected in required.items():
        assert isinstance(frame[name], expected)
    for name in optional & set(frame):
        assert isinstance(frame[name], float)
        assert frame[name] >= 0
    for alternative in frame.get("alternatives", []):
        assert set(alternative) <= {"transcript", "confidence", "words"}
        assert isinstance(alternative["transcript"], str)


# --- upstream -----------------------------------------------------------------------------------------------


@cache
def _events() -> Any:
    import openai.types.realtime as realtime
    import pydantic

    return pydantic.TypeAdapter(Annotated[realtime.RealtimeClientEvent, pydantic.Field(discriminator="type")])


def check_upstream(event: Json) -> None:
    parsed = _events().validate_python(event, strict=True)
    assert unknown_keys(parsed) == []
    assert len(event.get("event_id", "")) <= 512
    if event["type"] != "input_audio_buffer.append":
        assert event["event_id"]
    BOUNDS.get(event["type"], lambda _: None)(event)


def _check_item(event: Json) -> None:
    item = event["item"]
    assert len(item.get("id", "")) <= 32
    assert len(item.get("call_id", "")) <= 32
    assert isinstance(item.get("output", ""), str)


def _check_session(event: Json) -> None:
    session = event["session"]
    assert session["type"] == "realtime"
    assert "model" not in session
    assert session.get("output_modalities") in (None, ["text"], ["audio"])
    assert session.get("max_output_tokens", 1) == "inf" or 1 <= session.get("max_output_tokens", 1) <= 4096
    audio = session.get("audio", {})
    assert "audio" not in session or audio
    output, heard = audio.get("output", {"speed": 1}), audio.get("input", {"turn_detection": None})
    assert output
    assert heard
    assert 0.25 <= output.get("speed", 1) <= 1.5
    turns = heard.get("turn_detection")
    assert turns is None or 5000 <= turns.get("idle_timeout_ms", 5000) <= 30000
    transcription = heard.get("transcription", {"model": "any"})
    assert transcription["model"]
    for tool in session.get("tools", []):
        assert tool["name"]
        assert tool["parameters"]["type"] == "object"


def _check_append(event: Json) -> None:
    assert 0 < len(event["audio"]) * 3 // 4 <= 15 * 2**20


def _check_truncate(event: Json) -> None:
    assert 0 < len(event["item_id"]) <= 32
    assert event["content_index"] == 0
    assert event["audio_end_ms"] > 0


def _check_named(event: Json) -> None:
    assert 0 < len(event["item_id"]) <= 32


def _check_cancel(event: Json) -> None:
    assert event.get("response_id", "resp") != ""


def _check_create(event: Json) -> None:
    response = event["response"]
    metadata = response.get("metadata", {"rt": "refused before"})
    assert 0 < len(metadata) <= 16
    assert all(len(key) <= 64 and len(value) <= 512 for key, value in metadata.items())
    assert response.get("tool_choice", "none") == "none"
    assert response.get("instructions", "any") != ""


BOUNDS: dict[str, Check] = {
    "conversation.item.create": _check_item,
    "conversation.item.delete": _check_named,
    "conversation.item.truncate": _check_truncate,
    "response.cancel": _check_cancel,
    "response.create": _check_create,
    "session.update": _check_session,
    "input_audio_buffer.append": _check_append,
}
