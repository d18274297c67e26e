"""Our create and the server's own responses cross, with and without echoed tags (R1, R3, A5)."""

from __future__ import annotations

import pytest

from realtime_translate.session.tables import SlotState
from tests.events import busy, cancelled, commit_empty, created, delta, done, error, inject, speech, user_item
from tests.harness import Desk, ready
from tests.unit.session.played import (
    MANUAL,
    Way,
    asked,
    begun,
    begun_by_server,
    confirmed,
    creates,
    item_id_in,
    tag_in,
    tags_echoed,
)

# --- tags that are echoed -----------------------------------------------------------------------------------


def test_R1_a_created_without_our_tag_is_the_servers_own(way: Way) -> None:
    desk = ready(way)
    tags_echoed(desk)
    tag = asked(desk)
    desk.upstream(created("resp_s"))
    assert desk.slot is SlotState.CROSSED
    assert creates(desk.upstream(done("resp_s"))) == 0
    assert desk.slot is SlotState.REQUESTED
    desk.upstream(created("resp_1", tag))
    assert (desk.slot, desk.translator.state.response_id) == (SlotState.RUNNING, "resp_1")


def test_R1_a_response_taken_back_before_it_was_announced_ends_no_other(way: Way) -> None:
    """Speech that goes on cancels what the server had begun by itself, while our create is on its way."""
    desk = ready(way)
    begun(desk)
    log = desk.upstream(cancelled("resp_s"))
    assert (log.notices, log.client_types) == (["LATE_DONE"], [])
    assert (desk.slot, desk.translator.state.response_id) == (SlotState.RUNNING, "resp_1")
    assert desk.upstream(created("resp_s")).notices == []
    assert desk.upstream(done("resp_1")).client_types == ["AgentAudioDone"]


def test_R1_ours_supersedes_the_servers_own_whose_end_is_late(way: Way) -> None:
    desk = ready(way)
    tags_echoed(desk)
    tag = asked(desk)
    log = desk.upstream(created("resp_s"), created("resp_1", tag))
    assert log.notices == ["RESPONSE_SUPERSEDED"]
    assert desk.slot is SlotState.RUNNING
    assert desk.upstream(done("resp_s")).notices == ["LATE_DONE"]
    desk.upstream(delta("resp_1"))
    assert desk.wait(29).of("Warning") == []


def test_R1_another_own_response_leaves_our_create_in_flight(way: Way) -> None:
    desk = ready(way)
    tags_echoed(desk)
    tag = asked(desk)
    desk.upstream(created("resp_s"), created("resp_t"))
    assert (desk.slot, desk.translator.state.response_id) == (SlotState.CROSSED, "resp_t")
    desk.upstream(done("resp_t"), created("resp_1", tag))
    assert desk.slot is SlotState.RUNNING


def test_R1_output_before_its_created_turns_out_to_be_ours(way: Way) -> None:
    desk = ready(way)
    tags_echoed(desk)
    tag = asked(desk)
    desk.upstream(delta("resp_1"))
    assert desk.slot is SlotState.CROSSED
    assert desk.upstream(created("resp_1"), created("resp_1", "somebody_else")).outputs == []
    assert desk.slot is SlotState.CROSSED
    desk.upstream(created("resp_1", tag))
    assert desk.slot is SlotState.RUNNING
    assert desk.wait(29).of("Warning") == []


def test_R1_output_without_any_created_turns_out_to_be_ours_at_its_done(way: Way) -> None:
    desk = ready(way)
    tags_echoed(desk)
    tag = asked(desk)
    desk.upstream(delta("resp_1"))
    log = desk.upstream(done("resp_1", tag=tag))
    assert log.client_types[-1] == "AgentAudioDone"
    assert desk.slot is SlotState.FREE
    assert desk.translator.next_deadline is None


def test_R1_a_tag_in_done_shows_that_tags_are_echoed(way: Way) -> None:
    desk = ready(way)
    tag = asked(desk)
    desk.upstream(done("resp_1", tag=tag))
    asked(desk)
    desk.upstream(created("resp_s"))
    assert desk.slot is SlotState.CROSSED


