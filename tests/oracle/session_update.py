"""What is wrong with a `session.update` or an item of ours: SDK types, and the bounds that they leave out."""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec
from typing import Annotated, Any

from tests.oracle.pydantic_models import unknown_keys

__all__ = ["HAS_SDK", "faults"]

HAS_SDK = find_spec("openai") is not None


@cache
def _oracle() -> Any:
    import openai.types.realtime as sdk
    import pydantic

    return pydantic.TypeAdapter(Annotated[sdk.RealtimeClientEvent, pydantic.Field(discriminator="type")])


def faults(frame: dict[str, Any]) -> list[str]:
    """All that a real server could refuse. Raises where the SDK's types do."""
    found = [f"unknown key {key}" for key in unknown_keys(_oracle().validate_python(frame, strict=True))]
    if not 0 < len(frame.get("event_id", "")) <= 512:
        found.append("event_id: 1 to 512 characters")
    check = _of_session if frame["type"] == "session.update" else _of_item
    return found + check(frame[{_of_session: "session", _of_item: "item"}[check]])


def _broken(rules: dict[str, bool]) -> list[str]:
    return [rule for rule, kept in rules.items() if not kept]


def _of_session(session: dict[str, Any]) -> list[str]:
    audio = session.get("audio", {})
    tokens = session.get("max_output_tokens", "inf")
    names = [tool.get("name") for tool in session.get("tools", [])]
    choice = session.get("tool_choice", "auto")
    return [
        *_broken(
            {
                "type is realtime": session["type"] == "realtime",
                "no model": "model" not in session,
                "one modality": session.get("output_modalities", ["audio"]) in (["audio"], ["text"]),
                "max_output_tokens": tokens == "inf" or 1 <= tokens <= 4096,
                "tool_choice names a tool": isinstance(choice, str) or choice["name"] in names,
            }
        ),
        *[fault for tool in session.get("tools", []) for fault in _of_tool(tool)],
        *_of_input(audio.get("input", {})),
        *_of_output(audio.get("output", {"speed": 1.0})),
    ]


def _of_tool(tool: dict[str, Any]) -> list[str]:
    return _broken(
        {
            "a tool is flat and has a name": tool["type"] == "function" and bool(tool["name"]),
            "parameters are of type object": tool["parameters"]["type"] == "object",
        }
    )


def _of_input(audio: dict[str, Any]) -> list[str]:
    turns, transcription = audio.get("turn_detection") or {}, audio.get("transcription") or {"model": "x"}
    return _broken(
        {
            "turn_detection is explicit": "turn_detection" in audio,
            "idle_timeout_ms": 5000 <= turns.get("idle_timeout_ms", 5000) <= 30000,
            "threshold": 0 <= turns.get("threshold", 0) <= 1,
            "transcription names a model or none": transcription.get("model", "x") != "",
            "one spelling of languages and terms": not (
                transcription.keys() & {"language", "prompt"}
                and transcription.keys() & {"languages", "keywords"}
            ),
            "language is ISO 639-1": bool(re.fullmatch("[a-z]{2}", transcription.get("language", "en"))),
            "input format": _good_format(audio.get("format", {"type": "audio/pcmu"})),
        }
    )


def _of_output(audio: dict[str, Any]) -> list[str]:
    return _broken(
        {
            "audio.output holds something": bool(audio),
            "speed": 0.25 <= audio.get("speed", 1) <= 1.5,
            "voice": bool(audio.get("voice", "alloy")),
            "output format": _good_format(audio.get("format", {"type": "audio/pcmu"})),
        }
    )


def _good_format(value: dict[str, Any]) -> bool:
    return value in ({"type": "audio/pcm", "rate": 24000}, {"type": "audio/pcmu"}, {"type": "audio/pcma"})


def _of_item(item: dict[str, Any]) -> list[str]:
    call_id = item.get("call_id", "x")
    return _broken(
        {
            "item id": 0 < len(item["id"]) <= 32,
            "call id": bool(re.fullmatch("[A-Za-z0-9_-]{1,32}", call_id)),
            "output is text": isinstance(item.get("output", ""), str),
        }
    )
