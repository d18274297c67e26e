"""The agent's words as a Deepgram client gets them, sentence by sentence (O3), and the latencies of a turn
(O2). How sentences are cut is in test_sentences of the mapping.
"""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import ClientDialect, Config, ManualCommit, ServerVad
from realtime_translate.config import Limits
from realtime_translate.session.tables import TurnState
from tests.events import (
    answer,
    audio,
    audio_done,
    call_item,
    conversation_item,
    created,
    done,
    event,
    item_added,
    item_done,
    message,
    settings,
    text,
    text_done,
    transcript,
    transcript_done,
)
from tests.harness import SETTINGS, Desk, Log

Json = dict[str, Any]

FIRST, SECOND, LAST = "Two berths are free.", "Come in!", "Mind the quay"
WHOLE = f"{FIRST} {SECOND} {LAST}"
SENTENCES = [FIRST, SECOND, LAST]
EXPERIMENTAL = {**settings(), "experimental": True}


def ready(given: Json | None = None, **fields: Any) -> Desk:
    desk = Desk(Config.deepgram(**fields))
    desk.ready(given or settings())
    return desk


def words(log: Log) -> list[str]:
    return [each["content"] for each in log.of("ConversationText")]


def said(desk: Desk, *events: Json) -> list[str]:
    return words(desk.upstream(*events))


# --- one by one ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delta", [text, transcript])
def test_O3_a_sentence_is_told_when_the_next_begins(delta: Any) -> None:
    desk = ready()
    desk.upstream(created())
    assert said(desk, delta("Two berths")) == []
    assert said(desk, delta(" are free.")) == []
    assert said(desk, delta(" Co")) == [FIRST]
    assert said(desk, delta("me in! Mind the quay. Bye.")) == [SECOND, "Mind the quay."]
    assert said(desk, done("resp_1")) == ["Bye."]


def test_O3_several_at_once_each_with_its_history() -> None:
    log = ready().upstream(created(), transcript(WHOLE))
    assert log.client == [
        {"type": kind, "role": "assistant", "content": each}
        for each in (FIRST, SECOND)
        for kind in ("ConversationText", "History")
    ]


def test_O3_no_history_if_the_client_does_not_want_it() -> None:
    desk = ready({**SETTINGS, "flags": {"history": False}})
    assert desk.upstream(created(), transcript(WHOLE)).client_types == ["ConversationText"] * 2


def test_O3_each_before_its_audio() -> None:
    """A pause for audio ends a sentence that may be over."""
    desk = ready()
    log = desk.upstream(created(), transcript(FIRST), audio(), transcript(f" {SECOND}"), audio(), audio())
    sentence = ["ConversationText", "History"]
    assert log.client_types == [*sentence, "audio", *sentence, "audio", "audio"]
    assert words(log) == [FIRST, SECOND]


@pytest.mark.parametrize(
    ("open_end", "rest"),
    [("Two berths are", " free."), ("It is 3.", "5 metres."), ("See Dr.", " Ash."), ("Well,", " so.")],
)
def test_O3_audio_does_not_end_what_goes_on(open_end: str, rest: str) -> None:
    desk = ready()
    log = desk.upstream(created(), transcript(open_end), audio())
    assert log.client_types == ["audio"], "and the audio is not held"
    assert said(desk, transcript(f"{rest} And")) == [open_end + rest]


def test_O3_a_sentence_that_audio_ended_is_not_told_again() -> None:
    desk = ready()
    log = desk.upstream(
        created(), transcript(FIRST), audio(), transcript_done(FIRST), done("resp_1", message(FIRST))
    )
    assert words(log) == [FIRST]


def test_O3_empty_audio_ends_nothing() -> None:
    desk = ready()
    assert said(desk, created(), transcript(FIRST), audio(b"")) == []


def test_O3_each_items_sentences_are_kept_apart() -> None:
    desk = ready()
    log = desk.upstream(
        created(), text("One is. Two"), text("Ash is. Birch", "msg_2"), text(" is. "), done("resp_1")
    )
    assert words(log) == ["One is.", "Ash is.", "Two is.", "Birch"]


def test_O3_audio_ends_the_sentence_of_any_item() -> None:
    desk = ready()
    log = desk.upstream(created(), transcript("One is."), transcript("Ash", "msg_2"), audio())
    assert (words(log), log.client_types[-1]) == (["One is."], "audio")


def test_O3_the_same_sentence_twice_is_told_twice() -> None:
    assert said(ready(), created(), transcript("Yes. Yes. Yes."), done("resp_1")) == ["Yes."] * 3


def test_O3_white_space_alone_is_not_told() -> None:
    assert (
        said(ready(), created(), transcript(" \n "), transcript_done(" \n "), done("resp_1", message(" ")))
        == []
    )