def test_R1_ours_may_fail_whole_while_the_servers_own_runs(way: Way) -> None:
    desk = ready(way)
    tags_echoed(desk)
    tag = asked(desk)
    desk.upstream(created("resp_s"))
    log = desk.upstream(done("resp_1", tag=tag, status="failed"))
    assert log.client_types == ["Warning"]
    assert (desk.slot, desk.translator.state.response_id) == (SlotState.RUNNING, "resp_s")
    assert desk.upstream(done("resp_1", tag=tag)).notices == ["LATE_DONE"]
    assert desk.upstream(done("resp_s")).client_types == ["AgentAudioDone"]


def test_R1_ours_may_come_whole_in_its_done_while_the_servers_own_runs(way: Way) -> None:
    desk = ready(way)
    tags_echoed(desk)
    tag = asked(desk)
    desk.upstream(created("resp_s"))
    said = {
        "type": "message",
        "id": "msg_1",
        "role": "assistant",
        "content": [{"type": "output_text", "text": "Hi"}],
    }
    log = desk.upstream(done("resp_1", tag=tag, output=[said]))
    assert log.client_types == ["ConversationText", "History", "AgentAudioDone"]
    assert desk.slot is SlotState.RUNNING


@pytest.mark.parametrize("late", [True, False])
def test_R1_a_create_that_fails_beside_the_servers_own_ends_no_turn(way: Way, late: bool) -> None:
    desk = ready(way)
    tags_echoed(desk)
    tag = asked(desk)
    desk.upstream(created("resp_s"), delta("resp_s"))
    log = desk.wait(10) if late else desk.upstream(error("rate_limit_exceeded", event_id=tag))
    codes = [each["code"] for each in log.of("Warning")]
    assert codes == ["SLOW_THINK_REQUEST", "THINK_REQUEST_FAILED"] if late else ["THINK_REQUEST_FAILED"]
    assert log.of("AgentAudioDone") == []
    assert desk.slot is SlotState.RUNNING
    assert desk.upstream(done("resp_s")).client_types[-1] == "AgentAudioDone"


# --- tags that are never echoed -----------------------------------------------------------------------------


def test_R1_where_tags_are_never_echoed_the_first_created_after_ours_is_ours(way: Way) -> None:
    desk = ready(way)
    asked(desk)
    desk.upstream(created("resp_1"))
    assert desk.slot is SlotState.RUNNING
    assert creates(desk.upstream(done("resp_1"))) == 0
    assert desk.wait(29).of("Warning") == []


@pytest.mark.parametrize("named", [True, False])
def test_R3_the_first_created_was_the_servers_own_if_ours_is_then_refused(way: Way, named: bool) -> None:
    desk = ready(way)
    tag = asked(desk)
    desk.upstream(created("resp_s"))
    log = desk.upstream(busy(tag if named else None))
    assert (log.client, creates(log)) == ([], 0)
    assert "RESPONSE_CONFLICT" in log.notices
    assert creates(desk.upstream(done("resp_s"))) == 1


def test_R1_the_first_created_was_the_servers_own_if_a_tagged_one_follows(way: Way) -> None:
    desk = ready(way)
    tag = asked(desk)
    desk.upstream(created("resp_s"), created("resp_1", tag))
    assert (desk.slot, desk.translator.state.response_id) == (SlotState.RUNNING, "resp_1")
    asked_again = confirmed(desk, "More")
    tag = tag_in(desk.upstream(done("resp_1", tag=tag)))
    desk.upstream(created("resp_t"))
    assert creates(asked_again) == 0
    assert desk.slot is SlotState.CROSSED


