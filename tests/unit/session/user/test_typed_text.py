"""Text that the user typed (T1, T6)."""

from __future__ import annotations

import pytest

from realtime_translate import Config
from realtime_translate.config import Limits
from tests.events import created, done, error, inject, user_item
from tests.harness import ready
from tests.unit.session.played import VAD, Way, begun, confirmed, creates, item_id_in


def test_T1_a_text_becomes_an_item_upstream_and_a_text_and_history_for_the_client(way: Way) -> None:
    log = ready(way).client(inject("Grüße, 世界"))
    (item,) = log.upstream
    assert item["type"] == "conversation.item.create"
    content = [{"type": "input_text", "text": "Grüße, 世界"}]
    assert item["item"] == {"type": "message", "role": "user", "content": content, "id": item_id_in(log)}
    assert len(item_id_in(log)) <= 32
    assert log.client == [
        {"type": "ConversationText", "role": "user", "content": "Grüße, 世界"},
        {"type": "History", "role": "user", "content": "Grüße, 世界"},
    ]


def test_T1_without_history_where_the_flags_forbid_it(way: Way) -> None:
    desk = ready(way, VAD, {"type": "Settings", "flags": {"history": False}, "audio": {}, "agent": {}})
    assert desk.client(inject()).client_types == ["ConversationText"]


def test_T1_without_history_in_the_components_dialect(way: Way) -> None:
    desk = ready(way, Config.component())
    assert desk.client(inject()).client_types == ["ConversationText"]


@pytest.mark.parametrize("kind", ["added", "created", "done"])
def test_T1_the_response_is_asked_for_when_the_item_is_confirmed_and_once(way: Way, kind: str) -> None:
    desk = ready(way)
    log = desk.client(inject())
    assert creates(log) == 0
    item_id = item_id_in(log)
    assert creates(desk.upstream(user_item(item_id, "Hello", kind))) == 1
    desk.upstream(created(), done())
    for again in ("added", "created", "done"):
        assert desk.upstream(user_item(item_id, "Hello", again)).outputs == []
    assert desk.wait(60).outputs == []


def test_T1_an_item_is_recognised_by_our_id_whatever_its_text(way: Way) -> None:
    desk = ready(way)
    item_id = item_id_in(desk.client(inject("Hello")))
    assert creates(desk.upstream(user_item(item_id, ""))) == 1


@pytest.mark.parametrize("their_id", ["item_abc", None])
def test_T1_an_item_is_recognised_by_role_and_text_where_the_server_gives_its_own_id(
    way: Way, their_id: str | None
) -> None:
    desk = ready(way)
    desk.client(inject("Hello"))
    assert creates(desk.upstream(user_item(their_id, "Goodbye"))) == 0
    assert creates(desk.upstream(user_item(their_id, "Hello"))) == 1


def test_T1_text_in_several_parts_is_one_text(way: Way) -> None:
    desk = ready(way)
    desk.client(inject("Hello"))
    split = user_item("item_abc", "Hel")
    split["item"]["content"].append({"type": "input_text", "text": "lo"})
    assert creates(desk.upstream(split)) == 1


def test_T1_one_id_stands_for_one_item(way: Way) -> None:
    desk = ready(way)
    desk.client(inject("Hello"))
    assert creates(desk.upstream(user_item("item_abc", "Hello"))) == 1
    desk.upstream(created(), done())
    desk.client(inject("Hello"))
    assert creates(desk.upstream(user_item("item_abc", "Hello", "done"))) == 0
    assert creates(desk.upstream(user_item("item_def", "Hello"))) == 1


def test_T1_our_id_confirms_its_own_item_among_equal_texts(way: Way) -> None:
    desk = ready(way)
    begun(desk)
    first, second = (item_id_in(desk.client(inject("Hello"))) for _ in range(2))
    desk.upstream(user_item(second, "Hello"))
    assert creates(desk.upstream(done())) == 1
    assert "ITEM_UNCONFIRMED" in desk.wait(2).notices
    desk.upstream(user_item(first, "Hello"))


@pytest.mark.parametrize(
    "item",
    [
        {"type": "message", "role": "assistant", "content": [{"type": "input_text", "text": "Hello"}]},
        {"type": "message", "role": "system", "content": [{"type": "input_text", "text": "Hello"}]},
        {"type": "message", "role": "user", "content": [{"type": "input_audio", "transcript": "Hello"}]},
        {"type": "message", "role": "user"},
        {"type": "function_call_output", "call_id": "call_9", "output": "Hello"},
    ],
)
def test_T1_another_item_confirms_nothing(way: Way, item: dict[str, object]) -> None:
    desk = ready(way)
    desk.client(inject("Hello"))
    for kind in ("added", "done"):
        log = desk.upstream({"type": f"conversation.item.{kind}", "item": {"id": "item_abc", **item}})
        assert log.upstream == []


