"""What crosses a renewal: timers that are due, refusals, ids that repeat, and the greeting."""

from __future__ import annotations

import pytest

from realtime_translate import CloseUpstream, Config, Notice, OpenUpstream
from realtime_translate.session.tables import Opening
from tests.events import (
    TOOLS,
    answer,
    audio,
    call_done,
    conversation_item,
    created,
    done,
    error,
    item_done,
    message,
    transcript,
)
from tests.harness import Desk, ready
from tests.unit.session.renewal.test_causes import dials, told
from tests.unit.session.renewing import asked, config, dialled_again, items, ready_in, renewed, replies

GREETING = "Welcome to the harbour office."


def test_N1_an_expired_session_ends_a_call_that_is_not_to_be_renewed() -> None:
    desk = ready(Desk, Config.deepgram())
    log = desk.upstream(error("session_expired"))
    assert log.errors == ["MAXIMUM_SESSION_LENGTH_REACHED"]
    assert dials(log) == []


def test_N4_the_old_socket_is_closed_before_another_is_dialled() -> None:
    log = ready_in().act(lambda translator: translator.renew())
    assert [type(each) for each in log.outputs] == [CloseUpstream, Notice, OpenUpstream]


def test_N4_a_close_of_the_old_socket_is_one_though_a_timer_dials_first() -> None:
    desk = ready_in(config(delays=(0.5,)))
    desk.lost()
    desk.clock.advance(0.5)
    log = desk.act(lambda translator: translator.upstream_closed(1006, "", 1))
    assert dials(log) == [2]
    assert "RENEWAL_FAILED" not in log.notices
    assert desk.translator.state.opening is Opening.REDIALLING


def test_N4_nor_is_a_frame_of_it_one_of_the_new_socket() -> None:
    desk = ready_in(config(delays=(0.5,)))
    desk.lost()
    desk.clock.advance(0.5)
    assert dials(desk.act(lambda translator: translator.receive_from_upstream("{}", 1))) == [2]


def test_N4_a_socket_that_opens_when_it_is_given_up_is_not_the_next_one() -> None:
    desk = ready_in(config())
    assert dials(desk.lost()) == [2]
    desk.clock.advance(desk.config.limits.configure_timeout)
    log = desk.act(lambda translator: translator.upstream_opened(2))
    assert dials(log) == [3]
    assert log.upstream == []
    assert desk.translator.state.opening is Opening.REDIALLING


def test_N6_a_refusal_for_the_server_s_own_reasons_is_not_told_either() -> None:
    desk = ready_in()
    asked(desk, "One?")
    desk.upstream(item_done(message("Two.")), done())
    desk.lost()
    [item, *_] = dialled_again(desk).of("conversation.item.create")
    refusal = desk.upstream(error(None, event_id=item["event_id"], kind="server_error"))
    assert "CONTEXT_ITEM_REFUSED" in refusal.notices
    assert refusal.client == []


def test_N17_what_a_session_refused_does_not_count_as_told() -> None:
    desk = ready_in()
    asked(desk, "One?")
    desk.upstream(done())
    desk.lost()
    [item] = dialled_again(desk).of("conversation.item.create")
    log = desk.upstream(error("invalid_value", event_id=item["event_id"]))
    assert told(log, "RENEWAL_DONE") == [{"items": 0, "dropped": 1, "seconds": 0.0}]


def test_N8_the_rest_is_asked_for_without_the_greeting() -> None:
    desk = ready_in(settings={**TOOLS, "agent": {**TOOLS["agent"], "greeting": GREETING}})
    asked(desk)
    desk.upstream(transcript("It is four. And "), audio())
    desk.lost()
    [reply] = replies(renewed(desk))
    assert GREETING not in reply["instructions"]


def test_N8_of_an_answer_that_was_only_heard_until_then_the_rest_is_asked_for() -> None:
    desk = ready_in()
    asked(desk)
    desk.upstream(audio())
    desk.lost()
    [reply] = replies(renewed(desk))
    assert "instructions" in reply


def test_N10_a_call_with_the_id_of_one_that_was_answered_is_another() -> None:
    desk = ready_in()
    desk.upstream(created(), call_done(), done())
    desk.lost()
    renewed(desk)
    desk.client(answer("call_1"))
    log = desk.upstream(created("resp_2"), call_done("call_1", "resp_2", id="item_2"), done("resp_2"))
    assert len(log.of("FunctionCallRequest")) == 1


def test_N10_a_server_has_no_id_of_an_item_to_refuse() -> None:
    """Some take only ids that begin as their own do (D5): the answer would be lost with its call."""
    desk = ready_in()
    desk.upstream(created(), call_done(), done())
    desk.lost()
    renewed(desk)
    assert [each.get("id") for each in items(desk.client(answer("call_1")))] == [None, None]


@pytest.mark.parametrize("status", ["completed", "in_progress"])
@pytest.mark.parametrize("is_named", [True, False])
def test_N10_a_call_that_went_up_again_is_not_asked_for_when_the_server_shows_it(
    status: str, is_named: bool
) -> None:
    """Some announce a call of the response that runs in the same way (F1)."""
    desk = ready_in()
    desk.upstream(created(), call_done(), done())
    desk.lost()
    renewed(desk)
    asked(desk, "And now?", "resp_2")
    call, _ = items(desk.client(answer("call_1")))
    named = {"id": "item_1"} if is_named else {}
    shown = [{**call, **named, "status": each} for each in (status, "completed")]
    log = desk.upstream(conversation_item(shown[0]), conversation_item(shown[1], "done"), done("resp_2"))
    assert (log.notices, log.of("FunctionCallRequest")) == ([], [])
    assert log.upstream_types == ["response.create"]
    again = call_done("call_1", "resp_3", id="item_2")
    assert len(desk.upstream(created("resp_3"), again).of("FunctionCallRequest")) == 1
