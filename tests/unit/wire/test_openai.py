"""The upstream protocol: what its codec does beyond the fields, and what clones of the server leave out."""

import json
from typing import Any

import pytest

from realtime_translate import openai as oa
from realtime_translate.wire import OMITTED, WireMessage


def test_every_event_has_a_class_named_after_it() -> None:
    assert (len(oa.CLIENT_EVENTS), len(oa.SERVER_EVENTS)) == (11, 46)
    for type_, classes in {**oa.CLIENT_EVENTS, **oa.SERVER_EVENTS}.items():
        name = "".join(word.capitalize() for word in type_.replace(".", "_").split("_"))
        assert [cls.__name__ for cls in classes] == ["ErrorEvent" if name == "Error" else name]


def test_all_that_is_exported_is_there() -> None:
    classes = [getattr(oa, name) for name in oa.__all__]
    messages = {cls for cls in classes if isinstance(cls, type) and issubclass(cls, WireMessage)}
    assert messages == {
        cls for registry in (oa.CLIENT_EVENTS, oa.SERVER_EVENTS) for (cls,) in registry.values()
    }


@pytest.mark.parametrize("type_", ["response.audio.started", "ping", "response.cancelled", "session.update"])
def test_what_no_server_sends_is_unknown(type_: str) -> None:
    data = {"type": type_, "delta": "AAAA"}
    assert oa.parse_server(json.dumps(data)) == oa.structure_server(data) == oa.Unknown(type_, data)


def test_D1_an_event_by_the_name_of_the_beta_is_that_of_ga() -> None:
    data = {"type": "response.audio.delta", "delta": "AAAA"}
    assert (
        oa.parse_server(json.dumps(data)) == oa.structure_server(data) == oa.ResponseOutputAudioDelta("AAAA")
    )
    assert data["type"] == "response.audio.delta"
    assert oa.structure_server({"type": "response.text.delta"}) == oa.Malformed(
        "delta is required", "delta", "response.output_text.delta"
    )


def test_a_server_may_use_binary_frames_for_its_text() -> None:
    assert oa.parse_server(b'{"type":"input_audio_buffer.cleared"}') == oa.InputAudioBufferCleared()


@pytest.mark.parametrize(
    "data",
    [
        {"type": "response.content_part.done"},
        {"type": "response.content_part.done", "part": None},
        {"type": "response.function_call_arguments.done", "call_id": "c", "arguments": "{}"},
        {"type": "response.function_call_arguments.done", "call_id": "c", "arguments": None},
        {"type": "response.output_text.done"},
        {"type": "response.output_audio_transcript.done", "transcript": None},
        {"type": "conversation.item.input_audio_transcription.delta", "item_id": "i", "delta": None},
        {"type": "conversation.item.input_audio_transcription.delta", "item_id": "i"},
        {"type": "conversation.item.input_audio_transcription.failed", "item_id": "i"},
        {"type": "response.done", "response": {"status_details": "unimplemented", "usage": {}}},
        {"type": "response.done", "response": {"id": None, "output": None, "metadata": None}},
        {"type": "session.created", "session": {}, "event_id": None},
        {"type": "session.created", "session": {"audio": {"input": None, "output": {"voice": {"id": "v"}}}}},
        {
            "type": "session.created",
            "session": {"modalities": ["text"], "turn_detection": {"type": "x"}, "voice": {}},
        },
        {"type": "session.updated", "session": {"expires_at": 1763800000.5, "tools": [{"function": {}}]}},
        {"type": "error", "error": {"message": "No."}},
        {"type": "error", "error": {"code": None, "param": None, "event_id": None}},
        {"type": "conversation.created"},
        {"type": "rate_limits.updated", "rate_limits": [{"name": None}]},
    ],
)
def test_what_clones_send_parses(data: dict[str, Any]) -> None:
    event = oa.structure_server(data)
    assert (type(event),) == oa.SERVER_EVENTS[data["type"]]
    assert isinstance(event, WireMessage)
    assert json.loads(oa.encode(event)) == data  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ({"type": "session.updated"}, "session"),
        ({"type": "response.created"}, "response"),
        ({"type": "conversation.item.added"}, "item"),
        ({"type": "conversation.item.done", "item": {"id": "i"}}, "item.type"),
        ({"type": "error"}, "error"),
        ({"type": "response.output_audio.delta"}, "delta"),
        ({"type": "response.function_call_arguments.delta"}, "delta"),
    ],
)
def test_what_makes_an_event_meaningful_is_required(data: dict[str, Any], path: str) -> None:
    assert oa.structure_server(data) == oa.Malformed(f"{path} is required", path, data["type"])


def test_nested_fields_are_typed() -> None:
    frame = """{"type":"session.updated","session":{"audio":{"input":{
      "format":{"type":"audio/pcm","rate":24000},"turn_detection":{"type":"server_vad","idle_timeout_ms":null}}}}}"""
    event = oa.parse_server(frame)
    assert isinstance(event, oa.SessionUpdated)
    assert event.session.audio
    assert event.session.audio.input
    assert event.session.audio.input.format == oa.AudioFormat("audio/pcm", 24000)
    assert event.session.audio.input.turn_detection == oa.TurnDetection("server_vad", idle_timeout_ms=None)
    assert event.session.audio.input.transcription is OMITTED


def test_manual_turns_are_null_and_not_absent() -> None:
    session = oa.Session(type="realtime", audio=oa.SessionAudio(oa.AudioInput(turn_detection=None)), tools=())
    frame = oa.encode(oa.SessionUpdate(session, event_id="e"))
    assert json.loads(frame) == {
        "type": "session.update",
        "session": {"type": "realtime", "audio": {"input": {"turn_detection": None}}, "tools": []},
        "event_id": "e",
    }
    assert oa.parse_client(frame) == oa.SessionUpdate(session, event_id="e")
