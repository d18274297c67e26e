"""What was heard of the agent when the user interrupts, and what leaves the conversation (B3)."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import ClientDialect
from tests.events import (
    audio,
    audio_done,
    call_item,
    cancelled,
    created,
    done,
    error,
    item_done,
    message,
    transcript,
)
from tests.harness import Desk
from tests.unit.session.barge_in.interruptions import STARTED, forgotten, play, reported
from tests.unit.session.played import ready_in

Json = dict[str, Any]

BOTH = pytest.mark.parametrize("dialect", ClientDialect)


# --- the estimate -------------------------------------------------------------------------------------------


@BOTH
def test_B3_the_item_being_heard_is_truncated_to_what_was_heard(dialect: ClientDialect) -> None:
    desk = ready_in(dialect)
    desk.upstream(created(), play(1000))
    desk.wait(0.375)
    [truncate] = desk.upstream(STARTED).of("conversation.item.truncate")
    event_id = truncate.pop("event_id")
    assert truncate == {
        "type": "conversation.item.truncate",
        "item_id": "msg_1",
        "content_index": 0,
        "audio_end_ms": 375,
    }
    assert event_id


@BOTH
def test_B3_what_plays_on_after_its_response_is_truncated_too(dialect: ClientDialect) -> None:
    desk = ready_in(dialect)
    desk.upstream(created(), play(1000), audio_done(), done("resp_1", message("Hi.")))
    desk.wait(0.5)
    assert forgotten(desk.upstream(STARTED)) == [("msg_1", 500)]


@BOTH
def test_B3_what_was_heard_to_its_end_stays(dialect: ClientDialect) -> None:
    desk = ready_in(dialect)
    desk.upstream(created(), play(500))
    desk.wait(0.5)
    log = desk.upstream(STARTED)
    assert (forgotten(log), log.upstream) == ([], [])


def test_B3_a_chunk_plays_from_the_end_of_the_one_before() -> None:
    desk = ready_in()
    desk.upstream(created(), play(250))
    desk.wait(0.125)
    desk.upstream(play(250), play(250))
    desk.wait(0.25)
    assert forgotten(desk.upstream(STARTED)) == [("msg_1", 375)]


def test_B3_a_chunk_after_a_gap_plays_from_its_arrival() -> None:
    desk = ready_in()
    desk.upstream(created(), play(250))
    desk.wait(0.75)
    desk.upstream(play(250))
    desk.wait(0.125)
    assert forgotten(desk.upstream(STARTED)) == [("msg_1", 375)]


def test_B3_a_chunk_that_comes_at_the_very_end_of_the_one_before() -> None:
    desk = ready_in()
    desk.upstream(created(), play(250))
    desk.wait(0.25)
    desk.upstream(play(250))
    desk.wait(0.125)
    assert forgotten(desk.upstream(STARTED)) == [("msg_1", 375)]


def test_B3_several_gaps() -> None:
    desk = ready_in()
    desk.upstream(created())
    for _ in range(3):
        desk.upstream(play(125), play(125))
        desk.wait(0.5)
    desk.upstream(play(1000))
    desk.wait(0.25)
    assert forgotten(desk.upstream(STARTED)) == [("msg_1", 1000)]


def test_B3_time_before_the_audio_does_not_count() -> None:
    desk = ready_in()
    desk.wait(4.0)
    desk.upstream(created(), transcript("Hi"))
    desk.wait(2.0)
    desk.upstream(play(1000))
    desk.wait(0.125)
    assert forgotten(desk.upstream(STARTED)) == [("msg_1", 125)]


# --- bounds -------------------------------------------------------------------------------------------------


def test_B3_never_zero() -> None:
    desk = ready_in()
    desk.upstream(created(), play(1000))
    assert forgotten(desk.upstream(STARTED)) == [("msg_1", 1)]


def test_B3_in_whole_milliseconds() -> None:
    desk = ready_in()
    desk.upstream(created(), play(1000))
    desk.wait(37 / 1024)
    [truncate] = desk.upstream(STARTED).of("conversation.item.truncate")
    assert repr(truncate["audio_end_ms"]) == "36"


@pytest.mark.parametrize(("size", "kept"), [(2, []), (46, []), (48, [("msg_1", 1)]), (94, [("msg_1", 1)])])
def test_B3_never_more_than_was_received(size: int, kept: list[tuple[str, int]]) -> None:
    """Under a millisecond nothing can be kept and nothing is asked."""
    desk = ready_in()
    desk.upstream(created(), audio(b"\x01" * size))
    assert forgotten(desk.upstream(STARTED)) == kept


def test_B3_late_audio_was_not_received() -> None:
    desk = ready_in()
    desk.upstream(created(), play(250))
    desk.upstream(STARTED, play(1000), cancelled())
    desk.upstream(play(1000))
    desk.upstream(created("resp_2"), play(250, "msg_2", "resp_2"))
    desk.wait(0.125)
    assert forgotten(desk.upstream(STARTED)) == [("msg_2", 125)]


def test_B3_an_item_without_audio_is_left_alone() -> None:
    desk = ready_in()
    desk.upstream(created(), transcript("Only words"), audio(b"", "msg_2"))
    assert forgotten(desk.upstream(STARTED)) == []


@BOTH
def test_B3_once(dialect: ClientDialect) -> None:
    desk = ready_in(dialect)
    desk.upstream(created(), play(1000), play(1000, "msg_2"))
    assert forgotten(desk.upstream(STARTED)) == [("msg_1", 1), ("msg_2", "deleted")]
    assert forgotten(desk.upstream(STARTED, cancelled(), STARTED)) == []


@pytest.mark.parametrize("code", ["unsupported_content_type", "invalid_value", None])
def test_B3_a_refusal_needs_no_attention(code: str | None) -> None:
    """E2: the server may have less of it than was sent, or have dropped the item."""
    desk = ready_in()
    desk.upstream(created(), play(1000), play(1000, "msg_2"))
    log = desk.upstream(STARTED)
    for each in log.upstream:
        assert desk.upstream(error(code, event_id=each["event_id"])).client == []


def test_B3_without_barge_in_nothing_is_truncated() -> None:
    desk = ready_in(barge_in=False)
    desk.upstream(created(), play(1000), play(1000, "msg_2"))
    assert desk.upstream(STARTED).upstream == []


def test_B3_an_injected_message_that_interrupts_truncates() -> None:
    desk = ready_in()
    desk.upstream(created(), play(1000))
    desk.wait(0.25)
    say = {"type": "InjectAgentMessage", "message": "Please hold.", "behavior": "interrupt"}
    assert forgotten(desk.client(say)) == [("msg_1", 250)]


# --- several items ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heard", "kept"),
    [
        (0.125, [("msg_1", 125), ("msg_2", "deleted"), ("msg_3", "deleted")]),
        (0.25, [("msg_2", 1), ("msg_3", "deleted")]),
        (0.375, [("msg_2", 125), ("msg_3", "deleted")]),
        (0.625, [("msg_3", 125)]),
        (0.75, []),
    ],
)
def test_B3_later_items_are_deleted(heard: float, kept: list[tuple[str, int | str]]) -> None:
    desk = ready_in()
    desk.upstream(created(), play(250), play(125, "msg_2"), play(125, "msg_2"), play(250, "msg_3"))
    desk.wait(heard)
    assert forgotten(desk.upstream(STARTED)) == kept


def test_B3_items_of_several_responses_of_a_turn() -> None:
    desk = ready_in()
    desk.upstream(created(), play(500), item_done(call_item()), done("resp_1", call_item()))
    desk.client({"type": "FunctionCallResponse", "id": "call_1", "name": "weather", "content": "sunny"})
    desk.upstream(created("resp_2"), play(500, "msg_2", "resp_2"))
    desk.wait(0.25)
    assert forgotten(desk.upstream(STARTED)) == [("msg_1", 250), ("msg_2", "deleted")]


def test_B3_the_next_turn_is_measured_by_itself() -> None:
    desk = ready_in()
    desk.upstream(created(), play(1000))
    desk.wait(0.125)
    desk.upstream(STARTED, cancelled())
    desk.wait(0.125)
    desk.upstream(created("resp_2"), play(500, "msg_2", "resp_2"))
    desk.wait(0.25)
    assert forgotten(desk.upstream(STARTED)) == [("msg_2", 250)]


def test_B3_several_turns_heard_to_their_ends() -> None:
    desk = ready_in()
    for number in range(5):
        name = f"r{number}"
        desk.upstream(created(name), play(250, f"i{number}", name), done(name))
        desk.wait(0.5)
    desk.upstream(created("resp_9"), play(250, "msg_9", "resp_9"))
    desk.wait(0.125)
    assert forgotten(desk.upstream(STARTED)) == [("msg_9", 125)]


def test_B3_the_content_index_is_upstreams() -> None:
    desk = ready_in()
    desk.upstream(created(), {**play(1000), "content_index": 1})
    assert desk.upstream(STARTED).of("conversation.item.truncate")[0]["content_index"] == 1


@pytest.mark.parametrize("given", [{"content_index": None}, {"content_index": "0"}])
def test_B3_without_a_content_index_it_is_the_first_part(given: Json) -> None:
    desk = ready_in()
    desk.upstream(created(), {**play(1000), **given})
    assert desk.upstream(STARTED).of("conversation.item.truncate")[0]["content_index"] == 0


@pytest.mark.parametrize("item_id", [None, "", 7])
def test_B3_an_item_without_an_id_cannot_be_truncated(item_id: object) -> None:
    desk = ready_in()
    desk.upstream(created(), {**play(250), "item_id": item_id}, play(250, "msg_2"))
    desk.wait(0.125)
    assert forgotten(desk.upstream(STARTED)) == [("msg_2", "deleted")]


def test_B3_an_item_without_an_id_takes_its_time() -> None:
    desk = ready_in()
    desk.upstream(created(), play(250, ""), play(250, "msg_2"))
    desk.wait(0.375)
    assert forgotten(desk.upstream(STARTED)) == [("msg_2", 125)]


def test_B3_a_later_item_without_an_id_is_left() -> None:
    desk = ready_in()
    desk.upstream(created(), play(250), play(250, ""), play(250, "msg_3"))
    assert forgotten(desk.upstream(STARTED)) == [("msg_1", 1), ("msg_3", "deleted")]


# --- L2 -----------------------------------------------------------------------------------------------------


def remembered(desk: Desk) -> int:
    snapshot: Any = desk.translator.snapshot()
    return len(snapshot["call"]["playback"]["items"])


def test_L2_items_that_were_heard_are_forgotten() -> None:
    desk = ready_in()
    for number in range(50):
        name = f"r{number}"
        desk.upstream(created(name), play(125, f"i{number}", name), done(name))
        desk.wait(0.25)
    assert remembered(desk) == 1


def test_L2_of_items_that_nobody_hears_the_last_are_remembered() -> None:
    desk = ready_in()
    reported(desk, 0)
    desk.upstream(created(), *(play(1, f"msg_{number}") for number in range(100)))
    assert remembered(desk) == 32
    kept = forgotten(desk.upstream(STARTED))
    assert (kept[0], kept[-1], len(kept)) == (("msg_68", 1), ("msg_99", "deleted"), 32)
    assert remembered(desk) == 0