def test_R1_the_first_created_was_the_servers_own_if_ours_then_fails(way: Way) -> None:
    desk = ready(way)
    tag = asked(desk)
    desk.upstream(created("resp_s"), delta("resp_s"))
    log = desk.upstream(error("rate_limit_exceeded", event_id=tag))
    assert log.of("Warning")[0]["code"] == "THINK_REQUEST_FAILED"
    assert log.of("AgentAudioDone") == []
    assert desk.slot is SlotState.RUNNING
    codes = [each["code"] for each in desk.upstream(error("rate_limit_exceeded", event_id=tag)).of("Warning")]
    assert "THINK_REQUEST_FAILED" not in codes


# --- conversation_already_has_active_response ---------------------------------------------------------------


@pytest.mark.parametrize("named", [True, False])
def test_R3_a_refused_create_is_sent_after_the_response_that_was_in_its_way(way: Way, named: bool) -> None:
    desk = ready(way)
    tags_echoed(desk)
    tag = asked(desk)
    desk.upstream(created("resp_s"))
    log = desk.upstream(busy(tag if named else None))
    assert log.client == []
    assert "RESPONSE_CONFLICT" in log.notices
    assert desk.slot is SlotState.RUNNING
    assert creates(desk.wait(30)) == 0
    again = tag_in(desk.upstream(done("resp_s")))
    assert again != tag


@pytest.mark.parametrize("named", [True, False])
def test_R3_refused_before_the_other_response_was_heard_of(way: Way, named: bool) -> None:
    desk = ready(way)
    tag = asked(desk)
    assert desk.upstream(busy(tag if named else None)).client == []
    desk.upstream(created("resp_s"))
    assert creates(desk.wait(30)) == 0
    assert creates(desk.upstream(done("resp_s"))) == 1


def test_R3_without_an_active_response_it_is_sent_after_the_grace(way: Way) -> None:
    desk = ready(way)
    tag = asked(desk)
    desk.upstream(busy(tag))
    assert creates(confirmed(desk, "More")) == 0
    assert creates(desk.wait(0.75)) == 0
    assert creates(desk.wait(0.25)) == 1
    assert [each["code"] for each in desk.wait(9).of("Warning")] == ["SLOW_THINK_REQUEST"]


@pytest.mark.parametrize("response_id", [None, "resp_s"])
def test_R3_the_other_response_may_only_be_heard_of_by_its_done(way: Way, response_id: str | None) -> None:
    desk = ready(way)
    desk.upstream(busy(asked(desk)))
    assert creates(desk.upstream(done(response_id))) == 1
    assert creates(desk.wait(5)) == 0


def test_R3_the_other_response_may_only_be_heard_of_by_its_output(way: Way) -> None:
    desk = ready(way)
    desk.upstream(busy(asked(desk)), delta("resp_s"))
    assert creates(desk.wait(30)) == 0
    assert creates(desk.upstream(done("resp_s"))) == 1


def test_R3_refused_again_and_again_it_is_asked_again(way: Way) -> None:
    desk = ready(way)
    tag = asked(desk)
    for seconds in (1, 2, 4, 8, 8):
        desk.upstream(busy(tag))
        assert creates(desk.wait(seconds - 0.25)) == 0
        tag = tag_in(desk.wait(0.25))
    assert desk.slot is SlotState.REQUESTED


def test_R3_after_a_response_a_refused_create_is_asked_again_as_soon_as_ever(way: Way) -> None:
    desk = ready(way)
    desk.upstream(busy(asked(desk)))
    desk.upstream(created("resp_1", tag_in(desk.wait(1))), done("resp_1"))
    desk.upstream(busy(asked(desk)))
    assert creates(desk.wait(1)) == 1


def test_R3_the_end_of_a_response_that_had_ended_for_us_lets_the_wish_go(way: Way) -> None:
    """A server that cannot cancel is busy with a response that was given up (R1)."""
    desk = ready(way)
    tag = begun(desk)
    desk.wait(61)
    desk.upstream(busy(asked(desk)))
    log = desk.upstream(done("resp_1", tag=tag))
    assert (log.notices, creates(log), log.client) == (["LATE_DONE"], 1, [])
    assert desk.upstream(done("resp_1", tag=tag)).notices == ["LATE_DONE"]


