"""Texts to say take their place among all wishes for a response (R2, R3, R5, R7, R8, A5, L2, L3)."""

from __future__ import annotations

import pytest

from realtime_translate import Config
from realtime_translate.config import Limits
from realtime_translate.session.tables import SlotState
from tests.events import (
    TOOLS,
    answer,
    busy,
    call_added,
    call_done,
    commit_empty,
    created,
    done,
    error,
    inject,
    speech,
    user_item,
)
from tests.harness import Desk, Log, ready
from tests.unit.session.agent.spoken_texts import VADS, end, say, spoken
from tests.unit.session.played import (
    MANUAL,
    VAD,
    Way,
    begun_by_server,
    confirmed,
    creates,
    item_id_in,
    tag_in,
)

# --- R2: the order ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arrivals", "expected"),
    [
        (["A", "B"], ["A", "B"]),
        (["A", "text", "B"], ["A", "", "B"]),
        (["text", "A", "B"], ["", "A", "B"]),
        (["text", "A", "text", "B"], ["", "A", "B"]),
        (["A", "B", "text", "text"], ["A", "B", ""]),
    ],
)
def test_R2_in_the_order_of_arrival_each_spoken_text_for_itself_plain_wishes_together(
    way: Way, arrivals: list[str], expected: list[str]
) -> None:
    desk = ready(way)
    begun_by_server(desk)
    for each in arrivals:
        log = confirmed(desk) if each == "text" else desk.client(say(each, "queue"))
        assert creates(log) == 0
    said = list[str]()
    log = desk.upstream(done("resp_s"))
    while creates(log):
        said += spoken(log)
        log = end(desk, log, f"resp_{len(said)}")
    assert said == expected


def test_R2_a_spoken_text_answers_no_user_text(way: Way) -> None:
    desk = ready(way)
    item = item_id_in(desk.client(inject()))
    log = desk.client(say("One."))
    assert creates(desk.upstream(user_item(item, "Hello"))) == 0
    assert spoken(end(desk, log, "resp_1")) == [""]


def test_R7_a_spoken_text_in_flight_answers_no_commit_of_the_servers(way: Way) -> None:
    desk = ready(way)
    log = desk.client(say("One."))
    desk.upstream(speech("committed"))
    assert spoken(end(desk, log, "resp_1")) == [""]


def test_R2_a_response_of_the_servers_own_says_no_text_that_waits(way: Way) -> None:
    desk = ready(way)
    begun_by_server(desk)
    desk.client(say("One.", "queue"))
    assert spoken(desk.upstream(created("resp_t"), done("resp_t"))) == ["One."]


def test_R2_an_owed_update_goes_first(way: Way) -> None:
    desk = ready(way)
    begun_by_server(desk)
    desk.client(say("One.", "queue"))
    desk.client({"type": "UpdatePrompt", "prompt": "Be brief."})
    assert desk.upstream(done("resp_s")).upstream_types == ["session.update", "response.create"]


def owed_commit(way: Way, *, first: bool) -> Log:
    """A commit is owed, and a text waits to be said; what comes when the slot is free."""
    desk = ready(way, MANUAL)
    begun_by_server(desk)
    if not first:
        desk.client(say("One.", "queue"))
    desk.client(bytes(4800))
    assert "COMMIT_OWED" in desk.wait(0.5).notices
    if first:
        desk.client(say("One.", "queue"))
    log = desk.upstream(done("resp_s"))
    return Log([*log.outputs, *end(desk, log, "resp_1").outputs])


def test_R2_the_owed_commit_goes_before_a_text_that_came_first(way: Way) -> None:
    log = owed_commit(way, first=False)
    assert log.upstream_types[0] == "input_audio_buffer.commit"
    assert sorted(spoken(log)) == ["", "One."]


def test_A5_the_owed_commit_that_came_first_keeps_its_create_back_to_back(way: Way) -> None:
    log = owed_commit(way, first=True)
    assert log.upstream_types[:2] == ["input_audio_buffer.commit", "response.create"]
    assert spoken(log) == ["", "One."]


