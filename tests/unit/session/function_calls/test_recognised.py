"""F1, L2: one call, whichever of its ids and events a server gives."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import Config, Limits
from tests.events import (
    TOOLS,
    answer,
    arguments_done,
    call_added,
    call_done,
    call_item,
    created,
    delta,
    done,
    speech,
)
from tests.harness import Desk, Log, ready
from tests.unit.session.played import VAD, Json, Way

ARGUMENTS = '{"at":"noon"}'


def asked(log: Log) -> list[tuple[str, str, str]]:
    """Id, name and arguments of each function that the client is asked to run."""
    return [
        (each["id"], each["name"], each["arguments"])
        for request in log.of("FunctionCallRequest")
        for each in request["functions"]
    ]


def calling(way: Way = Desk, config: Config = VAD) -> Desk:
    desk = ready(way, config, TOOLS)
    desk.upstream(created())
    return desk


def without(event: dict[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in event.items() if key not in names}


@pytest.mark.parametrize("left_out", ["call_id", "item_id"])
def test_F1_the_arguments_of_an_announced_call_are_known_by_either_id(way: Way, left_out: str) -> None:
    desk = calling(way)
    desk.upstream(call_added(name=""))
    whole = without(arguments_done(arguments=ARGUMENTS), left_out)
    assert asked(desk.upstream(whole)) == []
    assert asked(desk.upstream(call_done(name="", arguments=""))) == [("call_1", "weather", ARGUMENTS)]


def test_F1_arguments_of_one_call_are_not_those_of_another() -> None:
    desk = calling()
    desk.upstream(call_added(), call_added("call_2", name="clock"))
    desk.upstream(arguments_done("call_2", arguments=ARGUMENTS, name="clock"))
    assert asked(desk.upstream(call_done(arguments=""))) == [("call_1", "weather", "{}")]
    assert asked(desk.upstream(call_done("call_2", name="clock", arguments=""))) == [
        ("call_2", "clock", ARGUMENTS)
    ]


def test_F1_a_call_that_was_never_announced_is_asked_for_once(way: Way) -> None:
    desk = calling(way)
    assert asked(desk.upstream(arguments_done(arguments=ARGUMENTS))) == [("call_1", "weather", ARGUMENTS)]
    ends = call_done()
    ends["item"] = without(ends["item"], "call_id")
    assert asked(desk.upstream(ends)) == []


def test_F7_a_call_without_a_name_is_of_no_declared_function() -> None:
    desk = calling()
    desk.upstream(call_added(name=""), without(arguments_done(), "name"))
    (error,) = desk.upstream(call_done(name="")).of("Error")
    assert error["description"] == "the model called '', which Settings do not declare"


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_L2_so_many_calls_may_be_announced_at_a_time(count: int) -> None:
    desk = calling(config=Config.deepgram(limits=Limits(pending_messages=2)))
    desk.upstream(*(call_added(f"call_{number}") for number in range(count)))
    snapshot: Any = desk.translator.snapshot()
    assert len(snapshot["call"]["calls"]["calls"]) == min(count, 2)


def bare(response_id: str | None = "resp_1") -> Json:
    """A call that shows no item."""
    return {**arguments_done("call_0", response_id, name="weather"), "item_id": None}


def answered(way: Way) -> tuple[Desk, str]:
    """A call that shows no item has its answer, and the next response has begun. The id of the call."""
    desk = calling(way)
    (first,) = asked(desk.upstream(bare()))
    desk.client(answer(first[0]))
    desk.upstream(done(), created("resp_2"))
    return desk, first[0]


def test_F1_without_items_a_call_of_another_response_is_another_call(way: Way) -> None:
    desk, first = answered(way)
    (second,) = asked(desk.upstream(bare("resp_2")))
    assert second[0] != first
    assert asked(desk.upstream(done("resp_2", output=[call_item("call_0", id=None)]))) == []


def test_F1_without_items_and_responses_it_is_the_same_call(way: Way) -> None:
    desk, _ = answered(way)
    assert asked(desk.upstream(bare(None))) == []


@pytest.mark.parametrize("is_whole", ["its item has ended", "its response has"])
def test_F8_another_call_of_a_response_that_was_cut_is_closed_without_items_too(
    way: Way, is_whole: str
) -> None:
    desk, _ = answered(way)
    desk.upstream(delta("resp_2"), speech("speech_started"))
    late = {**call_item("call_0"), "id": None}
    ended = {**call_done("call_0", "resp_2"), "item": late}
    over = done("resp_2", status="cancelled", output=[late])
    (closed,) = desk.upstream(ended if "item" in is_whole else over).of("conversation.item.create")
    assert closed["item"]["call_id"] == "call_0"