def test_R3_a_busy_error_that_answers_nothing_of_ours_changes_nothing(way: Way) -> None:
    desk = ready(way)
    tag = begun(desk)
    for refusal in (busy(), busy(tag)):
        log = desk.upstream(refusal)
        assert (log.client, creates(log)) == ([], 0)
    assert creates(desk.upstream(done("resp_1", tag=tag))) == 0


@pytest.mark.parametrize("named", [True, False])
def test_R3_refused_after_the_response_that_seemed_ours_it_is_asked_again(way: Way, named: bool) -> None:
    """Without a tag the server's own response was taken for the answer, and a later text for answered."""
    desk = ready(way)
    tag = asked(desk)
    desk.upstream(created("resp_1"), done("resp_1"))
    assert "RESPONSE_CONFLICT" in desk.upstream(busy(tag if named else None)).notices
    assert desk.slot is SlotState.REFUSED
    assert "RESPONSE_CONFLICT" not in desk.upstream(busy(tag if named else None)).notices
    desk.upstream(created("resp_s"))
    assert creates(desk.upstream(done("resp_s"))) == 1


def test_R3_refused_while_the_next_response_runs_it_is_asked_again(way: Way) -> None:
    desk = ready(way)
    tag = asked(desk)
    desk.upstream(created("resp_1"), done("resp_1"), created("resp_s"))
    assert "RESPONSE_CONFLICT" in desk.upstream(busy(tag)).notices
    assert creates(desk.upstream(done("resp_s"))) == 1


def test_R3_refused_while_the_next_response_is_expected_it_is_asked_again(way: Way) -> None:
    desk = ready(way)
    tag = asked(desk)
    desk.upstream(created("resp_1"), done("resp_1"), speech("committed"))
    assert desk.slot is SlotState.EXPECTED
    assert "RESPONSE_CONFLICT" in desk.upstream(busy(tag)).notices
    desk.upstream(created("resp_s"))
    assert creates(desk.upstream(done("resp_s"))) == 1


def test_R3_the_refusal_of_an_older_create_changes_nothing(way: Way) -> None:
    desk = ready(way)
    tag = asked(desk)
    desk.upstream(created("resp_1"), done("resp_1"))
    assert asked(desk) != tag
    assert "RESPONSE_CONFLICT" not in desk.upstream(busy(tag)).notices


def test_R1_the_tag_may_come_after_the_response_that_seemed_ours(way: Way) -> None:
    for before in ((), (speech("committed"),)):
        desk = ready(way)
        tag = asked(desk)
        desk.upstream(created("resp_1"), done("resp_1"), *before, created("resp_2", tag))
        assert (desk.slot, desk.translator.state.response_id) == (SlotState.RUNNING, "resp_2")
        assert creates(desk.upstream(done("resp_2", tag=tag))) == 0


def test_R3_a_second_busy_error_changes_nothing(way: Way) -> None:
    desk = ready(way)
    tag = asked(desk)
    desk.upstream(created("resp_s"), busy(tag))
    for refusal in (busy(), busy(tag)):
        assert "RESPONSE_CONFLICT" not in desk.upstream(refusal).notices
    assert creates(desk.upstream(done("resp_s"))) == 1


def test_R3_a_busy_error_in_a_free_slot_changes_nothing(way: Way) -> None:
    desk = ready(way)
    desk.upstream(busy())
    assert desk.slot is SlotState.FREE


def test_R3_a_servers_own_commit_meets_a_refused_create(way: Way) -> None:
    desk = ready(way)
    desk.upstream(busy(asked(desk)), speech("committed"))
    assert desk.slot is SlotState.REFUSED
    assert creates(desk.upstream(created("resp_s"), done("resp_s"))) == 1


# --- A5: a commit refused as empty drops the wish -----------------------------------------------------------