@pytest.mark.parametrize("first", [True, False])
def test_A5_a_commit_refused_as_empty_drops_its_wish_beside_a_text(way: Way, first: bool) -> None:
    desk = ready(way, MANUAL)
    begun_by_server(desk)
    if not first:
        desk.client(say("One.", "queue"))
    desk.client(bytes(4800))
    desk.wait(0.5)
    if first:
        desk.client(say("One.", "queue"))
    log = desk.upstream(done("resp_s"))
    desk.upstream(commit_empty(log.upstream[0]["event_id"]), busy(tag_in(log)))
    again = desk.wait(1)
    assert spoken(again) == ["One."]
    assert creates(end(desk, again, "resp_1")) == 0


# --- R3, R5, R8, L3 -----------------------------------------------------------------------------------------


def test_R3_a_refused_text_is_said_before_what_waits(way: Way) -> None:
    desk = ready(way)
    tag = tag_in(desk.client(say("One.")))
    desk.client(say("Two.", "queue"))
    log = desk.upstream(created("resp_s"), busy(tag))
    assert (log.client, creates(log)) == ([], 0)
    assert creates(desk.wait(4)) == 0
    log = desk.upstream(done("resp_s"))
    assert spoken(log) == ["One."]
    assert tag_in(log) != tag
    assert spoken(end(desk, log, "resp_1")) == ["Two."]


def test_R3_without_an_active_response_it_is_said_after_the_grace(way: Way) -> None:
    desk = ready(way)
    log = desk.upstream(busy(tag_in(desk.client(say("One.")))))
    assert (log.client, creates(desk.wait(0.75)), spoken(desk.wait(0.25))) == ([], 0, ["One."])


def test_R5_a_text_whose_response_fails_is_not_said_again(way: Way) -> None:
    desk = ready(way)
    tag = tag_in(desk.client(say("One.")))
    log = desk.upstream(error("invalid_value", event_id=tag))
    assert "THINK_REQUEST_FAILED" in [each["code"] for each in log.of("Warning")]
    assert creates(desk.wait(60)) == 0
    assert desk.slot is SlotState.FREE


@VADS
def test_R8_a_text_does_not_wait_for_a_call_and_what_waits_goes_on_waiting(way: Way, config: Config) -> None:
    desk = ready(way, config, TOOLS)
    desk.upstream(created(), call_added(), call_done(), done())
    assert creates(confirmed(desk)) == 0
    log = desk.client(say("One moment.", "queue"))
    assert spoken(log) == ["One moment."]
    assert creates(end(desk, log, "resp_2")) == 0
    assert spoken(desk.client(answer("call_1"))) == [""]


def test_R8_what_waits_behind_a_call_goes_ahead_after_the_call_hold(way: Way) -> None:
    desk = ready(way, VAD, TOOLS)
    desk.upstream(created(), call_added(), call_done(), done())
    confirmed(desk)
    end(desk, desk.client(say("One moment.", "queue")), "resp_2")
    assert creates(desk.wait(9.75)) == 0
    assert spoken(desk.wait(0.25)) == [""]


@pytest.mark.parametrize("behavior", ["queue", "interrupt"])
def test_L3_texts_that_wait_are_bounded(behavior: str) -> None:
    desk = ready(Desk, Config.deepgram(limits=Limits(pending_messages=3)))
    begun_by_server(desk)
    for number in range(3):
        assert desk.client(say(f"{number}.", "queue")).closes == []
    log = desk.client(say("One too many.", behavior))
    assert [each["code"] for each in log.of("Error")] == ["CLIENT_MESSAGE_OVERFLOW"]
    assert len(log.closes) == 2


def test_L2_what_was_said_is_forgotten(way: Way) -> None:
    desk = ready(way)
    end(desk, desk.client(say("Slip nine is free.")), "resp_1")
    confirmed(desk)
    assert "Slip nine" not in str(desk.translator.snapshot())


def test_A5_the_create_of_a_commit_and_a_text_keeps_its_place_when_it_is_refused(way: Way) -> None:
    """It goes again before what waited longer, as it did behind its commit."""
    desk = ready(way, MANUAL)
    begun_by_server(desk)
    desk.client(say("One.", "queue"))
    confirmed(desk)
    desk.client(bytes(4800))
    desk.wait(0.5)
    log = desk.upstream(done("resp_s"))
    assert spoken(log) == [""]
    desk.upstream(busy(tag_in(log)))
    assert spoken(desk.wait(1)) == [""]
