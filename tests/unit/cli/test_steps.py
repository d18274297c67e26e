from __future__ import annotations

import base64
import json

import pytest

from realtime_translate.cli import steps
from realtime_translate.cli.steps import Party, Step, frame_step, notice_step, socket_step
from realtime_translate.outputs import Level, Notice

AUDIO = base64.b64encode(bytes(480)).decode()


def upstream_step(event: dict[str, object]) -> Step:
    return frame_step(1.5, Party.TRANSLATOR, Party.UPSTREAM, json.dumps(event))


def test_a_binary_frame_is_only_its_size() -> None:
    step = frame_step(0.1 + 0.2, Party.CLIENT, Party.TRANSLATOR, bytes(7))
    assert step.type == "audio"
    assert step.as_json() == {
        "t": 0.3,
        "from": "client",
        "to": "translator",
        "frame": None,
        "audio_bytes": 7,
        "notice": None,
    }


@pytest.mark.parametrize(
    ("event_type", "field"),
    [
        ("input_audio_buffer.append", "audio"),
        ("response.output_audio.delta", "delta"),
        ("response.audio.delta", "delta"),
    ],
)
def test_base64_audio_is_replaced_by_its_size(event_type: str, field: str) -> None:
    step = upstream_step({"type": event_type, "item_id": "i", field: AUDIO})
    assert step.as_json()["frame"] == {"type": event_type, "item_id": "i", field: "<480 bytes>"}
    assert step.audio_bytes == 480


def test_audio_in_content_parts_is_replaced_too() -> None:
    part = {"type": "input_audio", "audio": AUDIO, "transcript": "hi"}
    step = upstream_step({"type": "conversation.item.create", "item": {"content": [part, "x"]}})
    assert step.frame == {
        "type": "conversation.item.create",
        "item": {"content": [{"type": "input_audio", "audio": "<480 bytes>", "transcript": "hi"}, "x"]},
    }
    assert step.audio_bytes is None


def test_a_frame_that_is_too_deep_to_look_into_is_shown_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_deep(_: object) -> object:
        raise RecursionError

    monkeypatch.setattr(steps, "_without_audio", too_deep)
    assert frame_step(0, Party.CLIENT, Party.TRANSLATOR, '{"x": []}').frame == {"text": '{"x": []}'}


@pytest.mark.parametrize("audio", ["a", "ü", "?", None, 5])
def test_what_is_no_base64_is_shown_as_it_is(audio: object) -> None:
    step = upstream_step({"type": "input_audio_buffer.append", "audio": audio})
    assert step.frame == {"type": "input_audio_buffer.append", "audio": audio}
    assert step.audio_bytes is None


def test_a_text_delta_is_not_taken_for_audio() -> None:
    step = upstream_step({"type": "response.output_text.delta", "delta": "abcd"})
    assert step.frame == {"type": "response.output_text.delta", "delta": "abcd"}
    assert step.audio_bytes is None


@pytest.mark.parametrize("text", ["no JSON", "[1]", "[" * 100_000])
def test_a_text_frame_that_is_no_object_is_kept_as_text(text: str) -> None:
    step = frame_step(0, Party.CLIENT, Party.TRANSLATOR, text)
    assert step.frame == {"text": text}
    assert step.type == "text"


def test_a_socket_event_has_its_details() -> None:
    step = socket_step(2, Party.CLIENT, Party.TRANSLATOR, "close", code=1000, reason="")
    assert step.frame == {"type": "close", "code": 1000, "reason": ""}


def test_a_notice_goes_to_the_host() -> None:
    step = notice_step(2, Notice("CODE", Level.INFO, "Because.", {"n": 1}))
    assert step.type == "CODE"
    assert step.as_json() == {
        "t": 2,
        "from": "translator",
        "to": "host",
        "frame": None,
        "audio_bytes": None,
        "notice": {"code": "CODE", "level": "info", "message": "Because.", "fields": {"n": 1}},
    }
