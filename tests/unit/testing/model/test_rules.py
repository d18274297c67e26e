"""Every numbered rule for clients is checked by the model, and the verdict names event and time."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from realtime_translate.testing import Call, Reply, Say
from tests.unit.testing.model.events import FUNCTION, create, listen, message, respond, speak, update
from tests.unit.testing.model.harness import QUIET, Harness, Pick, audio, user

SPEECH = Reply(Say("word " * 40, audio_ms=2000))
CALLS = Reply(Call("f", '{"city": "Oslo"}', call_id="call_1"), Call("g", call_id="call_2"))
COMMIT = {"type": "input_audio_buffer.commit"}
CANCEL = {"type": "response.cancel"}
CREATE = respond(metadata={"tag": "1"})
APPEND = {"type": "input_audio_buffer.append", "audio": audio(200, QUIET)}
SPOKEN = {"type": "conversation.item.truncate", "content_index": 0, "item_id": "spoken"}


def output(call_id: str, value: object = "1") -> dict[str, Any]:
    return create(type="function_call_output", call_id=call_id, output=value)


def truncate(end_ms: int) -> dict[str, Any]:
    return {**SPOKEN, "audio_end_ms": end_ms}


LISTEN_ALONE = listen(turn_detection=None)
CALLED: list[Any] = [CREATE, 2.0]
"""A script of events, and of pauses in seconds."""

BROKEN: list[tuple[int, Reply, list[Any]]] = [
    (1, SPEECH, [CREATE, 0.2, CREATE]),
    (2, SPEECH, [CREATE, CREATE]),
    (3, SPEECH, [CANCEL]),
    (3, SPEECH, [CREATE, CANCEL]),
    (3, SPEECH, [CREATE, 0.2, CANCEL, CANCEL]),
    (4, SPEECH, [LISTEN_ALONE, COMMIT]),
    (4, SPEECH, [APPEND, COMMIT]),
    (5, SPEECH, [{"type": "session.update", "session": {"instructions": "x"}}]),
    (5, SPEECH, [update(modalities=["text"])]),
    (5, SPEECH, [update(model="gpt-realtime-mini")]),
    (5, SPEECH, [CREATE, 1.0, speak(voice="alloy")]),
    (6, SPEECH, [update(output_modalities=["text", "audio"])]),
    (6, SPEECH, [listen(format={"type": "audio/pcm", "rate": 16000})]),
    (7, SPEECH, [message("assistant", {"type": "text", "text": "x"})]),
    (7, SPEECH, [message("user", {"type": "output_text", "text": "x"})]),
    (8, SPEECH, [create(**user("x", id="i" * 33))]),
    (8, SPEECH, [create(type="function_call", name="f", arguments="{}", call_id="no spaces")]),
    (8, SPEECH, [create(**user("x", id="mine")), create(**user("x", id="mine"))]),
    (9, CALLS, [*CALLED, output("call_1", {})]),
    (9, CALLS, [output("call_1")]),
    (9, CALLS, [*CALLED, output("call_1"), output("call_1")]),
    (9, CALLS, [*CALLED, output("call_1"), CREATE]),
    (10, CALLS, [CREATE, 0.12, output("call_1")]),
    (10, CALLS, [CREATE, 0.12, CANCEL, output("call_1")]),
    (11, SPEECH, [CREATE, 2.0, truncate(2001)]),
    (11, SPEECH, [create(**user("x", id="spoken")), truncate(1)]),
    (12, SPEECH, [{**create(**user("x")), "previous_item_id": "nobody's"}]),
    (12, SPEECH, [respond(metadata={"tag": "1"}, input=[{"type": "item_reference", "id": "nobody's"}])]),
    (13, SPEECH, [{"type": "input_audio_buffer.append", "audio": "?"}]),
    (13, SPEECH, [b"\x00\x00"]),
    (14, SPEECH, [{**COMMIT, "type": "input_audio_buffer.clear", "event_id": None}]),
    (14, SPEECH, [respond()]),
    (15, SPEECH, [update(tools=[{**FUNCTION, "name": ""}])]),
    (16, SPEECH, [update(max_output_tokens=5000)]),
    (16, SPEECH, [listen(turn_detection={"type": "server_vad", "idle_timeout_ms": 1})]),
    (16, SPEECH, [CREATE, 0.2, speak(speed=1.1)]),
]
PROTOCOLS = Path(__file__).parents[4] / "docs" / "reference" / "protocols.md"
NOT_OF_EVENTS = {17}
"""The end of a session, and the code of its close."""


def play(reply: Reply, steps: list[Any], **options: Any) -> Harness:
    harness = Harness(script=[reply], **options)
    for number, step in enumerate(steps):
        if isinstance(step, float):
            harness.run(step)
        elif isinstance(step, bytes):
            harness.keep(harness.server.receive(step))
        else:
            harness.keep(harness.server.receive(json.dumps(event_of(harness, number, step))))
    harness.run(0.1)
    return harness


def event_of(harness: Harness, number: int, step: dict[str, Any]) -> dict[str, Any]:
    """With an id, and with the item that the agent spoke."""
    event = {"event_id": f"e{number}", **step}
    if event["event_id"] is None:
        del event["event_id"]
    spoken = harness.of("response.output_audio.delta")
    return {**event, "item_id": spoken[0]["item_id"]} if spoken and "item_id" in event else event


@pytest.mark.parametrize(("rule", "reply", "steps"), BROKEN)
def test_a_broken_rule_is_in_the_verdict(rule: int, reply: Reply, steps: list[Any]) -> None:
    """That one, once, for the last event, and nothing for those before it."""
    (violation,) = play(reply, steps).server.violations
    assert violation.rule == rule
    assert not violation.race
    last = steps[-1]
    assert violation.event is None if isinstance(last, bytes) else violation.event is not None
    if violation.event is not None and isinstance(last, dict):
        assert violation.event["type"] == last["type"]
        assert violation.event.get("event_id", None) in (f"e{len(steps) - 1}", None)


def test_reasoning_is_for_models_that_reason() -> None:
    steps = [update(reasoning={"effort": "low"})]
    (violation,) = play(SPEECH, steps, model="gpt-realtime").server.violations
    assert violation.rule == 15
    assert play(SPEECH, steps, model="gpt-realtime-2.1").server.violations == ()


@pytest.mark.parametrize(("rule", "reply", "steps"), BROKEN)
def test_an_answered_violation_has_an_error(rule: int, reply: Reply, steps: list[Any]) -> None:
    harness = play(reply, steps)
    told = [each.message for each in harness.server.violations if each.answered]
    assert [error["message"] for error in harness.errors] == told


def test_every_rule_of_the_page_is_among_them() -> None:
    section = PROTOCOLS.read_text("utf-8").partition("### What servers refuse")[2].partition("\n## ")[0]
    numbers = {int(each) for each in re.findall(r"^(\d+)\. ", section, re.MULTILINE)}
    assert {rule for rule, _, _ in BROKEN} == numbers - NOT_OF_EVENTS


@pytest.mark.parametrize("steps", [[*CALLED, output("call_1"), output("call_2"), CREATE]])
def test_a_client_that_keeps_them_is_not_accused(steps: list[Any]) -> None:
    assert play(CALLS, steps).server.violations == ()


# --- event and time -----------------------------------------------------------------------------------


@pytest.mark.parametrize("delay", [0, 1, 2])
def test_the_verdict_names_the_event_and_both_times(delay: int) -> None:
    harness = Harness(start=100.0, latency=0.25, choices=Pick(answer_delay=delay))
    harness.run(1.0)
    harness.send("response.cancel", response_id="none")
    harness.send("input_audio_buffer.clear")
    harness.run(0.125)
    harness.send("conversation.item.delete", item_id="none")
    harness.run(20.0)
    seconds = 0.25 * (1, 4, 20)[delay]
    cancel, delete = harness.server.violations
    assert cancel.event == {"type": "response.cancel", "event_id": "c1", "response_id": "none"}
    assert delete.event == {"type": "conversation.item.delete", "event_id": "c3", "item_id": "none"}
    assert (cancel.received_at, cancel.at) == (101.0, 101.0 + seconds)
    assert (delete.received_at, delete.at) == (101.125, 101.125 + seconds)


@pytest.mark.parametrize("frame", ["{", b"{}"])
def test_a_frame_that_is_no_event_has_its_times_too(frame: str | bytes) -> None:
    harness = Harness(start=7.0, latency=0.25)
    harness.keep(harness.server.receive(frame))
    harness.run(30.0)
    (violation,) = harness.server.violations
    assert (violation.event, violation.received_at, violation.at) == (None, 7.0, 7.25)


def test_a_host_that_is_late_does_not_change_the_times() -> None:
    harness = Harness(latency=0.25)
    harness.send("response.cancel")
    harness.clock.advance(60.0)
    harness.keep(harness.server.handle_timeout())
    (violation,) = harness.server.violations
    assert (violation.received_at, violation.at) == (0.0, 0.25)


def test_the_event_is_what_was_sent() -> None:
    """Nothing that the server does with it later changes it."""
    first = speak(voice="cedar")
    second = update(
        audio={"input": {"turn_detection": {"type": "semantic_vad"}}, "output": {"voice": "cedar"}}
    )
    third = listen(turn_detection={"type": "semantic_vad", "eagerness": "low"})
    (violation,) = play(SPEECH, [first, CREATE, 3.0, second, third, APPEND]).server.violations
    assert violation.event == {"event_id": "e3", **second}
