"""Errors that may be a response's: told once, as what they are (R1, R3, R5)."""

from __future__ import annotations

import pytest

from realtime_translate import Config
from realtime_translate.session.tables import SlotState
from tests.events import TOOLS, busy, cancelled, created, delta, done, error, event, speech
from tests.harness import Desk, ready
from tests.unit.session.played import (
    VAD,
    Json,
    Way,
    asked,
    begun,
    confirmed,
    creates,
    tag_in,
    tags_echoed,
)

UNNAMED = [None, "", "event_TODO", "T1_9999", "T1_0", "T1_x", "T2_1"]
FAILURES = [
    ("server_error", None),
    (None, "server_error"),
    (None, "response_failed"),
    ("inference_failed", "error"),
]


def failure(code: str | None = "server_error", kind: str | None = None, event_id: str | None = None) -> Json:
    fields = {"type": kind or "error", "code": code, "message": "boom", "event_id": event_id}
    return {"type": "error", "error": fields}


# --- R1: an error, and then nothing -------------------------------------------------------------------------


@pytest.mark.parametrize("event_id", UNNAMED)
@pytest.mark.parametrize(("code", "kind"), FAILURES)
@pytest.mark.parametrize("produced", [True, False])
def test_R1_a_response_of_which_nothing_comes_after_an_error_is_given_up(
    code: str | None, kind: str | None, event_id: str | None, produced: bool
) -> None:
    desk = ready(Desk)
    begun(desk)
    if produced:
        desk.upstream(delta())
    log = desk.upstream(failure(code, kind, event_id))
    assert (log.client, log.notices) == ([], ["UPSTREAM_ERROR"])
    confirmed(desk, "More")
    assert desk.wait(2.75).client == []
    log = desk.wait(0.25)
    assert log.warnings == ["THINK_REQUEST_FAILED"]
    assert "boom" in log.of("Warning")[0]["description"]
    assert (log.client_types[-1], log.upstream_types) == ("AgentAudioDone", ["response.cancel"])
    assert creates(desk.wait(1)) == 1


def test_R1_the_warning_of_a_given_up_response_has_upstreams_code(way: Way) -> None:
    desk = ready(way)
    begun(desk)
    desk.upstream(failure("inference_failed"))
    (warning,) = desk.wait(3).of("Warning")
    assert "(inference_failed: boom)" in warning["description"]


def test_R1_a_response_that_goes_on_after_an_error_is_not_given_up(way: Way) -> None:
    """The error was something else's, and is told then."""
    desk = ready(way)
    begun(desk)
    desk.upstream(delta(), failure("inference_failed"))
    desk.wait(1)
    assert desk.upstream(delta()).warnings == []
    log = desk.wait(2)
    assert [(each["code"], each["description"]) for each in log.of("Warning")] == [
        ("inference_failed", "boom")
    ]
    assert desk.slot is SlotState.RUNNING
    desk.wait(27.75)
    assert desk.slot is SlotState.RUNNING
    desk.wait(0.25)
    assert desk.slot is SlotState.GIVEN_UP


def test_R1_an_error_starts_the_time_of_a_stalling_response_anew(way: Way) -> None:
    desk = ready(way)
    begun(desk)
    desk.upstream(delta())
    desk.wait(28)
    desk.upstream(failure())
    assert desk.wait(2.5).client == []
    assert desk.slot is SlotState.RUNNING
    assert desk.wait(0.5).warnings == ["THINK_REQUEST_FAILED"]


def test_R1_an_error_that_names_an_event_of_ours_is_no_sign_of_a_failed_response(way: Way) -> None:
    desk = ready(way)
    tag = begun(desk)
    log = desk.upstream(error("invalid_value", event_id=tag))
    assert log.warnings == ["invalid_value"]
    desk.wait(10)
    assert desk.slot is SlotState.RUNNING


@pytest.mark.parametrize("code", ["response_cancel_not_active", "input_audio_buffer_commit_empty"])
def test_R1_a_benign_error_is_no_sign_of_a_failed_response(way: Way, code: str) -> None:
    desk = ready(way)
    begun(desk)
    desk.upstream(error(code))
    desk.wait(10)
    assert desk.slot is SlotState.RUNNING


