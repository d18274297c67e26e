"""Servers that say a text word for word: how they are asked to, and whose response it is (T3)."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import Config, GreetingMode
from realtime_translate.openai.dialects import NEMOTRON, OPENAI_GA, VOICE_LIVE, XAI, UpstreamDialect
from tests.events import audio, created, done, error, speech
from tests.harness import SETTINGS, Desk, Log
from tests.unit.session.played import Way
from tests.unit.session.test_dialects import ask, ready

Json = dict[str, Any]

SAY: Json = {"type": "InjectAgentMessage", "message": "Tea is served."}
ITEM: Json = {
    "type": "force_message",
    "role": "assistant",
    "content": [{"type": "output_text", "text": "Tea is served."}],
}
MESSAGE: Json = {
    "type": "message",
    "role": "assistant",
    "content": [{"type": "text", "text": "Tea is served."}],
}


def spoken(log: Log) -> Json:
    """The one event that asks for it."""
    (event,) = log.upstream
    return event


def echoing(way: Way) -> Desk:
    """A call with xAI's server, which has shown that it echoes tags."""
    desk = way(Config.deepgram(upstream=XAI))
    desk.ready()
    tag = ask(desk)["event_id"]
    desk.upstream(created("r0", tag), audio(response_id="r0"), done("r0", tag=tag))
    return desk


# --- how they are asked -------------------------------------------------------------------------------------


def test_T3_an_item_that_is_spoken_takes_the_place_of_the_create() -> None:
    event = spoken(ready(XAI).client(SAY))
    assert (event["type"], event["item"]) == ("conversation.item.create", ITEM)


def test_T3_a_message_that_is_spoken_goes_in_the_create_with_its_tag() -> None:
    event = spoken(ready(VOICE_LIVE).client(SAY))
    assert event["response"] == {
        "metadata": {"rt": event["event_id"]},
        "pre_generated_assistant_message": MESSAGE,
    }


def test_T3_others_are_asked_in_words() -> None:
    assert "Tea is served." in spoken(ready(OPENAI_GA).client(SAY))["response"]["instructions"]
    assert len(ready(NEMOTRON).client(SAY).upstream) == 2


@pytest.mark.parametrize(("server", "key"), [(XAI, "item"), (VOICE_LIVE, "response")])
def test_G3_a_spoken_greeting_goes_the_same_way(server: UpstreamDialect, key: str) -> None:
    desk = Desk(Config.deepgram(upstream=server, greeting=GreetingMode.SPOKEN))
    event = desk.ready({**SETTINGS, "agent": {"greeting": "Tea is served."}}).upstream[-1]
    said = event[key] if key == "item" else event[key]["pre_generated_assistant_message"]
    assert said["content"][0]["text"] == "Tea is served."
    assert "instructions" not in str(event)


@pytest.mark.parametrize("server", [XAI, VOICE_LIVE], ids=lambda each: each.name)
def test_T3_words_of_the_model_s_own_are_no_exact_ones(server: UpstreamDialect) -> None:
    desk = Desk(Config.component(upstream=server))
    desk.ready()
    event = spoken(desk.client({"type": "InjectAgentMessage", "is_dynamic": True}))
    assert (event["type"], list(event["response"])) == ("response.create", ["metadata"])


# --- whose response it is -----------------------------------------------------------------------------------


def test_R1_the_response_to_an_item_is_ours_though_it_has_no_tag(way: Way) -> None:
    desk = echoing(way)
    desk.client(SAY)
    desk.upstream(created("r1"), audio(response_id="r1"))
    assert "AgentAudioDone" in desk.upstream(done("r1")).client_types
    assert desk.wait(60.0).client == []  # no create is waited for


def test_R1_nor_is_its_end_taken_for_that_of_another(way: Way) -> None:
    desk = echoing(way)
    desk.client(SAY)
    desk.upstream(done("r1"))
    assert desk.wait(60.0).client == []


def test_R1_a_create_that_was_given_up_before_is_not_taken_for_it(way: Way) -> None:
    desk = echoing(way)
    late = ask(desk)["event_id"]
    desk.wait(30.0)  # asked twice, and given up
    desk.client(SAY)
    desk.upstream(created("r1", late))
    desk.upstream(done("r1", tag=late))
    assert desk.client({**SAY, "behavior": "queue"}).upstream == []  # the first is not said yet
    desk.upstream(created("r2"), audio(response_id="r2"))
    log = desk.upstream(done("r2"))
    assert "AgentAudioDone" in log.client_types
    assert spoken(log)["item"] == ITEM


def test_R2_what_is_said_waits_for_the_slot_and_takes_it() -> None:
    desk = ready(XAI)
    tag = ask(desk)["event_id"]
    desk.upstream(created("r0", tag))
    assert desk.client({**SAY, "behavior": "queue"}).upstream == []
    assert spoken(desk.upstream(done("r0", tag=tag)))["item"] == ITEM
    typed = desk.client({"type": "InjectUserMessage", "content": "And cake?"}).upstream
    confirmed = {"type": "conversation.item.added", "item": typed[0]["item"]}
    assert desk.upstream(confirmed, created("r1"), audio(response_id="r1")).upstream == []
    assert desk.upstream(done("r1")).upstream_types == ["response.create"]


def test_B1_what_is_said_is_cut_when_the_user_speaks() -> None:
    desk = ready(XAI)
    desk.client(SAY)
    desk.upstream(created("r1"), audio(response_id="r1"))
    assert "UserStartedSpeaking" in desk.upstream(speech("speech_started")).client_types
    assert desk.upstream(audio(response_id="r1")).client == []


# --- what may go wrong --------------------------------------------------------------------------------------


def test_R5_an_item_that_is_refused_is_a_failure_of_what_it_was_for() -> None:
    desk = ready(XAI)
    event_id = spoken(desk.client(SAY))["event_id"]
    log = desk.upstream(error("invalid_value", event_id=event_id))
    assert [each["code"] for each in log.of("Warning")] == ["THINK_REQUEST_FAILED"]
    assert desk.wait(60.0).upstream == []


def test_R3_an_item_is_not_dropped_so_it_does_not_go_again(way: Way) -> None:
    desk = echoing(way)
    desk.client(SAY)
    log = desk.wait(60.0)
    assert log.upstream == []
    assert [each["code"] for each in log.of("Warning")][-1] == "THINK_REQUEST_FAILED"


def test_R1_one_that_comes_late_is_not_the_answer_to_what_was_asked_since(way: Way) -> None:
    desk = echoing(way)
    desk.client(SAY)
    desk.wait(11.0)
    tag = ask(desk)["event_id"]
    desk.upstream(created("r1"), audio(response_id="r1"), done("r1"))
    desk.upstream(created("r2", tag), audio(response_id="r2"))
    assert "AgentAudioDone" in desk.upstream(done("r2", tag=tag)).client_types
