"""The response slot where two things come close together (R1, R2, R5, R7, A5, B1, B4, F3, O8)."""

from __future__ import annotations

from realtime_translate import Config, Notice, ServerVad
from realtime_translate.session.tables import SlotState
from tests.events import (
    TOOLS,
    answer,
    audio,
    busy,
    call_added,
    call_done,
    call_item,
    commit_empty,
    created,
    delta,
    done,
    error,
    event,
    speech,
)
from tests.harness import Desk, Log, ready
from tests.unit.session.agent.spoken_texts import say, spoken
from tests.unit.session.barge_in.test_open_calls import outputs
from tests.unit.session.played import (
    ASKING,
    MANUAL,
    asked,
    begun,
    begun_by_server,
    confirmed,
    creates,
    tags_echoed,
)

INTERRUPTING = Config.deepgram(turn_detection=ServerVad())
STARTED = speech("speech_started")
CLOSED = '{"error":"cancelled"}'


def asked_for(log: Log) -> list[str]:
    return [call["id"] for each in log.of("FunctionCallRequest") for call in each["functions"]]


# --- timers of one response do not end the next -------------------------------------------------------------


def test_R4_the_quiet_after_one_response_does_not_end_the_next() -> None:
    desk = ready(Desk)
    tag = begun(desk)
    text_done = event("output_text.done", text="Hi", item_id="msg_1", content_index=0)
    desk.upstream(delta(), text_done, done("resp_1", tag=tag))
    begun(desk, "resp_2")
    assert "RESPONSE_PRESUMED_DONE" not in desk.wait(2.0).notices
    assert desk.translator.state.response_id == "resp_2"


def test_O8_a_response_is_slow_from_when_it_was_asked_for() -> None:
    desk = ready(Desk)
    tag = asked(desk)
    desk.wait(3.0)
    desk.upstream(created("resp_1", tag))
    desk.wait(1.9)
    assert desk.wait(0.2).notices == ["RESPONSE_SLOW"]


# --- ends ---------------------------------------------------------------------------------------------------


def test_R5_of_a_response_that_was_cut_no_failure_is_told() -> None:
    desk = ready(Desk, INTERRUPTING)
    begun_by_server(desk)
    desk.upstream(audio(response_id="resp_s"), STARTED)
    failure = {"type": "server_error", "code": None, "message": "No."}
    log = desk.upstream(done("resp_s", status="failed", status_details={"type": "failed", "error": failure}))
    assert log.of("Warning") == []


def test_R1_a_response_that_only_ended_may_have_been_ours() -> None:
    desk = ready(Desk)
    asked(desk)
    desk.upstream(done("resp_9", status="cancelled"))
    assert desk.slot is SlotState.FREE
    assert creates(confirmed(desk, "More")) == 1


def test_R1_the_end_of_one_that_never_began_leaves_those_that_are_over() -> None:
    desk = ready(Desk)
    tag = begun(desk)
    desk.upstream(done("resp_1", tag=tag))
    begun_by_server(desk, "resp_2")
    assert desk.upstream(done("resp_9", status="cancelled")).notices == ["LATE_DONE"]
    log = desk.upstream(audio(response_id="resp_1"))
    assert (log.client, log.notices) == ([], ["OUTPUT_LATE"])


def test_F3_calls_of_a_response_that_only_ended_are_followed_when_they_are_answered() -> None:
    desk = ready(Desk, settings=TOOLS)
    log = desk.upstream(done("resp_9", output=[call_item(status="completed")]))
    assert asked_for(log) == ["call_1"]
    assert creates(desk.client(answer("call_1"))) == 1


def test_F3_so_are_those_of_ours_that_came_and_went_beside_the_servers_own() -> None:
    desk = ready(Desk, settings=TOOLS)
    tags_echoed(desk)
    tag = asked(desk)
    begun_by_server(desk)
    log = desk.upstream(done("resp_1", tag=tag, output=[call_item(status="completed")]))
    assert asked_for(log) == ["call_1"]
    assert creates(desk.client(answer("call_1"))) == 0
    assert creates(desk.upstream(done("resp_s"))) == 1


# --- what was cut makes no calls ----------------------------------------------------------------------------


