"""What the errors say, whom they name, and frames that are no events at all."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.unit.testing.model.events import FUNCTION, OUTPUT, create, event, message, respond, speak, update
from tests.unit.testing.model.harness import Harness, audio

MESSAGES = [
    (update(type="x"), "Invalid value: 'x'. Supported values are: 'realtime' and 'transcription'."),
    (
        message("user", {"type": "text"}),
        "Invalid value: 'text'. Supported values are: 'input_text', 'input_audio', and 'input_image'.",
    ),
    (message("system", {"type": "text"}), "Invalid value: 'text'. Value must be 'input_text'."),
    (
        update(tools=[{**FUNCTION, "name": ""}]),
        "Invalid 'session.tools[0].name': empty string. Expected a string with minimum length 1, "
        "but got an empty string instead.",
    ),
    (
        update(max_output_tokens=0),
        "Invalid 'session.max_output_tokens': integer below minimum value. "
        "Expected a value >= 1, but got 0 instead.",
    ),
    (
        speak(speed=2),
        "Invalid 'session.audio.output.speed': decimal above maximum value. "
        "Expected a value <= 1.5, but got 2.0 instead.",
    ),
    (
        create(**OUTPUT, output={}),
        "Invalid type for 'item.output': expected a string, but got an object instead.",
    ),
    (
        create(**OUTPUT, output=None),
        "Invalid type for 'item.output': expected a string, but got null instead.",
    ),
    (
        respond(metadata={str(i): "" for i in range(17)}),
        "Invalid 'response.metadata': too many properties. Expected at most 16, but got 17 instead.",
    ),
    (
        event("input_audio_buffer.append", audio="A"),
        "Invalid 'audio'. Expected base64-encoded audio bytes but got an invalid value.",
    ),
    (
        update(parallel_tool_calls=True),
        "Unsupported parameter: 'session.parallel_tool_calls' is not supported with this model.",
    ),
    (
        update(tools=[{**FUNCTION, "parameters": {"type": "array"}}]),
        "Invalid schema for function 'f': schema must be a JSON Schema of 'type: \"object\"', "
        "got 'type: \"array\"'.",
    ),
    (update(model="x"), "The model of a session cannot be changed."),
]


@pytest.mark.parametrize(("sent", "words"), MESSAGES)
def test_messages(sent: dict[str, Any], words: str) -> None:
    harness = Harness()
    harness.keep(harness.server.receive(json.dumps(sent)))
    harness.run(0.1)
    assert harness.errors[0]["message"] == words


def test_errors_name_the_event() -> None:
    harness = Harness()
    harness.keep(harness.server.receive('{"type":"ping","event_id":"p1"}'))
    harness.keep(harness.server.receive('{"type":"ping"}'))
    harness.keep(harness.server.receive('{"type":"input_audio_buffer.clear","event_id":7}'))
    harness.run(0.1)
    assert [error["event_id"] for error in harness.errors] == ["p1", None, None]
    harness.send("input_audio_buffer.commit")
    harness.run(0.1)
    assert harness.errors[-1]["event_id"] == "c1"


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("{", "invalid_json"),
        ("", "invalid_json"),
        ('{"type":"ping","x":NaN}', "invalid_json"),
        ("[" * 100_000, "invalid_json"),
        ("[]", "invalid_event"),
        ('"text"', "invalid_event"),
        (b"{}", "invalid_event"),
        (base64.b64decode(audio(20)), "invalid_event"),
    ],
)
def test_frames_that_are_no_events(frame: str | bytes, code: str) -> None:
    harness = Harness()
    harness.keep(harness.server.receive(frame))
    harness.run(0.1)
    assert [error["code"] for error in harness.errors] == [code]
    (violation,) = harness.server.violations
    assert (violation.rule, violation.event, violation.at) == (13, None, 0.05)
    harness.update(instructions="The session goes on.")
    assert harness.kinds()[-1] == "session.updated"


def test_an_event_without_an_id_is_tolerated() -> None:
    harness = Harness()
    harness.keep(harness.server.receive('{"type":"input_audio_buffer.clear"}'))
    harness.run(0.1)
    assert (harness.rules, harness.errors) == ([(14, False)], [])
    assert harness.kinds()[-1] == "input_audio_buffer.cleared"
