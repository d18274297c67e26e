"""T2: answers to updates that were given up, which come while the next one is in flight (S7)."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import Config
from realtime_translate.openai.dialects import SERVERS
from tests.events import TOOLS, UPDATED, arguments_done, error
from tests.harness import Desk, ready
from tests.unit.session.played import Way, begun_by_server
from tests.unit.session.updates.messages import (
    acknowledged,
    listen,
    prompt,
    refusal,
    sessions,
    speak,
    think,
    update_id,
)

Json = dict[str, Any]

VOICE = "session.audio.output.voice"
BEFORE: Json = {"instructions": "Begin.", "audio": {"output": {"voice": "marin", "speed": 1.0}}}


def shown(**session: Any) -> Json:
    return {"type": "session.updated", "session": session}


def voiced(voice: str, **session: Any) -> Json:
    return shown(**session, audio={"output": {"voice": voice, "speed": 1.0}})


def given_up(way: Way, config: Config, *messages: Json) -> Desk:
    """A session of which updates were not confirmed in time."""
    desk = way(config)
    desk.opened()
    desk.dialled()
    desk.upstream({"type": "session.created", "session": BEFORE})
    desk.client({"type": "Settings", "audio": {}, "agent": {}})
    desk.upstream(UPDATED)
    for message in messages:
        desk.client(message)
        assert desk.wait(10.0).warnings == ["UPDATE_NOT_CONFIRMED"]
    return desk


def test_T2_a_late_answer_confirms_no_later_update(way: Way, config: Config) -> None:
    desk = given_up(way, config, prompt("One."))
    event_id = update_id(desk.client(speak("cedar")))
    assert desk.upstream(voiced("marin", instructions="One.")).notices == ["UPSTREAM_ABSORBED"]
    log = desk.upstream(error("unsupported_parameter", event_id=event_id, param=VOICE))
    assert (log.errors, log.warnings) == ([], ["unsupported_parameter"])


def test_T2_the_later_one_is_confirmed_by_its_own(way: Way, config: Config) -> None:
    desk = given_up(way, config, prompt("One."))
    desk.client(speak("cedar"))
    desk.upstream(voiced("marin", instructions="One."))
    assert acknowledged(desk.upstream(voiced("cedar", instructions="One."))) == ["SpeakUpdated"]
    assert desk.wait(10.0).warnings == []


def test_T2_what_is_never_answered_keeps_nothing_waiting(way: Way, config: Config) -> None:
    desk = given_up(way, config, prompt("One."))
    desk.client(speak("cedar"))
    assert acknowledged(desk.upstream(voiced("cedar", instructions="Begin."))) == ["SpeakUpdated"]


@pytest.mark.parametrize(
    "session", [{}, {"id": "sess_1"}, {"instructions": "One."}, {"audio": {"output": {}}}]
)
def test_T2_a_server_that_does_not_show_it_may_have_answered_the_last(way: Way, session: Json) -> None:
    desk = given_up(way, Config.deepgram(), prompt("One."))
    desk.client(speak("cedar"))
    assert acknowledged(desk.upstream(shown(**session))) == ["SpeakUpdated"]


def test_T2_so_may_one_that_shows_what_nobody_asked_for(way: Way) -> None:
    desk = given_up(way, Config.deepgram(), prompt("One."))
    desk.client(speak("cedar"))
    assert acknowledged(desk.upstream(voiced("en-US-Cedar"))) == ["SpeakUpdated"]


@pytest.mark.parametrize(
    ("first", "second", "late", "own"),
    [
        (prompt("One."), prompt("Two."), {"instructions": "One."}, {"instructions": "Two."}),
        (
            speak("coral", speed=1.5),
            speak("coral", speed=1.25),
            {"audio": {"output": {"voice": "coral", "speed": 1.5}}},
            {"audio": {"output": {"voice": "coral", "speed": 1.25}}},
        ),
        (
            prompt("One."),
            speak("marin", speed=1.25),
            {"audio": {"output": {"voice": "marin", "speed": 1}}},
            {"audio": {"output": {"voice": "marin", "speed": 1.25}}},
        ),
        (
            listen("de"),
            listen("fr"),
            {"audio": {"input": {"transcription": {"model": "m", "languages": ["de"]}}}},
            {"audio": {"input": {"transcription": {"model": "m", "languages": ["fr"]}}}},
        ),
    ],
)
def test_T2_it_is_known_by_each_part_that_the_last_one_changes(
    way: Way, first: Json, second: Json, late: Json, own: Json
) -> None:
    desk = given_up(way, Config.deepgram(), first)
    desk.client(second)
    assert acknowledged(desk.upstream(shown(**late))) == []
    assert len(acknowledged(desk.upstream(shown(**own)))) == 1


def test_T2_what_the_last_one_keeps_tells_nothing(way: Way) -> None:
    """Tools stand as the first one asked, whether this answers it or the last one."""
    desk = given_up(way, Config.deepgram(), think("noon"))
    tools = sessions(desk.client(think("dusk")))[0]["tools"]
    assert acknowledged(desk.upstream(shown(tools=tools))) == ["ThinkUpdated"]


def test_T2_a_flat_session_shows_it_elsewhere(way: Way) -> None:
    desk = given_up(way, Config.deepgram(upstream=SERVERS["openai-beta"]), prompt("One."))
    desk.client(speak("cedar"))
    assert acknowledged(desk.upstream(shown(voice="marin"))) == []
    assert acknowledged(desk.upstream(shown(voice="cedar"))) == ["SpeakUpdated"]


def test_T2_what_settings_asked_for_is_known_too(way: Way) -> None:
    desk = ready(way, Config.deepgram(), TOOLS)
    desk.client(think(text="Before."))
    desk.upstream(UPDATED)
    desk.client(speak("cedar"))
    desk.wait(10.0)
    desk.client(prompt("After."))
    assert acknowledged(desk.upstream(shown(instructions="Before."))) == []


def test_T2_a_server_that_took_a_part_of_it_has_answered(way: Way) -> None:
    desk = given_up(way, Config.deepgram(), prompt("One."))
    desk.client(speak("cedar", speed=1.25))
    assert acknowledged(desk.upstream(voiced("cedar"))) == ["SpeakUpdated"]


def test_T2_each_of_several_may_be_answered_late(way: Way) -> None:
    desk = given_up(way, Config.deepgram(), prompt("One."), prompt("Two."))
    desk.client(prompt("Three."))
    assert acknowledged(desk.upstream(shown(instructions="One."), shown(instructions="Two."))) == []
    assert acknowledged(desk.upstream(shown(instructions="Three."))) == ["PromptUpdated"]


def test_T2_one_answer_for_each_and_not_one_more(way: Way) -> None:
    """A server that shows its old voice after all has answered what was in flight."""
    desk = given_up(way, Config.deepgram(), prompt("One."))
    desk.client(speak("cedar"))
    desk.upstream(voiced("marin"))
    assert acknowledged(desk.upstream(voiced("marin"))) == ["SpeakUpdated"]


def test_T2_an_answer_that_came_while_nothing_was_in_flight_is_no_later_one(way: Way) -> None:
    desk = given_up(way, Config.deepgram(), prompt("One."))
    desk.upstream(voiced("marin", instructions="One."))
    desk.client(speak("cedar"))
    assert acknowledged(desk.upstream(voiced("marin", instructions="One."))) == ["SpeakUpdated"]


def test_T2_a_late_refusal_is_an_answer_too(way: Way) -> None:
    desk = given_up(way, Config.deepgram())
    event_id = update_id(desk.client(prompt("One.")))
    desk.wait(10.0)
    desk.upstream(refusal(event_id))
    desk.client(speak("cedar"))
    assert acknowledged(desk.upstream(voiced("marin"))) == ["SpeakUpdated"]


def test_T2_what_was_answered_before_is_owed_nothing(way: Way) -> None:
    desk = given_up(way, Config.deepgram(), prompt("One."))
    desk.client(speak("cedar"))
    desk.upstream(voiced("cedar"))
    desk.client(speak("coral"))
    assert acknowledged(desk.upstream(voiced("cedar"))) == ["SpeakUpdated"]


@pytest.mark.parametrize("name", ["noon", "weather"])
def test_F7_what_an_update_declared_that_may_hold_may_be_called(way: Way, name: str) -> None:
    desk = ready(way, Config.deepgram(), TOOLS)
    desk.client(think("noon"))
    desk.wait(10.0)
    begun_by_server(desk)
    log = desk.upstream(arguments_done("call_1", "resp_s", name=name))
    assert log.client_types == ["FunctionCallRequest"]


def test_F7_also_if_the_next_one_declares_nothing(way: Way) -> None:
    desk = ready(way, Config.deepgram(), TOOLS)
    for message in (think("noon"), prompt("One.")):
        desk.client(message)
        desk.wait(10.0)
    begun_by_server(desk)
    log = desk.upstream(arguments_done("call_1", "resp_s", name="noon"))
    assert log.client_types == ["FunctionCallRequest"]


def test_L2_few_are_remembered(way: Way) -> None:
    numbers = ["One.", "Two.", "Three.", "Four.", "Five."]
    desk = given_up(way, Config.deepgram(), *map(prompt, numbers))
    desk.client(prompt("Six."))
    assert acknowledged(desk.upstream(*[shown(instructions=each) for each in numbers[1:]])) == []
    snapshot: Any = desk.translator.snapshot()
    assert snapshot["call"]["updates"]["given_up"] == []
