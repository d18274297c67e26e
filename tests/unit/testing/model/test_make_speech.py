"""Servers that say a text word for word (T3), and voices that are objects (D2)."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate.testing import Reply, Say
from tests.unit.testing.model.harness import Harness, Pick
from tests.unit.testing.model.makes import ITEM, R, ask, server, update

Json = dict[str, Any]

TEXT = "Tea is served."
FORCED: Json = {
    "type": "force_message",
    "role": "assistant",
    "content": [{"type": "output_text", "text": TEXT}],
}
GIVEN: Json = {"type": "message", "role": "assistant", "content": [{"type": "text", "text": TEXT}]}


def said(harness: Harness) -> list[str]:
    return [each["transcript"] for each in harness.of(R + "output_audio_transcript.done")] + [
        each["transcript"] for each in harness.of(R + "audio_transcript.done")
    ]


def asks(name: str) -> Harness:
    """A server that is asked to say the text."""
    harness = server(name, script=[Reply(Say("Words of its own."))])
    if name == "xai":
        harness.send(ITEM + "create", item=FORCED)
        harness.run(3.0)
    else:
        ask(harness, pre_generated_assistant_message=GIVEN)
    return harness


@pytest.mark.parametrize(("name", "tag"), [("xai", None), ("voice-live", {"tag": "1"})])
def test_T3_it_says_that_and_nothing_else(name: str, tag: Json | None) -> None:
    harness = asks(name)
    assert said(harness) == [TEXT]
    assert harness.of(R + "created")[0]["response"]["metadata"] == tag
    assert harness.server.violations == ()
    assert not harness.of(ITEM + "added")[1:]  # only what it said is in the conversation
    ask(harness)
    if name == "voice-live":
        assert said(harness) == [TEXT, "Words of its own."]


def test_R1_an_item_takes_the_slot() -> None:
    harness = server("xai")
    harness.send("response.create", response={"metadata": {"tag": "1"}})
    harness.run(0.1)
    harness.send(ITEM + "create", item=FORCED)
    harness.run(3.0)
    assert [each["code"] for each in harness.errors] == ["conversation_already_has_active_response"]
    assert TEXT not in said(harness)


@pytest.mark.parametrize(
    "change",
    [
        {"role": "user"},
        {"content": []},
        {"content": [{"type": "text", "text": TEXT}]},
        {"content": FORCED["content"] * 2},
        {"id": "msg_1"},
    ],
)
def test_T3_an_item_of_another_shape_is_refused(change: Json) -> None:
    harness = server("xai")
    harness.send(ITEM + "create", item={**FORCED, **change})
    harness.run(1.0)
    assert len(harness.errors) == len(harness.server.violations) == 1
    assert harness.of(R + "created") == []


@pytest.mark.parametrize("name", ["openai", "voice-live"])
def test_T3_others_know_no_such_item(name: str) -> None:
    harness = server(name)
    harness.send(ITEM + "create", item=FORCED)
    harness.run(1.0)
    assert len(harness.errors) == 1


@pytest.mark.parametrize("name", ["openai", "xai"])
def test_T3_nor_such_a_part(name: str) -> None:
    harness = server(name)
    ask(harness, pre_generated_assistant_message=GIVEN)
    assert [each["code"] for each in harness.errors] == ["unknown_parameter"]


# --- voices -------------------------------------------------------------------------------------------------

AZURE: Json = {"type": "azure-standard", "name": "en-US-AvaNeural"}


@pytest.mark.parametrize("voice", [AZURE, "marin"])
def test_D2_a_voice_by_its_name_or_as_an_object(voice: Any) -> None:
    assert "code" not in update(server("voice-live"), voice=voice)


@pytest.mark.parametrize(
    ("name", "voice"),
    [
        ("voice-live", "en-US-AvaNeural"),
        ("voice-live", {"id": "voice_1"}),
        ("voice-live", {**AZURE, "rate": "1"}),
        ("speaches", AZURE),
    ],
)
def test_D2_other_voices_are_refused(name: str, voice: Any) -> None:
    refused = update(server(name), voice=voice)
    assert (refused["code"], refused["param"]) == ("invalid_value", "session.voice")


# --- ids ----------------------------------------------------------------------------------------------------


def test_D5_ids_that_have_to_begin_in_another_way() -> None:
    harness = Harness(choices=Pick(item_ids=3))
    harness.say("Hi.", id="msg_1")
    harness.say("Hi.", id="item_1")
    harness.run(0.1)
    assert [each["message"] for each in harness.errors] == ["ID must start with 'item_', got 'msg_1'"]
