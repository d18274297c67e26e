from __future__ import annotations

import json

import pytest

from realtime_translate.cli.detail import detail, one_line
from realtime_translate.cli.steps import Party, frame_step

CALL = {"name": "f", "arguments": '{"a":\n1}', "call_id": "c1"}


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"type": "KeepAlive"}, ""),
        ({"type": "open", "model": "gpt-realtime-2.1"}, "gpt-realtime-2.1"),
        ({"type": "open"}, ""),
        ({"type": "close", "code": 1000, "reason": ""}, "1000"),
        ({"type": "close", "code": 1001, "reason": "bye"}, "1001 bye"),
        ({"type": "ConversationText", "role": "user", "content": "a\nb"}, "user: a b"),
        ({"type": "History", "role": "user", "content": "a"}, "user: a"),
        ({"type": "History", "function_calls": [CALL]}, 'f({"a": 1})'),
        ({"type": "FunctionCallRequest", "functions": [CALL, CALL]}, 'f({"a": 1}), f({"a": 1})'),
        ({"type": "FunctionCallRequest", "functions": [5]}, ""),
        ({"type": "FunctionCallRequest", "functions": 5}, ""),
        ({"type": "FunctionCallResponse", "name": "f", "content": "x"}, "f = x"),
        ({"type": "InjectUserMessage", "content": "x"}, "x"),
        ({"type": "InjectAgentMessage", "message": "x"}, "x"),
        ({"type": "Transcript", "transcript": "x"}, "x"),
        ({"type": "Error", "code": "C", "description": "d"}, "C: d"),
        ({"type": "Warning", "code": "C", "description": "d"}, "C: d"),
        ({"type": "error", "error": {"code": "c", "message": "m"}}, "c: m"),
        ({"type": "error", "error": {"code": None, "message": "m"}}, ": m"),
        (
            {
                "type": "conversation.item.create",
                "item": {
                    "type": "message",
                    "role": "user",
                    "content": [{"type": "input_text", "text": "a"}, {"transcript": "b"}, 5],
                },
            },
            "user: a b",
        ),
        ({"type": "conversation.item.added", "item": {"type": "message", "role": "user"}}, "user:"),
        ({"type": "conversation.item.added", "item": {"type": "function_call", **CALL}}, 'f({"a": 1})'),
        (
            {
                "type": "conversation.item.create",
                "item": {"type": "function_call_output", "call_id": "c1", "output": "x"},
            },
            "c1 = x",
        ),
        ({"type": "response.created", "response": {"id": "r", "status": "in_progress"}}, "r in_progress"),
        ({"type": "response.done", "response": {"status": "failed"}}, "failed"),
        ({"type": "response.done"}, ""),
        ({"type": "response.output_text.done", "text": "x"}, "x"),
        ({"type": "conversation.item.truncate", "item_id": "i", "audio_end_ms": 1200}, "i 1200"),
    ],
)
def test_a_message_is_told_in_its_type_and_a_few_words(message: dict[str, object], words: str) -> None:
    step = frame_step(0, Party.CLIENT, Party.TRANSLATOR, json.dumps(message))
    assert detail(step) == f"{message['type']} {words}".rstrip()


def test_text_that_is_no_message_is_shown() -> None:
    assert detail(frame_step(0, Party.CLIENT, Party.TRANSLATOR, "no JSON")) == "text no JSON"


def test_one_line_has_no_breaks_and_null_is_nothing() -> None:
    assert one_line(" a\r\n\tb ") == "a b"
    assert one_line(None) == ""
    assert one_line(0) == "0"