def test_O3_a_whole_text_is_cut_too() -> None:
    assert said(ready(), created(), transcript_done(WHOLE)) == SENTENCES


def test_O3_text_alone_begins_a_turn() -> None:
    desk = ready()
    desk.upstream(created("resp_1"), text("Hello. And"), done("resp_1"))
    assert desk.translator.state.turn is TurnState.SILENT


# --- once, whichever event brings it ------------------------------------------------------------------------


def deltas(delta: Any, item_id: str) -> list[Json]:
    return [delta(each, item_id) for each in ("Two berths are ", "free. Come", " in! Mind ", "the quay")]


SOURCES: dict[str, Any] = {
    "text deltas": lambda item_id: deltas(text, item_id),
    "transcript deltas": lambda item_id: deltas(transcript, item_id),
    "some of the deltas": lambda item_id: deltas(transcript, item_id)[:2],
    "text done": lambda item_id: [text_done(WHOLE, item_id)],
    "transcript done": lambda item_id: [transcript_done(WHOLE, item_id)],
    "output item added": lambda item_id: [item_added(message(WHOLE, item_id=item_id))],
    "output item done": lambda item_id: [item_done(message(WHOLE, item_id=item_id, part="output_audio"))],
    "conversation.item.added": lambda item_id: [conversation_item(message(WHOLE, item_id=item_id))],
    "conversation.item.created": lambda item_id: [
        conversation_item(message(WHOLE, item_id=item_id), "created")
    ],
    "conversation.item.done": lambda item_id: [conversation_item(message(WHOLE, item_id=item_id), "done")],
    "response.done": lambda item_id: [done("resp_1", message(WHOLE, item_id=item_id))],
}


@pytest.mark.parametrize("first", SOURCES)
@pytest.mark.parametrize("then", SOURCES)
@pytest.mark.parametrize("last", ["transcript done", "response.done"])
def test_O3_every_sentence_once(first: str, then: str, last: str) -> None:
    """Deltas only begin a text; after another event has told it they are its repetition."""
    again = [] if then.endswith("deltas") else SOURCES[then]("msg_1")
    desk = ready()
    log = desk.upstream(created(), *SOURCES[first]("msg_1"), *again, *SOURCES[last]("msg_1"))
    log.outputs += desk.upstream(done("resp_1", message(WHOLE))).outputs
    assert words(log) == SENTENCES


@pytest.mark.parametrize("first", [each for each in SOURCES if each != "response.done"])
@pytest.mark.parametrize("names", [("", "msg_1"), ("msg_1", ""), ("", "")])
@pytest.mark.parametrize("last", ["transcript done", "output item done", "response.done"])
def test_O3_every_sentence_once_where_an_event_has_no_item_id(
    first: str, names: tuple[str, str], last: str
) -> None:
    """Without `item_id`, equal text within one response is one item."""
    desk = ready()
    log = desk.upstream(created(), *SOURCES[first](names[0]), *SOURCES[last](names[1]))
    log.outputs += desk.upstream(done("resp_1")).outputs
    assert words(log) == SENTENCES


def test_O3_a_done_without_the_text_tells_what_is_left() -> None:
    desk = ready()
    desk.upstream(created(), *deltas(transcript, "msg_1"))
    assert said(desk, event("output_audio_transcript.done", item_id="msg_1")) == [LAST]
    assert said(desk, done("resp_1", message(WHOLE))) == []


def test_O3_without_any_done_the_end_of_the_response_tells_what_is_left() -> None:
    desk = ready()
    desk.upstream(created(), *deltas(transcript, "msg_1"))
    log = desk.upstream(done("resp_1"))
    assert (words(log), log.client_types[-1]) == ([LAST], "AgentAudioDone")


def test_O3_deltas_that_are_missing_at_the_end_come_with_the_whole_text() -> None:
    desk = ready()
    assert said(desk, created(), *deltas(transcript, "msg_1")[:2]) == [FIRST]
    assert said(desk, transcript_done(WHOLE)) == [SECOND, LAST]


def test_O3_an_item_that_was_cut_short_tells_what_there_is() -> None:
    desk = ready()
    desk.upstream(created(), *deltas(transcript, "msg_1")[:3])
    assert said(desk, done("resp_1", message(f"{FIRST} {SECOND} Mind", status="incomplete"))) == ["Mind"]


def test_O3_a_done_that_is_shorter_than_what_was_told_tells_nothing() -> None:
    desk = ready()
    assert said(desk, created(), transcript(f"{FIRST} And")) == [FIRST]
    assert said(desk, transcript_done("Two")) == []


def test_O3_text_of_a_response_that_has_ended_opens_no_turn() -> None:
    desk = ready(EXPERIMENTAL)
    desk.upstream(created(), audio(), done("resp_1"))
    desk.upstream(text("Late. But"), text_done("Late. But so."))
    assert desk.translator.state.turn is TurnState.SILENT


