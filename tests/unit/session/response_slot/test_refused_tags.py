"""Tags that a server refuses, and announcements in whatever order (R2, R3, R6, B2, O5, O8)."""

from __future__ import annotations

import pytest

from realtime_translate import Config
from realtime_translate.session.env import Ids
from realtime_translate.session.tables import SlotState
from tests.events import busy, created, delta, done, inject, user_item
from tests.harness import ready
from tests.unit.session.played import (
    Json,
    Way,
    asked,
    begun_by_server,
    confirmed,
    creates,
    tag_in,
    tags_echoed,
)

# --- R6: response.metadata is refused -----------------------------------------------------------------------


def metadata_refused(event_id: str | None = None) -> Json:
    message = "Specifying `response.metadata` is not supported."
    return {
        "type": "error",
        "error": {"type": "invalid_request_error", "message": message, "event_id": event_id},
    }


@pytest.mark.parametrize("config", [Config.deepgram(), Config.component()], ids=["deepgram", "component"])
def test_R6_where_metadata_is_refused_creates_carry_none_and_nobody_is_told(way: Way, config: Config) -> None:
    """speaches refuses it, and answers all the same."""
    desk = ready(way, config)
    asked(desk)
    log = desk.upstream(metadata_refused())
    assert (log.client, log.notices[0]) == ([], "SERVER_DIFFERS")
    desk.upstream(created("resp_1"), done("resp_1"))
    (create,) = confirmed(desk).of("response.create")
    assert "metadata" not in create["response"]
    log = desk.upstream(metadata_refused())
    assert (log.client, "SERVER_DIFFERS" in log.notices) == ([], False)
    assert creates(desk.upstream(created("resp_2"), done("resp_2"))) == 0
    (create,) = desk.client({"type": "InjectAgentMessage", "message": "Good day."}).of("response.create")
    assert "metadata" not in create["response"]
    assert "Good day." in create["response"]["instructions"]


@pytest.mark.parametrize("named", [True, False])
def test_R6_where_the_create_is_refused_for_it_it_is_asked_again_without(way: Way, named: bool) -> None:
    desk = ready(way)
    tags_echoed(desk)
    tag = asked(desk)
    desk.upstream(metadata_refused(tag if named else None))
    (create,) = desk.wait(1).of("response.create")
    assert "metadata" not in create["response"]
    desk.upstream(created("resp_1"))
    assert (desk.slot, creates(desk.upstream(done("resp_1")))) == (SlotState.RUNNING, 0)


def test_R6_it_may_be_refused_after_the_response_has_begun(way: Way) -> None:
    desk = ready(way)
    begun_by_server(desk)
    assert desk.upstream(metadata_refused()).client == []
    assert desk.slot is SlotState.RUNNING


def test_R6_metadata_of_another_event_is_nothing_of_ours(way: Way) -> None:
    desk = ready(way)
    asked(desk)
    assert desk.upstream(metadata_refused("T1_1")).notices == ["UPSTREAM_ERROR_BENIGN"]
    assert desk.slot is SlotState.REQUESTED


def test_R6_which_ids_are_ours() -> None:
    ids = Ids("a_b")
    given = [*(ids.next() for _ in range(11)), ids.context()]
    assert all(ids.gave(each) for each in given)
    strange = [
        "",
        "a_b",
        "a_b_",
        "a_b_0",
        "a_b_13",
        "a_b_012",
        "b_1",
        "1",
        "a_b_-1",
        "a_b_" + "9" * 5000,
        "a_b_²",
    ]
    assert not any(ids.gave(each) for each in strange)


# --- R2: in whatever order the server announces -------------------------------------------------------------


@pytest.mark.parametrize("echoed", [True, False])
def test_R2_a_text_sent_after_the_create_keeps_its_wish_though_it_is_announced_before_the_response(
    way: Way, echoed: bool
) -> None:
    desk = ready(way)
    tag = asked(desk)
    confirmed(desk, "And now?")
    desk.upstream(created("resp_1", tag if echoed else ""))
    assert creates(desk.upstream(done("resp_1", tag=tag if echoed else ""))) == 1