def test_R1_a_response_may_stall_while_another_is_asked_for(way: Way) -> None:
    desk = ready(way)
    tags_echoed(desk)
    tag = asked(desk)
    desk.upstream(created("resp_s"), delta("resp_s"), failure())
    log = desk.wait(3)
    assert log.warnings == ["THINK_REQUEST_FAILED"]
    assert desk.slot is SlotState.REQUESTED
    desk.upstream(created("resp_1", tag))
    assert desk.slot is SlotState.RUNNING


def test_R1_an_interrupted_response_that_failed_frees_the_slot_and_the_error_is_told(way: Way) -> None:
    desk = ready(way)
    begun(desk)
    desk.upstream(delta(), speech("speech_started"), failure("inference_failed"))
    assert desk.wait(3).warnings == ["inference_failed"]
    assert creates(confirmed(desk)) == 0
    assert creates(desk.wait(1)) == 1


# --- R5: one cause, one Warning -----------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["failed", "incomplete"])
def test_R5_an_error_before_a_failed_response_is_told_as_its_failure(way: Way, status: str) -> None:
    desk = ready(way)
    tag = begun(desk)
    desk.upstream(delta())
    end = event("output_audio_transcript.done", transcript="Hi", item_id="msg_1", content_index=0)
    log = desk.upstream(failure("response_failed"), end, done("resp_1", tag=tag, status=status))
    (warning,) = log.of("Warning")
    assert warning["code"] == "THINK_REQUEST_FAILED"
    assert "response_failed: boom" in warning["description"]
    assert log.client_types[-1] == "AgentAudioDone"
    assert desk.translator.next_deadline is None


def test_R5_what_the_failed_response_says_itself_is_not_said_twice(way: Way) -> None:
    desk = ready(way)
    tag = begun(desk)
    details = {"error": {"code": "server_error", "message": "boom"}}
    log = desk.upstream(
        failure("server_error"), done("resp_1", tag=tag, status="failed", status_details=details)
    )
    (warning,) = log.of("Warning")
    assert warning["description"].count("boom") == 1


def test_R5_an_error_before_a_response_that_completes_is_told_as_such(way: Way) -> None:
    desk = ready(way)
    tag = begun(desk)
    log = desk.upstream(failure("inference_failed"), done("resp_1", tag=tag))
    assert (log.warnings, log.client_types) == (["inference_failed"], ["Warning", "AgentAudioDone"])


def test_R5_an_error_before_a_response_that_is_superseded_is_told_as_such(way: Way) -> None:
    desk = ready(way)
    begun(desk)
    log = desk.upstream(failure("inference_failed"), created("resp_2"))
    assert log.warnings == ["inference_failed"]
    assert desk.wait(3.5).client == []


def test_R5_several_errors_of_a_response_are_one(way: Way) -> None:
    desk = ready(way)
    begun(desk)
    desk.upstream(failure("inference_failed"))
    desk.wait(2)
    desk.upstream(failure("tts_error"))
    (warning,) = desk.wait(1).of("Warning")
    assert "inference_failed" in warning["description"]
    desk.wait(0.5)
    assert desk.upstream(failure("late")).client == [], "it was given up, and that was told"


def test_R5_the_component_s_client_gets_one_too() -> None:
    desk = ready(Desk, Config.component())
    begun(desk)
    desk.upstream(failure("inference_failed"))
    log = desk.wait(3)
    assert log.client_types == ["Warning", "AgentDone", "AgentAudioDone"]
    begun(desk, "resp_2") if creates(desk.wait(1)) else desk.upstream(created("resp_2"))
    desk.upstream(failure("inference_failed"), delta("resp_2"))
    assert desk.wait(3).of("Error")[0]["code"] == "inference_failed"


def test_R5_a_create_that_is_refused_gives_one_warning(way: Way) -> None:
    desk = ready(way)
    log = desk.upstream(error("rate_limit_exceeded", event_id=asked(desk), message="Slow down."))
    (warning,) = log.of("Warning")
    assert warning["code"] == "THINK_REQUEST_FAILED"
    assert "rate_limit_exceeded: Slow down." in warning["description"]
    assert log.client_types == ["Warning", "AgentAudioDone"]