# --- limits.item_text ---------------------------------------------------------------------------------------


def test_L2_what_is_too_long_is_told_with_the_whole_text() -> None:
    desk = ready(limits=Limits(item_text=30))
    log = desk.upstream(
        created(), transcript(f"{FIRST} Come"), transcript(" in! Mind"), transcript(" the quay")
    )
    assert (words(log), log.notices.count("AGENT_TEXT_LONG")) == ([FIRST], 1)
    assert said(desk, transcript_done(WHOLE)) == [SECOND, LAST]


def test_L2_without_a_whole_text_what_was_collected_is_told() -> None:
    desk = ready(limits=Limits(item_text=30))
    desk.upstream(created(), transcript(f"{FIRST} Come"), transcript(" in! Mind"))
    assert said(desk, done("resp_1")) == ["Come"]


# --- O2: latencies ------------------------------------------------------------------------------------------


def reports(log: Log) -> list[Json]:
    kinds = ("LatencyReport", "AgentStartedSpeaking")
    return [each for each in log.client if isinstance(each, dict) and each["type"] in kinds]


def test_O2_a_report_each_as_it_is_known() -> None:
    desk = ready(EXPERIMENTAL)
    desk.upstream(created())
    desk.wait(0.25)
    log = desk.upstream(transcript("Two "))
    assert log.client == [{"type": "LatencyReport", "ttt_text_latency": 0.25}]
    desk.wait(0.5)
    assert reports(desk.upstream(transcript("berths."))) == []
    log = desk.upstream(audio())
    assert reports(log) == [
        {"type": "LatencyReport", "tts_latency": 0.5},
        {"type": "LatencyReport", "total_latency": 0.75},
        {"type": "AgentStartedSpeaking", "total_latency": 0.75, "tts_latency": 0.5, "ttt_latency": 0.25},
    ]
    assert log.client_types[-1] == "audio"
    assert reports(desk.upstream(audio(), transcript(" Yes. "), audio_done(), done("resp_1"))) == []


def test_O2_from_the_commit_on() -> None:
    desk = ready(EXPERIMENTAL, turn_detection=ServerVad())
    desk.upstream({"type": "input_audio_buffer.committed", "item_id": "u1"})
    desk.wait(0.25)
    desk.upstream(created())
    desk.wait(0.25)
    [report] = reports(desk.upstream(text("Two")))
    assert report == {"type": "LatencyReport", "ttt_text_latency": 0.5}


def test_O2_from_our_create_on() -> None:
    desk = ready(EXPERIMENTAL, turn_detection=ManualCommit(debounce=0.5))
    desk.client(b"\x01" * 9600)
    desk.wait(0.5)
    desk.wait(0.125)
    desk.upstream(created())
    [report] = reports(desk.upstream(text("Two")))
    assert report["ttt_text_latency"] == 0.125


def test_O2_every_latency_is_a_float() -> None:
    desk = Desk(Config.deepgram(), now=100)
    desk.ready(EXPERIMENTAL)
    log = desk.upstream(created(), transcript("Two "), audio())
    values = [value for each in reports(log) for name, value in each.items() if name != "type"]
    assert [repr(each) for each in values] == ["0.0"] * 6


def test_O2_once_a_turn_though_it_spans_several_responses() -> None:
    desk = ready(EXPERIMENTAL)
    desk.upstream(
        created(), transcript("Let me look. "), audio(), item_done(call_item()), done("resp_1", call_item())
    )
    desk.client(answer())
    log = desk.upstream(
        created("resp_2"), transcript("High at noon. ", "msg_2", "resp_2"), audio(b"\1\1", "msg_2", "resp_2")
    )
    assert reports(log) == []


@pytest.mark.parametrize("given", [settings(), {**settings(), "experimental": False}])
def test_O2_only_if_the_client_asked_for_experimental_messages(given: Json) -> None:
    assert reports(ready(given).upstream(created(), text("Two"), audio(), done("resp_1"))) == []


def test_O2_not_in_the_components_dialect() -> None:
    desk = Desk(Config(ClientDialect.COMPONENT))
    desk.ready(EXPERIMENTAL)
    assert reports(desk.upstream(created(), text("Two"), audio())) == [{"type": "AgentStartedSpeaking"}]


def test_O2_an_answer_of_text_alone_has_one_report() -> None:
    log = ready(EXPERIMENTAL).upstream(created(), text("Two"), text_done("Two."), done("resp_1"))
    assert [list(each) for each in reports(log)] == [["type", "ttt_text_latency"]]


def test_O2_text_of_a_response_that_has_ended_has_no_latency() -> None:
    desk = ready(EXPERIMENTAL)
    desk.upstream(created(), audio(), done("resp_1"))
    assert reports(desk.upstream(text("Late"))) == []