def test_R2_a_text_that_waits_is_answered_by_the_servers_own_response(way: Way) -> None:
    desk = ready(way)
    tags_echoed(desk)
    tag = asked(desk)
    confirmed(desk, "And now?")
    desk.upstream(created("resp_s"), done("resp_s"), created("resp_1", tag))
    assert creates(desk.upstream(done("resp_1", tag=tag))) == 0


def test_R2_a_text_sent_before_the_create_has_no_wish_left_whenever_it_is_announced(way: Way) -> None:
    desk = ready(way)
    first = desk.client(inject("One")).upstream[0]["item"]["id"]
    second = desk.client(inject("Two")).upstream[0]["item"]["id"]
    tag = tag_in(desk.upstream(user_item(first, "One")))
    desk.upstream(created("resp_1", tag), user_item(second, "Two"))
    assert creates(desk.upstream(done("resp_1", tag=tag))) == 0


# --- interrupted, and refused -------------------------------------------------------------------------------


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("echoed", [True, False])
def test_R3_what_was_interrupted_is_not_asked_again_whether_tags_are_echoed_or_not(
    way: Way, echoed: bool, named: bool
) -> None:
    desk = ready(way)
    if echoed:
        tags_echoed(desk)
    tag = asked(desk)
    desk.client({"type": "InjectAgentMessage", "message": "Stop.", "behavior": "interrupt"})
    desk.upstream(created("resp_s"), busy(tag if named else None))
    log = desk.upstream(done("resp_s"))
    (create,) = log.of("response.create")
    assert "Stop." in create["response"]["instructions"]
    log = desk.upstream(created("resp_2", tag_in(log)), done("resp_2", tag=tag_in(log)))
    assert creates(log) == 0


@pytest.mark.parametrize("echoed", [True, False])
def test_B2_ours_is_cancelled_when_it_begins_after_the_servers_own(way: Way, echoed: bool) -> None:
    desk = ready(way)
    if echoed:
        tags_echoed(desk)
    tag = asked(desk)
    desk.client({"type": "InjectAgentMessage", "message": "Stop.", "behavior": "interrupt"})
    desk.upstream(created("resp_s"))
    log = desk.upstream(created("resp_1", tag))
    assert log.of("response.cancel")[-1]["response_id"] == "resp_1"
    assert desk.upstream(delta("resp_1")).client == []


# --- O5, O8 -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("config", [Config.deepgram(), Config.component()], ids=["deepgram", "component"])
def test_O5_a_response_that_is_superseded_before_its_output_ends_no_turn(way: Way, config: Config) -> None:
    desk = ready(way, config)
    begun_by_server(desk)
    log = desk.upstream(created("resp_2"))
    assert (log.client, log.notices) == ([], ["RESPONSE_SUPERSEDED"])
    assert desk.upstream(delta("resp_2"), done("resp_2")).client_types.count("AgentAudioDone") == 1


def test_O8_the_time_that_has_passed_is_told(way: Way) -> None:
    desk = ready(way)
    asked(desk)
    told = [desk.wait(5).of("Warning")[0]["description"] for _ in range(1)]
    begun_by_server(desk)
    told += [desk.wait(5).of("Warning")[0]["description"] for _ in range(2)]
    assert [each.rpartition(" for ")[2] for each in told] == ["5 s", "10 s", "15 s"]


def test_O8_a_host_that_fires_late_tells_what_it_would_have_told_in_time(way: Way) -> None:
    """*Time* 1."""
    desk = ready(way)
    begun_by_server(desk)
    log = desk.wait(12)
    assert "5 s" in log.of("Warning")[0]["description"]
    assert log.outputs[0].fields == {"seconds": 5.0}  # type: ignore[union-attr]