def test_F8_a_call_that_is_whole_after_the_user_went_on_is_closed() -> None:
    desk = ready(Desk, INTERRUPTING, TOOLS)
    begun_by_server(desk)
    desk.upstream(call_added(response_id="resp_s"), STARTED)
    log = desk.upstream({"type": "conversation.item.done", "item": call_item(status="completed")})
    assert asked_for(log) == []
    assert outputs(log) == {"call_1": CLOSED}


def test_B1_a_response_that_is_cut_as_it_begins_makes_none() -> None:
    turns = ServerVad(create_response=False, interrupt_response=False)
    desk = ready(Desk, Config.deepgram(turn_detection=turns), TOOLS)
    asked(desk)
    desk.upstream(STARTED)  # ours is cancelled as soon as it has begun, here with its first output
    log = desk.upstream(call_done())
    assert asked_for(log) == []
    assert "response.cancel" in log.upstream_types


def test_B1_an_end_that_is_told_twice_makes_none() -> None:
    desk = ready(Desk, INTERRUPTING, TOOLS)
    begun_by_server(desk)
    desk.upstream(audio(response_id="resp_s"), STARTED, done("resp_s", status="cancelled"))
    log = desk.upstream(done("resp_s", status="cancelled", output=[call_item(status="completed")]))
    assert asked_for(log) == []
    assert outputs(log) == {"call_1": CLOSED}


# --- the order of wishes ------------------------------------------------------------------------------------


def test_T3_texts_that_interrupt_keep_their_order() -> None:
    desk = ready(Desk)
    begun_by_server(desk)
    desk.client(say("A", "interrupt"))
    desk.client(say("B", "interrupt"))
    log = desk.upstream(done("resp_s", status="cancelled"))
    assert spoken(log) == ["A"]
    tag = log.of("response.create")[0]["event_id"]
    assert spoken(desk.upstream(created("resp_1", tag), done("resp_1", tag=tag))) == ["B"]


def test_B4_a_text_that_waits_to_be_spoken_is_not_once_the_user_speaks() -> None:
    desk = ready(Desk, INTERRUPTING)
    begun_by_server(desk)
    desk.client(say("A", "queue"))
    assert "SPOKEN_DROPPED" in desk.upstream(audio(response_id="resp_s"), STARTED).notices
    assert spoken(desk.upstream(done("resp_s", status="cancelled"))) == []


def test_A5_a_commit_that_finds_the_slot_free_is_not_owed() -> None:
    desk = ready(Desk, MANUAL)
    desk.client(b"\x01\x00" * 4800)
    log = desk.wait(0.4)
    assert log.upstream_types == ["input_audio_buffer.commit", "response.create"]
    assert all(each["event_id"] for each in log.upstream)
    assert log.notices == []


def test_A5_a_commit_that_is_refused_late_takes_no_other_wish_along() -> None:
    """The create in flight is for a text: refused as well, it is asked for again."""
    desk = ready(Desk, MANUAL)
    desk.client(b"\x01\x00" * 4800)
    log = desk.wait(0.4)
    (commit,), (create,) = log.of("input_audio_buffer.commit"), log.of("response.create")
    desk.upstream(created("resp_1", create["event_id"]))
    confirmed(desk)
    (ours,) = desk.upstream(done("resp_1", tag=create["event_id"])).of("response.create")
    desk.upstream(commit_empty(commit["event_id"]), busy(ours["event_id"]))
    begun_by_server(desk)
    assert creates(desk.upstream(done("resp_s"))) == 1


def test_R7_what_the_server_committed_is_answered_by_any_response_that_begins_later() -> None:
    desk = ready(Desk, ASKING)
    begun_by_server(desk)
    assert creates(desk.upstream(speech("committed"))) == 0
    desk.upstream(created("resp_t"))
    assert creates(desk.upstream(done("resp_t"))) == 0


def test_E1_the_log_has_the_code_of_an_error() -> None:
    log = ready(Desk).upstream(error("something_else"))
    (found,) = [each for each in log.outputs if isinstance(each, Notice) and each.code == "UPSTREAM_ERROR"]
    assert found.fields["code"] == "something_else"
