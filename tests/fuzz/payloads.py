"""Frames of any size, each of a kind on which some part of the translator works for each byte."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

__all__ = ["DEAREST", "DOWN", "SETTINGS_OF_SIZE", "UP"]

Payload: TypeAlias = "Callable[[int], str | bytes]"

_THINK = {"provider": {"type": "open_ai"}}
_SPEAK = {"provider": {"type": "open_ai"}}


def _times(size: int, each: Callable[[int], Any]) -> list[Any]:
    """So many values that they make up about `size` characters."""
    return [each(number) for number in range(max(1, size // (len(json.dumps(each(1000))) + 2)))]


def _frame(kind: str, **fields: Any) -> str:
    return json.dumps({"type": kind, **fields})


def _keys(size: int) -> dict[str, int]:
    return {f"k{number}": number for number in range(size // 14)}


def _output(kind: str, **fields: Any) -> str:
    return _frame(f"response.{kind}", response_id="r1", item_id="i1", content_index=0, **fields)


def _item(kind: str, role: str, part: str, size: int) -> str:
    parts = _times(size, lambda number: {"type": part, "text": f"So {number}."})
    item = {"type": "message", "id": "i1", "role": role, "content": parts}
    return _frame(kind, response_id="r1", item=item)


def _done(size: int, each: Callable[[int], Any]) -> str:
    return _frame("response.done", response={"id": "r1", "output": _times(size, each)})


def _call(number: int) -> Any:
    return {"type": "function_call", "call_id": f"k{number}", "name": "look", "status": "incomplete"}


def _said(number: int) -> Any:
    part = {"type": "output_text", "text": f"So {number}."}
    return {"type": "message", "id": f"k{number}", "content": [part]}


DOWN: Mapping[str, Payload] = {
    "sentences in a delta": lambda size: _output("output_text.delta", delta="So it is. " * (size // 10)),
    "one word in a delta": lambda size: _output("output_text.delta", delta="x" * size),
    "stops in a delta": lambda size: _output("output_text.delta", delta="." * size),
    "marks in a delta": lambda size: _output("output_audio_transcript.delta", delta='”"' * (size // 7)),
    "lines in a delta": lambda size: _output("output_text.delta", delta="\n1." * (size // 4)),
    "sentences of a text": lambda size: _output("output_text.done", text="So it is. " * (size // 10)),
    "calls in a done": lambda size: _done(size, _call),
    "messages in a done": lambda size: _done(size, _said),
    "parts of an item": lambda size: _item("response.output_item.done", "assistant", "output_text", size),
    "parts of a user item": lambda size: _item("conversation.item.added", "user", "input_text", size),
    "wrong at the end of a list": lambda size: _frame(
        "session.updated", session={"tools": [*_times(size, lambda _: {}), 1]}
    ),
    "unknown keys": lambda size: _frame("session.updated", session=_keys(size)),
    "audio": lambda size: _output("output_audio.delta", delta="AAAA" * (size // 4)),
    "no base64": lambda size: _output("output_audio.delta", delta="!" * size),
    "base64 without padding": lambda size: _output("output_audio.delta", delta="A" * (size // 4 * 4 + 1)),
    "padding": lambda size: _output("output_audio.delta", delta="=" * size),
    "long type": lambda size: _frame("x" * size),
    "error": lambda size: _frame("error", error={"code": "x" * (size // 2), "message": "y" * (size // 2)}),
    "transcript": lambda size: _frame(
        "conversation.item.input_audio_transcription.completed",
        item_id="u9",
        content_index=0,
        transcript="x" * size,
    ),
    "empty lists": lambda size: _frame("rate_limits.updated", rate_limits=[], more=[[]] * (size // 4)),
    "empty objects": lambda size: _frame("rate_limits.updated", rate_limits=[{}] * (size // 4)),
    "escapes": lambda size: '{"type":"' + "\\u0041" * (size // 6) + '"}',
    "surrogate pairs": lambda size: '{"type":"' + "\\ud83d\\ude00" * (size // 12) + '"}',
    "lone surrogates": lambda size: '{"type":"' + "\\ud83d" * (size // 6) + '"}',
    "numbers": lambda size: _frame("x", n=[1.5e300] * (size // 10)),
    "digits": lambda size: '{"type":"x","n":' + "7" * size + "}",
    "depth": lambda size: '{"type":"x","n":' + "[" * size,
    "no UTF-8": lambda size: b"\xff" * size,
    "quotes": lambda size: '"' * size,
}
"""From upstream, to a call in which response r1 speaks."""

UP: Mapping[str, Payload] = {
    "audio": lambda size: b"\1" * (size | 1),
    "unknown keys": lambda size: _frame("KeepAlive", **_keys(size)),
    "user text": lambda size: _frame("InjectUserMessage", content="x" * size),
    "agent text": lambda size: _frame("InjectAgentMessage", message="x" * size, behavior="queue"),
    "functions": lambda size: _frame(
        "UpdateThink", think={**_THINK, "functions": _times(size, lambda number: {"name": f"f{number}"})}
    ),
    "one function again and again": lambda size: _frame(
        "UpdateThink", think={**_THINK, "functions": _times(size, lambda _: {"name": "f"})}
    ),
    "prompt": lambda size: _frame("UpdatePrompt", prompt="x" * size),
    "key terms": lambda size: _frame(
        "UpdateListen",
        listen={"provider": {"type": "deepgram", "keyterms": _times(size, lambda number: f"k{number}")}},
    ),
    "speakers": lambda size: _frame("UpdateSpeak", speak=_times(size, lambda _: _SPEAK)),
    "long type": lambda size: _frame("x" * size),
    "answer": lambda size: _frame("FunctionCallResponse", id="c1", name="look", content="x" * size),
    "depth": lambda size: '{"type":"x","n":' + "[" * size,
}
"""From the client, to the same call."""


def _settings(**agent: Any) -> str:
    return json.dumps({"type": "Settings", "audio": {}, "agent": agent})


def _text(number: int) -> Any:
    return {"type": "History", "role": "assistant", "content": f"So {number}."}


def _past_call(number: int) -> Any:
    call = {"id": f"no id {number}", "name": "f", "client_side": True, "arguments": "{}", "response": "x"}
    return {"type": "History", "function_calls": [call]}


SETTINGS_OF_SIZE: Mapping[str, Payload] = {
    "functions": lambda size: _settings(
        think={**_THINK, "functions": _times(size, lambda number: {"name": f"f{number}"})}
    ),
    "bad functions": lambda size: _settings(
        think={**_THINK, "functions": _times(size, lambda number: {"name": f"f {number}"})}
    ),
    "thinkers": lambda size: _settings(think=_times(size, lambda _: _THINK)),
    "thinkers with unknown keys": lambda size: _settings(think=_times(size, lambda _: {**_THINK, "x": 1})),
    "speakers": lambda size: _settings(speak=_times(size, lambda _: _SPEAK)),
    "context": lambda size: _settings(context={"messages": _times(size, _text)}),
    "past calls": lambda size: _settings(context={"messages": _times(size, _past_call)}),
    "model": lambda size: _settings(think={"provider": {"type": "open_ai", "model": "m" * size}}),
    "voice": lambda size: _settings(speak={"provider": {"type": "open_ai", "voice": "v" * size}}),
    "language": lambda size: _settings(
        listen={"provider": {"type": "deepgram", "language": "a-" * (size // 2)}}
    ),
    "greeting": lambda size: _settings(greeting="Hello. " * (size // 7)),
    "unknown keys": lambda size: _settings(**_keys(size)),
}
"""The first message of a call."""


def _unless_over(frame: str) -> str:
    """What is over a limit of L4 costs next to nothing."""
    marks = sum(map(frame.count, ",:[{"))
    assert len(frame) <= 2**20
    assert marks <= 100_000
    return frame


def _schemas(functions: int, properties: int) -> str:
    """Functions whose parameters are so many objects each, which are completed, compared and sent."""
    parameters = {"type": "object", "properties": {f"p{n}": {"type": "object"} for n in range(properties)}}
    every = [{"name": f"f{n}", "parameters": parameters} for n in range(functions)]
    return _unless_over(_frame("UpdateThink", think={"provider": {"type": ""}, "functions": every}))


def _many(unit: str, count: int, before: str = '{"type":"KeepAlive","x":[', after: str = "]}") -> str:
    return _unless_over(f"{before}{','.join([unit] * count)}{after}")


_FUNCTIONS = '{"type":"UpdateThink","think":{"provider":{"type":""},"functions":['
_OPTIONS = (
    '{"name":"f","defer_until_eot":true,"initial_agent_filler":true,"agent_filler_max_count":1,'
    '"agent_filler_interval_ms":1}'
)
_PAST_CALL = '{"id":" ","name":"f","client_side":true,"arguments":"{}","response":"x"}'
_CONTEXT = '{"type":"Settings","audio":{},"agent":{"context":{"messages":['

DEAREST: Mapping[str, Callable[[], str]] = {
    "nested lists": lambda: _many("[" * 55 + "]" * 55, 1780),
    "lists": lambda: _many("[]", 49_990),
    "objects": lambda: _many('{"a":1}', 33_000),
    "whole numbers": lambda: _many("1", 99_990),
    "fractions": lambda: _many("1.5e300", 99_990),
    "strings": lambda: _many('"a,b"', 99_000 // 2),
    "escaped quotes": lambda: _many('"\\""', 99_990),
    "surrogate pairs": lambda: _many('"\\ud83d\\ude00"', 69_900),
    "unknown keys": lambda: _unless_over(_frame("KeepAlive", **_keys(49_000 * 14))),
    "functions": lambda: _many('{"name":"f"}', 1024, _FUNCTIONS, "]}}"),
    "functions with options": lambda: _many(_OPTIONS, 1024, _FUNCTIONS, "]}}"),
    "functions with parameters": lambda: _many(
        '{"name":"f","parameters":{"x":[' + ",".join(["[]"] * 44) + "]}}", 1024, _FUNCTIONS, "]}}"
    ),
    "properties": lambda: _schemas(1, 24_000),
    "functions with properties": lambda: _schemas(1020, 20),
    "providers": lambda: _many('{"provider":{"type":""}}', 64, '{"type":"UpdateSpeak","speak":['),
    "key terms": lambda: _many(
        '"k"', 99_900, '{"type":"UpdateListen","listen":{"provider":{"type":"","keyterms":[', "]}}}"
    ),
    "context": lambda: _many(_frame("History", role="user", content="a"), 4096, _CONTEXT, "]}}}"),
    "past calls": lambda: _many(
        f'{{"type":"History","function_calls":[{_PAST_CALL}]}}', 4096, _CONTEXT, "]}}}"
    ),
    "user text": lambda: _unless_over(_frame("InjectUserMessage", content="x" * (2**20 - 60))),
    "prompt": lambda: _unless_over(_frame("UpdatePrompt", prompt="So. " * (2**18 - 20))),
}
"""The dearest frames of a client that are within all limits (L4)."""
