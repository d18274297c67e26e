"""Creates that were given up, or refused beside a response: what becomes of them (R3, R6, O8)."""

from __future__ import annotations

import pytest

from realtime_translate import Config, ServerVad
from realtime_translate.session.tables import SlotState, TurnState
from tests.events import busy, commit_empty, created, delta, done, error, speech
from tests.harness import Desk, Log, ready
from tests.unit.session.played import (
    MANUAL,
    VAD,
    Json,
    Way,
    asked,
    confirmed,
    creates,
    tag_in,
    tags_echoed,
)

PCM = b"\1\0" * 4800
OF_ITS_OWN = Config.deepgram(turn_detection=ServerVad(create_response=True, interrupt_response=False))


def said(desk: Desk) -> Log:
    """The user says something, which is committed."""
    desk.client(PCM)
    return desk.wait(0.5)


def tag_refused(event_id: str | None) -> Json:
    return error(None, event_id=event_id, message="Unsupported parameter: 'response.metadata'.")


def given_up(way: Way, *, echoed: bool, config: Config = MANUAL) -> tuple[Desk, str]:
    """A create that no response follows in time, and its tag."""
    desk = ready(way, config)
    if echoed:
        tags_echoed(desk)
    first = asked(desk)
    desk.wait(10)
    return desk, first


@pytest.mark.parametrize("echoed", [True, False])
def test_R3_the_response_to_an_older_create_answers_no_later_commit(way: Way, *, echoed: bool) -> None:
    desk, first = given_up(way, echoed=echoed)
    second = tag_in(said(desk))
    desk.upstream(created("resp_1", first if echoed else ""), busy(second))
    assert creates(desk.upstream(done("resp_1", tag=first if echoed else ""))) == 1


def test_R3_one_of_the_servers_own_does(way: Way) -> None:
    desk, _ = given_up(way, echoed=True)
    second = tag_in(said(desk))
    desk.upstream(created("resp_s"), busy(second))
    assert creates(desk.upstream(done("resp_s"))) == 0


def test_R3_the_next_response_is_the_last_that_may_be_of_an_older_create(way: Way) -> None:
    desk, _ = given_up(way, echoed=False)
    desk.upstream(created("resp_1"), done("resp_1"))
    second = tag_in(said(desk))
    desk.upstream(created("resp_s"), busy(second))
    assert creates(desk.upstream(done("resp_s"))) == 0


def test_R3_each_of_several_may_have_its_response_late(way: Way) -> None:
    desk, _ = given_up(way, echoed=False)
    asked(desk, "Again")
    desk.wait(10)
    desk.upstream(created("resp_1"), done("resp_1"))
    third = tag_in(said(desk))
    desk.upstream(created("resp_2"), busy(third))
    assert creates(desk.upstream(done("resp_2"))) == 1


def test_R3_of_many_that_were_given_up_few_are_awaited(way: Way) -> None:
    """Else a server that forgot them would be asked twice for long."""
    desk, _ = given_up(way, echoed=False)
    for number in range(5):
        asked(desk, f"Number {number}")
        desk.wait(10)
    for number in range(4):
        desk.upstream(created(f"resp_{number}"), done(f"resp_{number}"))
    last = tag_in(said(desk))
    desk.upstream(created("resp_s"), busy(last))
    assert creates(desk.upstream(done("resp_s"))) == 0


@pytest.mark.parametrize("echoed", [True, False])
def test_R1_a_tag_of_an_older_create_shows_that_the_server_echoes_them(way: Way, *, echoed: bool) -> None:
    desk, first = given_up(way, echoed=echoed)
    second = asked(desk, "Again")
    desk.upstream(created("resp_1", first), done("resp_1", tag=first))
    desk.upstream(created("resp_s"), done("resp_s"))
    slots = [desk.slot]
    desk.upstream(created("resp_2", second))
    slots.append(desk.slot)
    assert slots == [SlotState.REQUESTED, SlotState.RUNNING]


def test_R2_the_response_to_an_older_create_answers_no_later_text(way: Way) -> None:
    desk, first = given_up(way, echoed=True)
    second = asked(desk, "Two")
    assert creates(confirmed(desk, "Three")) == 0
    desk.upstream(created("resp_1", first), done("resp_1", tag=first))
    desk.upstream(created("resp_2", second))
    assert creates(desk.upstream(done("resp_2", tag=second))) == 1


