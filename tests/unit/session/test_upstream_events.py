"""Upstream frames of every kind: what has no counterpart, and what is no event at all (O7, E4, L1, R1)."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from realtime_translate import (
    Config,
    Level,
    Limits,
    Notice,
    SendToClient,
    SendToUpstream,
    openai,
)
from realtime_translate.cli.coverage import COVERAGE
from realtime_translate.session.ids import MAX_ID
from tests.events import call_item, created, done, message, text_done
from tests.harness import SETTINGS, Desk, Log, ready
from tests.unit.session.played import VAD

PLACE = {"response_id": "resp_1", "item_id": "msg_1", "output_index": 0, "content_index": 0}
TRANSCRIPTION = {"item_id": "u1", "content_index": 0}
FIELDS: dict[str, dict[str, Any]] = {
    "error": {"error": {"type": "invalid_request_error", "code": "invalid_value", "message": "No."}},
    "session.created": {"session": {"type": "realtime"}},
    "session.updated": {"session": {"type": "realtime"}},
    "rate_limits.updated": {
        "rate_limits": [{"name": "tokens", "limit": 1, "remaining": 1, "reset_seconds": 1}]
    },
    "input_audio_buffer.dtmf_event_received": {"event": "9", "received_at": 1},
    "conversation.created": {"conversation": {"id": "conv"}},
    "conversation.item.added": {"item": message("Hi.")},
    "conversation.item.done": {"item": message("Hi.")},
    "conversation.item.created": {"item": message("Hi.")},
    "conversation.item.retrieved": {"item": message("Hi.")},
    "conversation.item.truncated": {"item_id": "msg_1", "content_index": 0, "audio_end_ms": 5},
    "conversation.item.input_audio_transcription.completed": {**TRANSCRIPTION, "transcript": "Hi."},
    "conversation.item.input_audio_transcription.delta": {**TRANSCRIPTION, "delta": "Hi"},
    "conversation.item.input_audio_transcription.segment": {
        **TRANSCRIPTION,
        "id": "s",
        "text": "Hi",
        "speaker": "A",
        "start": 0.0,
        "end": 1.0,
    },
    "conversation.item.input_audio_transcription.failed": {
        **TRANSCRIPTION,
        "error": {"code": "DeploymentNotFound"},
    },
    "response.created": {"response": {"id": "resp_1"}},
    "response.done": {"response": {"id": "resp_1", "status": "completed"}},
    "response.output_item.added": {**PLACE, "item": call_item()},
    "response.output_item.done": {**PLACE, "item": message("Hi.")},
    "response.content_part.added": {**PLACE, "part": {"type": "audio"}},
    "response.content_part.done": {**PLACE, "part": {"type": "audio"}},
    "response.output_audio.delta": {**PLACE, "delta": "AAAA"},
    "response.function_call_arguments.done": {
        **PLACE,
        "call_id": "call_1",
        "name": "weather",
        "arguments": "{}",
    },
}


def event(kind: str) -> dict[str, Any]:
    cls = openai.SERVER_EVENTS[kind][0]
    rest = {name: "x" for name in ("delta",) if name in {each.name for each in cls.__attrs_attrs__}}
    given = FIELDS.get(kind, {**PLACE, **rest} if kind.startswith("response.") else {"item_id": "msg_1"})
    return {"type": kind, "event_id": "ev_marker", **given}


def client_bytes(log: Log) -> str:
    return json.dumps([each if isinstance(each, dict) else len(each) for each in log.client])


EVENTS = sorted(openai.SERVER_EVENTS)
FATES = {row.type: row.fate for row in COVERAGE if row.direction == "upstream to translator"}
CONFIGS = [Config.deepgram(), Config.component()]


@pytest.mark.parametrize("config", CONFIGS, ids=["deepgram", "component"])
@pytest.mark.parametrize("kind", EVENTS)
def test_O7_no_event_is_passed_on_raw(kind: str, config: Config) -> None:
    desk = ready(Desk, config)
    log = desk.upstream(created(), event(kind), done("resp_1"))
    assert "UPSTREAM_MALFORMED" not in log.notices, "the test's own event is wrong"
    assert "ev_marker" not in client_bytes(log)
    for output in log.outputs:
        if isinstance(output, SendToClient) and isinstance(output.data, str):
            assert output.message is not None
            assert json.loads(output.data)["type"] not in openai.SERVER_EVENTS
        assert (
            not isinstance(output, SendToUpstream) or json.loads(output.data)["type"] in openai.CLIENT_EVENTS
        )


@pytest.mark.parametrize("kind", [kind for kind in EVENTS if FATES[kind] == "absorbed"])
def test_O7_an_absorbed_event_tells_the_client_nothing(kind: str) -> None:
    desk = ready(Desk, Config.component())
    if kind != "response.created":
        desk.upstream(created())
    assert desk.upstream(event(kind)).client == []


@pytest.mark.parametrize(
    "kind",
    [
        "session.created",
        "conversation.created",
        "conversation.item.deleted",
        "conversation.item.truncated",
        "conversation.item.retrieved",
        "conversation.item.input_audio_transcription.segment",
        "input_audio_buffer.dtmf_event_received",
        "output_audio_buffer.started",
        "output_audio_buffer.stopped",
        "output_audio_buffer.cleared",
        "rate_limits.updated",
        "mcp_list_tools.in_progress",
        "mcp_list_tools.completed",
        "mcp_list_tools.failed",
        "response.mcp_call.in_progress",
        "response.mcp_call.completed",
        "response.mcp_call.failed",
    ],
)
def test_O7_a_known_event_without_a_counterpart_gives_a_debug_notice(kind: str) -> None:
    [output] = ready().upstream(event(kind)).outputs
    assert output == Notice(
        "UPSTREAM_ABSORBED", Level.DEBUG, f"{kind} has no counterpart for the client", {"type": kind}
    )


@pytest.mark.parametrize("kind", ["response.sound.delta", "x", "", "Welcome", "a" * 5000])
def test_O7_an_unknown_event_gives_a_warning(kind: str) -> None:
    [output] = ready().upstream({"type": kind, "delta": "secret"}).outputs
    assert isinstance(output, Notice)
    assert (output.code, output.level) == ("UPSTREAM_UNKNOWN", Level.WARNING)
    assert output.fields == {"type": kind if len(kind) <= 64 else f"{kind[:63]}…"}


def test_O7_an_event_before_the_session_is_ready_is_absorbed() -> None:
    desk = Desk()
    desk.opened()
    desk.client(SETTINGS)
    desk.dialled()
    assert desk.upstream(created(), text_done("Hi.")).notices == ["UPSTREAM_ABSORBED"] * 2


def test_O7_a_known_event_of_the_wrong_shape_is_noticed_and_nothing_else() -> None:
    for config in CONFIGS:
        log = ready(Desk, config).upstream({"type": "response.created", "response": "resp_1"})
        assert (log.client, log.notices) == ([], ["UPSTREAM_MALFORMED"])


# --- E4, L1 -------------------------------------------------------------------------------------------------

NO_EVENTS: dict[str, str | bytes] = {
    "no JSON": "oops",
    "empty": "",
    "cut off": '{"type": "response.created"',
    "a list": '[{"type": "response.created"}]',
    "a number": "5",
    "null": "null",
    "no type": '{"response": {"id": "resp_1"}}',
    "a type that is no text": '{"type": 5}',
    "NaN": '{"type": "response.created", "response": NaN}',
    "infinity": '{"type": "response.created", "response": -Infinity}',
    "a number beyond every float": '{"type": "response.created", "response": 1e999}',
    "nested too deep": '{"type": "x", "a": ' + "[" * 100_000 + "]" * 100_000 + "}",
    "objects nested too deep": '{"a": ' * 100_000 + "1" + "}" * 100_000,
    "a lone surrogate": '{"type": "x", "a": "\ud800"}',
    "an escaped lone surrogate": '{"type": "x", "a": "\\ud800"}',
    "an integer of a million digits": '{"type": "x", "a": ' + "9" * 1_000_000 + "}",
    "no UTF-8": b'{"type": "\xff"}',
    "binary": b"\x00\x01\x02",
}


@pytest.mark.parametrize("frame", NO_EVENTS.values(), ids=NO_EVENTS)
def test_E4_L1_what_is_no_event_is_noticed_quickly_and_the_session_goes_on(frame: str | bytes) -> None:
    desk = ready()
    begun = time.perf_counter()
    outputs = desk.translator.receive_from_upstream(frame)
    assert time.perf_counter() - begun < 1.0
    [output] = outputs
    assert isinstance(output, Notice)
    assert (output.code, output.level) == ("UPSTREAM_MALFORMED", Level.WARNING)
    assert desk.upstream(created(), text_done("Hi.")).client_types[0] == "ConversationText"


@pytest.mark.parametrize("frame", NO_EVENTS.values(), ids=NO_EVENTS)
def test_E4_a_component_client_is_told_of_it(frame: str | bytes) -> None:
    desk = ready(Desk, Config.component())
    log = desk.upstream(frame)
    [told] = log.of("Error")
    assert (told["code"], log.client_types, log.notices) == (
        "unmapped_upstream_event",
        ["Error"],
        ["UPSTREAM_MALFORMED"],
    )
    assert desk.upstream(created(), text_done("Hi.")).client_types[0] == "AgentStartedSpeaking"


def test_E4_an_event_as_bytes_is_an_event() -> None:
    desk = ready()
    assert desk.upstream(json.dumps(created()).encode(), json.dumps(text_done("Hé.")).encode()).of("History")


@pytest.mark.parametrize("as_bytes", [False, True])
@pytest.mark.parametrize(
    ("padding", "unit"), [(0, "x"), (1, "x"), (0, "é"), (0, "\N{SNOWMAN}"), (1, "\N{SNOWMAN}")]
)
def test_L1_a_frame_over_the_limit_is_no_event(padding: int, unit: str, as_bytes: bool) -> None:
    """The limit counts bytes, also of text."""
    start, end = '{"type":"session.created","session":{},"pad":"', '"}'
    body = unit * 40 + "y" * padding
    frame = start + body + end
    limit = len((start + unit * 40 + end).encode())
    desk = Desk(Config.deepgram(limits=Limits(frame_bytes_down=limit)))
    desk.ready()
    log = desk.upstream(frame.encode() if as_bytes else frame)
    assert log.notices == (["UPSTREAM_MALFORMED"] if padding else ["UPSTREAM_ABSORBED"])


def test_L1_a_short_frame_beyond_ascii_is_not_counted_byte_by_byte() -> None:
    assert ready().upstream('{"type":"rate_limits.updated","rate_limits":[],"x":"é"}').notices == [
        "UPSTREAM_ABSORBED"
    ]


def test_L1_the_limits_are_16_MiB_up_and_32_MiB_down() -> None:
    assert (Limits().frame_bytes_up, Limits().frame_bytes_down) == (16 * 2**20, 32 * 2**20)


def test_L1_of_duplicate_keys_the_last_wins() -> None:
    frame = '{"type":"error","type":"response.created","response":{"id":"resp_8"},"response":{"id":"resp_9"}}'
    desk = ready()
    desk.upstream(frame)
    assert desk.translator.state.response_id == "resp_9"


SMALL = Config.deepgram(limits=Limits(frame_bytes_down=1000))


def unreadable(response: Any) -> dict[str, Any]:
    """A `response.done` of which a field has the wrong type."""
    return {"type": "response.done", "response": response}


@pytest.mark.parametrize("ended", ["resp_1", "r" * MAX_ID])
def test_R1_an_unreadable_end_of_an_ended_response_does_not_end_the_next(ended: str) -> None:
    desk = ready(Desk, VAD)
    desk.upstream(created(ended), done(ended), created("resp_2"))
    log = desk.upstream(unreadable({"id": ended, "output": "?"}))
    assert "UPSTREAM_MALFORMED" in log.notices
    assert log.client == []
    assert desk.slot.value != "free"
    assert desk.upstream(done("resp_2")).client_types == ["AgentAudioDone"]


@pytest.mark.parametrize(
    "response", [{"id": "resp_1", "output": "?"}, {"id": 7}, {"output": "?"}, 7, None, []]
)
def test_R1_an_unreadable_end_ends_what_is_active(response: Any) -> None:
    desk = ready(Desk, VAD)
    desk.upstream(created())
    assert desk.upstream(unreadable(response)).client_types == ["AgentAudioDone"]
    assert desk.slot.value == "free"


@pytest.mark.parametrize("size", [240, 251, 500, 1000])
@pytest.mark.parametrize("letter", ["x", "é"])
def test_L1_a_frame_of_bytes_is_read_up_to_the_limit(size: int, letter: str) -> None:
    empty = json.dumps({"type": "strange", "x": ""}).encode()
    count, rest = divmod(size - len(empty), len(letter.encode()))
    frame = empty.replace(b'""', b'"' + letter.encode() * count + b" " * rest + b'"')
    assert len(frame) == size
    assert ready(Desk, SMALL).upstream(frame).notices == ["UPSTREAM_UNKNOWN"]
    assert ready(Desk, SMALL).upstream(frame + b" " * 1000).notices == ["UPSTREAM_MALFORMED"]
