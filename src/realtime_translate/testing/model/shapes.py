"""The shape of every client event, as data (protocols, *Client events*, *Session*, *What servers refuse*)."""

from __future__ import annotations

from collections.abc import Mapping

from .faults import Fault, invalid_type
from .frames import as_object, is_object
from .schema import (
    Check,
    anything,
    array,
    base64_audio,
    by_type,
    flag,
    integer,
    nullable,
    number,
    pairs,
    record,
    ruled,
    tagged,
    text,
)

LONGEST_AUDIO = 15 * 1024 * 1024 * 4 // 3  # 15 MiB of audio, in base64 characters

_TEXT = text()
_TYPE: Mapping[str, Check] = {"type": _TEXT}

# --- session --------------------------------------------------------------------------------------


def _format(rate: Check) -> Check:
    kinds = {"audio/pcm": record({**_TYPE, "rate": rate}), "audio/pcmu": record(_TYPE)}
    return ruled(6, tagged("type", {**kinds, "audio/pcma": record(_TYPE)}))


_FORMAT = _format(integer(24000, 24000))
_OF_ANY_RATE = _format(integer(8000, 48000))

_VAD: Mapping[str, Check] = {**_TYPE, "create_response": flag, "interrupt_response": flag}

_TURN_DETECTION = tagged(
    "type",
    {
        "server_vad": record(
            {
                **_VAD,
                "threshold": number(0, 1),
                "prefix_padding_ms": integer(0),
                "silence_duration_ms": integer(0),
                "idle_timeout_ms": nullable(ruled(16, integer(5000, 30000))),
            }
        ),
        # idle_timeout_ms is for server_vad alone (rule 16): here it is an unknown parameter
        "semantic_vad": record({**_VAD, "eagerness": text("low", "medium", "high", "auto")}),
    },
)

_TRANSCRIPTION = record(
    {
        "model": _TEXT,
        "language": nullable(_TEXT),
        "prompt": nullable(_TEXT),
        "languages": array(_TEXT),
        "keywords": array(_TEXT),
        "delay": anything,
    }
)

_NOISE_REDUCTION = record({"type": text("near_field", "far_field"), "strength": anything}, "type")

_VOICE = by_type("a string", {str: text(shortest=1), dict: record({"id": _TEXT}, "id")})

_FUNCTION = record(
    {
        **_TYPE,
        "name": text(shortest=1, longest=64, pattern="[A-Za-z0-9_-]+"),
        "description": text(longest=1024),
        "parameters": anything,
    },
    "name",
)


def _function(value: object, path: str) -> Fault | None:
    """A function tool; its parameters have an error of their own."""
    fault = _FUNCTION(value, path)
    tool = as_object(value)
    if fault is not None or "parameters" not in tool:
        return fault
    parameters = tool["parameters"]
    if not is_object(parameters):
        return invalid_type(parameters, f"{path}.parameters", "an object")
    kind = parameters.get("type")
    if kind == "object":
        return None
    name = tool["name"]
    return Fault(
        "invalid_function_parameters",
        f"Invalid schema for function '{name}': schema must be a JSON Schema of 'type: \"object\"', "
        f"got 'type: \"{kind}\"'.",
        f"{path}.parameters",
    )


_MCP = record(
    {
        **_TYPE,
        "server_label": text(shortest=1),
        "server_url": _TEXT,
        "connector_id": _TEXT,
        "tunnel_id": _TEXT,
        "authorization": _TEXT,
        "headers": anything,
        "allowed_tools": anything,
        "allowed_callers": anything,
        "require_approval": anything,
        "server_description": _TEXT,
        "defer_loading": flag,
    },
    "server_label",
)

_TOOLS = ruled(15, array(tagged("type", {"function": _function, "mcp": _MCP})))

_TOOL_CHOICE = by_type(
    "a string",
    {
        str: text("auto", "none", "required"),
        dict: tagged(
            "type",
            {
                "function": record({**_TYPE, "name": text(shortest=1)}, "name"),
                "mcp": record({**_TYPE, "server_label": _TEXT, "name": _TEXT}, "server_label"),
            },
        ),
    },
)

_MAX_OUTPUT_TOKENS = ruled(16, by_type("an integer", {int: integer(1, 4096), str: text("inf")}))

_PROMPT = record({"id": _TEXT, "version": nullable(_TEXT), "variables": anything}, "id")

_REASONING = record({"effort": text("minimal", "low", "medium", "high", "xhigh")})

_ONE_MODALITY = ruled(6, array(text("text", "audio"), most=1))

_COMMON: Mapping[str, Check] = {
    "instructions": _TEXT,
    "output_modalities": _ONE_MODALITY,
    "tools": _TOOLS,
    "tool_choice": _TOOL_CHOICE,
    "parallel_tool_calls": flag,
    "reasoning": _REASONING,
    "max_output_tokens": _MAX_OUTPUT_TOKENS,
    "prompt": nullable(_PROMPT),
}


