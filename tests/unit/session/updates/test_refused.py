"""T2: updates that cannot be done, that upstream refuses, or that it does not confirm."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import Config
from tests.events import UPDATED, audio, done, error
from tests.harness import SETTINGS, Desk, Log, ready
from tests.unit.session.played import MANUAL, Way, begun_by_server
from tests.unit.session.updates.messages import (
    EACH,
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


def burst(desk: Desk, *messages: Json) -> Log:
    """Updates that go together, when the response that held them up is done."""
    begun_by_server(desk)
    for message in messages:
        desk.client(message)
    return desk.upstream(done("resp_s"))


# --- what cannot be done ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (listen("multi"), "UPDATE_LISTEN_UNSUPPORTED_FIELDS_CHANGED"),
        (think(""), "INVALID_SETTINGS"),
        ({"type": "UpdateThink", "think": []}, "INVALID_SETTINGS"),
    ],
)
def test_T2_what_cannot_be_done_gets_a_warning_and_no_acknowledgement(
    way: Way, config: Config, message: Json, code: str
) -> None:
    desk = ready(way, config)
    log = desk.client(message)
    assert log.client_types == ["Warning"]
    assert log.warnings == [code]
    assert (log.upstream, log.closes) == ([], [])
    assert log.notices[-1] == "UPDATE_REFUSED"


def test_T2_what_cannot_be_done_leaves_the_others_as_they_are(way: Way) -> None:
    desk = ready(way)
    begun_by_server(desk)
    desk.client(prompt("One."))
    assert desk.client(listen("multi")).warnings == ["UPDATE_LISTEN_UNSUPPORTED_FIELDS_CHANGED"]
    desk.client(prompt("Two."))
    log = desk.upstream(done("resp_s"))
    assert [each["instructions"] for each in sessions(log)] == ["One.\nTwo."]
    assert acknowledged(desk.upstream(UPDATED)) == ["PromptUpdated", "PromptUpdated"]


# --- what upstream refuses ----------------------------------------------------------------------------------


@pytest.mark.parametrize("message", EACH, ids=lambda message: message["type"])
def test_T2_what_upstream_refuses_gets_its_code_as_a_warning(way: Way, config: Config, message: Json) -> None:
    desk = ready(way, config)
    event_id = update_id(desk.client(message))
    log = desk.upstream(refusal(event_id))
    assert log.client_types == ["Warning"]
    assert log.client == [
        {"type": "Warning", "code": "invalid_value", "description": "Something went wrong."}
    ]
    assert log.notices == ["UPDATE_REFUSED", "UPSTREAM_ERROR_BENIGN"]
    assert log.upstream == []
    assert desk.translator.next_deadline is None
    assert acknowledged(desk.upstream(UPDATED)) == []


def test_T2_what_was_refused_does_not_hold(way: Way) -> None:
    desk = ready(way)
    event_id = update_id(desk.client(prompt("Refused.")))
    desk.upstream(refusal(event_id))
    assert [each["instructions"] for each in sessions(desk.client(prompt("Taken.")))] == ["Taken."]


def test_T2_a_voice_that_upstream_refuses_has_the_code_for_it(way: Way) -> None:
    desk = ready(way)
    event_id = update_id(desk.client(speak()))
    log = desk.upstream(refusal(event_id, "cannot_update_voice"))
    assert log.warnings == ["SPEAK_UPDATE_UNSUPPORTED"]


def test_R6_a_refusal_without_an_event_id_is_known_by_its_code(way: Way) -> None:
    desk = ready(way)
    desk.client(speak())
    log = desk.upstream(refusal(None, "cannot_update_voice"))
    log.outputs += desk.wait(20.0).outputs
    assert log.warnings == ["SPEAK_UPDATE_UNSUPPORTED"]


def test_T2_several_that_are_refused_together_are_sent_one_by_one(way: Way) -> None:
    desk = ready(way)
    event_id = update_id(burst(desk, prompt("One."), speak(), prompt("Two.")))
    log = desk.upstream(refusal(event_id))
    assert log.client == []
    assert log.notices == ["UPDATES_SEPARATED", "UPSTREAM_ERROR_BENIGN"]
    assert sessions(log) == [{"type": "realtime", "instructions": "One."}]
    log = desk.upstream(UPDATED)
    assert acknowledged(log) == ["PromptUpdated"]
    assert sessions(log) == [{"type": "realtime", "audio": {"output": {"voice": "cedar"}}}]
    log = desk.upstream(refusal(update_id(log)))
    assert log.warnings == ["invalid_value"]
    assert sessions(log) == [{"type": "realtime", "instructions": "One.\nTwo."}]
    assert acknowledged(desk.upstream(UPDATED)) == ["PromptUpdated"]


def test_T2_what_comes_meanwhile_goes_after_them_together(way: Way) -> None:
    desk = ready(way)
    event_id = update_id(burst(desk, prompt("One."), prompt("Two.")))
    desk.client(prompt("Three."))
    log = desk.upstream(refusal(event_id))
    desk.client(speak())
    texts = []
    for count in (1, 1, 2):
        texts += [each["instructions"] for each in sessions(log)]
        log = desk.upstream(UPDATED)
        assert len(acknowledged(log)) == count
    assert texts == ["One.", "One.\nTwo.", "One.\nTwo.\nThree."]
    assert log.upstream == []


def test_T2_one_by_one_they_wait_for_the_slot_each_time(way: Way) -> None:
    desk = ready(way)
    event_id = update_id(burst(desk, prompt("One."), speak("ash"), speak("marin")))
    begun_by_server(desk, "resp_2")
    assert desk.upstream(refusal(event_id)).upstream == []
    log = desk.upstream(done("resp_2"))
    assert sessions(log) == [{"type": "realtime", "instructions": "One."}]
    log = desk.upstream(UPDATED)
    begun_by_server(desk, "resp_3")
    log = desk.upstream(audio(response_id="resp_3"))
    log = desk.upstream(refusal(desk_in_flight(desk), "cannot_update_voice"), done("resp_3"))
    assert log.warnings == ["SPEAK_UPDATE_UNSUPPORTED"]
    assert acknowledged(log) == ["SpeakUpdated"]  # marin speaks already: nothing has to be sent for it


def desk_in_flight(desk: Desk) -> str:
    snapshot: Any = desk.translator.snapshot()
    event_id: str = snapshot["call"]["updates"]["event_id"]
    assert event_id
    return event_id


@pytest.mark.parametrize("event_id", [None, "another"])
def test_T2_an_error_that_answers_something_else_changes_nothing(way: Way, event_id: str | None) -> None:
    desk = ready(way)
    desk.client(prompt())
    log = desk.upstream(refusal(event_id))
    assert log.warnings == ["invalid_value"]
    assert acknowledged(desk.upstream(UPDATED)) == ["PromptUpdated"]


def test_T2_an_error_that_is_none_of_the_updates_is_told_as_such(way: Way) -> None:
    desk = ready(way)
    event_id = update_id(desk.client(prompt("One.")))
    log = desk.upstream(refusal(event_id, "server_error"))
    assert log.warnings == ["server_error"]
    assert log.notices == ["UPSTREAM_ERROR"]
    assert [each["instructions"] for each in sessions(desk.client(prompt("Two.")))] == ["Two."]


@pytest.mark.parametrize("count", [1, 2])
def test_E1_an_error_that_ends_the_session_ends_it_here_too(way: Way, count: int) -> None:
    desk = ready(way)
    event_id = update_id(burst(desk, *[prompt()] * count))
    log = desk.upstream(error("invalid_api_key", event_id=event_id))
    assert [each["code"] for each in log.of("Error")] == ["INTERNAL_SERVER_ERROR"]
    assert len(log.closes) == 2


def test_T2_several_that_meet_a_server_error_are_tried_one_by_one(way: Way) -> None:
    desk = ready(way)
    event_id = update_id(burst(desk, prompt("One."), prompt("Two.")))
    log = desk.upstream(refusal(event_id, "server_error"))
    assert sessions(log) == [{"type": "realtime", "instructions": "One."}]


# --- what upstream does not confirm -------------------------------------------------------------------------


def test_T2_an_update_that_is_not_confirmed_in_time_gets_a_warning(way: Way, config: Config) -> None:
    desk = ready(way, config)
    desk.client(prompt())
    assert desk.translator.next_deadline == desk.clock.now + 10.0
    assert desk.wait(9.875).client == []
    log = desk.wait(0.125)
    assert log.warnings == ["UPDATE_NOT_CONFIRMED"]
    assert desk.translator.next_deadline is None


def test_T2_a_refusal_that_comes_later_says_nothing_new(way: Way) -> None:
    desk = ready(way)
    (update,) = desk.client(prompt()).of("session.update")
    assert desk.wait(10.0).warnings == ["UPDATE_NOT_CONFIRMED"]
    log = desk.upstream(error("invalid_value", event_id=update["event_id"]))
    assert (log.warnings, log.of("Error")) == ([], [])


def test_T2_what_waits_behind_it_goes_then(way: Way) -> None:
    desk = ready(way)
    desk.client(prompt("One."))
    desk.client(prompt("Two."))
    log = desk.wait(10.0)
    assert log.warnings == ["UPDATE_NOT_CONFIRMED"]
    assert [each["instructions"] for each in sessions(log)] == ["Two."]
    assert acknowledged(desk.upstream(UPDATED)) == ["PromptUpdated"]


def test_T2_each_has_its_own_time(way: Way) -> None:
    desk = ready(way)
    desk.client(prompt("One."))
    desk.wait(5.0)
    desk.upstream(UPDATED)
    desk.client(prompt("Two."))
    assert desk.wait(9.0).warnings == []
    assert desk.wait(1.0).warnings == ["UPDATE_NOT_CONFIRMED"]


def test_T2_nothing_of_it_after_the_end(way: Way) -> None:
    desk = ready(way, MANUAL, SETTINGS)
    desk.client(prompt())
    desk.act(lambda translator: translator.upstream_closed(1000))
    assert desk.translator.next_deadline is None
    assert desk.upstream(UPDATED).outputs == []
    assert desk.client(prompt()).outputs == []


FIXED = "the voice cannot change once the agent has spoken"


def reasons(log: Log) -> list[str]:
    return [each["description"] for each in log.of("Warning")]


def speaking() -> Desk:
    desk = ready(Desk)
    begun_by_server(desk)
    desk.upstream(audio(response_id="resp_s"))
    return desk


def test_T2_another_voice_is_refused_at_once_even_while_the_agent_speaks() -> None:
    log = speaking().client(speak("cedar"))
    assert (log.warnings, reasons(log)) == (["SPEAK_UPDATE_UNSUPPORTED"], [FIXED])


def test_T2_the_voice_that_is_on_its_way_is_not_another() -> None:
    desk = ready(Desk)
    desk.client(speak("cedar"))
    begun_by_server(desk)
    desk.upstream(audio(response_id="resp_s"))
    assert desk.client(speak("cedar", speed=1.25)).warnings == []
    assert acknowledged(desk.upstream(UPDATED)) == ["SpeakUpdated"]


def test_T2_each_voice_that_comes_too_late_is_refused() -> None:
    desk = ready(Desk)
    begun_by_server(desk)
    desk.client(speak("cedar"))
    desk.client(speak("ash"))
    log = desk.upstream(audio(response_id="resp_s"), done("resp_s"))
    assert reasons(log) == [FIXED, FIXED]


def test_T2_the_server_says_so_in_our_words() -> None:
    desk = ready(Desk)
    event_id = update_id(desk.client(speak("cedar")))
    assert reasons(desk.upstream(refusal(event_id, "cannot_update_voice"))) == [FIXED]


def test_T2_a_language_that_has_no_code_is_named() -> None:
    log = ready(Desk).client(listen("tlh"))
    assert log.warnings == ["UPDATE_LISTEN_UNSUPPORTED_FIELDS_CHANGED"]
    (reason,) = reasons(log)
    assert "tlh" in reason