def test_E1_an_error_while_no_response_is_active_is_told_at_once(way: Way) -> None:
    desk = ready(way)
    assert desk.upstream(failure("inference_failed")).warnings == ["inference_failed"]
    desk.upstream(speech("committed"))
    assert desk.upstream(failure("inference_failed")).warnings == ["inference_failed"]
    desk.wait(1)
    assert desk.slot is SlotState.REQUESTED
    assert desk.upstream(failure("inference_failed")).warnings == ["inference_failed"]


def test_E1_an_error_that_ends_the_session_is_told_once(way: Way) -> None:
    desk = ready(way)
    log = desk.upstream(error("insufficient_quota", event_id=asked(desk)))
    assert log.client_types == ["Error"]


# --- R3: a server error in place of the response ------------------------------------------------------------


def server_error(named: bool, tag: str) -> Json:
    return failure("server_error", event_id=tag if named else None)


@pytest.mark.parametrize("named", [True, False])
def test_R3_a_server_error_in_place_of_the_response_is_tried_again_once(way: Way, named: bool) -> None:
    desk = ready(way)
    tag = asked(desk)
    assert desk.upstream(server_error(named, tag)).client == []
    assert desk.slot is SlotState.DOUBTED
    assert creates(desk.wait(0.75)) == 0
    log = desk.wait(0.25)
    again = tag_in(log)
    assert (again != tag, log.client, "RESPONSE_RETRIED" in log.notices) == (True, [], True)
    log = desk.upstream(server_error(named, again))
    assert (log.warnings, log.client_types) == (["THINK_REQUEST_FAILED"], ["Warning", "AgentAudioDone"])
    assert "server_error: boom" in log.of("Warning")[0]["description"]
    assert desk.slot is SlotState.FREE
    assert desk.translator.next_deadline is None


@pytest.mark.parametrize("named", [True, False])
def test_R3_it_is_not_tried_again_if_its_response_begins_meanwhile(way: Way, named: bool) -> None:
    desk = ready(way)
    tag = asked(desk)
    desk.upstream(server_error(named, tag), created("resp_1", tag))
    assert desk.slot is SlotState.RUNNING
    log = desk.upstream(delta(), done("resp_1", tag=tag))
    assert (creates(log), log.warnings) == (0, [])
    desk.upstream(server_error(named, asked(desk)))
    assert creates(desk.wait(1)) == 1, "the next one has a try of its own"


def test_R3_its_response_may_come_after_it_was_tried_again(way: Way) -> None:
    desk = ready(way)
    tags_echoed(desk)
    tag = asked(desk)
    desk.upstream(failure())
    again = tag_in(desk.wait(1))
    desk.upstream(created("resp_1", tag))
    assert desk.slot is SlotState.RUNNING
    desk.upstream(busy(again))
    assert creates(desk.upstream(done("resp_1", tag=tag))) == 0


def test_R3_a_spoken_text_is_tried_again_as_well(way: Way) -> None:
    desk = ready(way)
    log = desk.client({"type": "InjectAgentMessage", "message": "Good day."})
    desk.upstream(failure())
    (create,) = desk.wait(1).of("response.create")
    assert create["response"]["instructions"] == log.of("response.create")[0]["response"]["instructions"]


def test_R3_several_server_errors_for_one_create_are_one(way: Way) -> None:
    desk = ready(way)
    tag = asked(desk)
    log = desk.upstream(failure(), server_error(named=True, tag=tag))
    assert (log.client, desk.slot) == ([], SlotState.DOUBTED)
    assert creates(desk.wait(1)) == 1


def test_R3_another_refusal_after_the_server_error_is_the_end(way: Way) -> None:
    desk = ready(way)
    tag = asked(desk)
    log = desk.upstream(failure(), error("rate_limit_exceeded", event_id=tag))
    assert log.warnings == ["THINK_REQUEST_FAILED"]
    assert desk.translator.next_deadline is None


def test_R3_a_busy_server_may_say_so_after_its_error(way: Way) -> None:
    desk = ready(way)
    tag = asked(desk)
    desk.upstream(failure(), busy(tag))
    assert desk.slot is SlotState.REFUSED
    assert creates(desk.wait(1)) == 1


