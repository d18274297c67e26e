"""F1, F3, F8: calls whose arguments are whole and whose items never end."""

from __future__ import annotations

from typing import Any

import pytest

from tests.events import (
    answer,
    arguments_done,
    call_added,
    call_done,
    call_item,
    created,
    done,
    speech,
    user_item,
)
from tests.harness import Log
from tests.unit.session.function_calls.test_recognised import asked, calling
from tests.unit.session.played import Way, creates

CANCELLED = '{"error":"cancelled"}'


def entered(kind: str = "created", call_id: str = "call_1", **fields: Any) -> Any:
    """The item of a call enters the conversation."""
    item = call_item(call_id, **{"arguments": "", "status": "in_progress", **fields})
    return {"type": f"conversation.item.{kind}", "item": item}


def whole(call_id: str = "call_1") -> Any:
    """The arguments of a call, without its name, as the first servers sent them."""
    event = arguments_done(call_id, arguments='{"a":1}')
    del event["name"]
    return event


def outputs(log: Log) -> list[tuple[str, str]]:
    items = [each["item"] for each in log.of("conversation.item.create")]
    return [(each["call_id"], each["output"]) for each in items if each["type"] == "function_call_output"]


def test_F1_a_whole_call_is_asked_when_its_response_ends_without_it(way: Way) -> None:
    desk = calling(way)
    assert asked(desk.upstream(call_added(), whole())) == []
    log = desk.upstream(done())
    assert [(each[0], each[1]) for each in asked(log)] == [("call_1", "weather")]
    assert "CALL_INCOMPLETE" not in log.notices
    assert creates(desk.client(answer("call_1")))


@pytest.mark.parametrize("kind", ["created", "added"])
def test_F1_a_call_may_be_announced_by_its_item_in_the_conversation_alone(way: Way, kind: str) -> None:
    desk = calling(way)
    assert asked(desk.upstream(entered(kind), whole())) == []
    assert [each[0] for each in asked(desk.upstream(done()))] == ["call_1"]


@pytest.mark.parametrize("kind", ["created", "added"])
def test_F1_an_item_of_the_conversation_announces_no_call_of_ours(way: Way, kind: str) -> None:
    """Context that was sent as items comes back complete, or while no response is active."""
    desk = calling(way)
    log = desk.upstream(entered(kind, status="completed"), whole(), done())
    assert (asked(log), log.notices.count("CALL_INCOMPLETE")) == ([], 1)
    desk.upstream(entered(kind, "call_2"), created("resp_2"))
    log = desk.upstream(done("resp_2"))
    assert (asked(log), "CALL_INCOMPLETE" in log.notices) == ([], False)


def test_F3_a_whole_call_is_asked_when_its_response_is_presumed_done(way: Way) -> None:
    desk = calling(way)
    desk.upstream(call_done(), call_added("call_2"), whole("call_2"))
    assert not creates(desk.client(answer("call_1")))
    log = desk.wait(20)
    assert "RESPONSE_PRESUMED_DONE" in log.notices
    assert [each[0] for each in asked(log)] == ["call_2"]
    assert not creates(log)
    assert creates(desk.client(answer("call_2")))


@pytest.mark.parametrize("status", ["failed", "incomplete", "cancelled"])
def test_F8_a_whole_call_of_a_response_that_did_not_complete_is_closed(way: Way, status: str) -> None:
    desk = calling(way)
    log = desk.upstream(call_added(), whole(), done(status=status))
    assert (asked(log), outputs(log)) == ([], [("call_1", CANCELLED)])
    assert asked(desk.upstream(call_done())) == []


def test_F8_a_whole_call_of_a_response_that_never_ends_is_closed(way: Way) -> None:
    desk = calling(way)
    desk.upstream(call_added(), whole())
    log = desk.wait(30)
    assert "RESPONSE_GIVEN_UP" in log.notices
    assert (asked(log), outputs(log)) == ([], [("call_1", CANCELLED)])


def test_F8_a_whole_call_of_a_response_that_was_cut_is_closed_at_its_end(way: Way) -> None:
    desk = calling(way)
    desk.upstream(call_added(), whole(), call_added("call_2"))
    desk.upstream(speech("speech_started"))
    log = desk.upstream(done(status="cancelled"))
    assert (asked(log), outputs(log)) == ([], [("call_1", CANCELLED)])
    assert log.notices.count("CALL_INCOMPLETE") == 1


def test_F8_a_call_of_a_cut_response_is_closed_if_it_is_whole_after_its_end(way: Way) -> None:
    desk = calling(way)
    desk.upstream(call_added())
    desk.upstream(speech("speech_started"))
    assert "CALL_INCOMPLETE" in desk.wait(30).notices
    log = desk.upstream(call_done())
    assert (asked(log), outputs(log)) == ([], [("call_1", CANCELLED)])
    assert not outputs(desk.upstream(call_done()))


@pytest.mark.parametrize("kind", ["created", "added"])
def test_F8_a_call_that_its_item_alone_announces_is_not_asked_once_its_response_is_cut(
    way: Way, kind: str
) -> None:
    desk = calling(way)
    desk.upstream(speech("speech_started"))
    log = desk.upstream(entered(kind), {"type": "conversation.item.done", "item": call_item()})
    assert (asked(log), outputs(log)) == ([], [("call_1", CANCELLED)])


def test_F1_a_whole_call_without_a_name_cannot_be_asked(way: Way) -> None:
    desk = calling(way)
    log = desk.upstream(whole(), done())
    assert (asked(log), outputs(log), log.notices.count("CALL_INCOMPLETE")) == ([], [], 1)


def test_F1_the_item_of_a_user_text_announces_no_call(way: Way) -> None:
    desk = calling(way)
    assert "CALL_INCOMPLETE" not in desk.upstream(user_item("u1", "Hello"), done()).notices
