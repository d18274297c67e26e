"""The calls of a response and the one that follows, whatever a server leaves out (F3, F5)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from realtime_translate import Translator
from realtime_translate.session.tables import SlotState
from tests.events import (
    TOOLS,
    answer,
    arguments_done,
    call_added,
    call_done,
    call_item,
    created,
    done,
    event,
    output_seen,
    speech,
)
from tests.harness import Desk, Log, counter, ready
from tests.unit.session.played import VAD, Way, confirmed, creates, tag_in


def calling(way: Way, *events: Any) -> Desk:
    desk = ready(way, VAD, TOOLS)
    desk.upstream(*events)
    return desk


def ids(log: Log) -> list[str]:
    return [each["id"] for request in log.of("FunctionCallRequest") for each in request["functions"]]


# --- F3: outputs that are confirmed early -------------------------------------------------------------------


def test_F3_an_output_that_is_confirmed_early_ends_no_call_that_was_announced(way: Way) -> None:
    desk = calling(way, created(), call_added(), call_done())
    desk.client(answer("call_1"))
    log = desk.upstream(call_added("call_2", name="clock"), output_seen())
    assert (log.client, creates(log)) == ([], 0)
    log = desk.upstream(call_done("call_2", name="clock"))
    assert (ids(log), log.upstream) == (["call_2"], [])
    assert creates(desk.upstream(done())) == 0
    log = desk.client(answer("call_2", "clock"))
    assert log.upstream_types == ["conversation.item.create", "response.create"]
    seen = desk.upstream(output_seen(), output_seen("call_2"))
    assert creates(seen) == 0, "it was asked for"


def test_F3_nor_where_response_done_does_not_come(way: Way) -> None:
    desk = calling(way, created(), call_done())
    desk.client(answer("call_1"))
    desk.upstream(call_added("call_2"), output_seen(), call_done("call_2"))
    desk.client(answer("call_2"))
    assert creates(desk.upstream(output_seen("call_2"))) == 0
    assert creates(desk.wait(1)) == 1


def test_F5_a_call_that_is_announced_and_never_whole_holds_nothing_for_ever(way: Way) -> None:
    desk = calling(way, created(), call_done())
    desk.client(answer("call_1"))
    desk.upstream(call_added("call_2"), output_seen())
    log = desk.wait(20)
    assert "RESPONSE_PRESUMED_DONE" in log.notices
    assert creates(log) == 1


# --- responses without an id --------------------------------------------------------------------------------


def bare(call_id: str = "c1") -> Any:
    """A call of which the server says no more than it must."""
    whole = arguments_done(call_id, None)
    return {key: whole[key] for key in ("type", "call_id", "name", "arguments")}


SAID = event("output_text.done", "resp_1", item_id="i1", text="One moment.")


@pytest.mark.parametrize("begun", [(), (created(None),), (created(),)], ids=["nothing", "no id", "an id"])
@pytest.mark.parametrize("answered", ["before", "after", "at last"])
@pytest.mark.parametrize("ends", [True, False])
def test_F3_a_call_without_the_id_of_its_response_is_followed(
    way: Way, begun: tuple[Any, ...], answered: str, ends: bool
) -> None:
    desk = calling(way, *begun)
    log = desk.upstream(bare())
    assert ids(log) == ["c1"]
    if answered == "before":
        log.outputs += desk.client(answer("c1")).outputs
    log.outputs += desk.upstream(SAID).outputs
    if answered == "after":
        log.outputs += desk.client(answer("c1")).outputs
    log.outputs += (desk.upstream(done()) if ends else desk.wait(1)).outputs
    if answered == "at last":
        assert "AgentAudioDone" not in log.client_types, "the turn spans the call (O5)"
        log.outputs += desk.client(answer("c1")).outputs
    assert creates(log) == 1
    tag = tag_in(log)
    last = desk.upstream(created("resp_2", tag), done("resp_2", tag=tag))
    assert [*log.client_types, *last.client_types].count("AgentAudioDone") == 1
    assert creates(desk.wait(60)) == 0


def test_F3_calls_with_and_without_that_id_are_of_one_response(way: Way) -> None:
    desk = calling(way, bare("c1"), call_done("call_2"), SAID, done())
    assert creates(desk.client(answer("c1"))) == 0
    assert creates(desk.client(answer("call_2"))) == 1


def test_F3_two_responses_without_ids_are_two(way: Way) -> None:
    """The second ends while the call of the first is open."""
    desk = calling(way, created(None), bare("c1"), done(None))
    desk.upstream(created(None), bare("c2"))
    assert creates(desk.client(answer("c2"))) == 0, "its response runs"
    assert creates(desk.upstream(done(None))) == 0, "c1 is open (R8)"
    assert creates(desk.client(answer("c1"))) == 1


def test_F3_a_call_that_only_a_late_end_lists_is_followed_at_once(way: Way) -> None:
    desk = calling(way, created(), SAID)
    assert "RESPONSE_PRESUMED_DONE" in desk.wait(1).notices
    assert ids(desk.upstream(done(output=[call_item()]))) == ["call_1"]
    assert creates(desk.client(answer("call_1"))) == 1


@pytest.mark.parametrize("late", [arguments_done(), arguments_done(name=None), call_added()])
def test_L2_a_late_call_is_remembered_when_it_is_whole(way: Way, late: Any) -> None:
    """No end of its response comes that would drop it."""
    desk = calling(way, created(), done())
    desk.upstream(late)
    calls: Any = desk.translator.snapshot()["call"]
    assert [each["state"] for each in calls["calls"]["calls"]] == ["asked"] * (late.get("name") is not None)
    desk.upstream(call_done())
    assert creates(desk.client(answer("call_1"))) == 1


def test_F5_a_response_without_an_id_that_does_not_end_counts_as_done(way: Way) -> None:
    desk = calling(way, created(None), bare("c1"), call_added("call_2", None))
    desk.client(answer("c1"))
    assert creates(desk.wait(19.75)) == 0
    log = desk.wait(0.25)
    assert "RESPONSE_PRESUMED_DONE" in log.notices
    assert creates(log) == 1


def test_F5_nor_does_one_that_shows_an_id_later(way: Way) -> None:
    desk = calling(way, bare("c1"), call_added("call_2"))
    assert desk.translator.state.response_id == "resp_1"
    desk.client(answer("c1"))
    log = desk.wait(20)
    assert "RESPONSE_PRESUMED_DONE" in log.notices
    assert creates(log) == 1


def test_F5_calls_whose_response_the_slot_does_not_have_are_followed_all_the_same() -> None:
    """No server is known to bring this about; a snapshot may."""
    desk = calling(Desk, created(), call_done())
    desk.client(answer("call_1"))
    snapshot: Any = json.loads(json.dumps(desk.translator.snapshot()))
    snapshot["call"]["slot"] |= {"state": "free", "active": ""}
    desk.translator = Translator.restore(snapshot, VAD, clock=desk.clock, new_id=counter("R"))
    log = desk.wait(20)
    assert creates(log) == 1
    assert "RESPONSE_PRESUMED_DONE" not in log.notices, "no other response is taken for the one that is late"


# --- and if it never comes ----------------------------------------------------------------------------------


def test_R8_a_call_that_nobody_answers_makes_no_later_turn_wait_for_ever(way: Way) -> None:
    desk = calling(way, created(), call_done(), done())
    confirmed(desk)
    log = desk.wait(10)
    tag = tag_in(log)
    assert desk.upstream(created("resp_2", tag), done("resp_2", tag=tag)).client_types == ["AgentAudioDone"]
    assert creates(confirmed(desk, "And now?")) == 1, "it was waited for once"


def test_F3_an_output_that_upstream_never_confirms_is_followed(way: Way) -> None:
    desk = calling(way, created(), call_done(), done())
    assert creates(desk.client(answer("call_1"))) == 1


def test_F8_after_a_barge_in_the_next_call_is_followed(way: Way) -> None:
    """Whatever the first response left behind."""
    desk = calling(way, created(None), bare("c1"), speech("speech_started"), created("resp_2"))
    desk.upstream(call_done("call_2", "resp_2"), done("resp_2"))
    assert creates(desk.client(answer("call_2"))) == 1
    assert desk.slot is SlotState.REQUESTED
