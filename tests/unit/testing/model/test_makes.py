"""Servers of other makes, by name: what each takes, shows and does (D2-D4)."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate.openai.dialects import SERVERS
from realtime_translate.testing import RealtimeServer, Reply, Say
from realtime_translate.testing.model.makes import MAKES
from tests.unit.testing.model.makes import NESTED_TOOL, TOOL, TRANSCRIBED, R, ask, server, turn, update

Json = dict[str, Any]


# --- which there are ----------------------------------------------------------------------------------------


def test_each_row_is_played() -> None:
    assert MAKES.keys() == SERVERS.keys()
    assert all(make.name == name for name, make in MAKES.items())


def test_S2_the_model_of_the_first_update_stays() -> None:
    harness = server("elevenlabs")
    assert update(harness, type="realtime", model="another")["model"] == "another"
    assert update(harness, type="realtime", model="a third")["param"] == "session.model"
    assert update(server("localai"), type="realtime", model="another")["param"] == "session.model"


def test_other_names_are_refused() -> None:
    with pytest.raises(ValueError, match="no server is called 'nobody'; there are openai, azure"):
        RealtimeServer(clock=lambda: 0.0, new_id=lambda: "1", dialect="nobody")


@pytest.mark.parametrize("name", ["openai", "azure", "litellm"])
def test_openai_s_own_is_as_it_was(name: str) -> None:
    harness = server(name)
    assert harness.events[0]["session"]["audio"]["input"]["format"] == {"type": "audio/pcm", "rate": 24000}
    assert update(harness, type="realtime", voice="x")["code"] == "unknown_parameter"


# --- the shape of its session -------------------------------------------------------------------------------


def test_D2_a_flat_session() -> None:
    harness = server("openai-beta")
    shown = harness.events[0]["session"]
    assert "type" not in shown
    assert "audio" not in shown
    assert (shown["modalities"], shown["input_audio_format"]) == (["text", "audio"], "pcm16")
    shown = update(
        harness,
        modalities=["text"],
        voice="ash",
        input_audio_format="g711_ulaw",
        turn_detection={"type": "server_vad"},
        max_response_output_tokens=100,
    )
    assert (shown["modalities"], shown["voice"], shown["input_audio_format"]) == (
        ["text"],
        "ash",
        "g711_ulaw",
    )
    assert (shown["turn_detection"]["type"], shown["max_response_output_tokens"]) == ("server_vad", 100)
    assert update(harness, modalities=["text", "audio"])["modalities"] == ["text", "audio"]
    assert harness.server.violations == ()


@pytest.mark.parametrize(
    ("session", "param"),
    [
        ({"type": "realtime"}, "session.type"),
        ({"audio": {"output": {"voice": "ash"}}}, "session.audio.output.voice"),
        ({"output_modalities": ["text"]}, "session.output_modalities"),
        ({"modalities": ["audio"]}, "session.modalities"),
        ({"input_audio_format": "audio/pcm"}, "session.input_audio_format"),
        ({"input_audio_format": {"type": "audio/pcm"}}, "session.input_audio_format"),
        ({"prompt": {"id": "1"}}, "session.prompt"),
        ({"speed": 7}, "session.speed"),
        ({"input_audio_transcription": {"model": 7}}, "session.input_audio_transcription.model"),
        ({"nonsense": 1}, "session.nonsense"),
    ],
)
def test_D2_what_is_not_in_that_shape_is_refused_where_it_stands(session: Json, param: str) -> None:
    harness = server("openai-beta")
    error = update(harness, **session)
    assert error["param"] == param
    assert f"'{param}'" in error["message"] or "Invalid value" in error["message"]
    (violation,) = harness.server.violations
    assert violation.answered


def test_D2_a_session_that_is_no_object_is_refused_as_anywhere() -> None:
    harness = server("openai-beta")
    harness.send("session.update", session=7)
    harness.run(0.1)
    assert harness.errors[0]["param"] == "session"


def test_D2_a_mixed_session() -> None:
    harness = server("xai")
    shown = update(
        harness,
        voice="ara",
        audio={"input": {"transcription": {"model": "grok-transcribe", "language_hint": "de"}}},
        turn_detection=None,
    )
    assert (shown["voice"], shown["turn_detection"]) == ("ara", None)
    assert shown["audio"]["input"]["transcription"]["language_hint"] == "de"
    assert harness.server.violations == ()


def test_D2_tools_in_an_object_of_their_own() -> None:
    harness = server("qwen")
    assert update(harness, tools=[NESTED_TOOL])["tools"] == [NESTED_TOOL]
    assert update(harness, tools=[TOOL])["code"] == "missing_required_parameter"


@pytest.mark.parametrize("name", ["inworld", "elevenlabs", "glm"])
def test_S2_the_first_update_names_the_model(name: str) -> None:
    typed: Json = {} if name == "glm" else {"type": "realtime"}
    assert update(server(name), **typed)["param"] == "session.model"
    harness = server(name)
    assert "id" in update(harness, model="gpt-realtime", **typed)
    assert "id" in update(harness, **typed)


# --- formats ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [8000, 16000, 24000, 32000, 48000])
def test_D3_pcm_at_any_rate(rate: int) -> None:
    harness = server("localai", script=[Reply(Say("Yes.", audio_ms=100))])
    pcm = {"type": "audio/pcm", "rate": rate}
    shown = update(harness, type="realtime", audio={"input": {"format": pcm}, "output": {"format": pcm}})
    assert shown["audio"]["input"]["format"] == shown["audio"]["output"]["format"] == pcm
    harness.send("input_audio_buffer.append", audio="AAAA" * 8)
    ask(harness)
    delta = harness.of(R + "output_audio.delta")[0]["delta"]
    assert len(delta) * 3 // 4 in range(rate // 5 - 2, rate // 5 + 3)


@pytest.mark.parametrize(
    ("name", "spoken"),
    [
        ("localai", {"type": "audio/pcmu"}),
        ("localai", "pcm16"),
        ("elevenlabs", {"type": "audio/pcm", "rate": 24000}),
    ],
)
def test_D3_formats_that_it_does_not_carry(name: str, spoken: object) -> None:
    error = update(server(name), type="realtime", model="gpt-realtime", audio={"output": {"format": spoken}})
    assert error["code"] in ("invalid_value", "unknown_parameter")


def test_D3_a_format_without_a_rate() -> None:
    shown = update(
        server("elevenlabs"),
        type="realtime",
        model="gpt-realtime",
        audio={"output": {"format": {"type": "audio/pcm"}}},
    )
    assert shown["audio"]["output"]["format"] == {"type": "audio/pcm"}


def test_D3_what_is_in_use_unasked() -> None:
    assert server("speech-to-speech").events[0]["session"]["audio"]["output"]["format"] is None
    assert server("speech-to-speech").events[0]["session"]["audio"]["input"]["format"]["rate"] == 16000
    assert server("qwen").events[0]["session"]["output_audio_format"] == "pcm24"


# --- turn detection and transcription -----------------------------------------------------------------------


def test_D3_turn_detection_is_switched_off_in_its_words() -> None:
    harness = server("glm")
    assert update(harness, model="gpt-realtime", turn_detection={"type": "client_vad"})["turn_detection"] == {
        "type": "client_vad"
    }
    assert update(harness, turn_detection=None)["param"] == "session.turn_detection"


@pytest.mark.parametrize(
    ("name", "turns"),
    [
        ("speaches", None),
        ("xai", {"type": "semantic_vad"}),
        ("xai", {"type": "server_vad", "create_response": False}),
        ("stepfun", {"type": "semantic_vad"}),
    ],
)
def test_D3_turn_detection_that_it_does_not_have(name: str, turns: object) -> None:
    harness = server(name)
    assert update(harness, turn_detection=turns)["code"] == "invalid_value"


def test_D3_transcription_that_cannot_be_asked_for() -> None:
    harness = server("nemotron")
    error = update(harness, type="realtime", audio={"input": {"transcription": {"model": "whisper-1"}}})
    assert error["param"] == "session.audio.input.transcription"
    turn(harness)
    assert [each["transcript"] for each in harness.of(TRANSCRIBED)] == ["Hello there."]


def test_D3_transcription_that_is_on_unasked() -> None:
    harness = server("speaches")
    turn(harness)
    assert harness.of(TRANSCRIBED)


def test_T2_the_voice_may_be_chosen_once() -> None:
    harness = server("qwen")
    assert update(harness, voice="Cherry")["voice"] == "Cherry"
    assert update(harness, voice="Ethan")["code"] == "cannot_update_voice"
    assert harness.server.violations[0].race is False
