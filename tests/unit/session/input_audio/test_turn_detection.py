"""A server that detects turns under manual commit, where it was told not to (V1)."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import Config, ManualCommit
from realtime_translate.session.tables import Detection, SlotState
from tests.events import busy, commit_empty, created, done, error, speech
from tests.harness import Desk, Log, ready
from tests.unit.session.played import (
    MANUAL,
    Json,
    Way,
    asked,
    begun,
    begun_by_server,
    confirmed,
    creates,
    tag_in,
)

COMMITTED = ["input_audio_buffer.commit", "response.create"]
CEILING = Config.deepgram(turn_detection=ManualCommit(debounce=0.4, ceiling=2.0))
FRAME, FRAME_SECONDS = bytes(6000), 0.125
STARTED, STOPPED = speech("speech_started"), speech("speech_stopped")


def talk(desk: Desk, seconds: float) -> Log:
    """Audio at the pace at which it is spoken, up to its last frame; what it brings but appends."""
    log = Log()
    for number in range(int(seconds / FRAME_SECONDS)):
        if number:
            log.outputs += desk.wait(FRAME_SECONDS).outputs
        log.outputs += desk.client(FRAME).outputs[1:]
    return log


def detection(desk: Desk) -> Detection:
    snapshot: Any = desk.translator.snapshot()
    return Detection(snapshot["call"]["audio"]["detection"])


def committed(item_id: str | None = "u1") -> Json:
    return speech("committed", item_id=item_id)


def answered(desk: Desk, log: Log, response_id: str = "resp_1") -> Log:
    """The create of a log is answered to the end."""
    tag = tag_in(log)
    return desk.upstream(created(response_id, tag), done(response_id, tag=tag))


def quiet(desk: Desk) -> None:
    """Nothing is owed and nothing waits."""
    assert desk.wait(60).upstream == []
    assert desk.translator.next_deadline is None


# --- proof --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("event", [STARTED, committed()])
def test_V1_what_the_server_does_by_itself_is_proof_and_noticed_once(way: Way, event: Json) -> None:
    desk = ready(way, MANUAL)
    log = desk.upstream(event)
    log.outputs += desk.upstream(STARTED, STOPPED, committed("u2"), STARTED).outputs
    assert log.notices.count("TURN_DETECTION_NOT_OFF") == 1
    [told] = [each for each in log.outputs if getattr(each, "code", "") == "TURN_DETECTION_NOT_OFF"]
    assert getattr(told, "fields", {}) == {"event": event["type"].partition(".")[2]}


@pytest.mark.parametrize(
    "events",
    [
        [committed(), committed()],
        [committed(), committed(), committed()],
        [committed(), committed(None)],
        [committed(), STOPPED],
    ],
    ids=["repeated", "twice", "nameless", "stopped"],
)
def test_V1_what_may_answer_our_commit_is_no_proof(way: Way, events: list[Json]) -> None:
    desk = ready(way, MANUAL)
    talk(desk, 0.25)
    tag = tag_in(desk.wait(0.5))
    log = desk.upstream(*events)
    assert (log.notices, detection(desk)) == ([], Detection.OFF)
    desk.upstream(created("resp_1", tag), done("resp_1", tag=tag))
    talk(desk, 0.25)
    assert desk.wait(0.5).upstream_types == COMMITTED


def test_V1_commits_are_counted(way: Way) -> None:
    desk = ready(way, MANUAL)
    for number in range(2):  # announced late, both
        talk(desk, 0.25)
        answered(desk, desk.wait(0.5), f"resp_{number}")
    assert desk.upstream(committed("u1"), committed("u2")).notices == []
    assert desk.upstream(committed("u3")).notices[0] == "TURN_DETECTION_NOT_OFF"


@pytest.mark.parametrize("named", [True, False])
def test_V1_refused_commits_are_counted_too(way: Way, named: bool) -> None:
    desk = ready(way, MANUAL)
    talk(desk, 0.25)
    log = desk.wait(0.5)
    desk.upstream(commit_empty(log.upstream[0]["event_id"] if named else None))
    assert desk.upstream(committed()).notices[0] == "TURN_DETECTION_NOT_OFF"


def test_V1_a_commit_may_be_refused_for_any_reason(way: Way) -> None:
    desk = ready(way, MANUAL)
    talk(desk, 0.25)
    log = desk.wait(0.5)
    desk.upstream(error("not_implemented", event_id=log.upstream[0]["event_id"]))
    assert desk.upstream(committed()).notices[0] == "TURN_DETECTION_NOT_OFF"


def test_V1_an_item_was_the_servers_own_if_our_commit_is_refused_after_it(way: Way) -> None:
    desk = ready(way, MANUAL)
    talk(desk, 0.25)
    log = desk.wait(0.5)
    assert desk.upstream(committed()).notices == []
    refused = desk.upstream(commit_empty(log.upstream[0]["event_id"]))
    assert "TURN_DETECTION_NOT_OFF" in refused.notices
    desk.upstream(busy(tag_in(log)), created("resp_s"))
    assert creates(desk.upstream(done("resp_s"))) == 0, "the question is answered"
    quiet(desk)


def test_V1_a_response_alone_is_no_proof(way: Way) -> None:
    desk = ready(way, MANUAL)
    begun(desk)
    talk(desk, 0.25)
    assert desk.wait(0.5).notices == ["COMMIT_OWED"]
    desk.upstream(created("resp_s"))
    assert detection(desk) is Detection.OFF
    assert desk.upstream(done("resp_s")).upstream_types == COMMITTED


def test_L2_the_count_of_commits_has_a_bound(way: Way) -> None:
    desk = ready(way, MANUAL)
    for number in range(12):
        talk(desk, 0.25)
        answered(desk, desk.wait(0.5), f"resp_{number}")
    snapshot: Any = desk.translator.snapshot()
    assert len(snapshot["call"]["audio"]["commits"]) == 8


# --- the call goes on as under the server's turn detection --------------------------------------------------


def test_V1_the_server_commits_and_answers_and_we_do_neither(way: Way) -> None:
    desk = ready(way, MANUAL)
    desk.upstream(STARTED)
    talk(desk, 1)
    desk.upstream(STOPPED)
    assert desk.wait(1.25).upstream == []
    desk.upstream(committed())
    assert desk.slot is SlotState.EXPECTED
    assert desk.upstream(created("resp_s"), done("resp_s")).upstream == []
    quiet(desk)


def test_V1_a_server_that_announces_no_commit_answers_all_the_same(way: Way) -> None:
    desk = ready(way, MANUAL)
    desk.upstream(STARTED)
    talk(desk, 1)
    desk.upstream(STOPPED)
    desk.wait(0.75)
    assert desk.upstream(created("resp_s"), done("resp_s")).upstream == []
    quiet(desk)


def test_V1_a_nameless_commit_is_one_of_what_was_heard(way: Way) -> None:
    desk = ready(way, MANUAL)
    desk.upstream(STARTED)
    talk(desk, 1)
    desk.upstream(STOPPED, committed(None))
    assert desk.slot is SlotState.EXPECTED


def test_R7_the_answer_to_what_the_server_committed_is_asked_for_if_it_does_not_come(way: Way) -> None:
    desk = ready(way, MANUAL)
    desk.upstream(STARTED)
    talk(desk, 1)
    desk.upstream(STOPPED, committed())
    log = desk.wait(1)
    assert (log.upstream_types, log.notices) == (["response.create"], ["RESPONSE_MISSED"])
    answered(desk, log)
    quiet(desk)


def test_V1_the_silence_after_what_was_answered_is_not_committed(way: Way) -> None:
    desk = ready(way, CEILING)
    desk.upstream(STARTED)
    talk(desk, 1)
    desk.upstream(STOPPED, committed(), created("resp_s"))
    assert talk(desk, 3).upstream == []
    desk.upstream(done("resp_s"))
    assert talk(desk, 3).upstream == []
    quiet(desk)


def test_V1_what_is_heard_in_that_silence_is_the_servers_again(way: Way) -> None:
    desk = ready(way, CEILING)
    for number in range(3):
        desk.upstream(STARTED)
        assert talk(desk, 1.5).upstream == []
        desk.upstream(STOPPED, committed(f"audio_{number}"), created(f"resp_{number}"))
        assert talk(desk, 2).upstream == []
        desk.upstream(done(f"resp_{number}"))
    quiet(desk)


def test_V1_a_commit_that_is_owed_is_withdrawn_by_proof(way: Way) -> None:
    desk = ready(way, MANUAL)
    begun_by_server(desk)
    talk(desk, 0.25)
    assert desk.wait(0.5).notices == ["COMMIT_OWED"]
    desk.upstream(STARTED)
    assert desk.upstream(done("resp_s")).upstream == []
    desk.upstream(committed(), created("resp_t"), done("resp_t"))
    quiet(desk)


def test_V1_so_is_one_of_the_ceiling(way: Way) -> None:
    desk = ready(way, CEILING)
    begun_by_server(desk)
    assert "COMMIT_OWED" in talk(desk, 3).notices
    desk.upstream(STARTED)
    assert desk.upstream(done("resp_s")).upstream == []
    assert talk(desk, 1).upstream == []


def test_T7_nobody_else_ends_the_turn(way: Way) -> None:
    desk = ready(way, MANUAL)
    desk.upstream(STARTED)
    talk(desk, 1)
    log = desk.client({"type": "ForceEndTurn"})
    assert (log.upstream, [each["code"] for each in log.of("Warning")]) == (
        [],
        ["FORCE_END_TURN_UNSUPPORTED"],
    )


def test_S4_settings_that_come_late_ask_anew(way: Way) -> None:
    desk = way(Config.component())
    desk.opened()
    desk.dialled()
    updated = {"type": "session.updated", "session": {"audio": {"input": {"turn_detection": None}}}}
    desk.upstream(updated, STARTED)
    talk(desk, 0.25)
    desk.client({"type": "Settings", "audio": {}, "agent": {"idleTimeoutMs": 10000}})
    desk.upstream({"type": "session.updated", "session": {}})
    assert detection(desk) is Detection.OFF
    assert desk.wait(60).of("input_audio_buffer.commit") == []
    assert desk.upstream(committed()).upstream_types == ["response.create"]


# --- a server that only reports -----------------------------------------------------------------------------


def test_V1_what_the_server_leaves_is_committed_after_all(way: Way) -> None:
    desk = ready(way, MANUAL)
    for number in range(3):
        desk.upstream(STARTED)
        talk(desk, 0.5)
        assert desk.wait(1.375).upstream == []
        log = desk.wait(0.125)
        assert (log.upstream_types, log.notices) == (COMMITTED, ["TURN_UNANSWERED"])
        answered(desk, log, f"resp_{number}")
    quiet(desk)


def test_V1_the_end_of_the_audio_counts_and_not_the_end_of_the_speech(way: Way) -> None:
    desk = ready(way, MANUAL)
    desk.upstream(STARTED)
    talk(desk, 0.5)
    desk.upstream(STOPPED)
    desk.wait(1)
    desk.upstream(STOPPED)
    assert desk.wait(0.375).upstream == []
    assert desk.wait(0.125).upstream_types == COMMITTED


def test_V1_where_audio_flows_on_the_end_of_the_speech_counts(way: Way) -> None:
    desk = ready(way, MANUAL)
    desk.upstream(STARTED)
    talk(desk, 0.5)
    desk.upstream(STOPPED)
    log = talk(desk, 3)
    assert (log.upstream_types, log.notices) == (COMMITTED, ["TURN_UNANSWERED"])


def test_V1_a_commit_that_meets_a_taken_slot_is_not_withdrawn_by_audio_that_flows_on(way: Way) -> None:
    desk = ready(way, Config.deepgram(turn_detection=ManualCommit(), barge_in=False))
    tag = begun(desk)
    desk.upstream(STARTED)
    talk(desk, 0.5)
    desk.upstream(STOPPED)
    assert "COMMIT_OWED" in talk(desk, 3).notices
    assert desk.upstream(done("resp_1", tag=tag)).upstream_types == COMMITTED


def test_A7_a_speech_whose_end_is_never_reported_is_committed_at_the_ceiling(way: Way) -> None:
    desk = ready(way, CEILING)
    talk(desk, 1)
    desk.upstream(STARTED)
    assert talk(desk, 2).upstream == []
    log = talk(desk, 0.5)
    assert (log.upstream_types, log.notices) == (COMMITTED, ["TURN_UNANSWERED"])


def test_V1_more_audio_is_waited_for_anew(way: Way) -> None:
    desk = ready(way, MANUAL)
    desk.upstream(STARTED)
    talk(desk, 0.5)
    desk.wait(1.25)
    talk(desk, 0.25)
    assert desk.wait(1.375).upstream == []
    assert desk.wait(0.125).upstream_types == COMMITTED


def test_V1_speech_that_goes_on_is_waited_for_anew(way: Way) -> None:
    desk = ready(way, MANUAL)
    desk.upstream(STARTED)
    talk(desk, 0.5)
    desk.upstream(STOPPED)
    desk.wait(1.25)
    desk.upstream(STARTED)
    assert desk.wait(0.875).upstream == []
    assert desk.wait(0.125).upstream_types == COMMITTED


def test_A5_too_little_for_a_commit_is_left_and_counts_toward_the_next(way: Way) -> None:
    desk = ready(way, MANUAL)
    desk.upstream(STARTED)
    desk.client(bytes(2400))
    log = desk.wait(5)
    assert (log.upstream, log.notices) == ([], ["COMMIT_TOO_SHORT"])
    desk.client(bytes(2400))
    assert desk.wait(1.5).upstream_types == COMMITTED


def test_A5_too_little_is_not_committed_after_all_either(way: Way) -> None:
    desk = ready(way, MANUAL)
    desk.upstream(STARTED)
    for _ in range(8):
        desk.client(b"\0\0")
        desk.wait(0.25)
    desk.upstream(STOPPED)
    for _ in range(8):
        desk.client(b"\0\0")
        assert desk.wait(0.25).upstream == []


def test_V1_manual_commit_holds_again(way: Way) -> None:
    desk = ready(way, CEILING)
    desk.upstream(STARTED)
    talk(desk, 0.5)
    answered(desk, desk.wait(1.5))
    talk(desk, 0.5)
    answered(desk, desk.wait(0.5), "resp_2")
    assert talk(desk, 3).upstream_types == COMMITTED, "its ceiling too"


def test_V1_and_force_end_turn_works_again(way: Way) -> None:
    desk = ready(way, MANUAL)
    desk.upstream(STARTED)
    talk(desk, 0.5)
    answered(desk, desk.wait(1.5))
    talk(desk, 0.5)
    assert desk.client({"type": "ForceEndTurn"}).upstream_types == COMMITTED


def test_V1_audio_of_which_the_server_reports_nothing_is_committed_after_all(way: Way) -> None:
    """A server that has answered once, and then turns its turn detection off."""
    desk = ready(way, MANUAL)
    desk.upstream(STARTED)
    talk(desk, 0.5)
    desk.upstream(STOPPED, committed(), created("resp_s"), done("resp_s"))
    desk.wait(1)
    talk(desk, 0.5)
    assert desk.wait(1.375).upstream == []
    assert desk.wait(0.125).upstream_types == COMMITTED


# --- late ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("late", [committed("u2"), created("resp_s")])
def test_V1_what_comes_while_the_commit_is_owed_withdraws_it(way: Way, late: Json) -> None:
    desk = ready(way, Config.deepgram(turn_detection=ManualCommit(), barge_in=False))
    tag = begun(desk)
    desk.upstream(STARTED)
    talk(desk, 0.5)
    assert desk.wait(2).notices == ["TURN_UNANSWERED", "COMMIT_OWED"]
    desk.upstream(late)
    assert desk.upstream(done("resp_1", tag=tag)).of("input_audio_buffer.commit") == []
    assert desk.wait(60).of("input_audio_buffer.commit") == []


def test_V1_a_server_that_is_busy_with_its_own_answer_is_not_asked_again(way: Way) -> None:
    desk = ready(way, MANUAL)
    desk.upstream(STARTED)
    talk(desk, 0.5)
    tag = tag_in(desk.wait(1.5))
    desk.upstream(busy(tag))
    assert creates(desk.wait(3)) == 0
    assert desk.upstream(created("resp_s"), done("resp_s")).upstream == []
    quiet(desk)


def test_R3_a_text_is_asked_for_again_all_the_same(way: Way) -> None:
    desk = ready(way, MANUAL)
    desk.upstream(STARTED, STOPPED, committed(), created("resp_s"), done("resp_s"))
    desk.upstream(busy(asked(desk)), created("resp_t"))
    assert creates(desk.upstream(done("resp_t"))) == 1


def test_V1_a_commit_that_is_in_flight_when_the_server_reports_speech_is_ours(way: Way) -> None:
    desk = ready(way, MANUAL)
    talk(desk, 0.25)
    log = desk.wait(0.5)
    desk.upstream(STARTED, STOPPED, committed())
    answered(desk, log)
    quiet(desk)


# --- a server that answers our commit by itself -------------------------------------------------------------


@pytest.mark.parametrize("late", [True, False])
def test_V1_a_response_that_the_server_begins_after_our_commit_answers_it(way: Way, late: bool) -> None:
    desk = ready(way, MANUAL)
    talk(desk, 0.25)
    tag = tag_in(desk.wait(0.5))
    own, refused = created("resp_s"), busy(tag)
    desk.upstream(committed(), *([refused, own] if late else [own, refused]))
    assert desk.upstream(done("resp_s")).upstream == []
    quiet(desk)


def test_R3_a_text_that_our_create_was_for_as_well_keeps_its_wish(way: Way) -> None:
    desk = ready(way, MANUAL)
    talk(desk, 0.25)
    tag = tag_in(desk.wait(0.5))
    desk.upstream(committed(), created("resp_s"))
    confirmed(desk)
    desk.upstream(busy(tag))
    assert creates(desk.upstream(done("resp_s"))) == 1
