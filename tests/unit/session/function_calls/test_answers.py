"""Answers to function calls, and the response that follows them (F2-F5, F9, F10, T6)."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import Config
from realtime_translate.session.tables import SlotState
from tests.events import (
    TOOLS,
    answer,
    arguments_done,
    busy,
    call_added,
    call_done,
    created,
    delta,
    done,
    error,
    output_seen,
)
from tests.harness import Desk, ready
from tests.unit.session.played import VAD, Way, begun_by_server, creates, tag_in

CO = Config.component()
ITEM, CREATE = "conversation.item.create", "response.create"


def calling(way: Way, *call_ids: str, config: Config = VAD, settings: Any = TOOLS) -> Desk:
    """A response that runs and has made these calls."""
    desk = ready(way, config, settings)
    desk.upstream(created(), *[call_done(each) for each in call_ids or ("call_1",)])
    return desk


# --- F2, F9 -------------------------------------------------------------------------------------------------


def test_F2_an_answer_goes_upstream_at_once_even_before_response_done(way: Way) -> None:
    log = calling(way).client(answer("call_1", content='{"sky": "grey"}'))
    assert log.upstream_types == [ITEM]
    output = {"type": "function_call_output", "call_id": "call_1", "output": '{"sky": "grey"}'}
    assert log.upstream[0]["item"] == output


@pytest.mark.parametrize(
    ("fields", "output"),
    [
        ({"content": "text", "error": "e", "result": "r"}, "text"),
        ({"content": {"a": [1, None]}}, '{"a":[1,null]}'),
        ({"content": ""}, ""),
        ({"error": "broken", "result": 1}, '{"error":"broken"}'),
        ({"error": {"code": 7}}, '{"error":{"code":7}}'),
        ({"result": {"a": 1}}, '{"a":1}'),
        ({"result": "plain"}, "plain"),
        ({"result": 12}, "12"),
        ({}, ""),
    ],
)
def test_F2_the_output_is_always_a_string_of_content_else_error_else_result(
    way: Way, fields: dict[str, Any], output: str
) -> None:
    desk = calling(way, config=CO)
    log = desk.client({"type": "FunctionCallResponse", "id": "call_1", "name": "weather", **fields})
    assert log.upstream[0]["item"]["output"] == output


def test_F9_each_answer_is_followed_by_its_history(way: Way) -> None:
    log = calling(way).client(answer("call_1"))
    call = {"id": "call_1", "name": "weather", "client_side": True, "arguments": "{}", "response": "sunny"}
    assert log.client == [{"type": "History", "function_calls": [call]}]


def test_F9_no_history_where_the_flags_forbid_it(way: Way) -> None:
    desk = calling(way, settings={**TOOLS, "flags": {"history": False}})
    assert desk.client(answer("call_1")).client == []


# --- F4, F10 ------------------------------------------------------------------------------------------------


def test_F4_the_components_client_is_told_that_the_agent_thinks_on_a_first_answer(way: Way) -> None:
    desk = calling(way, config=CO)
    assert desk.client(answer("call_1")).client == [{"type": "AgentThinking", "content": ""}]
    assert desk.client(answer("call_1")).client == []


@pytest.mark.parametrize("config", [VAD, CO], ids=["deepgram", "component"])
def test_F4_a_second_answer_is_not_sent_upstream(way: Way, config: Config) -> None:
    desk = calling(way, config=config)
    desk.client(answer("call_1"))
    log = desk.client(answer("call_1", content="other"))
    assert (log.client, log.upstream, log.notices) == ([], [], ["CALL_ANSWER_IGNORED"])


def test_F4_a_late_answer_is_not_sent_upstream(way: Way) -> None:
    desk = calling(way)
    desk.client(answer("call_1"))
    desk.upstream(done())
    log = desk.client(answer("call_1"))
    assert (log.client, log.upstream, log.notices) == ([], [], ["CALL_ANSWER_IGNORED"])


@pytest.mark.parametrize("call_id", ["call_9", None])
def test_F4_an_unknown_answer_is_not_sent_upstream(way: Way, call_id: str | None) -> None:
    log = calling(way).client(answer(call_id, "clock"))
    assert (log.client, log.upstream, log.notices) == ([], [], ["CALL_ANSWER_IGNORED"])


def test_F4_an_answer_before_the_call_was_asked_is_not_sent_upstream(way: Way) -> None:
    desk = ready(way, VAD, TOOLS)
    desk.upstream(created(), call_added())
    assert desk.client(answer("call_1")).upstream == []


@pytest.mark.parametrize("config", [VAD, CO], ids=["deepgram", "component"])
def test_F10_an_answer_without_id_goes_to_the_only_open_call_of_that_name(way: Way, config: Config) -> None:
    desk = calling(way, "call_1", config=config)
    desk.upstream(call_done("call_2", name="clock"))
    assert desk.client(answer(None, "clock")).upstream[0]["item"]["call_id"] == "call_2"
    assert desk.client(answer(None, "clock")).notices == ["CALL_ANSWER_IGNORED"]
    assert desk.client(answer(None, "weather")).upstream[0]["item"]["call_id"] == "call_1"


def test_F10_not_if_several_calls_of_that_name_are_open(way: Way) -> None:
    desk = calling(way, "call_1", "call_2")
    assert desk.client(answer(None)).upstream == []
    desk.client(answer("call_1"))
    assert desk.client(answer(None)).upstream[0]["item"]["call_id"] == "call_2"


# --- F3 -----------------------------------------------------------------------------------------------------


def test_F3_an_answer_before_response_done_is_followed_after_it(way: Way) -> None:
    desk = calling(way)
    assert creates(desk.client(answer("call_1"))) == 0
    log = desk.upstream(done())
    assert (creates(log), log.client) == (1, [])


def test_F3_an_answer_after_response_done_is_followed_at_once(way: Way) -> None:
    desk = calling(way)
    assert "AgentAudioDone" not in desk.upstream(done()).client_types
    assert desk.client(answer("call_1")).upstream_types == [ITEM, CREATE]


def test_F3_only_when_all_calls_of_the_response_are_answered(way: Way) -> None:
    desk = calling(way, "call_1", "call_2", "call_3")
    assert creates(desk.client(answer("call_2"))) == 0
    assert creates(desk.upstream(done())) == 0
    assert creates(desk.client(answer("call_1"))) == 0
    assert "follow_up" not in str(desk.translator.snapshot()["timers"])
    assert creates(desk.client(answer("call_3"))) == 1


def test_F3_a_call_that_is_announced_after_the_first_was_answered_counts_too(way: Way) -> None:
    desk = calling(way)
    desk.client(answer("call_1"))
    desk.upstream(call_added("call_2"), call_done("call_2"))
    assert creates(desk.upstream(done())) == 0
    assert creates(desk.client(answer("call_2"))) == 1


def test_F3_asked_for_once_although_upstream_confirms_the_outputs(way: Way) -> None:
    desk = calling(way)
    desk.client(answer("call_1"))
    tag = tag_in(desk.upstream(done()))
    seen = [output_seen(kind=kind) for kind in ("added", "done")]
    assert creates(desk.upstream(*seen, created("resp_2", tag), *seen, done("resp_2", tag=tag))) == 0


def test_F3_where_response_done_does_not_come_the_output_item_is_enough(way: Way) -> None:
    desk = ready(way, VAD, TOOLS)
    desk.upstream(created(), arguments_done())
    desk.client(answer("call_1"))
    assert creates(desk.upstream(output_seen())) == 0
    assert creates(desk.wait(1)) == 1
    assert creates(desk.wait(9)) == 0


def test_F3_an_output_that_is_confirmed_early_waits_for_the_slot_and_asks_once(way: Way) -> None:
    desk = calling(way, "call_1")
    desk.client(answer("call_1"))
    desk.upstream(output_seen(), call_done("call_2"))
    assert creates(desk.upstream(done())) == 0
    tag = tag_in(desk.client(answer("call_2")))
    assert creates(desk.upstream(created("resp_2", tag), done("resp_2", tag=tag))) == 0


def test_F3_a_call_after_an_early_follow_up_gets_a_follow_up_too(way: Way) -> None:
    desk = calling(way, "call_1")
    desk.client(answer("call_1"))
    desk.upstream(output_seen(), call_done("call_2"), done())
    tag = tag_in(desk.wait(10))
    desk.upstream(created("resp_2", tag), done("resp_2", tag=tag))
    assert creates(desk.client(answer("call_2"))) == 1


def test_F3_confirmed_outputs_wait_for_the_open_calls(way: Way) -> None:
    desk = calling(way, "call_1", "call_2")
    desk.client(answer("call_1"))
    desk.upstream(output_seen(), done())
    assert desk.wait(60).outputs == []
    assert creates(desk.client(answer("call_2"))) == 1


def test_F3_only_the_item_of_an_output_that_was_sent_confirms_it(way: Way) -> None:
    desk = calling(way)
    assert desk.upstream(output_seen()).outputs == []
    desk.client(answer("call_1"))
    other = {"type": "message", "id": "item_1", "role": "assistant", "content": []}
    assert desk.upstream({"type": "conversation.item.done", "item": other}).outputs == []


def test_R3_the_follow_up_survives_a_refused_create(way: Way) -> None:
    desk = calling(way)
    desk.client(answer("call_1"))
    tag = tag_in(desk.upstream(done()))
    begun_by_server(desk)
    desk.upstream(busy(tag))
    assert creates(desk.upstream(done("resp_s"))) == 1


def test_O5_the_turn_spans_the_calls_and_ends_with_the_follow_up(way: Way) -> None:
    desk = calling(way)
    assert desk.upstream(done()).client == []
    tag = tag_in(desk.client(answer("call_1")))
    assert desk.upstream(created("resp_2", tag), done("resp_2", tag=tag)).client_types == ["AgentAudioDone"]


# --- F5 -----------------------------------------------------------------------------------------------------


def test_F5_without_response_done_the_response_counts_as_done_after_the_timeout(way: Way) -> None:
    desk = calling(way)
    desk.upstream(call_added("call_2"))  # an item stays open: R4 does not end it
    desk.client(answer("call_1"))
    assert creates(desk.wait(19.75)) == 0
    log = desk.wait(0.25)
    assert "RESPONSE_PRESUMED_DONE" in log.notices
    assert creates(log) == 1
    assert desk.upstream(done()).notices == ["LATE_DONE"]


def test_F5_the_time_runs_from_the_last_output(way: Way) -> None:
    desk = calling(way, "call_1", "call_2")
    desk.upstream(call_added("call_3"))
    desk.client(answer("call_1"))
    desk.wait(9)
    desk.client(answer("call_2"))
    assert creates(desk.wait(19.75)) == 0
    assert creates(desk.wait(0.25)) == 1


def test_F5_not_while_a_call_is_open(way: Way) -> None:
    desk = calling(way)
    desk.upstream(call_added("call_2"))
    desk.client(answer("call_1"))
    desk.upstream(call_done("call_2"), call_added("call_3"))
    assert "RESPONSE_PRESUMED_DONE" not in desk.wait(25).notices
    desk.upstream(call_added("call_3"))  # it does not stall (R1)
    desk.client(answer("call_2"))
    assert creates(desk.wait(20)) == 1


def test_F5_not_after_response_done(way: Way) -> None:
    desk = calling(way)
    desk.client(answer("call_1"))
    tag = tag_in(desk.upstream(done()))
    desk.upstream(created("resp_2", tag), delta("resp_2"))
    assert desk.wait(29).outputs == []
    assert desk.slot is SlotState.RUNNING


def test_F5_not_for_a_round_that_waits_for_another_answer(way: Way) -> None:
    desk = calling(way, "call_1", "call_2")
    desk.upstream(done())
    desk.client(answer("call_1"))
    begun_by_server(desk, "resp_2")
    desk.upstream(call_done("call_3", "resp_2"), call_added("call_4", "resp_2"))
    desk.client(answer("call_3"))
    assert "RESPONSE_PRESUMED_DONE" in desk.wait(20).notices
    assert creates(desk.client(answer("call_2"))) == 1


def test_F5_the_servers_own_while_our_create_is_in_flight(way: Way) -> None:
    desk = ready(way, VAD, TOOLS)
    item = desk.client({"type": "InjectUserMessage", "content": "Hello"}).upstream[0]["item"]
    tag = tag_in(desk.upstream({"type": "conversation.item.added", "item": item}))
    desk.upstream(created("resp_0", tag), done("resp_0", tag=tag))
    item = desk.client({"type": "InjectUserMessage", "content": "More"}).upstream[0]["item"]
    desk.upstream({"type": "conversation.item.added", "item": item}, created("resp_s"))
    desk.upstream(call_added("call_2", "resp_s"), call_done("call_1", "resp_s"))
    desk.wait(1)
    desk.client(answer("call_1"))
    assert desk.slot is SlotState.CROSSED
    desk.wait(20)
    assert desk.translator.state.response_id == ""


def test_F3_a_call_of_a_response_that_had_ended_before_it_is_followed_at_once(way: Way) -> None:
    """Its end has come: there is nothing to wait for."""
    desk = ready(way, VAD, TOOLS)
    desk.upstream(created(), done(), call_done())
    assert creates(desk.client(answer("call_1"))) == 1
    assert creates(desk.wait(20)) == 0


def test_R8_a_text_behind_such_a_call_waits_for_its_answer_only(way: Way) -> None:
    desk = ready(way, VAD, TOOLS)
    desk.upstream(created(), done(), call_done())
    item = desk.client({"type": "InjectUserMessage", "content": "Hello"}).upstream[0]["item"]
    assert creates(desk.upstream({"type": "conversation.item.added", "item": item})) == 0
    assert creates(desk.client(answer("call_1"))) == 1


# --- T6 -----------------------------------------------------------------------------------------------------


def test_T6_a_refused_output_counts_as_answered(way: Way) -> None:
    desk = calling(way, "call_1", "call_2")
    refused = desk.client(answer("call_1")).upstream[0]["event_id"]
    log = desk.upstream(error("invalid_tool_call_id", event_id=refused))
    assert "CALL_OUTPUT_REFUSED" in log.notices
    assert desk.client(answer("call_1")).upstream == []
    desk.client(answer("call_2"))
    assert creates(desk.upstream(done())) == 1


def test_T6_if_no_output_was_accepted_no_response_is_asked_for(way: Way) -> None:
    desk = calling(way, "call_1", "call_2")
    for call_id in ("call_1", "call_2"):
        desk.upstream(
            error("invalid_tool_call_id", event_id=desk.client(answer(call_id)).upstream[0]["event_id"])
        )
    log = desk.upstream(output_seen(), done())
    assert creates(log) == 0
    assert "CALLS_CLOSED" in log.notices
    assert log.client_types == ["AgentAudioDone"]
    assert desk.wait(60).outputs == []


@pytest.mark.parametrize("event_id", [None, "T1_999"])
def test_T6_an_error_that_answers_no_output_refuses_none(way: Way, event_id: str | None) -> None:
    desk = calling(way)
    desk.client(answer("call_1"))
    assert "CALL_OUTPUT_REFUSED" not in desk.upstream(error("invalid_value", event_id=event_id)).notices
    assert creates(desk.upstream(done())) == 1