@pytest.mark.parametrize("echoed", [True, False])
def test_R3_a_response_that_comes_whole_answers_it(way: Way, echoed: bool) -> None:
    desk = ready(way)
    tag = asked(desk)
    log = desk.upstream(failure(), done("resp_1", tag=tag if echoed else ""))
    assert (log.client_types, desk.slot) == (["AgentAudioDone"], SlotState.FREE)
    assert desk.translator.next_deadline is None


def test_R3_beside_the_servers_own_response_it_is_tried_again_after_that(way: Way) -> None:
    desk = ready(way)
    tags_echoed(desk)
    tag = asked(desk)
    log = desk.upstream(created("resp_s"), server_error(named=True, tag=tag))
    assert (log.client, desk.slot) == ([], SlotState.RUNNING)
    log = desk.upstream(done("resp_s"))
    log = desk.upstream(server_error(named=True, tag=tag_in(log)))
    assert log.warnings == ["THINK_REQUEST_FAILED"]


def test_R3_the_servers_own_response_may_begin_after_the_error(way: Way) -> None:
    desk = ready(way)
    tags_echoed(desk)
    asked(desk)
    desk.upstream(failure(), created("resp_s"))
    assert desk.slot is SlotState.RUNNING
    assert creates(desk.upstream(done("resp_s"))) == 1


def test_R3_the_response_that_seemed_ours_was_the_servers_own(way: Way) -> None:
    desk = ready(way)
    tag = asked(desk)
    desk.upstream(created("resp_s"), server_error(named=True, tag=tag))
    assert creates(desk.upstream(done("resp_s"))) == 1


def test_R3_a_wish_that_was_interrupted_is_not_tried_again(way: Way) -> None:
    desk = ready(way)
    tag = asked(desk)
    desk.upstream(failure())
    desk.client({"type": "InjectAgentMessage", "message": "Stop.", "behavior": "interrupt"})
    log = desk.wait(1)
    (create,) = log.of("response.create")
    assert "Stop." in create["response"]["instructions"]
    spoken = tag_in(log)
    log = desk.upstream(created("resp_2", spoken), done("resp_2", tag=spoken))
    assert creates(log) == 0
    assert desk.upstream(created("resp_1", tag)).of("response.cancel") == []


def test_R3_a_late_response_to_an_interrupted_wish_is_cancelled(way: Way) -> None:
    desk = ready(way, VAD, TOOLS)
    tags_echoed(desk)
    tag = asked(desk)
    desk.upstream(failure())
    desk.upstream(speech("committed"))
    assert desk.slot is SlotState.DOUBTED
    desk.client({"type": "InjectAgentMessage", "message": "Stop.", "behavior": "interrupt"})
    log = desk.upstream(created("resp_1", tag))
    assert log.of("response.cancel")[0]["response_id"] == "resp_1"


def test_R1_a_done_of_another_response_does_not_end_ours_before_it_has_begun(way: Way) -> None:
    desk = ready(way)
    tags_echoed(desk)
    tag = asked(desk)
    for response_id, status in (("resp_x", "completed"), ("resp_y", "cancelled"), (None, "completed")):
        assert desk.upstream(done(response_id, status=status)).client == []
        assert desk.slot is SlotState.REQUESTED
    desk.upstream(failure(), done("resp_z"))
    assert desk.slot is SlotState.DOUBTED
    desk.upstream(created("resp_1", tag))
    assert desk.upstream(done("resp_x")).notices == ["LATE_DONE"]
    assert desk.upstream(cancelled("resp_9")).notices == ["LATE_DONE"]
    assert desk.slot is SlotState.RUNNING


def test_R1_what_such_a_response_said_ends_a_turn(way: Way) -> None:
    desk = ready(way)
    tags_echoed(desk)
    asked(desk)
    said = {
        "type": "message",
        "id": "m",
        "role": "assistant",
        "content": [{"type": "output_text", "text": "Hi"}],
    }
    log = desk.upstream(done("resp_x", output=[said]))
    assert log.client_types == ["ConversationText", "History", "AgentAudioDone"]
    assert desk.slot is SlotState.REQUESTED
