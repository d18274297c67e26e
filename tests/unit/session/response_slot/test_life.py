"""The life of the response slot (R1, R5, R6)."""

from __future__ import annotations

import pytest

from realtime_translate import Config, ServerVad
from realtime_translate.session.tables import SlotState
from tests.events import (
    TOOLS,
    busy,
    call_added,
    call_done,
    created,
    delta,
    done,
    error,
    event,
    inject,
    message,
    spoken,
    started,
)
from tests.harness import ready
from tests.unit.session.played import (
    VAD,
    Way,
    asked,
    begun,
    begun_by_server,
    confirmed,
    creates,
    tag_in,
    tags_echoed,
)


def test_R1_the_slot_is_taken_from_the_moment_the_create_is_sent(way: Way) -> None:
    desk = ready(way)
    asked(desk)
    assert desk.slot is SlotState.REQUESTED
    assert creates(confirmed(desk, "More")) == 0


def test_R1_the_slot_is_taken_by_a_response_that_the_server_began(way: Way) -> None:
    desk = ready(way)
    begun_by_server(desk)
    assert desk.translator.state.response_id == "resp_s"
    assert creates(confirmed(desk)) == 0
    assert creates(desk.upstream(done("resp_s"))) == 1


@pytest.mark.parametrize("kind", ["output_text.done", "output_audio.done", "output_audio_transcript.done"])
def test_R1_the_end_of_text_or_audio_does_not_free_the_slot(way: Way, kind: str) -> None:
    desk = ready(way)
    begun(desk)
    confirmed(desk, "More")
    ended = desk.upstream(event(kind, text="Hi", transcript="Hi", item_id="msg_1", content_index=0))
    assert creates(ended) == 0
    assert creates(desk.upstream(done())) == 1


def test_R1_an_error_that_answers_the_create_frees_the_slot_as_a_failed_response(way: Way) -> None:
    desk = ready(way)
    tag = asked(desk)
    confirmed(desk, "More")
    log = desk.upstream(error("rate_limit_exceeded", event_id=tag, message="Slow down."))
    assert log.of("Warning")[0]["code"] == "THINK_REQUEST_FAILED"
    assert "Slow down." in log.of("Warning")[0]["description"]
    assert log.client_types.count("AgentAudioDone") == 1
    assert creates(log) == 1


def test_R1_an_error_that_answers_something_else_leaves_the_slot(way: Way) -> None:
    desk = ready(way)
    asked(desk)
    desk.upstream(error("rate_limit_exceeded", event_id="T1_1"), error("inference_failed"))
    assert desk.slot is SlotState.REQUESTED


def test_R1_without_created_in_time_the_response_counts_as_failed(way: Way) -> None:
    desk = ready(way)
    asked(desk)
    desk.wait(9.75)
    assert desk.slot is SlotState.REQUESTED
    log = desk.wait(0.25)
    assert [each["code"] for each in log.of("Warning")] == ["THINK_REQUEST_FAILED"]
    assert log.client_types[-1] == "AgentAudioDone"
    assert desk.slot is SlotState.FREE


def test_R1_created_in_time_stops_the_timeout(way: Way) -> None:
    desk = ready(way)
    tag = asked(desk)
    desk.wait(9.75)
    desk.upstream(created("resp_1", tag))
    assert {each["code"] for each in desk.wait(59).of("Warning")} == {"SLOW_THINK_REQUEST"}
    assert desk.translator.state.response_id == "resp_1"


def test_R1_a_response_created_after_the_timeout_takes_the_slot_again(way: Way) -> None:
    desk = ready(way)
    tag = asked(desk)
    desk.wait(10)
    desk.upstream(created("resp_1", tag))
    assert creates(confirmed(desk)) == 0
    assert creates(desk.upstream(done("resp_1", tag=tag))) == 1


def test_R1_an_output_event_of_an_unknown_response_counts_as_its_created(way: Way) -> None:
    desk = ready(way)
    log = desk.upstream(delta("resp_s"))
    assert "RESPONSE_UNANNOUNCED" in log.notices
    assert desk.translator.state.response_id == "resp_s"
    assert desk.upstream(created("resp_s")).notices == []
    assert creates(confirmed(desk)) == 0


def test_R1_output_of_an_unknown_response_supersedes_the_one_in_the_slot(way: Way) -> None:
    desk = ready(way)
    begun(desk)
    log = desk.upstream(delta("resp_s"))
    assert log.notices == ["RESPONSE_UNANNOUNCED", "RESPONSE_SUPERSEDED"]
    assert desk.translator.state.response_id == "resp_s"
    assert desk.upstream(done("resp_1")).notices == ["LATE_DONE"]