def _session(audio_format: Check) -> Check:
    heard = record(
        {
            "format": audio_format,
            "noise_reduction": nullable(_NOISE_REDUCTION),
            "transcription": nullable(_TRANSCRIPTION),
            "turn_detection": nullable(_TURN_DETECTION),
        }
    )
    spoken = record({"format": audio_format, "voice": _VOICE, "speed": ruled(16, number(0.25, 1.5))})
    return record(
        {
            **_COMMON,
            "type": text("realtime", "transcription"),
            "model": _TEXT,
            "truncation": anything,
            "tracing": anything,
            "include": nullable(array(text("item.input_audio_transcription.logprobs"))),
            "audio": record({"input": heard, "output": spoken}),
        },
        "type",
    )


SESSION = _session(_FORMAT)

# --- items ----------------------------------------------------------------------------------------

_ID = ruled(8, text(longest=32, shortest=1))
_CALL_ID = ruled(8, text(longest=32, pattern="[A-Za-z0-9_-]+"))
_ITEM: Mapping[str, Check] = {**_TYPE, "id": _ID, "object": _TEXT, "status": _TEXT}

_INPUT_TEXT = record({**_TYPE, "text": _TEXT}, "text")
_CONTENT: Mapping[str, Mapping[str, Check]] = {
    "system": {"input_text": _INPUT_TEXT},
    "user": {
        "input_text": _INPUT_TEXT,
        "input_audio": record({**_TYPE, "audio": base64_audio(), "transcript": nullable(_TEXT)}, "audio"),
        "input_image": record(
            {**_TYPE, "image_url": _TEXT, "detail": text("auto", "low", "high")}, "image_url"
        ),
    },
    # assistant audio cannot be created by a client (rule 7), so output_audio is not among them
    "assistant": {"output_text": _INPUT_TEXT},
}


def _message(content: Mapping[str, Check]) -> Check:
    parts = array(tagged("type", content, rule=7))
    return record({**_ITEM, "role": _TEXT, "content": parts}, "role", "content")


ITEM_KINDS: Mapping[str, Check] = {
    "message": tagged("role", {role: _message(content) for role, content in _CONTENT.items()}),
    "function_call": record(
        {**_ITEM, "call_id": _CALL_ID, "name": text(shortest=1), "arguments": _TEXT}, "name", "arguments"
    ),
    "function_call_output": record(
        {**_ITEM, "call_id": _CALL_ID, "output": ruled(9, _TEXT)}, "call_id", "output"
    ),
    "mcp_approval_response": record(
        {**_ITEM, "approval_request_id": _TEXT, "approve": flag, "reason": nullable(_TEXT)},
        "id",
        "approval_request_id",
        "approve",
    ),
}

_INPUT = array(
    tagged("type", {**ITEM_KINDS, "item_reference": record({**_TYPE, "id": _TEXT}, "id")}),
)

_MAY_BE_NULL = ("instructions", "tools", "tool_choice", "max_output_tokens", "output_modalities")
"""What LiveKit's client sends as null with nearly every `response.create`."""

RESPONSE = record(
    {
        **{key: nullable(check) if key in _MAY_BE_NULL else check for key, check in _COMMON.items()},
        "audio": nullable(record({"output": record({"format": _FORMAT, "voice": _VOICE})})),
        "conversation": nullable(text("auto", "none")),
        "input": nullable(_INPUT),
        "metadata": nullable(pairs(16, 64, 512)),
    }
)

# --- events ---------------------------------------------------------------------------------------

_EVENT: Mapping[str, Check] = {**_TYPE, "event_id": ruled(14, text(longest=512))}

EVENTS: Mapping[str, Check] = {
    "session.update": ruled(5, record({**_EVENT, "session": SESSION}, "session")),
    "input_audio_buffer.append": ruled(13, record({**_EVENT, "audio": base64_audio(LONGEST_AUDIO)}, "audio")),
    "input_audio_buffer.commit": record(_EVENT),
    "input_audio_buffer.clear": record(_EVENT),
    "conversation.item.create": record(
        {**_EVENT, "item": tagged("type", ITEM_KINDS), "previous_item_id": nullable(_TEXT)}, "item"
    ),
    "conversation.item.truncate": ruled(
        11,
        record(
            {**_EVENT, "item_id": _TEXT, "content_index": integer(0), "audio_end_ms": integer(0)},
            "item_id",
            "content_index",
            "audio_end_ms",
        ),
    ),
    "conversation.item.delete": record({**_EVENT, "item_id": _TEXT}, "item_id"),
    "conversation.item.retrieve": record({**_EVENT, "item_id": _TEXT}, "item_id"),
    "response.create": record({**_EVENT, "response": RESPONSE}),
    "response.cancel": record({**_EVENT, "response_id": _TEXT}),
}

UPDATE_OF_ANY_RATE = ruled(5, record({**_EVENT, "session": _session(_OF_ANY_RATE)}, "session"))
"""`session.update` for a server that carries PCM at other rates, whose own formats were looked at before."""

# The list in the real server's message; the two that are not in EVENTS belong to other kinds of session.
SUPPORTED_TYPES = (
    "session.update",
    "session.close",
    "input_audio_buffer.append",
    "session.input_audio_buffer.append",
    "input_audio_buffer.commit",
    "input_audio_buffer.clear",
    "conversation.item.create",
    "conversation.item.truncate",
    "conversation.item.delete",
    "conversation.item.retrieve",
    "response.create",
    "response.cancel",
)
