"""Wishes for a response: they merge, they have an order, and they wait for open calls (R2, R8)."""

from __future__ import annotations

from realtime_translate import Config, ManualCommit
from tests.events import TOOLS, answer, call_added, call_done, created, delta, done, inject, user_item
from tests.harness import Desk, Log, ready
from tests.unit.session.played import (
    MANUAL,
    VAD,
    Way,
    begun,
    begun_by_server,
    confirmed,
    creates,
    item_id_in,
    tag_in,
)

# --- R2 -----------------------------------------------------------------------------------------------------


def test_R2_plain_wishes_merge_into_one(way: Way) -> None:
    desk = ready(way)
    begun(desk)
    for number in range(5):
        assert creates(confirmed(desk, f"text {number}")) == 0
    tag = tag_in(desk.upstream(done()))
    assert creates(desk.upstream(created("resp_2", tag), done("resp_2", tag=tag))) == 0


def test_R2_a_wish_that_meets_a_taken_slot_is_noticed(way: Way) -> None:
    desk = ready(way)
    begun(desk)
    assert confirmed(desk).notices == ["RESPONSE_DEFERRED"]


def test_R2_a_create_fulfils_the_wish_of_an_item_that_went_upstream_before_it(way: Way) -> None:
    desk = ready(way)
    first, second = (item_id_in(desk.client(inject(text))) for text in ("one", "two"))
    assert creates(desk.upstream(user_item(first, "one"))) == 1
    assert desk.upstream(user_item(second, "two")).outputs == []
    assert creates(desk.upstream(created("resp_1"), done("resp_1"))) == 0
    assert creates(desk.wait(10)) == 0


def test_R2_a_create_does_not_fulfil_the_wish_of_an_item_that_went_upstream_after_it(way: Way) -> None:
    desk = ready(way)
    begun(desk)
    confirmed(desk)
    assert creates(desk.upstream(done())) == 1


def test_R2_a_text_answers_any_response_that_starts_after_its_confirmation(way: Way) -> None:
    desk = ready(way)
    begun(desk)
    confirmed(desk, "More")
    desk.upstream(created("resp_s"))
    assert creates(desk.upstream(done("resp_s"))) == 0


def test_R2_an_unconfirmed_text_is_not_answered_by_a_response_of_the_servers_own(way: Way) -> None:
    desk = ready(way)
    item = item_id_in(desk.client(inject()))
    begun_by_server(desk)
    desk.upstream(user_item(item, "Hello"))
    assert creates(desk.upstream(done("resp_s"))) == 1


def test_R2_when_the_slot_frees_the_owed_commit_goes_before_one_response_for_all(way: Way) -> None:
    desk = ready(way, MANUAL)
    begun_by_server(desk)
    confirmed(desk)
    desk.client(bytes(4800))
    desk.wait(0.5)
    assert desk.upstream(done("resp_s")).upstream_types == ["input_audio_buffer.commit", "response.create"]
    assert creates(desk.upstream(created("resp_1"), done("resp_1"))) == 0


def test_R2_when_the_slot_frees_an_owed_update_goes_first(way: Way) -> None:
    desk = way(Config.component(turn_detection=ManualCommit(debounce=0.4)))
    desk.opened()
    desk.dialled()
    desk.upstream({"type": "session.updated", "session": {"audio": {"input": {"turn_detection": None}}}})
    begun_by_server(desk)
    desk.client(bytes(4800))
    desk.wait(0.5)
    desk.client(TOOLS)
    sent = desk.upstream(done("resp_s")).upstream_types
    assert sent[-3:] == ["session.update", "input_audio_buffer.commit", "response.create"]
    assert set(sent[:-3]) <= {"input_audio_buffer.append"}  # what the filter held of the audio


def test_R2_function_results_and_texts_share_one_create(way: Way) -> None:
    desk = with_open_call(way)
    confirmed(desk)
    log = desk.client(answer("call_1"))
    assert log.upstream_types == ["conversation.item.create", "response.create"]
    assert log.notices == []
    desk.upstream(created("resp_2"), delta("resp_2"))
    assert desk.wait(29).notices == []
    assert creates(desk.upstream(done("resp_2"))) == 0


# --- R8 -----------------------------------------------------------------------------------------------------


def with_open_call(way: Way, config: Config = VAD) -> Desk:
    """A response has ended, and its call waits for the client."""
    desk = ready(way, config, TOOLS)
    desk.upstream(created(), call_added(), call_done(), done())
    return desk


def open_another(desk: Desk, log: Log, response_id: str, call_id: str) -> None:
    """The response that was asked for in `log` ends with another call."""
    tag = tag_in(log)
    desk.upstream(
        created(response_id, tag), call_added(call_id, response_id), call_done(call_id, response_id)
    )
    desk.upstream(done(response_id, tag=tag))


