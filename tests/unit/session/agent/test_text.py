"""What the agent says, as text, once a message item (O3): whichever events bring it, in both dialects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from realtime_translate import ClientDialect, Config, ContextMode
from realtime_translate.config import Limits
from tests.events import (
    call_item,
    conversation_item,
    created,
    done,
    event,
    item_added,
    item_done,
    message,
    text,
    text_done,
    transcript,
    transcript_done,
)
from tests.harness import SETTINGS, Desk, Json

WORDS = "Two berths are free."
BOTH = pytest.mark.parametrize("dialect", ClientDialect)
Events = list[dict[str, Any]]


def ready(
    dialect: ClientDialect = ClientDialect.COMPONENT, given: dict[str, Any] = SETTINGS, **limits: Any
) -> Desk:
    desk = Desk(Config(dialect, limits=Limits(**limits)))
    desk.ready(given)
    return desk


def said(desk: Desk, *events: dict[str, Any]) -> list[str]:
    return [each["content"] for each in desk.upstream(*events).of("ConversationText")]


SOURCES: dict[str, Events] = {
    "text deltas": [text("Two berths "), text("are free.")],
    "transcript deltas": [transcript("Two berths "), transcript("are free.")],
    "text done": [text_done(WORDS)],
    "transcript done": [transcript_done(WORDS)],
    "a done without the text": [
        text("Two berths "),
        text("are free."),
        event("output_text.done", item_id="msg_1"),
    ],
    "an output item when it is added": [item_added(message(WORDS))],
    "an output item when it is done": [item_done(message(WORDS))],
    "a spoken output item": [item_done(message(WORDS, part="output_audio"))],
    "an incomplete output item": [item_done(message(WORDS, status="incomplete"))],
    "conversation.item.added": [conversation_item(message(WORDS))],
    "conversation.item.created": [conversation_item(message(WORDS), "created")],
    "conversation.item.done": [conversation_item(message(WORDS), "done")],
    "response.done": [],
}


@BOTH
@pytest.mark.parametrize("source", SOURCES)
def test_O3_whichever_event_brings_the_text_first_tells_it(source: str, dialect: ClientDialect) -> None:
    output = [message(WORDS)] if source == "response.done" else []
    assert said(ready(dialect), created(), *SOURCES[source], done("resp_1", *output)) == [WORDS]


@BOTH
@pytest.mark.parametrize("first", SOURCES)
@pytest.mark.parametrize("then", SOURCES)
def test_O3_whatever_else_brings_it_tells_nothing(first: str, then: str, dialect: ClientDialect) -> None:
    desk = ready(dialect)
    again = [each for each in (*SOURCES[then], *SOURCES[first]) if not each["type"].endswith("delta")]
    assert said(desk, created(), *SOURCES[first], *again, done("resp_1", message(WORDS))) == [WORDS]


@pytest.mark.parametrize("first", SOURCES)
@pytest.mark.parametrize("nameless", ["item_id of the first", "item_id of the second", "item_id of both"])
def test_O3_without_an_item_id_equal_text_within_one_response_is_one_item(first: str, nameless: str) -> None:
    """Servers that leave out ids in some of their events."""
    ends = done("resp_1", message(WORDS, item_id="" if "first" not in nameless else "msg_1"))
    events = [without_id(each) if "second" not in nameless else each for each in SOURCES[first]]
    assert said(ready(), created(), *events, ends) == [WORDS]


def without_id(given: dict[str, Any]) -> dict[str, Any]:
    item = {key: value for key, value in given.get("item", {}).items() if key != "id"}
    rest = {key: value for key, value in given.items() if key not in ("item_id", "item")}
    return {**rest, "item": item} if item else rest


def test_O3_without_an_item_id_equal_text_of_another_response_is_another_item() -> None:
    desk = ready()
    assert said(desk, created(), text_done("Yes.", ""), done("resp_1")) == ["Yes."]
    assert said(desk, created("resp_2"), text_done("Yes.", "", "resp_2"), done("resp_2")) == ["Yes."]


def test_O3_without_any_ids_equal_text_of_another_response_is_another_item() -> None:
    desk = ready()
    for _ in range(2):
        events = [{"type": "response.created", "response": {}}, text_done("Yes.", "", "")]
        assert said(desk, *events, {"type": "response.done", "response": {"status": "completed"}}) == ["Yes."]


def test_O3_a_server_without_response_ids_may_name_its_items_late() -> None:
    desk = ready()
    for item_id in ("msg_1", "msg_2"):
        begins, ends = {"type": "response.created", "response": {}}, {"type": "response.done", "response": {}}
        events = [text_done("Yes.", "", ""), item_done(message("Yes.", item_id=item_id), "")]
        assert said(desk, begins, *events, ends) == ["Yes."]


def test_O3_late_text_without_an_id_does_not_mix_with_the_next_response() -> None:
    desk = ready()
    desk.upstream(created(), done("resp_1"), text("late", "", "resp_1"))
    assert said(desk, created("resp_2"), text("New.", "", "resp_2"), done("resp_2")) == ["New."]


def test_O3_an_item_is_known_by_its_words_where_servers_number_its_parts_differently() -> None:
    desk = ready()
    assert said(desk, created(), {**text_done("Yes."), "content_index": 1}, item_done(message("Yes."))) == [
        "Yes."
    ]


def test_O3_equal_text_of_two_items_is_told_twice() -> None:
    desk = ready()
    assert said(desk, created(), text_done("Yes."), text_done("Yes.", "msg_2")) == ["Yes.", "Yes."]
    assert said(desk, done("resp_1", message("Yes."), message("Yes.", item_id="msg_2"))) == []


def test_O3_of_two_items_with_equal_text_the_one_told_without_an_id_is_the_first() -> None:
    desk = ready()
    assert said(desk, created(), text_done("Yes.", "")) == ["Yes."]
    assert said(desk, item_done(message("Yes.")), item_done(message("Yes.", item_id="msg_2"))) == ["Yes."]
    assert said(desk, done("resp_1", message("Yes."), message("Yes.", item_id="msg_2"))) == []


def test_O3_two_items_without_ids_are_told_as_they_end() -> None:
    desk = ready()
    one = [text("One", ""), text_done("One.", "")]
    two = [text("Two", ""), text_done("Two.", "")]
    assert said(desk, created(), *one, *two, done("resp_1")) == ["One.", "Two."]


def test_O3_parts_of_one_item_are_kept_apart() -> None:
    desk = ready()
    second = {**text("Two."), "content_index": 1}
    assert said(desk, created(), text("One."), second, done("resp_1", message("One.", "Two."))) == [
        "One.",
        "Two.",
    ]


def test_O3_the_deltas_of_overlapping_items_are_kept_apart() -> None:
    desk = ready()
    deltas = [text("On"), text("Tw", "msg_2"), text("e."), text("o.", "msg_2")]
    assert said(desk, created(), *deltas, done("resp_1")) == ["One.", "Two."]


def test_O3_deltas_after_the_whole_text_change_nothing() -> None:
    desk = ready()
    assert said(desk, created(), text_done(WORDS), text("Two berths"), done("resp_1")) == [WORDS]


def test_O3_the_whole_text_counts_more_than_its_deltas() -> None:
    assert said(ready(), created(), text("Two ber"), text_done(WORDS), done("resp_1")) == [WORDS]


def test_O3_an_item_in_progress_is_not_complete() -> None:
    desk = ready()
    assert said(desk, created(), item_added(message("Two", status="in_progress"))) == []
    assert said(desk, done("resp_1", message(WORDS))) == [WORDS]


@pytest.mark.parametrize(
    "item",
    [
        {"type": "message", "id": "u1", "role": "user", "content": [{"type": "input_text", "text": "Mine."}]},
        {
            "type": "message",
            "id": "s1",
            "role": "system",
            "content": [{"type": "input_text", "text": "Rule."}],
        },
        {"type": "message", "id": "x1", "content": [{"type": "output_text", "text": "Whose?"}]},
        {"type": "message", "id": "msg_1", "role": "assistant", "content": []},
        {"type": "message", "id": "msg_1", "role": "assistant", "content": None},
        {
            "type": "message",
            "id": "msg_1",
            "role": "assistant",
            "content": [{"type": "output_text", "text": ""}],
        },
        {
            "type": "mcp_approval_request",
            "id": "m1",
            "role": "assistant",
            "content": [{"type": "text", "text": "?"}],
        },
    ],
)
def test_O3_what_the_agent_did_not_say_is_not_told(item: dict[str, Any]) -> None:
    assert said(ready(), created(), conversation_item(item), item_done(item)) == []


def test_O3_of_what_a_response_lists_only_messages_are_text() -> None:
    thought = {"type": "reasoning", "id": "x", "content": [{"type": "reasoning_text", "text": "Hm."}]}
    assert said(ready(), created(), done("resp_1", call_item(), thought, message(WORDS))) == [WORDS]


# --- history, and the component's calls as text -------------------------------------------------------------


def test_O3_a_deepgram_client_gets_history_after_each_text() -> None:
    log = ready(ClientDialect.DEEPGRAM).upstream(created(), text_done(WORDS))
    told = {"role": "assistant", "content": WORDS}
    assert log.client == [{"type": "ConversationText", **told}, {"type": "History", **told}]


def test_O3_no_history_if_the_client_does_not_want_it() -> None:
    desk = ready(ClientDialect.DEEPGRAM, {**SETTINGS, "flags": {"history": False}})
    assert desk.upstream(created(), text_done(WORDS)).client_types == ["ConversationText"]


def test_O3_a_component_client_gets_no_history() -> None:
    log = ready().upstream(created(), text_done(WORDS))
    assert "History" not in log.client_types


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ({"name": "weather", "arguments": '{"at": "noon"}'}, ['Function call: weather({"at": "noon"})']),
        ({"name": "weather"}, ["Function call: weather()"]),
        ({"name": "weather", "arguments": {"at": "noon"}}, ["Function call: weather()"]),
        ({"arguments": "{}"}, []),
    ],
)
def test_O3_a_call_as_a_content_part_is_text_for_the_component(part: dict[str, Any], told: list[str]) -> None:
    item = {**message(), "content": [{"type": "function_call", **part}]}
    assert said(ready(), created(), item_done(item), done("resp_1", item)) == told
    assert said(ready(ClientDialect.DEEPGRAM), created(), item_done(item), done("resp_1", item)) == []


# --- items that we created ----------------------------------------------------------------------------------

CONTEXT = {
    "messages": [
        {"type": "History", "role": "assistant", "content": "Harbour office."},
        {"type": "History", "role": "user", "content": "Hello."},
    ]
}


def with_context() -> tuple[Desk, list[dict[str, Any]]]:
    desk = Desk(Config.deepgram(context=ContextMode.ITEMS))
    log = desk.ready({**SETTINGS, "agent": {"context": CONTEXT}})
    return desk, [each["item"] for each in log.of("conversation.item.create")]


@pytest.mark.parametrize("kinds", [["added", "done"], ["created"], ["done"], ["added", "created", "done"]])
@pytest.mark.parametrize("its_own_ids", [False, True])
def test_O3_items_that_we_created_are_never_announced(kinds: list[str], its_own_ids: bool) -> None:
    desk, items = with_context()
    for number, item in enumerate(items):
        seen = {**item, "status": "completed", "id": f"theirs{number}" if its_own_ids else item["id"]}
        for kind in kinds:
            assert said(desk, conversation_item(seen, kind)) == []
    assert said(desk, created(), item_done(message("Harbour office.")), done("resp_1")) == ["Harbour office."]


def test_O3_another_item_is_announced_while_ours_are_not() -> None:
    desk, _ = with_context()
    assert said(desk, conversation_item(message("Good morning."), "done")) == ["Good morning."]


def test_O3_an_item_of_ours_without_any_id_is_not_announced() -> None:
    desk, items = with_context()
    assert said(desk, conversation_item({**items[0], "id": None})) == []


# --- L2 -----------------------------------------------------------------------------------------------------


def test_L2_deltas_beyond_the_limit_are_not_collected_but_the_whole_text_is_told() -> None:
    desk = ready(item_text=10)
    log = desk.upstream(created(), text("0123456789"), text("x"), text("y"))
    assert log.notices.count("AGENT_TEXT_LONG") == 1
    assert len(str(desk.translator.snapshot())) == len(str(desk.translator.snapshot()))
    assert said(desk, text_done("0123456789xy")) == ["0123456789xy"]


def test_L2_what_was_collected_of_a_text_that_is_too_long_is_told_at_the_end() -> None:
    desk = ready(item_text=10)
    assert said(desk, created(), text("01234"), text("567890"), text("1"), done("resp_1")) == ["01234"]


def test_L2_parts_that_are_never_finished_are_forgotten() -> None:
    desk = ready()
    desk.upstream(created(), *(text("x", f"item{number}") for number in range(300)))
    snapshot: Any = desk.translator.snapshot()
    assert len(snapshot["call"]["agent_text"]["parts"]) <= 96


@BOTH
@pytest.mark.parametrize("status", ["completed", "failed", "incomplete"])
@pytest.mark.parametrize("announced", [item_added, conversation_item], ids=["item", "conversation"])
def test_O3_a_message_whose_text_comes_after_its_response_is_told_once(
    dialect: ClientDialect, announced: Callable[[Json], Json], status: str
) -> None:
    desk = ready(dialect)
    desk.upstream(created(), announced(message(status="in_progress")), done(status=status))
    late = conversation_item(message("Hi there."), "done")
    assert [said(desk, late), said(desk, late)] == [["Hi there."], []]


@BOTH
@pytest.mark.parametrize("status", ["completed", "failed"])
def test_O3_what_an_event_without_its_item_told_is_not_told_by_a_later_one(
    dialect: ClientDialect, status: str
) -> None:
    desk = ready(dialect)
    begun = conversation_item(message(status="in_progress"))
    assert said(desk, created(), begun, transcript_done("Hi there.", "")) == ["Hi there."]
    desk.upstream(done(status=status))
    assert said(desk, conversation_item(message("Hi there."), "done")) == []
    assert said(desk, conversation_item(message("Hi there.", item_id="msg_2"), "done")) == ["Hi there."]


@BOTH
def test_O2_what_is_said_outside_a_response_opens_no_turn(dialect: ClientDialect) -> None:
    """No end of a response would close it."""
    desk = ready(dialect)
    log = desk.upstream(conversation_item(message(WORDS), "done"))
    assert [each["content"] for each in log.of("ConversationText")] == [WORDS]
    assert "AgentStartedSpeaking" not in log.client_types
    snapshot: Any = desk.translator.snapshot()
    assert snapshot["call"]["turn_state"] == "silent"
