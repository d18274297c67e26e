"""L4: what a text frame of the client may cost is bounded before it is decoded, and told with its limit."""

from __future__ import annotations

import json
from typing import Any

import pytest

from realtime_translate import Config, Limits
from tests.harness import Desk, Log

Json = dict[str, Any]

PRESETS = [pytest.param(Config.deepgram, id="deepgram"), pytest.param(Config.component, id="component")]
both = pytest.mark.parametrize("preset", PRESETS)
THINK: Json = {"provider": {"type": "open_ai"}}


def opened(preset: Any, **limits: int) -> Desk:
    desk = Desk(preset(limits=Limits(**limits)))
    desk.ready()
    return desk


def told(log: Log) -> list[str]:
    return [each["description"] for each in log.of("Error")]


def sized(size: int, letter: str = "x") -> str:
    empty = '{"type":"InjectUserMessage","content":""}'
    return empty.replace('""', f'"{letter * ((size - len(empty)) // len(letter.encode()))}"')


@both
@pytest.mark.parametrize("letter", ["x", "é"])
def test_L4_a_text_frame_has_so_many_bytes(preset: Any, letter: str) -> None:
    assert told(opened(preset, text_bytes_up=401).client(sized(401, letter))) == []
    log = opened(preset, text_bytes_up=399).client(sized(401, letter))
    assert told(log) == ["the text frame is larger than 399 bytes (Config.limits.text_bytes_up)"]
    assert bool(log.closes) == (preset == Config.deepgram)


@both
def test_L4_audio_may_be_larger(preset: Any) -> None:
    assert told(opened(preset, text_bytes_up=100).client(bytes(200))) == []


@both
def test_L4_a_text_frame_holds_so_many_values(preset: Any) -> None:
    frame = {"type": "KeepAlive", "x": [0] * 97}  # two colons, a brace, a bracket, and 97 commas
    assert told(opened(preset, json_values=101).client(frame)) == []
    log = opened(preset, json_values=100).client(frame)
    assert told(log) == ["the text frame holds more than 100 values (Config.limits.json_values)"]
    assert bool(log.closes) == (preset == Config.deepgram)


@both
def test_L4_what_stands_in_strings_does_not_count(preset: Any) -> None:
    words = 'a, b: [c] {d} "e", \\, ' * 50
    log = opened(preset, json_values=100).client({"type": "InjectUserMessage", "content": words})
    assert told(log) == []
    assert log.of("ConversationText")[0]["content"] == words


def test_L4_a_frame_over_the_limit_is_not_decoded() -> None:
    log = opened(Config.deepgram, json_values=100).client("{" * 101)
    assert told(log) == ["the text frame holds more than 100 values (Config.limits.json_values)"]


@both
@pytest.mark.parametrize("think", [THINK, [THINK, THINK]], ids=["one", "list"])
def test_L4_so_many_functions_may_be_declared(preset: Any, think: Any) -> None:
    def with_functions(count: int) -> Any:
        functions = [{"name": f"f{number}"} for number in range(count)]
        return (
            [*think[:1], {**think[1], "functions": functions}]
            if isinstance(think, list)
            else {
                **think,
                "functions": functions,
            }
        )

    def update(count: int) -> Log:
        return opened(preset).client({"type": "UpdateThink", "think": with_functions(count)})

    def settings(count: int) -> Log:
        desk = Desk(preset())
        desk.opened()
        return desk.client({"type": "Settings", "audio": {}, "agent": {"think": with_functions(count)}})

    assert told(update(1024)) == told(settings(1024)) == []
    assert told(update(1025)) == ["think.functions has 1025 entries; 1024 are allowed"]
    assert told(settings(1025)) == ["agent.think.functions has 1025 entries; 1024 are allowed"]


@both
def test_L4_so_many_context_messages(preset: Any) -> None:
    said = {"type": "History", "role": "user", "content": "a"}
    call = {"id": "c", "name": "f", "client_side": True, "arguments": "{}", "response": "x"}
    called = {"type": "History", "function_calls": [call] * 2}

    def settings(messages: list[Json]) -> Log:
        desk = Desk(preset())
        desk.opened()
        context = {"context": {"messages": messages}}
        return desk.client(json.dumps({"type": "Settings", "audio": {}, "agent": context}))

    assert told(settings([said] * 4096)) == told(settings([called] * 2048)) == []
    assert told(settings([said] * 4097)) == ["agent.context.messages has 4097 entries; 4096 are allowed"]
    assert told(settings([called] * 2049)) == [
        "agent.context.messages.function_calls has 4098 entries; 4096 are allowed"
    ]


@both
def test_L4_so_many_providers(preset: Any) -> None:
    def update(kind: str, field: str, count: int) -> list[str]:
        return told(opened(preset).client({"type": kind, field: [THINK] * count}))

    assert update("UpdateThink", "think", 64) == update("UpdateSpeak", "speak", 64) == []
    assert update("UpdateThink", "think", 65) == ["think has 65 entries; 64 are allowed"]
    assert update("UpdateSpeak", "speak", 65) == ["speak has 65 entries; 64 are allowed"]


HUGE = 2**53 + 1


@both
@pytest.mark.parametrize("number", [HUGE, -HUGE, 2**63])
def test_L1_a_number_out_of_range_is_malformed_where_it_is_read(preset: Any, number: float) -> None:
    desk = Desk(preset())
    desk.opened()
    audio = {"input": {"encoding": "linear16", "sample_rate": number}}
    log = desk.client({"type": "Settings", "audio": audio, "agent": {}})
    assert "audio.input.sample_rate must be " in told(log)[0]
    delta = {"type": "response.output_audio_transcript.delta", "response_id": "r1", "item_id": "i1"}
    desk = opened(preset)
    log = desk.upstream({**delta, "content_index": number, "delta": "Hello."})
    assert log.notices == ["UPSTREAM_MALFORMED"]


@both
def test_L1_where_nobody_reads_it_a_number_is_kept_as_it_came(preset: Any) -> None:
    schema = {"type": "object", "properties": {"a": {"maximum": 2**70, "minimum": -1e300}}}
    think = {**THINK, "functions": [{"name": "f", "parameters": schema}]}
    log = opened(preset).client({"type": "UpdateThink", "think": think, "x": 2**99})
    assert told(log) == []
    assert log.of("session.update")[0]["session"]["tools"][0]["parameters"] == schema