def committed(desk: Desk) -> tuple[str, str]:
    """A commit and its create: their event ids."""
    desk.client(bytes(4800))
    log = desk.wait(0.5)
    assert log.upstream_types == ["input_audio_buffer.commit", "response.create"]
    return log.upstream[0]["event_id"], tag_in(log)


@pytest.mark.parametrize("named", [True, False])
def test_A5_a_commit_refused_as_empty_drops_the_wish_of_its_refused_create(way: Way, named: bool) -> None:
    desk = ready(way, MANUAL)
    commit, tag = committed(desk)
    log = desk.upstream(commit_empty(commit if named else None), busy(tag if named else None))
    assert log.client == []
    assert "COMMIT_REFUSED" in log.notices
    assert "COMMIT_REFUSED" not in desk.upstream(commit_empty()).notices
    assert creates(desk.wait(30)) == 0
    assert desk.slot is SlotState.FREE
    assert desk.translator.next_deadline is None, "nothing was asked for: nothing is slow (O8)"


@pytest.mark.parametrize("echoed", [True, False])
def test_A5_the_refused_commit_drops_the_wish_beside_the_servers_own_response(way: Way, echoed: bool) -> None:
    desk = ready(way, MANUAL)
    if echoed:
        tags_echoed(desk)
    commit, tag = committed(desk)
    desk.upstream(created("resp_s"), commit_empty(commit), busy(tag))
    assert creates(desk.upstream(done("resp_s"))) == 0


def test_A5_a_create_that_the_server_accepts_stays_asked_for(way: Way) -> None:
    desk = ready(way, MANUAL)
    commit, tag = committed(desk)
    desk.upstream(commit_empty(commit), created("resp_1", tag))
    assert desk.upstream(done("resp_1", tag=tag)).client_types == ["AgentAudioDone"]


def test_A5_a_create_whose_commit_was_accepted_is_asked_for_again(way: Way) -> None:
    desk = ready(way, MANUAL)
    _, tag = committed(desk)
    desk.upstream(busy(tag))
    assert creates(desk.wait(1)) == 1


def test_A5_a_text_that_the_create_answers_keeps_its_wish(way: Way) -> None:
    desk = ready(way, MANUAL)
    item = item_id_in(desk.client(inject()))
    commit, tag = committed(desk)
    desk.upstream(user_item(item, "Hello"), commit_empty(commit), busy(tag))
    assert creates(desk.wait(1)) == 1


def test_A5_a_text_that_waited_beside_the_commit_keeps_its_wish(way: Way) -> None:
    desk = ready(way, MANUAL)
    begun_by_server(desk)
    confirmed(desk)
    desk.client(bytes(4800))
    assert "COMMIT_OWED" in desk.wait(0.5).notices
    log = desk.upstream(done("resp_s"))
    desk.upstream(commit_empty(log.upstream[0]["event_id"]), busy(tag_in(log)))
    assert creates(desk.wait(1)) == 1


def test_A5_a_text_that_comes_after_the_create_keeps_its_wish(way: Way) -> None:
    desk = ready(way, MANUAL)
    commit, tag = committed(desk)
    confirmed(desk)
    desk.upstream(commit_empty(commit), busy(tag))
    assert creates(desk.wait(1)) == 1


def test_A5_a_later_create_does_not_fall_with_an_old_commit(way: Way) -> None:
    desk = ready(way, MANUAL)
    _, tag = committed(desk)
    desk.upstream(created("resp_1", tag), done("resp_1", tag=tag))
    tag = asked(desk)
    desk.upstream(commit_empty(), busy(tag))
    assert creates(desk.wait(1)) == 1


@pytest.mark.parametrize("event_id", [None, "T1_999"])
def test_A5_an_empty_commit_that_is_not_ours_drops_nothing(way: Way, event_id: str | None) -> None:
    desk = ready(way, MANUAL)
    if event_id:
        committed(desk)
    assert "COMMIT_REFUSED" not in desk.upstream(commit_empty(event_id)).notices
