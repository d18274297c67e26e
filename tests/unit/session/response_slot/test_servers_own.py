"""Responses of the server's own making, servers that never say done, servers that omit ids (R1, R4, R7)."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate.session.tables import SlotState
from tests.events import (
    TOOLS,
    answer,
    arguments_done,
    busy,
    call_added,
    call_done,
    created,
    delta,
    done,
    error,
    event,
    speech,
)
from tests.harness import Desk, ready
from tests.unit.session.played import (
    VAD,
    Way,
    asked,
    begun,
    begun_by_server,
    confirmed,
    creates,
    tags_echoed,
)


def message(
    kind: str, item_id: str | None = "msg_1", index: int = 0, response_id: str | None = "resp_1"
) -> Any:
    item = {"type": "message", "role": "assistant", "content": []}
    if item_id:
        item["id"] = item_id
    return event(f"output_item.{kind}", response_id, item=item, output_index=index)


# --- R7 -----------------------------------------------------------------------------------------------------


def test_R7_a_commit_of_the_servers_takes_the_slot_until_its_response(way: Way) -> None:
    desk = ready(way)
    desk.upstream(speech("committed"))
    assert desk.slot is SlotState.EXPECTED
    assert creates(confirmed(desk)) == 0
    desk.upstream(created("resp_s"))
    assert desk.slot is SlotState.RUNNING
    assert desk.translator.state.next_timer == ("slow", 105.0)
    assert creates(desk.wait(30)) == 0


def test_R7_without_a_response_in_time_it_becomes_our_wish(way: Way) -> None:
    desk = ready(way)
    desk.upstream(speech("committed"))
    assert creates(desk.wait(0.75)) == 0
    log = desk.wait(0.25)
    assert creates(log) == 1
    assert "RESPONSE_MISSED" in log.notices


@pytest.mark.parametrize("echoed", [True, False])
@pytest.mark.parametrize("first", ["its response", "our refusal"])
def test_V1_nor_is_it_asked_for_twice_where_the_response_comes_after_all(
    way: Way, first: str, echoed: bool
) -> None:
    """Late, and found by the state machine with a server that answers our commits."""
    desk = ready(way)
    if echoed:
        tags_echoed(desk)
    desk.upstream(speech("committed"))
    (create,) = desk.wait(1).of("response.create")
    came = [created("resp_s"), busy(create["event_id"])]
    desk.upstream(*(came if first == "its response" else reversed(came)))
    assert creates(desk.upstream(done("resp_s"))) == 0
    assert creates(desk.wait(30)) == 0


def test_R7_a_response_that_is_only_heard_of_by_its_end_answers_it(way: Way) -> None:
    desk = ready(way)
    desk.upstream(speech("committed"), done("resp_s"))
    assert desk.slot is SlotState.FREE
    assert desk.translator.next_deadline is None
    assert creates(desk.wait(5)) == 0


def test_R7_output_alone_answers_it(way: Way) -> None:
    desk = ready(way)
    desk.upstream(speech("committed"), delta("resp_s"))
    assert creates(desk.wait(5)) == 0
    assert creates(desk.upstream(done("resp_s"))) == 0


def test_R7_two_commits_are_answered_by_the_response_that_starts_after_them(way: Way) -> None:
    desk = ready(way)
    desk.upstream(speech("committed"), speech("committed", item_id="u2"), created("resp_s"))
    assert creates(desk.upstream(done("resp_s"))) == 0


def test_R7_a_commit_that_meets_a_running_response_is_a_wish_at_once(way: Way) -> None:
    desk = ready(way)
    begun(desk)
    assert "RESPONSE_DEFERRED" in desk.upstream(speech("committed")).notices
    assert creates(desk.upstream(done())) == 1


def test_R7_the_wish_of_a_commit_is_answered_by_a_response_that_starts_after_it(way: Way) -> None:
    desk = ready(way)
    begun(desk)
    desk.upstream(speech("committed"), created("resp_s"))
    assert creates(desk.upstream(done("resp_s"), done())) == 0


def test_R7_a_commit_while_our_create_is_in_flight(way: Way) -> None:
    desk = ready(way)
    tag = asked(desk)
    desk.upstream(speech("committed"))
    assert desk.slot is SlotState.REQUESTED
    desk.upstream(created("resp_1", tag))
    assert creates(desk.upstream(done("resp_1", tag=tag))) == 0


def test_R7_a_commit_while_ours_and_the_servers_own_cross(way: Way) -> None:
    desk = ready(way)
    tags_echoed(desk)
    tag = asked(desk)
    desk.upstream(created("resp_s"), speech("committed"), done("resp_s"))
    assert desk.slot is SlotState.REQUESTED
    assert creates(desk.upstream(created("resp_1", tag), done("resp_1", tag=tag))) == 0


def test_R7_the_second_of_two_commits_outlives_a_response_that_is_only_heard_of_by_its_end(way: Way) -> None:
    desk = ready(way)
    desk.upstream(speech("committed"), speech("committed", item_id="u2"))
    assert creates(desk.upstream(done("resp_s"))) == 1


def test_R7_the_wish_of_a_commit_outlives_the_failure_of_our_create(way: Way) -> None:
    desk = ready(way)
    tag = asked(desk)
    desk.upstream(speech("committed"))
    assert creates(desk.upstream(error("rate_limit_exceeded", event_id=tag))) == 1


def test_R7_the_wish_of_a_commit_outlives_the_failure_of_our_create_beside_the_servers_own(way: Way) -> None:
    desk = ready(way)
    tags_echoed(desk)
    tag = asked(desk)
    desk.upstream(created("resp_s"), speech("committed"), error("rate_limit_exceeded", event_id=tag))
    assert creates(desk.upstream(done("resp_s"))) == 1


def test_B1_speech_over_a_response_leaves_the_slot_taken_until_its_done(way: Way) -> None:
    desk = ready(way)
    assert desk.upstream(speech("speech_started")).client_types == ["UserStartedSpeaking"]
    tag = begun(desk)
    assert desk.upstream(delta(), speech("speech_started")).client_types[-1] == "AgentAudioDone"
    assert desk.slot is SlotState.RUNNING
    assert creates(confirmed(desk, "More")) == 0
    log = desk.upstream(done("resp_1", tag=tag, status="cancelled"))
    assert (log.client, creates(log)) == ([], 1)


# --- R4 -----------------------------------------------------------------------------------------------------

ENDS = [
    event("output_text.done", text="Hi", item_id="msg_1", content_index=0),
    event("output_audio.done", item_id="msg_1", content_index=0),
    event("output_audio_transcript.done", transcript="Hi", item_id="msg_1", content_index=0),
    event("function_call_arguments.done", call_id="c", item_id="i", arguments="{}"),
    message("done"),
]


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end["type"])
def test_R4_after_the_end_of_output_a_response_counts_as_done(way: Way, end: Any) -> None:
    desk = ready(way)
    begun(desk)
    desk.upstream(delta(), end)
    confirmed(desk, "More")
    assert creates(desk.wait(0.75)) == 0
    log = desk.wait(0.25)
    assert "RESPONSE_PRESUMED_DONE" in log.notices
    assert log.client_types[-1] == "AgentAudioDone"
    assert creates(log) == 1
    assert desk.upstream(done()).notices == ["LATE_DONE"]


def test_R4_an_announced_item_that_has_ended_is_not_open(way: Way) -> None:
    desk = ready(way)
    begun(desk)
    desk.upstream(message("added"), delta(), message("done"))
    assert state_after(desk, 1) is SlotState.FREE


def test_L2_open_items_are_bounded(way: Way) -> None:
    desk = ready(way)
    begun(desk)
    desk.upstream(*[message("added", f"msg_{number}") for number in range(100)])
    snapshot: Any = desk.translator.snapshot()
    assert len(snapshot["call"]["slot"]["open_items"]) == 32


def test_R4_not_while_an_announced_item_is_open(way: Way) -> None:
    desk = ready(way)
    begun(desk)
    desk.upstream(message("added"), message("added"), message("added", "msg_2", 1), ENDS[0], message("done"))
    assert state_after(desk, 29) is SlotState.RUNNING
    desk.upstream(message("done", "msg_2", 1))
    assert state_after(desk, 1) is SlotState.FREE


def test_R4_an_item_that_was_open_when_its_response_ended_is_forgotten(way: Way) -> None:
    desk = ready(way)
    begun(desk)
    desk.upstream(message("added"), done())
    begun(desk, "resp_2")
    desk.upstream(event("output_audio.done", "resp_2", item_id="msg_2", content_index=0))
    assert state_after(desk, 1) is SlotState.FREE


def test_R4_items_without_ids_are_told_apart_by_their_index(way: Way) -> None:
    desk = ready(way)
    begun(desk)
    desk.upstream(message("added", None, 0), message("added", None, 1), message("done", None, 0))
    assert state_after(desk, 29) is SlotState.RUNNING
    desk.upstream(message("done", None, 1))
    assert state_after(desk, 1) is SlotState.FREE


def test_R4_not_while_the_response_goes_on(way: Way) -> None:
    desk = ready(way)
    begun(desk)
    desk.upstream(ENDS[0])
    desk.wait(0.75)
    desk.upstream(delta())
    assert state_after(desk, 29) is SlotState.RUNNING


def test_R4_audio_is_a_further_event_too(way: Way) -> None:
    desk = ready(way)
    begun(desk)
    desk.upstream(ENDS[0], {"type": "response.output_audio.delta", "response_id": "resp_1", "delta": "AAAA"})
    assert state_after(desk, 29) is SlotState.RUNNING


def test_R4_events_of_an_ended_response_are_not_of_the_one_in_the_slot(way: Way) -> None:
    desk = ready(way)
    begun(desk)
    begun_by_server(desk)
    desk.upstream(ENDS[0], message("added"))
    assert state_after(desk, 29) is SlotState.RUNNING
    desk.upstream(event("output_text.done", "resp_s", text="Hi", item_id="msg_s", content_index=0))
    assert state_after(desk, 1) is SlotState.FREE


def test_R4_done_in_time_is_no_presumption(way: Way) -> None:
    desk = ready(way)
    begun(desk)
    desk.upstream(ENDS[0])
    assert desk.upstream(done()).client_types == ["AgentAudioDone"]
    assert desk.wait(60).outputs == []


def test_R4_the_servers_own_that_never_says_done_while_ours_is_in_flight(way: Way) -> None:
    desk = ready(way)
    tags_echoed(desk)
    tag = asked(desk)
    desk.upstream(
        created("resp_s"), event("output_text.done", "resp_s", text="Hi", item_id="m", content_index=0)
    )
    assert "RESPONSE_PRESUMED_DONE" in desk.wait(1).notices
    assert desk.slot is SlotState.REQUESTED
    desk.upstream(created("resp_1", tag))
    assert desk.slot is SlotState.RUNNING


def state_after(desk: Desk, seconds: float) -> SlotState:
    desk.wait(seconds)
    return desk.slot


# --- servers that omit ids ----------------------------------------------------------------------------------


def test_R4_events_without_a_response_id_belong_to_the_response_in_the_slot(way: Way) -> None:
    desk = ready(way)
    begun(desk)
    end = event("output_text.done", None, text="Hi", item_id="msg_1", content_index=0)
    assert desk.upstream(delta(None), end).of("ConversationText")[0]["content"] == "Hi"
    assert state_after(desk, 1) is SlotState.FREE
    assert desk.upstream(done()).notices == ["LATE_DONE"]


def test_R1_a_server_without_any_response_ids(way: Way) -> None:
    desk = ready(way)
    for _ in range(2):
        asked(desk)
        desk.upstream(created(None), delta(None))
        assert creates(confirmed(desk, "More")) == 0
        assert creates(desk.upstream(done(None))) == 1
        desk.upstream(created(None), done(None))
    desk.upstream(delta(None))
    assert desk.slot is SlotState.RUNNING


def test_R1_a_response_gets_its_id_from_its_output(way: Way) -> None:
    desk = ready(way)
    begun(desk)
    desk.upstream(done())
    asked(desk)
    desk.upstream(created(None), delta("resp_1"))
    assert desk.translator.state.response_id == ""
    assert desk.upstream(delta("resp_2")).notices == []
    assert desk.translator.state.response_id == "resp_2"


def test_F3_a_call_of_a_server_that_names_a_response_only_in_done(way: Way) -> None:
    desk = ready(way, VAD, TOOLS)
    desk.upstream(call_added(response_id=None), call_done(response_id=None))
    assert "AgentAudioDone" not in desk.upstream(done("resp_9")).client_types
    assert creates(desk.client(answer("call_1"))) == 1


def test_F3_a_server_without_any_response_ids_is_asked_for_the_follow_up(way: Way) -> None:
    desk = ready(way, VAD, TOOLS)
    desk.upstream(created(None), arguments_done(response_id=None))
    assert creates(desk.client(answer("call_1"))) == 0
    assert creates(desk.upstream(done(None))) == 1