def test_T1_after_the_confirm_timeout_the_response_is_asked_for_anyway(way: Way) -> None:
    desk = ready(way)
    item_id = item_id_in(desk.client(inject()))
    assert creates(desk.wait(1.75)) == 0
    log = desk.wait(0.25)
    assert creates(log) == 1
    assert "ITEM_UNCONFIRMED" in log.notices
    assert desk.upstream(user_item(item_id, "Hello")).outputs == []


def test_T1_each_text_has_its_own_timeout(way: Way) -> None:
    desk = ready(way)
    desk.client(inject("one"))
    desk.wait(1)
    desk.client(inject("two"))
    assert creates(desk.wait(1)) == 1
    assert desk.wait(0.75).notices == []
    assert desk.wait(0.25).notices == ["ITEM_UNCONFIRMED"]


def test_T1_one_that_comes_after_its_timeout_confirms_no_other_text_of_the_same_words(way: Way) -> None:
    desk = ready(way)
    late = item_id_in(desk.client(inject("Yes")))
    desk.wait(2)
    desk.upstream(created(), done())
    second = item_id_in(desk.client(inject("Yes")))
    assert creates(desk.upstream(user_item(late, "Yes"))) == 0
    assert creates(desk.upstream(user_item(second, "Yes"))) == 1


def test_T1_a_confirmed_text_stops_its_timeout(way: Way) -> None:
    desk = ready(way)
    confirmed(desk)
    desk.upstream(created(), done())
    assert desk.translator.next_deadline is None


def test_T1_texts_go_upstream_at_once_and_in_order_while_a_response_runs(way: Way) -> None:
    desk = ready(way)
    begun(desk)
    logs = [desk.client(inject(f"text {number}")) for number in range(3)]
    sent = [each["item"]["content"][0]["text"] for log in logs for each in log.of("conversation.item.create")]
    assert sent == ["text 0", "text 1", "text 2"]


def test_T1_an_unconfirmed_text_is_asked_for_after_the_response_that_runs(way: Way) -> None:
    desk = ready(way)
    begun(desk)
    desk.client(inject("More"))
    assert creates(desk.wait(2)) == 0
    assert creates(desk.upstream(done())) == 1


def test_L3_of_too_many_unconfirmed_texts_the_oldest_counts_as_confirmed(way: Way) -> None:
    desk = ready(way, Config.deepgram(limits=Limits(pending_messages=2)))
    desk.client(inject("one"))
    desk.client(inject("two"))
    log = desk.client(inject("three"))
    assert log.notices == ["ITEM_UNCONFIRMED"]
    assert log.upstream_types == ["conversation.item.create", "response.create"], "it answers all three (R2)"


# --- T6 -----------------------------------------------------------------------------------------------------


def test_T6_a_refused_item_drops_its_wish_at_once(way: Way) -> None:
    desk = ready(way)
    log = desk.client(inject())
    refusal = desk.upstream(error("invalid_value", event_id=log.upstream[0]["event_id"]))
    assert "ITEM_REFUSED" in refusal.notices
    assert creates(refusal) == 0
    assert desk.translator.next_deadline is None
    assert desk.wait(60).outputs == []


def test_T6_the_other_texts_keep_their_wishes(way: Way) -> None:
    desk = ready(way)
    logs = [desk.client(inject(text)) for text in ("one", "two")]
    desk.upstream(error("invalid_value", event_id=logs[0].upstream[0]["event_id"]))
    assert creates(desk.upstream(user_item(item_id_in(logs[0]), "one"))) == 0
    assert creates(desk.upstream(user_item(item_id_in(logs[1]), "two"))) == 1


@pytest.mark.parametrize("event_id", [None, "", "T1_999"])
def test_T6_an_error_that_answers_no_item_drops_no_wish(way: Way, event_id: str | None) -> None:
    desk = ready(way)
    item_id = item_id_in(desk.client(inject()))
    assert "ITEM_REFUSED" not in desk.upstream(error("invalid_value", event_id=event_id)).notices
    assert creates(desk.upstream(user_item(item_id, "Hello"))) == 1
