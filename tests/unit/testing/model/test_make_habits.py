"""Servers of other makes, by name: what each does in the course of a call (D4)."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate.testing import Call, Reply, Say
from tests.unit.testing.model.harness import LOUD, QUIET, Harness, user
from tests.unit.testing.model.makes import ITEM, SAID, TRANSCRIBED, R, ask, server, turn, update

Json = dict[str, Any]


# --- events -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind"),
    [("speaches", "response.cancel"), ("xai", ITEM + "truncate"), ("elevenlabs", ITEM + "delete")],
)
def test_D4_events_that_it_lacks(name: str, kind: str) -> None:
    harness = server(name)
    harness.send(kind, item_id="1", content_index=0, audio_end_ms=1)
    harness.run(0.1)
    assert harness.errors[0]["code"] == "unknown_or_invalid_event"


def test_D4_a_truncation_without_an_answer() -> None:
    harness = server("speech-to-speech", script=[Reply(Say("Yes.", audio_ms=400))])
    ask(harness)
    item_id = harness.of(R + "output_item.done")[0]["item"]["id"]
    harness.forget()
    harness.send(ITEM + "truncate", item_id=item_id, content_index=0, audio_end_ms=100)
    harness.run(1.0)
    assert (harness.events, harness.server.violations) == ([], ())


@pytest.mark.parametrize(("name", "kind"), [("xai", "ping"), ("voice-live", "warning"), ("glm", "heartbeat")])
def test_O7_events_of_its_own(name: str, kind: str) -> None:
    harness = server(name)
    assert kind in harness.kinds()
    harness.forget()
    ask(harness)
    assert kind in harness.kinds()


def test_C1_parts_of_assistants() -> None:
    harness = server("inworld")
    for kind in ("text", "output_text"):
        harness.send(ITEM + "create", item={**SAID, "content": [{"type": kind, "text": "Yes."}]})
        harness.run(0.1)
    assert [each["param"] for each in harness.errors] == ["item.content[0].type"]
    harness.send(ITEM + "create", item=user("Hi."))
    harness.run(0.1)
    assert len(harness.of(ITEM + "added")) == 2


# --- responses ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["qwen", "nemotron"])
def test_R6_responses_without_tags_or_instructions(name: str) -> None:
    harness = server(name)
    ask(harness)
    assert "has metadata" in harness.server.violations[0].message
    assert "response.metadata" in harness.errors[0]["message"]
    harness.forget()
    harness.send("response.create", response={"metadata": None, "instructions": "Say it."})
    harness.run(1.0)
    assert [each["code"] for each in harness.errors] == ["unsupported_response_override"]
    harness.send("response.create", response={"metadata": None})
    harness.run(1.0)
    assert harness.of(R + "done")


def test_R3_a_server_that_is_busy_says_so_in_its_words() -> None:
    harness = server("qwen")
    for _ in "ab":
        harness.send("response.create", response={"metadata": None})
    harness.run(0.06)
    (error,) = harness.errors
    assert (error["code"], "another response is in progress" in error["message"]) == ("invalid_value", True)
    harness = server("speech-to-speech")
    for _ in "ab":
        harness.send("response.create")
    harness.run(0.06)
    assert (harness.errors[0]["type"], harness.errors[0]["code"]) == (
        "conversation_already_has_active_response",
        None,
    )


def test_R1_a_response_that_takes_the_place_of_another() -> None:
    harness = server("localai")
    for _ in "ab":
        harness.send("response.create")
        harness.run(0.06)
    harness.run(3.0)
    assert [each["response"]["status"] for each in harness.of(R + "done")] == ["cancelled", "completed"]
    assert harness.rules == [(1, False)]


def test_B1_a_response_that_is_cut_has_no_end() -> None:
    harness = server("xai", script=[Reply(Say("Yes.", audio_ms=2000))])
    harness.send("response.create")
    harness.run(0.3)
    harness.send("response.cancel")
    harness.run(3.0)
    assert harness.of(R + "done") == harness.of(R + "output_item.done") == []
    assert len(harness.of(R + "output_audio.delta")) < 20
    assert harness.server.violations == ()


def test_R3_a_create_with_nothing_new_is_dropped_once() -> None:
    harness = server("xai")
    for expected in (1, 1, 2):
        ask(harness)
        assert len(harness.of(R + "created")) == expected
    harness.say("Hi.")
    ask(harness)
    assert len(harness.of(R + "created")) == 3
    assert harness.server.violations == ()


def test_A5_a_commit_under_turn_detection_is_no_one_s_mistake_but_the_client_s() -> None:
    harness = server("speech-to-speech")
    harness.append(200, LOUD)
    harness.send("input_audio_buffer.commit")
    harness.run(0.1)
    assert harness.rules == [(4, False)]
    harness.send("input_audio_buffer.commit")
    harness.run(0.1)
    assert not harness.server.violations[-1].race


def test_R8_what_it_hears_is_answered_whatever_is_asked() -> None:
    harness = server("speech-to-speech", script=[Reply(Call("f"))])
    turn(harness)
    assert len(harness.of(R + "created")) == 1
    ask(harness)
    assert harness.errors[0]["type"] == "function_call_output_pending"


# --- xAI's turns --------------------------------------------------------------------------------------------


def listening() -> Harness:
    harness = server("xai", transcribe="Hello, it is me.")
    update(
        harness,
        audio={"input": {"transcription": {"model": "grok-transcribe"}}},
        turn_detection={"type": "server_vad"},
    )
    harness.forget()
    return harness


def test_O4_transcripts_that_grow() -> None:
    harness = listening()
    turn(harness)
    told = [(each["transcript"], each["status"]) for each in harness.of(TRANSCRIBED)]
    assert told == [
        ("Hello,", "in_progress"),
        ("Hello, it", "in_progress"),
        ("Hello, it is", "in_progress"),
        ("Hello, it is me.", "completed"),
    ]


def test_O6_a_stop_that_is_taken_back() -> None:
    harness = listening()
    harness.append(400, LOUD)
    harness.append(300, QUIET)
    assert harness.kinds()[-1] == "input_audio_buffer.speech_stopped"
    turn(harness)
    items = [each["item_id"] for each in harness.events if each["type"].startswith("input_audio_buffer.")]
    assert len(items) == 5
    assert len(set(items)) == 1
    assert len(harness.of("input_audio_buffer.committed")) == len(harness.of(R + "created")) == 1


# --- the end ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind", "code"),
    [("xai", "max_duration", None), ("openai", "invalid_request_error", "session_expired")],
)
def test_E3_how_its_time_is_over(name: str, kind: str, code: str | None) -> None:
    harness = server(name, session_limit=60.0)
    harness.run(61.0)
    assert (harness.errors[0]["type"], harness.errors[0]["code"]) == (kind, code)


def test_I1_a_server_that_hears_nothing_goes() -> None:
    harness = server("elevenlabs")
    harness.run(50.0)
    harness.append(20, QUIET)
    harness.run(59.0)
    assert harness.server.closed is None
    harness.run(2.0)
    assert harness.server.closed == (1002, "no message for too long")
    assert harness.errors == []