def test_R7_speech_that_nothing_answers_is_asked_for_though_an_older_create_is_answered(way: Way) -> None:
    desk, first = given_up(way, echoed=True, config=VAD)
    desk.upstream(speech("speech_started"), speech("speech_stopped"))
    desk.upstream(created("resp_1", first), done("resp_1", tag=first))
    assert creates(desk.wait(10)) == 1


def test_T8_the_user_keeps_the_turn_when_an_older_create_is_answered(way: Way) -> None:
    desk, first = given_up(way, echoed=True, config=VAD)
    desk.upstream(speech("speech_started"))
    desk.upstream(created("resp_1", first), done("resp_1", tag=first))
    log = desk.client({"type": "InjectAgentMessage", "message": "Wait."})
    assert log.client_types == ["InjectionRefused"]


def test_V1_the_response_to_an_older_create_is_no_answer_to_what_the_server_hears(way: Way) -> None:
    desk, first = given_up(way, echoed=True)
    desk.client(PCM)
    desk.upstream(speech("speech_started"))
    desk.upstream(created("resp_1", first), done("resp_1", tag=first))
    assert desk.wait(2.0).upstream_types == ["input_audio_buffer.commit", "response.create"]


def test_V1_one_of_the_servers_own_is(way: Way) -> None:
    desk, _ = given_up(way, echoed=True)
    desk.client(PCM)
    desk.upstream(speech("speech_started"))
    desk.upstream(created("resp_s"), done("resp_s"))
    assert desk.wait(2.0).upstream == []


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("echoed", [True, False])
def test_R6_a_create_whose_tag_is_refused_beside_a_response_is_sent_again(
    way: Way, *, named: bool, echoed: bool
) -> None:
    desk = ready(way)
    if echoed:
        tags_echoed(desk)
    tag = asked(desk)
    desk.upstream(created("resp_s"))
    assert "RESPONSE_RETRIED" in desk.upstream(tag_refused(tag if named else None)).notices
    assert creates(desk.upstream(done("resp_s"))) == 1


def test_R6_a_tag_that_is_refused_when_nothing_is_in_flight_asks_for_nothing(way: Way) -> None:
    desk = ready(way)
    desk.upstream(created("resp_s"))
    desk.upstream(tag_refused(None))
    assert creates(desk.upstream(done("resp_s"))) == 0


def test_O8_nobody_waits_for_a_create_that_failed_and_was_interrupted(way: Way) -> None:
    desk = ready(way, OF_ITS_OWN)
    tag = asked(desk)
    desk.upstream(error("server_error", event_id=tag), speech("speech_started"))
    log = desk.wait(60)
    assert log.of("Warning") == []
    assert "RESPONSE_RETRIED" not in log.notices
    assert creates(log) == 0
    assert desk.translator.state.turn is TurnState.SILENT


def test_O8_nobody_waits_for_a_create_that_failed_with_its_commit(way: Way) -> None:
    desk = ready(way, MANUAL)
    log = said(desk)
    (commit,) = log.of("input_audio_buffer.commit")
    desk.upstream(commit_empty(commit["event_id"]), error("server_error", event_id=tag_in(log)))
    assert desk.wait(60).of("Warning") == []


@pytest.mark.parametrize("failed", ["conversation_already_has_active_response", "invalid_value"])
def test_O8_a_response_that_speaks_is_not_slow_for_ours_that_was_refused(way: Way, failed: str) -> None:
    desk = ready(way)
    tags_echoed(desk)
    tag = asked(desk)
    desk.upstream(created("resp_s"), delta("resp_s"), error(failed, event_id=tag))
    assert [each["code"] for each in desk.wait(8).of("Warning")] == []


def test_O8_one_that_has_not_begun_to_speak_is(way: Way) -> None:
    desk = ready(way)
    tags_echoed(desk)
    tag = asked(desk)
    desk.upstream(created("resp_s"), busy(tag))
    assert [each["code"] for each in desk.wait(8).of("Warning")] == ["SLOW_THINK_REQUEST"]