def test_R1_audio_of_an_unknown_response_counts_as_its_created(way: Way) -> None:
    desk = ready(way)
    log = desk.upstream({"type": "response.output_audio.delta", "response_id": "resp_s", "delta": "AAAAAA=="})
    assert "RESPONSE_UNANNOUNCED" in log.notices
    assert log.client[-1] == b"\0\0\0\0"
    assert desk.translator.state.response_id == "resp_s"


def test_R1_an_output_event_is_the_created_of_ours_where_tags_are_not_echoed(way: Way) -> None:
    desk = ready(way)
    asked(desk)
    desk.upstream(delta("resp_1"))
    assert desk.slot is SlotState.RUNNING
    assert desk.wait(29).of("Warning") == []


@pytest.mark.parametrize("response_id", [None, "resp_other"])
def test_R1_a_done_without_or_with_an_unknown_id_ends_the_one_in_the_slot(
    way: Way, response_id: str | None
) -> None:
    desk = ready(way)
    begun(desk)
    log = desk.upstream(done(response_id))
    assert log.client_types == ["AgentAudioDone"]
    assert desk.slot is SlotState.FREE
    assert desk.upstream(done("resp_1")).notices == ["LATE_DONE"]


def test_R1_an_unknown_id_that_ended_the_one_in_the_slot_has_ended_too(way: Way) -> None:
    desk = ready(way)
    begun(desk)
    desk.upstream(done("resp_other"))
    assert desk.upstream(done("resp_other"), created("resp_other")).notices == ["LATE_DONE"]
    assert desk.slot is SlotState.FREE


@pytest.mark.parametrize("response_id", [None, "resp_1"])
def test_R1_a_done_without_created_ends_ours(way: Way, response_id: str | None) -> None:
    desk = ready(way)
    asked(desk)
    confirmed(desk, "More")
    log = desk.upstream(done(response_id))
    assert log.client_types == ["AgentAudioDone"]
    assert creates(log) == 1


@pytest.mark.parametrize("cut", [False, True])
def test_R3_where_no_tags_are_echoed_it_may_be_refused_yet(way: Way, cut: bool) -> None:
    """The end that was heard was that of a response of the server's own, taken back before it was announced
    (found by the state machine). What was interrupted is not asked for again.
    """
    desk = ready(way, Config.deepgram(turn_detection=ServerVad(interrupt_response=False)))
    tag = asked(desk)
    if cut:
        desk.upstream(started())
    desk.upstream(done("resp_s", status="cancelled"), created("resp_t"))
    assert "RESPONSE_CONFLICT" in desk.upstream(busy(tag)).notices
    assert creates(desk.upstream(done("resp_t"))) == (0 if cut else 1)


def test_R3_what_was_answered_with_the_end_alone_is_not_asked_for_again(way: Way) -> None:
    """What is refused for that the server is busy is its own response to what the user said."""
    desk = ready(way, Config.deepgram(turn_detection=ServerVad()))
    confirmed(desk)
    said = message("Hi there.")
    assert "AgentAudioDone" in desk.upstream(done("resp_1", said)).client_types
    assert creates(desk.upstream(*spoken(), busy())) == 0
    assert creates(desk.upstream(created("resp_2"), done("resp_2"))) == 0


def test_R1_a_done_in_a_free_slot_is_nothing_to_the_client(way: Way) -> None:
    desk = ready(way)
    assert desk.upstream(done("resp_s")).outputs == []
    assert desk.upstream(created("resp_s")).outputs == []
    assert desk.slot is SlotState.FREE


def test_R1_an_id_that_has_ended_stays_ended(way: Way) -> None:
    desk = ready(way)
    begun(desk)
    desk.upstream(done())
    log = desk.upstream(created(), delta(), done())
    assert log.client == []
    assert log.notices == ["LATE_DONE"]
    assert desk.slot is SlotState.FREE


def test_R1_a_late_done_of_the_old_response_does_not_end_the_new_one(way: Way) -> None:
    desk = ready(way)
    begun(desk)
    begun_by_server(desk)
    assert desk.upstream(done("resp_1")).notices == ["LATE_DONE"]
    assert desk.translator.state.response_id == "resp_s"


def test_R1_a_new_response_supersedes_one_whose_end_was_not_announced(way: Way) -> None:
    desk = ready(way)
    begun(desk)
    desk.upstream(delta())
    log = desk.upstream(created("resp_s"))
    assert log.notices == ["RESPONSE_SUPERSEDED"]
    assert log.client_types == ["ConversationText", "History", "AgentAudioDone"]
    assert desk.translator.state.response_id == "resp_s"


def test_R1_ended_responses_are_forgotten_in_the_end(way: Way) -> None:
    desk = ready(way)
    for number in range(40):
        desk.upstream(done(f"resp_{number}"))
    assert desk.upstream(done("resp_39")).notices == ["LATE_DONE"]
    assert desk.upstream(done("resp_0")).notices == []


