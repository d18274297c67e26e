"""A call in a few words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from realtime_translate import Config
from realtime_translate.cli.steps import Party, Step, frame_step, notice_step, socket_step
from realtime_translate.cli.summary import is_error, summary
from realtime_translate.outputs import Level, Notice
from tests.unit.cli.test_simulate import FUNCTION, settings, simulate

CALLS = Path(__file__).parents[3] / "docs" / "examples" / "calls"
CLIENT, TRANSLATOR, UPSTREAM, HOST = Party.CLIENT, Party.TRANSLATOR, Party.UPSTREAM, Party.HOST
NOTHING = {
    "Turns of the user": "0 spoken, 0 typed",
    "Answer time": "no answer",
    "Interruptions": "0",
    "Function calls": "0",
    "Deferred": "nothing",
    "Warnings": "0",
    "Errors": "0",
}


def summed(steps: list[Step]) -> dict[str, str]:
    return dict(summary(steps, 7.0))


def of_script(name: str) -> dict[str, str]:
    lines = (CALLS / f"{name}.jsonl").read_text("utf-8").splitlines()
    return summed(simulate(*map(json.loads, lines), config=Config.deepgram()))


def test_a_call_in_which_nothing_happens() -> None:
    assert summed([]) == {"Length": "7.0 s", **NOTHING}


def test_an_interruption_is_counted_once() -> None:
    words = of_script("barge-in")
    assert words["Turns of the user"] == "2 spoken, 0 typed"
    assert words["Interruptions"] == "1"
    assert words["Errors"] == "0"


def test_a_typed_turn_is_answered_in_the_time_that_it_takes() -> None:
    words = of_script("one-turn")
    assert words["Turns of the user"] == "0 spoken, 1 typed"
    assert words["Answer time"] == "median 0.21 s, longest 0.21 s"
    assert words["Interruptions"] == "0"


def test_function_calls_are_counted_once_whoever_runs_them() -> None:
    assert of_script("tool-call")["Function calls"] == "1"
    function = {**FUNCTION, "endpoint": {"url": "https://example.com/f", "method": "post"}}
    steps = simulate(
        settings(functions=[function]),
        {"t": 1.0, "send": {"type": "InjectUserMessage", "content": "Go."}},
        {"reply": [{"call": "f"}, {"call": "f"}]},
        {"answer": {"name": "f", "content": "done"}},
        {"t": 9.0, "close": 1000},
        config=Config.deepgram(),
    )
    assert summed(steps)["Function calls"] == "2"


def test_what_was_deferred_is_told_with_its_reason() -> None:
    steps = simulate(
        settings(),
        {"t": 1.0, "send": {"type": "InjectUserMessage", "content": "One?"}},
        {"t": 1.1, "send": {"type": "InjectUserMessage", "content": "Two?"}},
        {"t": 1.1, "send": {"type": "InjectUserMessage", "content": "Three?"}},
        {"t": 9.0, "close": 1000},
    )
    assert summed(steps)["Deferred"] == "2 x a wish for a response waits: the slot is taken"


def answer(t: float, **message: Any) -> Step:
    return frame_step(t, TRANSLATOR, CLIENT, json.dumps({"type": "ConversationText", **message}))


def test_the_answer_time_is_to_the_first_that_is_heard_or_read() -> None:
    typed = json.dumps({"type": "InjectUserMessage", "content": "Hi"})
    asked = [frame_step(t, CLIENT, TRANSLATOR, typed) for t in (1.0, 5.0, 8.0, 10.0)]
    steps = [
        frame_step(0.5, TRANSLATOR, CLIENT, bytes(4)),
        asked[0],
        answer(1.1, role="user", content="Hi"),
        frame_step(1.2, CLIENT, TRANSLATOR, bytes(4)),
        answer(2.0, role="assistant", content="Yes"),
        frame_step(2.1, TRANSLATOR, CLIENT, bytes(4)),
        asked[1],
        frame_step(5.5, TRANSLATOR, CLIENT, bytes(4)),
        asked[2],
        asked[3],
        answer(13.0, role="assistant", content="Yes"),
    ]
    assert summed(steps)["Answer time"] == "median 1.00 s, longest 3.00 s"


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (socket_step(0, CLIENT, TRANSLATOR, "close", code=1000), False),
        (socket_step(0, CLIENT, TRANSLATOR, "close"), False),
        (socket_step(0, UPSTREAM, TRANSLATOR, "close", code=1006), True),
        (socket_step(0, TRANSLATOR, HOST, "raised", method="close", error="OrderError"), True),
        (frame_step(0, TRANSLATOR, CLIENT, '{"type": "Error"}'), True),
        (frame_step(0, TRANSLATOR, CLIENT, '{"type": "Warning"}'), False),
        (frame_step(0, UPSTREAM, TRANSLATOR, '{"type": "error"}'), True),
        (
            frame_step(
                0, UPSTREAM, TRANSLATOR, '{"type": "response.done", "response": {"status": "failed"}}'
            ),
            True,
        ),
        (frame_step(0, UPSTREAM, TRANSLATOR, '{"type": "response.done"}'), False),
        (frame_step(0, CLIENT, TRANSLATOR, bytes(4)), False),
        (notice_step(0, Notice("SESSION_FAILED", Level.WARNING, "Over.")), True),
        (notice_step(0, Notice("RESPONSE_FAILED", Level.WARNING, "Over.")), False),
    ],
)
def test_what_an_error_is(step: Step, expected: bool) -> None:
    assert is_error(step) is expected
    assert summed([step])["Errors"] == str(int(expected))


def test_warnings_are_those_of_the_translator() -> None:
    notices = [
        notice_step(0, Notice("A", level, "B")) for level in (Level.INFO, Level.WARNING, Level.WARNING)
    ]
    assert summed(notices)["Warnings"] == "2"


def test_a_response_that_is_cancelled_for_another_reason_is_no_interruption() -> None:
    began = frame_step(1.0, UPSTREAM, TRANSLATOR, '{"type": "input_audio_buffer.speech_started"}')
    cut = frame_step(2.0, TRANSLATOR, UPSTREAM, '{"type": "response.cancel"}')
    assert summed([began, cut])["Interruptions"] == "0"
