"""F1-F9, L2: function calls at their bounds, and what is noticed of them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from realtime_translate import Config, ContextMode, Limits, Notice
from realtime_translate.mapping.plan import Plan
from realtime_translate.session.entries import FunctionCall
from realtime_translate.session.env import Ids
from realtime_translate.session.ids import MAX_ID
from realtime_translate.session.policies import function_calls
from realtime_translate.session.policies.function_calls import asking
from realtime_translate.session.signals import Fatal
from realtime_translate.session.state import Call, FunctionCalls
from realtime_translate.session.tables import FunctionCallState
from realtime_translate.session.timers import Timers
from tests.events import TOOLS, answer, call_added, call_done, call_item, done, error, speech
from tests.harness import Desk, Log
from tests.unit.session.function_calls.test_recognised import asked, calling, without
from tests.unit.session.played import Way

BOTH = pytest.mark.parametrize("config", [Config.deepgram(), Config.component()], ids=["DG", "CO"])


def fields(log: Log, code: str) -> list[Any]:
    return [dict(each.fields) for each in log.outputs if isinstance(each, Notice) and each.code == code]


@pytest.mark.parametrize("left_out", ["id", "call_id"])
def test_F1_the_item_of_the_conversation_is_known_by_either_id(left_out: str) -> None:
    desk = calling()
    desk.upstream(call_added())
    item = without(call_item(status="completed"), left_out)
    assert len(asked(desk.upstream({"type": "conversation.item.done", "item": item}))) == 1
    assert asked(desk.upstream(call_done())) == []


@pytest.mark.parametrize("left_out", ["id", "call_id"])
def test_F1_a_call_that_gets_its_other_id_later_is_one_call(left_out: str) -> None:
    desk = calling()
    added = call_added()
    desk.upstream({**added, "item": without(added["item"], left_out)})
    assert len(asked(desk.upstream(call_done()))) == 1
    assert "CALL_INCOMPLETE" not in desk.upstream(done()).notices


def test_F1_each_call_that_a_response_lists_is_asked_for() -> None:
    listed = [call_item("call_1", status="completed"), call_item("call_2", "clock", status="completed")]
    assert [each[0] for each in asked(calling().upstream(done(output=listed)))] == ["call_1", "call_2"]


def test_L1_a_call_id_may_be_as_long_as_any() -> None:
    call_id = "c" * MAX_ID
    assert [each[0] for each in asked(calling().upstream(call_done(call_id)))] == [call_id]


def test_L2_one_unanswered_call_too_many_ends_the_call() -> None:
    desk = calling(config=Config.deepgram(limits=Limits(pending_messages=2)))
    log = desk.upstream(*(call_done(f"call_{number}") for number in range(3)))
    assert len(asked(log)) == 2
    assert log.of("Error")[0]["description"] == "too many function calls are unanswered"


@pytest.mark.parametrize(
    ("count", "size", "ends"), [(66, 0, False), (67, 0, True), (2, 96, False), (2, 97, True)]
)
def test_L2_calls_that_are_not_settled_have_a_bound_in_number_and_in_size(
    count: int, size: int, ends: bool
) -> None:
    state = FunctionCalls([FunctionCall(f"{number:02}", "", "r1") for number in range(count)])
    state.calls[0].name, state.calls[1].arguments = "x" * (size // 2), "x" * (size - size // 2)
    env: Any = SimpleNamespace(limits=Limits(pending_messages=2, frame_bytes_down=100 if size else 200))
    effects = asking._too_many(state, env)
    assert [each.description for each in effects if isinstance(each, Fatal)] == (
        ["too many function calls are not settled"] if ends else []
    )


def test_F9_history_says_who_ran_a_function() -> None:
    desk = calling()
    desk.upstream(call_done(), call_done("call_2", name="lookup"))
    ran = [desk.client(answer("call_1")), desk.act(lambda t: t.function_result("call_2", "x"))]
    said = [each["function_calls"][0]["client_side"] for log in ran for each in log.of("History")]
    assert said == [True, False]


@BOTH
def test_F8_nobody_waits_any_more_for_the_end_of_a_response_that_was_cut(config: Config) -> None:
    desk = calling(config=config)
    desk.upstream(call_done())
    desk.client(answer("call_1"))
    timers: Any = desk.translator.snapshot()["timers"]
    assert "follow_up" in str(timers)
    desk.upstream(speech("speech_started"))
    timers = desk.translator.snapshot()["timers"]
    assert "follow_up" not in str(timers)


def test_F8_for_the_component_sixty_four_calls_stay_open() -> None:
    calls = [FunctionCall(f"c{number}", "", f"r{number}", FunctionCallState.ASKED) for number in range(66)]
    call = Call(calls=FunctionCalls(calls))
    sent: list[Any] = []
    env: Any = SimpleNamespace(
        component=True,
        timers=Timers(),
        plan=Plan(),
        ids=Ids("T"),
        upstream=lambda event: sent.append(event.item.call_id) or event,
    )
    effects: Any = function_calls.interrupted(call, env, None)  # type: ignore[arg-type]
    assert sent == ["c0", "c1"]
    assert [each.call_id for each in call.calls.calls] == [f"c{number}" for number in range(2, 66)]
    assert [each.call_id for each in call.calls.settled] == ["c0", "c1"]
    assert [dict(each.fields) for each in effects if isinstance(each, Notice)] == [{"calls": 2}]


def test_T6_a_refused_output_is_noticed_with_the_code(way: Way) -> None:
    desk = calling(way)
    desk.upstream(call_done())
    (item,) = desk.client(answer("call_1")).of("conversation.item.create")
    log = desk.upstream(error("invalid_value", event_id=item["event_id"]))
    assert fields(log, "CALL_OUTPUT_REFUSED") == [{"code": "invalid_value"}]


def test_F3_a_call_that_never_ended_does_not_hide_the_end_of_the_others(way: Way) -> None:
    desk = calling(way)
    desk.upstream(call_done())
    desk.client(answer("call_1"))
    desk.upstream(call_added("call_2"))
    log = desk.upstream(done())
    assert "CALL_INCOMPLETE" in log.notices
    assert log.upstream_types.count("response.create") == 1


def test_C1_the_number_of_items_of_the_context_is_noticed() -> None:
    past = [{"type": "History", "role": "user", "content": each} for each in ("One.", "Two.")]
    settings = {**TOOLS, "agent": {**TOOLS["agent"], "context": {"messages": past}}}
    log = Desk(Config.deepgram(context=ContextMode.ITEMS)).ready(settings)
    assert fields(log, "CONTEXT_SENT") == [{"items": 2}]
