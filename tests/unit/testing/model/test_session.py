"""The session object and its updates."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from realtime_translate.testing import Reply, Say
from tests.unit.testing.model.harness import QUIET, Harness

PCM = {"type": "audio/pcm", "rate": 24000}


def session(harness: Harness) -> dict[str, Any]:
    event = [event for event in harness.events if event["type"].startswith("session.")][-1]
    return dict(event["session"])


def test_the_server_speaks_first() -> None:
    harness = Harness(opened=False)
    assert harness.server.next_deadline is None
    with pytest.raises(RuntimeError, match=r"opened\(\) first"):
        harness.server.receive("{}")
    assert harness.server.handle_timeout() == ()
    (created,) = harness.keep(harness.server.opened())
    assert created["type"] == "session.created"
    assert harness.server.opened() == ()


def test_defaults_show_nulls() -> None:
    created = session(Harness(session_limit=60.0))
    assert created["audio"]["input"]["transcription"] is None
    assert created["audio"]["input"]["format"] == created["audio"]["output"]["format"] == PCM
    assert created["prompt"] is created["include"] is created["tracing"] is None
    assert created["output_modalities"] == ["audio"]
    assert created["expires_at"] == 1_800_000_060
    assert created["id"].startswith("sess_")


@pytest.mark.parametrize(
    ("model", "voice", "silence"),
    [
        ("gpt-realtime", "alloy", 200),
        ("gpt-realtime-2025-08-28", "alloy", 200),
        ("gpt-realtime-2.1-mini", "marin", 500),
    ],
)
def test_models_differ(model: str, voice: str, silence: int) -> None:
    created = session(Harness(model=model))
    assert created["model"] == model
    assert created["audio"]["output"]["voice"] == voice
    assert created["audio"]["input"]["turn_detection"]["silence_duration_ms"] == silence


def test_only_what_is_given_changes() -> None:
    harness = Harness()
    before = session(harness)
    harness.update(instructions="Hi.", audio={"output": {"speed": 1.5}})
    harness.update(tools=[{"type": "function", "name": "f"}], prompt=None)
    after = session(harness)
    assert after["instructions"] == "Hi."
    assert after["tools"] == [{"type": "function", "name": "f"}]
    assert after["audio"]["output"] == {**before["audio"]["output"], "speed": 1.5}
    assert after["audio"]["input"] == before["audio"]["input"]
    assert harness.errors == []


def test_turn_detection_keeps_its_sub_keys() -> None:
    harness = Harness()
    harness.listen(turn_detection={"type": "server_vad", "silence_duration_ms": 700})
    harness.listen(turn_detection={"type": "server_vad", "create_response": False})
    vad = session(harness)["audio"]["input"]["turn_detection"]
    assert (vad["silence_duration_ms"], vad["create_response"], vad["threshold"]) == (700, False, 0.5)


def test_another_kind_of_turn_detection_starts_from_defaults() -> None:
    harness = Harness()
    harness.listen(turn_detection={"type": "server_vad", "create_response": False})
    harness.listen(turn_detection={"type": "semantic_vad"})
    expected = {
        "type": "semantic_vad",
        "eagerness": "auto",
        "create_response": True,
        "interrupt_response": True,
    }
    assert session(harness)["audio"]["input"]["turn_detection"] == expected
    harness.listen(turn_detection=None)
    assert session(harness)["audio"]["input"]["turn_detection"] is None
    harness.listen(turn_detection={"type": "server_vad"})
    assert session(harness)["audio"]["input"]["turn_detection"]["create_response"] is True


def test_transcription_shows_its_nulls() -> None:
    harness = Harness()
    harness.listen(transcription={"model": "whisper-1"})
    harness.listen(transcription={"model": "whisper-1", "language": "nl"})
    shown = session(harness)["audio"]["input"]["transcription"]
    assert shown == {"model": "whisper-1", "language": "nl", "prompt": None}
    harness.listen(transcription=None)
    assert session(harness)["audio"]["input"]["transcription"] is None


def test_another_format_drops_what_is_pending() -> None:
    harness = Harness()
    harness.listen(turn_detection=None)
    harness.append(500, QUIET)
    harness.listen(format={"type": "audio/pcm"})
    harness.send("input_audio_buffer.append", audio="AAAA" * 100)
    harness.listen(format={"type": "audio/pcmu"})
    harness.send("input_audio_buffer.commit")
    harness.run(0.1)
    assert "only has 0.00ms" in harness.errors[0]["message"]


def test_the_same_voice_is_tolerated_another_is_not() -> None:
    harness = Harness(script=[Reply(Say("Hi."))])
    harness.update(audio={"output": {"voice": "cedar"}})
    harness.send("response.create")
    harness.run(2.0)
    assert harness.server.violations == ()
    harness.update(audio={"output": {"voice": "cedar"}})
    assert (harness.rules, harness.errors) == ([(5, False)], [])
    harness.update(instructions="Lost too.", audio={"output": {"voice": "sage"}})
    assert harness.errors[0]["code"] == "cannot_update_voice"
    assert session(harness)["instructions"] != "Lost too."
    assert harness.rules == [(5, False), (5, True)]


def test_a_voice_may_be_an_object() -> None:
    harness = Harness()
    harness.update(audio={"output": {"voice": {"id": "voice_1"}}})
    assert session(harness)["audio"]["output"]["voice"] == {"id": "voice_1"}


def test_reasoning_needs_its_model() -> None:
    harness = Harness(model="gpt-realtime-2.1")
    harness.update(reasoning={"effort": "low"}, parallel_tool_calls=True)
    assert session(harness)["reasoning"] == {"effort": "low"}
    assert harness.server.violations == ()


def test_naming_the_model_in_use_is_no_change() -> None:
    harness = Harness(model="gpt-realtime-2.1")
    harness.update(model="gpt-realtime-2.1", instructions="New.")
    assert (harness.rules, harness.errors) == ([], [])
    assert session(harness)["instructions"] == "New."
    harness.update(model="gpt-realtime-mini")
    assert harness.errors[0]["param"] == "session.model"
    assert session(harness)["model"] == "gpt-realtime-2.1"


def test_speed_changes_between_turns_only() -> None:
    harness = Harness()
    harness.update(audio={"output": {"speed": 1.2}})
    harness.send("response.create")
    harness.run(0.06)
    harness.update(audio={"output": {"speed": 1.3}})
    assert (harness.rules, harness.errors) == ([(16, False)], [])
    (violation,) = harness.server.violations
    assert (violation.message, violation.race) == ("The speed can only change between turns.", False)
    assert violation.event is not None
    assert violation.event["type"] == "session.update"
    assert session(harness)["audio"]["output"]["speed"] == 1.3


# --- while a response runs --------------------------------------------------------------------------


def test_an_update_during_a_response_is_for_the_next() -> None:
    harness = Harness(script=[Reply(Say("One."), Say("two " * 20)), Reply(Say("Three."))])
    harness.send("response.create")
    harness.run_until(lambda: bool(harness.of("response.created")))
    harness.update(
        instructions="Later.",
        output_modalities=["text"],
        tools=[{"type": "function", "name": "f"}],
        audio={"output": {"voice": "cedar", "format": {"type": "audio/pcmu"}}},
    )
    assert harness.kinds()[-1] != "response.done"
    assert session(harness)["instructions"] == "Later."
    harness.run(5.0)
    (done,) = harness.of("response.done")
    assert done["response"]["audio"]["output"] == {"format": PCM, "voice": "alloy"}
    assert done["response"]["output_modalities"] == ["audio"]
    assert {len(base64.b64decode(each["delta"])) for each in harness.of("response.output_audio.delta")} <= {
        4800,
        1920,
    }
    harness.send("response.create")
    harness.run(2.0)
    later = harness.of("response.created")[-1]["response"]
    assert later["audio"]["output"] == {"format": {"type": "audio/pcmu"}, "voice": "cedar"}
    assert later["output_modalities"] == ["text"]


@pytest.mark.parametrize(
    "bad",
    [
        {"nonsense": 1},
        {"audio": {"output": {"voice": "sage"}}},
        {"audio": {"output": {"speed": 7.0}}},
        {"tools": [{"type": "function", "name": ""}]},
        {"output_modalities": ["text", "audio"]},
    ],
)
def test_a_refused_update_changes_nothing(bad: dict[str, object]) -> None:
    harness = Harness(script=[Reply(Say("Hi."))])
    harness.update(instructions="Old.")
    harness.send("response.create")
    harness.run(2.0)
    before = session(harness)
    harness.update(**{"instructions": "New.", "tool_choice": "none", **bad})
    assert len(harness.errors) == 1
    assert len(harness.of("session.updated")) == 1
    harness.update()
    assert session(harness) == before


def test_a_voice_may_change_until_the_first_audio() -> None:
    """Text is not audio; and an update that was under way when the first audio came is a race."""
    harness = Harness(script=[Reply(Say("Hi.")), Reply(Say("word " * 20))], latency=0.2)
    harness.send("response.create", response={"output_modalities": ["text"]})
    harness.run(2.0)
    harness.update(audio={"output": {"voice": "cedar"}})
    harness.run(0.2)
    assert session(harness)["audio"]["output"]["voice"] == "cedar"
    harness.send("response.create")
    harness.run(0.3)
    harness.update(audio={"output": {"voice": "sage"}})
    harness.run(0.2)
    assert [(each.code, each.race) for each in harness.server.violations] == [("cannot_update_voice", True)]
