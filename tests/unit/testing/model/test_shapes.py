"""Every rule about the shape of a client event, as a table: the event, the error, its number (protocols)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.testing.model.events import (
    BIG,
    FUNCTION,
    LONGEST,
    OUTPUT,
    SEMANTIC,
    SERVER,
    VAD,
    create,
    event,
    listen,
    message,
    respond,
    speak,
    update,
)
from tests.unit.testing.model.harness import Harness, audio, user

Row = tuple[dict[str, Any], str, "str | None", "int | None"]

SESSION: list[Row] = [
    (event("session.update"), "missing_required_parameter", "session", 5),
    (event("session.update", session=[]), "invalid_type", "session", 5),
    (event("session.update", session={}), "missing_required_parameter", "session.type", 5),
    (event("session.update", session={"type": "x"}), "invalid_value", "session.type", 5),
    (event("session.update", session={"type": "transcription"}), "invalid_value", "session.type", 5),
    (update(voice="alloy"), "unknown_parameter", "session.voice", 5),
    (update(temperature=0.8), "unknown_parameter", "session.temperature", 5),
    (update(model="other"), "invalid_value", "session.model", 5),
    (update(instructions=None), "invalid_type", "session.instructions", 5),
    (update(instructions=1), "invalid_type", "session.instructions", 5),
    (update(output_modalities=["text", "audio"]), "array_above_max_length", "session.output_modalities", 6),
    (update(output_modalities=["video"]), "invalid_value", "session.output_modalities[0]", 6),
    (update(output_modalities="text"), "invalid_type", "session.output_modalities", 6),
    (update(max_output_tokens=0), "integer_below_min_value", "session.max_output_tokens", 16),
    (update(max_output_tokens=4097), "integer_above_max_value", "session.max_output_tokens", 16),
    (update(max_output_tokens="all"), "invalid_value", "session.max_output_tokens", 16),
    (update(max_output_tokens=1.5), "invalid_type", "session.max_output_tokens", 16),
    (update(max_output_tokens=True), "invalid_type", "session.max_output_tokens", 16),
    (update(reasoning={"effort": "low"}), "unsupported_parameter", "session.reasoning", 15),
    (update(parallel_tool_calls=True), "unsupported_parameter", "session.parallel_tool_calls", 15),
    (update(prompt={}), "missing_required_parameter", "session.prompt.id", 5),
    (speak(speed=1.6), "decimal_above_max_value", "session.audio.output.speed", 16),
    (speak(speed=0), "decimal_below_min_value", "session.audio.output.speed", 16),
    (speak(speed="fast"), "invalid_type", "session.audio.output.speed", 16),
    (speak(speed=True), "invalid_type", "session.audio.output.speed", 16),
    (speak(voice=""), "empty_string", "session.audio.output.voice", 5),
    (speak(voice=None), "invalid_type", "session.audio.output.voice", 5),
    (
        speak(format={"type": "audio/pcm", "rate": 16000}),
        "integer_below_min_value",
        "session.audio.output.format.rate",
        6,
    ),
    (
        speak(format={"type": "audio/pcm", "rate": 48000}),
        "integer_above_max_value",
        "session.audio.output.format.rate",
        6,
    ),
    (speak(format={"type": "pcm16"}), "invalid_value", "session.audio.output.format.type", 6),
    (
        speak(format={"type": "audio/pcmu", "rate": 8000}),
        "unknown_parameter",
        "session.audio.output.format.rate",
        6,
    ),
    (listen(format="pcm16"), "invalid_type", "session.audio.input.format", 6),
    (listen(format={}), "missing_required_parameter", "session.audio.input.format.type", 6),
    (listen(turn_detection={}), "missing_required_parameter", f"{VAD}.type", 5),
    (listen(turn_detection={"type": "none"}), "invalid_value", f"{VAD}.type", 5),
    (listen(turn_detection={"type": None}), "invalid_type", f"{VAD}.type", 5),
    (listen(turn_detection={**SERVER, "eagerness": "low"}), "unknown_parameter", f"{VAD}.eagerness", 5),
    (listen(turn_detection={**SERVER, "threshold": 2}), "decimal_above_max_value", f"{VAD}.threshold", 5),
    (listen(turn_detection={**SERVER, "create_response": 1}), "invalid_type", f"{VAD}.create_response", 5),
    (
        listen(turn_detection={**SERVER, "idle_timeout_ms": 4999}),
        "integer_below_min_value",
        f"{VAD}.idle_timeout_ms",
        16,
    ),
    (
        listen(turn_detection={**SERVER, "idle_timeout_ms": 30001}),
        "integer_above_max_value",
        f"{VAD}.idle_timeout_ms",
        16,
    ),
    (
        listen(turn_detection={**SEMANTIC, "idle_timeout_ms": 6000}),
        "unknown_parameter",
        f"{VAD}.idle_timeout_ms",
        5,
    ),
    (listen(turn_detection={**SEMANTIC, "eagerness": "max"}), "invalid_value", f"{VAD}.eagerness", 5),
]

TOOLS: list[Row] = [
    (update(tools=[{}]), "missing_required_parameter", "session.tools[0].type", 15),
    (update(tools=["f"]), "invalid_type", "session.tools[0]", 15),
    (update(tools=[{"type": "function"}]), "missing_required_parameter", "session.tools[0].name", 15),
    (update(tools=[{**FUNCTION, "name": ""}]), "empty_string", "session.tools[0].name", 15),
    (
        update(tools=[FUNCTION, {"type": "function", "function": {}}]),
        "missing_required_parameter",
        "session.tools[1].name",
        15,
    ),
    (update(tools=[{**FUNCTION, "strict": True}]), "unknown_parameter", "session.tools[0].strict", 15),
    (update(tools=[{**FUNCTION, "parameters": None}]), "invalid_type", "session.tools[0].parameters", 15),
    (
        update(tools=[{**FUNCTION, "parameters": {}}]),
        "invalid_function_parameters",
        "session.tools[0].parameters",
        15,
    ),
    (
        update(tools=[{**FUNCTION, "description": "x" * 1025}]),
        "string_above_max_length",
        "session.tools[0].description",
        15,
    ),
    (update(tools=[{"type": "mcp"}]), "missing_required_parameter", "session.tools[0].server_label", 15),
    (update(tool_choice="f"), "invalid_value", "session.tool_choice", 5),
    (update(tool_choice={"type": "function"}), "missing_required_parameter", "session.tool_choice.name", 5),
]

ITEMS: list[Row] = [
    (event("conversation.item.create"), "missing_required_parameter", "item", None),
    (create(), "missing_required_parameter", "item.type", None),
    (create(type="item_reference", id="x"), "invalid_value", "item.type", None),
    (create(type="message", content=[]), "missing_required_parameter", "item.role", None),
    (create(type="message", role="tool", content=[]), "invalid_value", "item.role", None),
    (create(type="message", role="user"), "missing_required_parameter", "item.content", None),
    (message("user", {"type": "text", "text": "x"}), "invalid_value", "item.content[0].type", 7),
    (message("user", {"type": "output_text", "text": "x"}), "invalid_value", "item.content[0].type", 7),
    (message("system", {"type": "input_audio", "audio": ""}), "invalid_value", "item.content[0].type", 7),
    (message("assistant", {"type": "input_text", "text": "x"}), "invalid_value", "item.content[0].type", 7),
    (
        message("assistant", {"type": "output_audio", "transcript": "x"}),
        "invalid_value",
        "item.content[0].type",
        7,
    ),
    (message("user", {"type": "input_text"}), "missing_required_parameter", "item.content[0].text", None),
    (message("user", {"type": "input_audio", "audio": "?"}), "invalid_value", "item.content[0].audio", 13),
    (message("user", {"type": "input_audio", "audio": 1}), "invalid_type", "item.content[0].audio", None),
    (create(**user("x", id="i" * 33)), "string_above_max_length", "item.id", 8),
    (create(**user("x", id="")), "empty_string", "item.id", 8),
    (
        create(type="function_call", name="f", arguments="{}", call_id="c" * 33),
        "string_above_max_length",
        "item.call_id",
        8,
    ),
    (
        create(type="function_call", name="f", arguments="{}", call_id="a b"),
        "invalid_value",
        "item.call_id",
        8,
    ),
    (create(type="function_call", name="f", arguments={}), "invalid_type", "item.arguments", None),
    (create(type="function_call", arguments="{}"), "missing_required_parameter", "item.name", None),
    (create(**OUTPUT), "missing_required_parameter", "item.output", None),
    (create(**OUTPUT, output={"a": 1}), "invalid_type", "item.output", 9),
    (create(**OUTPUT, output=None), "invalid_type", "item.output", 9),
    (create(**OUTPUT, output="x"), "invalid_tool_call_id", None, 9),
    (
        create(type="mcp_approval_response", id="a"),
        "missing_required_parameter",
        "item.approval_request_id",
        None,
    ),
    ({**create(**user("x")), "previous_item_id": "nope"}, "item_create_invalid_previous_item_id", None, 12),
    ({**create(**user("x")), "previous_item_id": 1}, "invalid_type", "previous_item_id", None),
    (event("conversation.item.delete"), "missing_required_parameter", "item_id", None),
    (event("conversation.item.delete", item_id="nope"), "item_delete_invalid_item_id", None, None),
    (event("conversation.item.retrieve", item_id="nope"), "item_retrieve_invalid_item_id", None, None),
    (
        event("conversation.item.truncate", item_id="nope", content_index=0, audio_end_ms=1),
        "item_truncate_invalid_item_id",
        None,
        11,
    ),
    (
        event("conversation.item.truncate", item_id="nope", content_index=0),
        "missing_required_parameter",
        "audio_end_ms",
        11,
    ),
    (
        event("conversation.item.truncate", item_id="a", content_index=0, audio_end_ms=1.5),
        "invalid_type",
        "audio_end_ms",
        11,
    ),
    (
        event("conversation.item.truncate", item_id="a", content_index=0, audio_end_ms=-1),
        "integer_below_min_value",
        "audio_end_ms",
        11,
    ),
]

RESPONSES: list[Row] = [
    (respond(modalities=["text"]), "unknown_parameter", "response.modalities", None),
    (respond(temperature=1), "unknown_parameter", "response.temperature", None),
    (respond(output_modalities=["text", "audio"]), "array_above_max_length", "response.output_modalities", 6),
    (respond(audio={"output": {"speed": 1}}), "unknown_parameter", "response.audio.output.speed", None),
    (respond(conversation="zzz"), "invalid_value", "response.conversation", None),
    (respond(max_output_tokens=9999), "integer_above_max_value", "response.max_output_tokens", 16),
    (respond(metadata=[]), "invalid_type", "response.metadata", None),
    (
        respond(metadata={str(i): "" for i in range(17)}),
        "object_above_max_properties",
        "response.metadata",
        None,
    ),
    (respond(metadata={"k" * 65: ""}), "string_above_max_length", "response.metadata", None),
    (respond(metadata={"k": "v" * 513}), "string_above_max_length", "response.metadata.k", None),
    (respond(metadata={"k": 1}), "invalid_type", "response.metadata.k", None),
    (respond(input=[{"type": "item_reference", "id": "nope"}]), "invalid_value", "response.input[0].id", 12),
    (respond(input=[{"type": "nope"}]), "invalid_value", "response.input[0].type", None),
    (respond(reasoning={"effort": "low"}), "unsupported_parameter", "response.reasoning", 15),
    (event("response.cancel"), "response_cancel_not_active", None, 3),
    (event("response.cancel", response_id="resp_1"), "response_cancel_not_active", None, 3),
]

AUDIO: list[Row] = [
    (event("input_audio_buffer.append"), "missing_required_parameter", "audio", 13),
    (event("input_audio_buffer.append", audio=1), "invalid_type", "audio", 13),
    (event("input_audio_buffer.append", audio="A"), "invalid_value", "audio", 13),
    (event("input_audio_buffer.append", audio="AA=="), "invalid_value", "audio", 13),
    (event("input_audio_buffer.append", audio=""), "invalid_value", "audio", 13),
    (event("input_audio_buffer.append", audio=BIG), "string_above_max_length", "audio", 13),
    (event("input_audio_buffer.commit", audio="AAAA"), "unknown_parameter", "audio", None),
    (event("input_audio_buffer.clear", x=1), "unknown_parameter", "x", None),
]

ANY: list[Row] = [
    ({}, "missing_required_parameter", "type", None),
    (event("ping"), "invalid_value", "type", None),
    (event("output_audio_buffer.clear"), "invalid_value", "type", None),
    (event("transcription_session.update"), "invalid_value", "type", None),
    ({"type": 7}, "invalid_value", "type", None),
    (event("input_audio_buffer.clear", event_id="x" * 513), "string_above_max_length", "event_id", 14),
    (event("input_audio_buffer.clear", event_id=7), "invalid_type", "event_id", 14),
]

ROWS = SESSION + TOOLS + ITEMS + RESPONSES + AUDIO + ANY


@pytest.mark.parametrize(("sent", "code", "param", "rule"), ROWS)
def test_refused(sent: dict[str, Any], code: str, param: str | None, rule: int | None) -> None:
    harness = Harness()
    before = list(harness.events)
    named = {"event_id": "mine", **sent}
    harness.keep(harness.server.receive(json.dumps(named)))
    harness.run(0.1)
    (answer,) = harness.events[len(before) :]
    error = answer["error"]
    assert (answer["type"], error["type"]) == ("error", "invalid_request_error")
    assert (error["code"], error["param"]) == (code, param)
    assert len(error["message"]) > 20
    kept = [violation for violation in harness.server.violations if violation.answered]
    assert [(violation.rule, violation.code, violation.message) for violation in kept] == [
        (rule, code, error["message"])
    ]


ACCEPTED: list[dict[str, Any]] = [
    listen(turn_detection={**SERVER, "threshold": 0, "prefix_padding_ms": 0, "silence_duration_ms": 0}),
    listen(turn_detection={**SERVER, "threshold": 1, "idle_timeout_ms": 30000}),
    speak(speed=1.5, voice="x", format={"type": "audio/pcm", "rate": 24000}),
    update(output_modalities=["text"], max_output_tokens="inf", truncation="disabled", tracing="auto"),
    update(max_output_tokens=4096, include=["item.input_audio_transcription.logprobs"], prompt={"id": "p"}),
    update(tools=[{**FUNCTION, "parameters": {"type": "object"}}, {"type": "mcp", "server_label": "x"}]),
    update(tool_choice={"type": "function", "name": "f"}),
    speak(speed=0.25, voice="custom", format={"type": "audio/pcma"}),
    listen(noise_reduction={"type": "near_field"}, turn_detection={**SERVER, "idle_timeout_ms": 5000}),
    listen(
        turn_detection={**SEMANTIC, "eagerness": "high"}, transcription={"model": "any", "keywords": ["a"]}
    ),
    message("system", {"type": "input_text", "text": "x"}),
    message("assistant", {"type": "output_text", "text": "x"}),
    message("user", {"type": "input_image", "image_url": "data:image/png;base64,AA==", "detail": "low"}),
    message("user", {"type": "input_audio", "audio": audio(20), "transcript": "x"}),
    create(type="function_call", name="f", arguments="{}", call_id="call_1", status="completed"),
    create(type="mcp_approval_response", id="a", approval_request_id="b", approve=True),
    create(**user("x", id="i" * 32, object="realtime.item")),
    {**create(**user("x")), "previous_item_id": ""},
    {**create(**user("x")), "previous_item_id": "root"},
    {**create(**user("x")), "previous_item_id": None},
    respond(metadata={"k" * 64: "v" * 512}, conversation="none", input=[user("x")], tool_choice="none"),
    respond(metadata={str(i): "" for i in range(16)}, max_output_tokens=1),
    event("response.create"),
    event("input_audio_buffer.append", audio=audio(20)),
    event("input_audio_buffer.append", audio=LONGEST),
    event("input_audio_buffer.clear", event_id="x" * 512),
]


@pytest.mark.parametrize("sent", ACCEPTED)
def test_accepted(sent: dict[str, Any]) -> None:
    harness = Harness()
    harness.keep(harness.server.receive(json.dumps({"event_id": "mine", **sent})))
    harness.run(0.1)
    broken = [rule for rule, _ in harness.rules if rule != 14]  # a create without a tag
    assert (harness.errors, broken) == ([], [])
