from __future__ import annotations

import json

import pytest

from realtime_translate.cli.inputs import UserError
from realtime_translate.cli.script import (
    SCRIPT_HELP,
    Answer,
    Close,
    Drop,
    Script,
    Send,
    ServerTimes,
    Speak,
    parse_script,
)
from realtime_translate.testing import Call, Reply, Say


def parse(*lines: object) -> Script:
    return parse_script("\n".join(json.dumps(line) for line in lines), "s.jsonl")


def error_of(line: object) -> str:
    with pytest.raises(UserError) as raised:
        parse(line)
    message = str(raised.value)
    assert message.startswith("s.jsonl, line 1: ")
    return message.removeprefix("s.jsonl, line 1: ")


def test_what_the_client_does_is_sorted_by_time() -> None:
    script = parse(
        {"t": 3, "close": 1000},
        {"t": 1, "send": {"type": "KeepAlive"}},
        {"t": 1, "send": "raw text"},
        {"t": 0.5, "audio_ms": 40, "frame_ms": 20, "speech": False},
        {"t": 0.25, "audio_ms": 40},
    )
    assert script.actions == (
        Speak(0.25, 40, 100, speech=True),
        Speak(0.5, 40, 20, speech=False),
        Send(1.0, '{"type": "KeepAlive"}'),
        Send(1.0, "raw text"),
        Close(3.0, 1000),
    )


def test_replies_are_kept_in_order() -> None:
    script = parse(
        {"reply": [{"say": "Hi.", "audio_ms": 500}, {"call": "f", "arguments": {"a": 1}}]},
        {"reply": [{"call": "g"}, {"call": "h", "arguments": "{not json"}]},
        {"reply": []},
    )
    assert script.replies == (
        Reply(Say("Hi.", audio_ms=500), Call("f", '{"a": 1}')),
        Reply(Call("g", "{}"), Call("h", "{not json")),
        Reply(),
    )


def test_answers_take_text_or_any_json() -> None:
    script = parse(
        {"answer": {"name": "f", "content": "text"}},
        {"answer": {"name": "f", "content": {"grad": "12 °"}}, "delay": 0.5},
        {"answer": {"name": "f"}},
    )
    assert script.answers == (
        Answer("f", "text", 0.0),
        Answer("f", '{"grad": "12 °"}', 0.5),
        Answer("f", "", 0.0),
    )


def test_what_is_heard_is_kept_in_order() -> None:
    assert parse({"heard": "one"}, {"heard": "two"}).heard == ("one", "two")


def test_the_last_server_line_counts() -> None:
    script = parse({"server": {"latency": 1}}, {"server": {"kill_idle_after": 5, "session_limit": 900}})
    assert script.server == ServerTimes(session_limit=900.0, kill_idle_after=5.0)
    assert parse().server == ServerTimes()


def test_drops_are_sorted_by_time() -> None:
    script = parse({"t": 3, "drop": 1006}, {"t": 1.5, "drop": 1001})
    assert script.drops == (Drop(1.5, 1001), Drop(3.0, 1006))


def test_every_line_of_the_help_is_a_valid_script() -> None:
    lines = [line for line in SCRIPT_HELP.splitlines() if line.startswith("  {")]
    assert len(lines) == 9
    # An example ends with its last brace; what follows explains it. "..." is the rest of a Settings message.
    examples = [line[: line.rindex("}") + 1].replace(", ...", "") for line in lines]
    parse_script("\n".join(examples), "help")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            {},
            "expected one of the keys send, audio_ms, close, drop, reply, heard, answer, server; see",
        ),
        ({"t": 1}, "expected one of the keys send,"),
        ({"send": {}}, '"t" must be a number of seconds, 0 or more'),
        ({"t": -1, "send": {}}, '"t" must be a number of seconds'),
        ({"t": True, "send": {}}, '"t" must be a number of seconds'),
        ({"t": "1", "send": {}}, '"t" must be a number of seconds'),
        ({"t": 1e10, "send": {}}, '"t" must be a number of seconds'),
        ({"t": 0, "send": []}, '"send" must be an object or a string'),
        ({"t": 0, "send": {}, "to": 1}, "unknown key 'to'; here are known: send, t"),
        ({"t": 0, "audio_ms": 0}, '"audio_ms" must be a whole number from 1 to'),
        ({"t": 0, "audio_ms": 1.5}, '"audio_ms" must be a whole number'),
        ({"t": 0, "audio_ms": True}, '"audio_ms" must be a whole number'),
        ({"t": 0, "audio_ms": 100, "frame_ms": 0}, '"frame_ms" must be a whole number from 1 to'),
        ({"t": 0, "audio_ms": 100, "speech": 1}, '"speech" must be true or false'),
        ({"t": 0, "close": 999}, '"close" must be a whole number from 1000 to 4999'),
        ({"t": 0, "drop": 1}, '"drop" must be a whole number from 1000 to 4999'),
        ({"reply": {}}, '"reply" must be a list'),
        ({"reply": ["x"]}, 'each part of "reply" must be'),
        ({"reply": [{}]}, '"call" must be a string that is not empty'),
        ({"reply": [{"say": ""}]}, '"say" must be a string that is not empty'),
        ({"reply": [{"say": "x", "audio_ms": -1}]}, '"audio_ms" must be a whole number'),
        ({"reply": [{"say": "x", "call": "f"}]}, "unknown key 'call'; here are known: audio_ms, say"),
        ({"reply": [{"call": "f", "args": {}}]}, "unknown key 'args'; here are known: arguments, call"),
        ({"answer": "x"}, '"answer" must be {"name": …, "content": …}'),
        ({"answer": {"content": "x"}}, '"name" must be a string'),
        ({"answer": {"name": "f", "id": 1}}, "unknown key 'id'; here are known: content, name"),
        ({"answer": {"name": "f"}, "delay": -1}, '"delay" must be a number of seconds'),
        ({"heard": 1}, '"heard" must be a string'),
        ({"server": 5}, '"server" must be an object of times'),
        ({"server": {"latency": "x"}}, '"latency" must be a number of seconds'),
        (
            {"server": {"pace": 1}},
            "unknown key 'pace'; here are known: kill_idle_after, latency, session_limit,",
        ),
    ],
)
def test_a_mistake_is_one_line_that_says_what_is_wrong(line: object, message: str) -> None:
    assert error_of(line).startswith(message)
