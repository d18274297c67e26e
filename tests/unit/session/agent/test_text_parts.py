"""O3, B4, L2: parts of the agent's text: which are collected, told, dropped and remembered."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest

from realtime_translate import ClientDialect, Limits, Notice, openai
from realtime_translate.session.policies import agent_text
from realtime_translate.session.signals import AgentSaid
from realtime_translate.session.state import Call, ResponseSlot
from realtime_translate.session.tables import SlotState
from tests.events import (
    audio,
    cancelled,
    conversation_item,
    created,
    done,
    event,
    item_added,
    item_done,
    message,
    speech,
    text,
    text_done,
    transcript,
    transcript_done,
)
from tests.unit.session.agent.test_text import BOTH, ready, said, with_context

CO, DG = ClientDialect.COMPONENT, ClientDialect.DEEPGRAM
INTERRUPTS = speech("speech_started", item_id="u1")


def collected(desk: Any) -> Any:
    return desk.translator.snapshot()["call"]["agent_text"]


def test_L2_ninety_six_parts_are_collected_at_a_time() -> None:
    call, env = Call(), SimpleNamespace(response="resp_1", limits=Limits(), component=True)
    for number in range(97):
        assert len(call.agent_text.parts) == number
        whole = openai.parse_server(json.dumps(text(f"x{number}", f"i{number}")))
        agent_text.delta(call, cast(Any, env), cast(Any, whole))
    assert [each.text for each in call.agent_text.parts] == [f"x{number}" for number in range(1, 97)]


def test_L2_so_are_the_messages_that_a_response_announces() -> None:
    call = Call(slot=ResponseSlot(state=SlotState.RUNNING))
    for number in range(97):
        assert len(call.agent_text.announced) == number
        item = message(item_id=f"i{number}", status="in_progress")
        added = openai.parse_server(json.dumps(item_added(item)))
        agent_text.item_seen(call, cast(Any, SimpleNamespace(response="resp_1")), cast(Any, added))
    assert call.agent_text.announced == [f"i{number}" for number in range(1, 97)]


def test_L2_a_text_that_is_too_long_is_noticed_with_the_limit() -> None:
    log = ready(item_text=10).upstream(created(), text("0123456789x"))
    (noticed,) = (each for each in log.outputs if isinstance(each, Notice) and each.code == "AGENT_TEXT_LONG")
    assert noticed.fields == {"characters": 10}


@pytest.mark.parametrize(
    ("count", "told"), [(999, ["Go."] * 999), (1000, ["Go."] * 1000), (1002, ["Go."] * 1000 + ["Go. Go."])]
)
def test_L1_an_event_brings_a_thousand_sentences_and_the_rest_in_one(count: int, told: list[str]) -> None:
    assert said(ready(DG), created(), text_done(" ".join(["Go."] * count))) == told


@BOTH
@pytest.mark.parametrize("whole", [text_done, transcript_done])
def test_O3_two_whole_parts_of_one_item_are_told(whole: Any, dialect: ClientDialect) -> None:
    desk = ready(dialect)
    assert said(desk, created(), whole("One."), {**whole("Two."), "content_index": 1}) == ["One.", "Two."]
    assert said(desk, done("resp_1", message("One.", "Two."))) == []


@BOTH
def test_O3_a_transcript_that_ends_without_its_words_is_what_its_deltas_were(dialect: ClientDialect) -> None:
    ends = event("output_audio_transcript.done", item_id="msg_1")
    assert said(ready(dialect), created(), transcript("Two "), transcript("berths"), ends) == ["Two berths"]


@BOTH
def test_O3_each_message_that_a_response_lists_is_told(dialect: ClientDialect) -> None:
    desk = ready(dialect)
    assert said(desk, created(), done("resp_1", message("One."), message("Two.", item_id="msg_2"))) == [
        "One.",
        "Two.",
    ]


@BOTH
def test_O3_what_a_response_told_is_known_when_its_item_comes_after_it(dialect: ClientDialect) -> None:
    desk = ready(dialect)
    assert said(desk, created(), text_done("One."), done("resp_1")) == ["One."]
    assert said(desk, conversation_item(message("One."), "done")) == []


@BOTH
def test_L2_nothing_of_a_part_is_kept_when_its_response_is_over(dialect: ClientDialect) -> None:
    desk = ready(dialect)
    desk.upstream(created(), item_added(message(status="in_progress")), text("One."), text("Two", "msg_2"))
    desk.upstream(done("resp_1"))
    left = collected(desk)
    assert (left["parts"], left["announced"], left["may_end"]) == ([], [], False)
    assert not [each for each in left["told"] if each["response_id"] == "resp_1"]


def test_O3_a_whole_text_without_an_item_belongs_to_the_deltas_that_begin_it() -> None:
    desk = ready()
    begun = [text("One", "msg_1"), text("Two", "msg_2")]
    assert said(desk, created(), *begun, text_done("Two more.", "")) == ["Two more."]
    assert said(desk, done("resp_1")) == ["One"]


def test_O3_deltas_without_an_item_belong_to_the_whole_text_of_their_response() -> None:
    desk = ready()
    assert said(desk, created(), text("Helo", ""), text_done("Hello.", "")) == ["Hello."]
    assert said(desk, done("resp_1")) == []


def test_O3_equal_beginnings_do_not_make_two_items_one() -> None:
    desk = ready()
    assert said(desk, created(), text("One", "msg_1"), text_done("One more.", "msg_2")) == ["One more."]
    assert said(desk, done("resp_1")) == ["One"]


@pytest.mark.parametrize(("length", "told"), [(2**16, 2), (2**16 + 1, 1)])
def test_L1_a_text_of_so_many_characters_is_cut_into_sentences(length: int, told: int) -> None:
    assert len(said(ready(DG), created(), text_done("Go. " + "x" * (length - 4)))) == told


@pytest.mark.parametrize("count", [1000, 1001, 1003])
def test_L1_no_event_brings_more_than_a_thousand_sentences_and_one(count: int) -> None:
    effects = agent_text._say(["Go."] * count)
    assert len(effects) == min(count, 1001)
    assert " ".join(cast(AgentSaid, each).text for each in effects) == " ".join(["Go."] * count)


@pytest.mark.parametrize(
    "content",
    [
        [{"type": "output_text", "text": "Harbour "}, {"type": "output_text", "text": "office."}],
        [{"type": "output_text", "text": "Harbour office."}, {"type": "output_audio", "transcript": "Ahoy."}],
    ],
)
def test_O3_an_item_of_ours_is_known_by_all_its_text(content: Any) -> None:
    desk, items = with_context()
    assert said(desk, conversation_item({**items[0], "id": "theirs", "content": content})) == []


# --- interrupted --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("dialect", "so_far"), [(CO, ["Two berths"]), (DG, [])])
def test_B4_of_a_sentence_that_is_cut_off_the_component_hears_once(
    dialect: ClientDialect, so_far: list[str]
) -> None:
    desk = ready(dialect)
    desk.upstream(created(), audio(), text("Two berths"))
    assert said(desk, INTERRUPTS) == so_far
    assert collected(desk)["parts"] == []
    assert collected(desk)["may_end"] is False
    whole = message("Two berths are free.", status="incomplete")
    assert said(desk, item_done(whole), cancelled("resp_1", whole), conversation_item(whole, "done")) == []


@BOTH
@pytest.mark.parametrize("content", [["One."], ["One.", "Two."], None])
def test_B4_an_item_that_comes_after_the_cut_is_never_told(
    content: list[str] | None, dialect: ClientDialect
) -> None:
    desk = ready(dialect)
    desk.upstream(created(), audio(item_id="msg_0"), INTERRUPTS)
    late = message(*(content or ["One."]))
    seen = late if content else {key: value for key, value in late.items() if key != "content"}
    assert said(desk, conversation_item(seen), cancelled("resp_1")) == []
    assert said(desk, conversation_item(late, "done")) == []


@BOTH
def test_B4_nor_is_one_that_was_announced_before_it(dialect: ClientDialect) -> None:
    desk = ready(dialect)
    begun = [item_added(message(status="in_progress", item_id=f"i{number}")) for number in range(3)]
    desk.upstream(created(), audio(item_id="msg_0"), *begun, INTERRUPTS, cancelled("resp_1"))
    for number in range(3):
        late = message("Late.", item_id=f"i{number}")
        assert said(desk, conversation_item(late, "done")) == []


def test_B4_the_next_response_is_told_again() -> None:
    desk = ready(DG)
    desk.upstream(created(), audio(), text("Two berths"), INTERRUPTS, cancelled("resp_1"))
    assert said(desk, created("resp_2"), text_done("Two berths.", "msg_2", "resp_2")) == ["Two berths."]


def test_B4_parts_known_by_their_deltas_alone_are_not_told_later_either() -> None:
    desk = ready(DG)
    second = {**text("Two ber"), "content_index": 1}
    begun = item_added(message(status="in_progress", item_id="msg_2"))
    desk.upstream(created(), audio(), text("One ber"), second, begun, INTERRUPTS, cancelled("resp_1"))
    assert said(desk, conversation_item(message("One berth.", "Two berths."), "done")) == []
    assert said(desk, conversation_item(message("Late.", item_id="msg_2"), "done")) == []