def test_R8_a_text_waits_while_a_call_is_unanswered(way: Way) -> None:
    desk = with_open_call(way)
    item = desk.client(inject())
    assert item.upstream_types == ["conversation.item.create"]
    log = desk.upstream(user_item(item_id_in(item), "Hello"))
    assert log.notices == ["RESPONSE_DEFERRED"]
    assert creates(log) == 0
    assert creates(desk.wait(9.75)) == 0


def test_R8_the_wish_goes_ahead_after_the_call_hold(way: Way) -> None:
    desk = with_open_call(way)
    confirmed(desk)
    desk.wait(9.75)
    log = desk.wait(0.25)
    assert "CALL_HOLD_OVER" in log.notices
    assert creates(log) == 1


def test_R8_a_call_that_is_answered_after_the_hold_is_followed_by_its_own_response(way: Way) -> None:
    desk = with_open_call(way)
    confirmed(desk)
    tag = tag_in(desk.wait(10))
    assert creates(desk.client(answer("call_1"))) == 0
    assert creates(desk.upstream(created("resp_2", tag), done("resp_2", tag=tag))) == 1


def test_R8_later_wishes_do_not_wait_for_the_same_call_again(way: Way) -> None:
    desk = with_open_call(way)
    confirmed(desk)
    tag = tag_in(desk.wait(10))
    desk.upstream(created("resp_2", tag), done("resp_2", tag=tag))
    assert creates(confirmed(desk, "More")) == 1


def test_R8_wishes_wait_for_a_new_call_although_an_old_one_was_given_up(way: Way) -> None:
    desk = with_open_call(way)
    confirmed(desk)
    open_another(desk, desk.wait(10), "resp_2", "call_2")
    assert creates(confirmed(desk, "More")) == 0
    assert creates(desk.wait(9.75)) == 0
    assert creates(desk.wait(0.25)) == 1


def test_R8_two_rounds_open_at_once(way: Way) -> None:
    desk = with_open_call(way)
    confirmed(desk)
    open_another(desk, desk.wait(10), "resp_2", "call_2")
    assert creates(desk.client(answer("call_1"))) == 0
    log = desk.client(answer("call_2"))
    assert log.upstream_types == ["conversation.item.create", "response.create"]
    assert creates(desk.upstream(created("resp_3", tag_in(log)), done("resp_3", tag=tag_in(log)))) == 0


def test_R8_what_has_waited_for_a_call_once_does_not_wait_for_it_again(way: Way) -> None:
    """A call that nobody answers must not slow down every later round."""
    desk = with_open_call(way)
    confirmed(desk)
    open_another(desk, desk.wait(10), "resp_2", "call_2")
    assert creates(desk.client(answer("call_2"))) == 1
    log = desk.client(answer("call_1"))
    assert log.upstream_types == ["conversation.item.create"]


def test_R8_a_commit_waits_for_the_call(way: Way) -> None:
    desk = with_open_call(way, MANUAL)
    desk.client(bytes(4800))
    assert desk.wait(0.5).notices == ["COMMIT_OWED", "RESPONSE_DEFERRED"]
    log = desk.client(answer("call_1"))
    sent = ["conversation.item.create", "input_audio_buffer.commit", "response.create"]
    assert log.upstream_types == sent


def test_R8_a_withdrawn_commit_does_not_use_up_the_time_of_the_next(way: Way) -> None:
    desk = with_open_call(way, MANUAL)
    desk.client(bytes(4800))
    desk.wait(0.5)
    for _ in range(100):
        desk.wait(0.125)
        assert desk.client(bytes(4800)).notices == []
    assert desk.wait(0.5).upstream == []
    assert desk.wait(9.75).upstream == []
    assert desk.wait(0.5).upstream_types == ["input_audio_buffer.commit", "response.create"]


def test_R8_a_response_of_the_servers_own_answers_the_wish_that_waits(way: Way) -> None:
    desk = with_open_call(way)
    confirmed(desk)
    desk.upstream(created("resp_s"), done("resp_s"))
    log = desk.wait(60)
    assert (creates(log), log.notices) == (0, [])


def test_R8_a_text_that_waits_beside_a_commit_keeps_the_time_running(way: Way) -> None:
    desk = with_open_call(way, MANUAL)
    confirmed(desk)
    desk.client(bytes(4800))
    desk.wait(5)
    desk.client(bytes(4800))
    assert creates(desk.wait(5)) == 1


def test_R8_the_wish_waits_for_every_call(way: Way) -> None:
    desk = ready(way, VAD, TOOLS)
    desk.upstream(
        created(), *[each for name in ("call_1", "call_2") for each in (call_added(name), call_done(name))]
    )
    desk.upstream(done())
    confirmed(desk)
    assert creates(desk.client(answer("call_1"))) == 0
    assert creates(desk.client(answer("call_2"))) == 1