@pytest.mark.parametrize(
    ("status", "details", "reason"),
    [
        (
            "failed",
            {"type": "failed", "error": {"code": "insufficient_quota", "message": "No money."}},
            "No money.",
        ),
        ("failed", {"type": "failed", "error": {"type": "server_error"}}, "failed"),
        ("failed", None, "failed"),
        ("failed", "unimplemented", "failed"),
        ("failed", {"reason": 7}, "failed"),
        ("incomplete", {"type": "incomplete", "reason": "max_output_tokens"}, "max_output_tokens"),
        ("incomplete", {"type": "incomplete", "reason": "content_filter"}, "content_filter"),
    ],
)
def test_R5_a_failed_response_is_a_warning_with_the_reason_and_the_end_of_the_turn(
    way: Way, status: str, details: object, reason: str
) -> None:
    desk = ready(way)
    tag = begun(desk)
    log = desk.upstream(done("resp_1", tag=tag, status=status, status_details=details))
    assert log.client_types == ["Warning", "AgentAudioDone"]
    warning = log.of("Warning")[0]
    assert (warning["code"], warning["description"].endswith(reason)) == ("THINK_REQUEST_FAILED", True)
    assert log.notices == ["RESPONSE_FAILED"]
    assert "No money" not in str(log.outputs[0])


def test_R5_a_cancelled_response_is_no_failure(way: Way) -> None:
    desk = ready(way)
    tag = begun(desk)
    desk.upstream(delta())
    log = desk.upstream(
        done("resp_1", tag=tag, status="cancelled", status_details={"reason": "turn_detected"})
    )
    assert "Warning" not in log.client_types
    assert log.client_types[-1] == "AgentAudioDone"


def test_O5_a_response_cancelled_without_output_ends_no_turn(way: Way) -> None:
    desk = ready(way)
    tag = begun(desk)
    assert desk.upstream(done("resp_1", tag=tag, status="cancelled")).client == []


def test_O5_a_response_that_is_cancelled_after_one_that_spoke_ends_no_turn_either(way: Way) -> None:
    desk = ready(way)
    begun(desk)
    desk.upstream(delta(), done())
    tag = begun(desk, "resp_2")
    assert desk.upstream(done("resp_2", tag=tag, status="cancelled")).client == []


def test_O5_a_response_that_began_with_its_output_has_output(way: Way) -> None:
    desk = ready(way)
    desk.upstream(delta("resp_s"))
    assert desk.upstream(done("resp_s", tag="", status="cancelled")).client_types[-1] == "AgentAudioDone"


def test_O5_a_response_that_is_cancelled_with_output_in_its_done_ends_the_turn(way: Way) -> None:
    desk = ready(way)
    tag = begun(desk)
    item = {"type": "message", "id": "msg_1", "role": "assistant", "content": []}
    log = desk.upstream(done("resp_1", tag=tag, status="cancelled", output=[item]))
    assert log.client_types == ["AgentAudioDone"]


def test_R6_each_of_our_events_has_an_id_of_one_prefix_and_a_counter(way: Way) -> None:
    desk = ready(way, VAD, TOOLS)
    item = desk.client(inject())
    create = desk.upstream({"type": "conversation.item.added", "item": item.upstream[0]["item"]})
    desk.upstream(created("resp_1"), call_added(), call_done())
    output = desk.client({"type": "FunctionCallResponse", "id": "call_1", "name": "weather", "content": "x"})
    frames = [*item.upstream, *create.upstream, *output.upstream]
    ids = [each["event_id"] for each in frames]
    assert len(set(ids)) == 3
    assert {each.partition("_")[0] for each in ids} == {"T1"}
    assert all(each.partition("_")[2].isdigit() for each in ids)


def test_R6_the_tag_of_a_create_is_its_event_id(way: Way) -> None:
    log = confirmed(ready(way))
    assert log.upstream == [
        {"type": "response.create", "event_id": tag_in(log), "response": {"metadata": {"rt": tag_in(log)}}}
    ]


def test_R6_a_busy_error_is_known_by_its_message_where_it_has_no_code(way: Way) -> None:
    desk = ready(way)
    asked(desk)
    message = "Conversation already has an active response in progress: resp_s."
    log = desk.upstream(error(None, event_id=None, message=message))
    assert log.client == []
    assert creates(desk.wait(1)) == 1


def test_R6_an_event_id_goes_before_the_code(way: Way) -> None:
    desk = ready(way)
    asked(desk)
    desk.upstream(busy("somebody_else"))
    assert desk.slot is SlotState.REQUESTED


def test_R1_a_tag_that_is_no_string_is_no_tag(way: Way) -> None:
    desk = ready(way)
    tags_echoed(desk)
    asked(desk)
    strange = created("resp_s")
    strange["response"]["metadata"] = {"rt": 7}
    desk.upstream(strange)
    assert desk.slot is SlotState.CROSSED
