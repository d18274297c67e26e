"""Every recorded and every example message parses to its class and encodes back to equal JSON."""

import json
from pathlib import Path
from typing import Any

import pytest

from realtime_translate import deepgram, openai
from realtime_translate.wire import Malformed, Unknown, WireMessage
from tests.shared_material import SHARED, shared
from tests.unit.wire.same_json import same

TRACES = sorted(path.name for path in SHARED.glob("traces/*.jsonl"))

NOT_OURS = {"EndOfThought"}
"""A name from before V1 of the client protocol; it was gone by then, but one recorded server sent it."""


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _round_trip(event: dict[str, Any], protocol: Any, side: str) -> Any:
    frame = json.dumps(event)
    message = (protocol.parse_client if side == "client" else protocol.parse_server)(frame)
    assert not isinstance(message, Malformed), (message, frame[:300])
    if isinstance(message, WireMessage):
        assert same(json.loads(protocol.encode(message)), event | {"type": message.type})
    return message


@pytest.mark.parametrize("name", TRACES)
def test_every_event_of_a_trace(name: str) -> None:
    for line in _lines(shared("traces", name)):
        protocol = openai if line["leg"] == "upstream" else deepgram
        is_server = (line["dir"] == "in") == (line["leg"] == "upstream")
        message = _round_trip(line["event"], protocol, "server" if is_server else "client")
        expected = line["event"]["type"] in NOT_OURS
        assert isinstance(message, Unknown) is expected, line["event"]["type"]


def test_every_deepgram_example_parses_to_the_class_of_its_type() -> None:
    seen: set[type] = set()
    for line in _lines(shared("examples", "deepgram.jsonl")):
        event, side = line["message"], line["direction"]
        registry = deepgram.CLIENT_MESSAGES if side == "client" else deepgram.SERVER_MESSAGES
        message = _round_trip(event, deepgram, side)
        assert type(message) in registry[event["type"]]
        assert deepgram.unknown_fields(message) == ()
        seen.add(type(message))
    assert len(seen) == 12 + 23 - 1  # FunctionCallResponse goes both ways; binary frames are not in the file


def test_every_openai_example_parses_to_the_class_of_its_type() -> None:
    seen: set[type] = set()
    for line in _lines(shared("examples", "openai.jsonl")):
        event, side = line["event"], line["direction"]
        registry = openai.CLIENT_EVENTS if side == "client" else openai.SERVER_EVENTS
        message = _round_trip(event, openai, side)
        assert (type(message),) == registry[event["type"]]
        seen.add(type(message))
    assert len(seen) == 11 + 46


def test_every_observed_error() -> None:
    untyped = 0
    for line in _lines(shared("examples", "observed-errors.jsonl")):
        protocol = openai if line["service"] == "openai" else deepgram
        if "type" in line["event"]:
            assert isinstance(_round_trip(line["event"], protocol, "server"), WireMessage), line["event"]
        else:  # the body of a refused handshake, which is no event
            untyped += 1
            refusal = protocol.parse_server(json.dumps(line["event"]))
            assert refusal == Malformed("type is required", "type")
    assert untyped == 1
