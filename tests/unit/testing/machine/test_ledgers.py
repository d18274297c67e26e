"""What the machine reckons by itself: audio, what was heard of the agent, and who waits for an answer."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate.audio import MULAW_8K, AudioFormat
from realtime_translate.testing.machine import PropertyError
from realtime_translate.testing.machine.ledgers.answers import Answers
from realtime_translate.testing.machine.ledgers.audio import AudioLedger
from realtime_translate.testing.machine.ledgers.heard import Heard
from realtime_translate.testing.machine.ledgers.ledger import Ledger
from realtime_translate.testing.machine.plain import REPEATED, named_once, plain
from realtime_translate.testing.machine.rows import make_of_row

Json = dict[str, Any]
QUIET = b"\x00\x01" * 100


def fails(match: str) -> Any:
    return pytest.raises(PropertyError, match=match)


# --- audio --------------------------------------------------------------------------------------------------


def test_audio_that_went_upstream_is_what_was_said() -> None:
    ledger = AudioLedger()
    ledger.say(QUIET)
    ledger.append(QUIET[:50])
    ledger.compare()
    ledger.append(QUIET[50:])
    ledger.compare()
    ledger.check_whole(manual=True)
    assert (ledger.spoken, ledger.uncommitted) == (200, 200)


@pytest.mark.parametrize("sent", [b"\x07" * 200, QUIET + b"\x00\x00"])
def test_other_audio_or_more_is_none(sent: bytes) -> None:
    ledger = AudioLedger()
    ledger.say(QUIET)
    ledger.append(sent)
    with fails("2 audio"):
        ledger.compare()


@pytest.mark.parametrize("sent", [QUIET[:-2], b"\x07" * 200])
def test_before_a_commit_all_of_it_goes(sent: bytes) -> None:
    ledger = AudioLedger()
    ledger.say(QUIET)
    ledger.append(sent)
    ledger.commit()
    with fails("2 audio"):
        ledger.compare()


def test_a_commit_begins_anew() -> None:
    ledger = AudioLedger()
    ledger.say(QUIET)
    ledger.append(QUIET)
    ledger.commit()
    ledger.compare()
    assert ledger.uncommitted == 0


def test_at_rest_nothing_is_missing() -> None:
    ledger = AudioLedger()
    ledger.say(QUIET)
    with fails("never went upstream"):
        ledger.check_whole(manual=False)


def test_A5_at_rest_only_a_crumb_is_uncommitted() -> None:
    ledger = AudioLedger()
    ledger.declare(MULAW_8K)
    ledger.say(bytes(800))
    ledger.append(bytes(800))
    ledger.compare()
    ledger.check_whole(manual=False)
    with fails("A5"):
        ledger.check_whole(manual=True)


def test_another_rate_is_carried_at_24000() -> None:
    ledger = AudioLedger()
    ledger.declare(AudioFormat("linear16", 8000))
    assert ledger.carried.rate == 24000


def test_N12_what_is_kept_may_be_in_the_wider_format_of_before() -> None:
    ledger = AudioLedger(hears=make_of_row("xai").hears)
    ledger.append(bytes(480))
    ledger.declare(AudioFormat("linear16", 16000))
    assert (ledger.carried.rate, ledger.widest) == (16000, 48000)
    unheard = AudioLedger(hears=make_of_row("xai").hears)
    unheard.declare(AudioFormat("linear16", 16000))
    assert unheard.widest == 32000


# --- what was heard -----------------------------------------------------------------------------------------


def truncate(item_id: str, end_ms: int) -> Json:
    return {"type": "conversation.item.truncate", "item_id": item_id, "audio_end_ms": end_ms}


def delete(item_id: str) -> Json:
    return {"type": "conversation.item.delete", "item_id": item_id}


def playing() -> Heard:
    """Two items of a second each; half a second is over at 1.5."""
    heard = Heard()
    heard.received("i1", 1000.0, 1.0)
    heard.received("i2", 400.0, 1.0)
    heard.received("i2", 600.0, 1.1)
    return heard


def test_B3_an_item_is_kept_as_far_as_it_was_heard() -> None:
    playing().cut([truncate("i1", 501), delete("i2")], 1.5)


def test_B3_of_an_item_that_is_nearly_over_a_millisecond_may_be_left() -> None:
    playing().cut([truncate("i1", 999), delete("i2")], 1.9996)
    playing().cut([truncate("i2", 1)], 1.9996)


def test_B3_what_was_heard_whole_is_let_alone() -> None:
    playing().cut([], 9.0)
    playing().cut([truncate("i2", 500)], 2.5)


def undeletable(*, first: str = "i1") -> Heard:
    """As above, at a server that deletes nothing."""
    heard = Heard(("conversation.item.delete",))
    heard.received(first, 1000.0, 1.0)
    heard.received("i2", 1000.0, 1.0)
    return heard


@pytest.mark.parametrize("first", ["i1", ""])
def test_B3_without_deletes_what_is_truncated_tells_which_item_was_playing(first: str) -> None:
    undeletable(first=first).cut([truncate(first, 999)] if first else [], 1.9996)
    undeletable(first=first).cut([truncate("i2", 1)], 1.9996)
    undeletable(first=first).cut([], 9.0)


@pytest.mark.parametrize(
    ("sent", "now"),
    [
        ([], 1.5),
        ([truncate("i2", 1)], 1.5),
        ([], 1.9996),
        ([truncate("i1", 990)], 1.9996),
        ([truncate("i2", 5)], 1.9996),
        ([truncate("i1", 1000)], 2.5),
    ],
)
def test_B3_without_deletes_too_the_rest_is_truncated_once_and_where_it_was_cut(
    sent: list[Json], now: float
) -> None:
    with fails("B3"):
        undeletable().cut(sent, now)


@pytest.mark.parametrize(
    "sent",
    [
        [],
        [delete("i2")],
        [truncate("i1", 500)],
        [truncate("i1", 480), delete("i2")],
        [truncate("i1", 1001), delete("i2")],
        [truncate("i1", 0), delete("i2")],
        [truncate("i2", 500), delete("i2")],
        [truncate("i1", 500), truncate("i2", 1)],
        [truncate("i9", 500), delete("i2")],
    ],
)
def test_B3_else_the_server_remembers_what_nobody_heard(sent: list[Json]) -> None:
    with fails("B3"):
        playing().cut(sent, 1.5)


def test_B3_a_report_of_the_host_counts_more_than_the_estimate() -> None:
    heard = playing()
    heard.reported = True
    heard.cut([truncate("i1", 900)], 1.5)


def test_B3_once_an_item() -> None:
    heard = playing()
    heard.cut([truncate("i1", 500), delete("i2")], 1.5)
    heard.received("i1", 1000.0, 1.5)
    with fails("twice"):
        heard.cut([truncate("i1", 1)], 1.5)


def test_B3_what_has_no_name_cannot_be_truncated() -> None:
    heard = Heard()
    heard.received("", 1000.0, 1.0)
    heard.cut([], 1.5)


# --- who waits for an answer --------------------------------------------------------------------------------


def create(event_id: str, **response: Any) -> Json:
    return {"type": "response.create", "event_id": event_id, "response": response}


def seen(text: str) -> Json:
    return {"type": "conversation.item.added", "item": {"content": [{"type": "input_text", "text": text}]}}


CREATED = {"type": "response.created", "response": {"id": "r1"}}


def busy(event_id: str) -> Json:
    error = {"code": "conversation_already_has_active_response", "event_id": event_id}
    return {"type": "error", "error": error}


def test_5_a_create_answers_what_went_before_it() -> None:
    answers = Answers()
    answers.wants("text", "Hi")
    assert answers.unanswered == ["text Hi"]
    answers.requested(create("c1"))
    answers.wants("text", "More")
    assert answers.unanswered == ["text More"]


@pytest.mark.parametrize("tag", ["c1", None])
def test_R3_a_response_to_an_older_create_answers_no_later_commit(tag: str | None) -> None:
    """Its commit is asked for again; where the response is the server's own, that answers it (V1)."""
    answers = Answers()
    answers.requested(create("c1"))
    answers.wants("commit", "c2")
    answers.requested(create("c3"))
    answers.heard({"type": "response.created", "response": {"id": "r1", "metadata": {"rt": tag}}})
    answers.heard({"type": "input_audio_buffer.committed", "item_id": "i1"})
    answers.heard(busy("c3"))
    assert answers.unanswered == (["commit c2"] if tag else [])


def asked_again(tag: str | None, *before: Json) -> None:
    """The second of two creates is refused for a response, and what it was for asked for once more."""
    answers = Answers()
    answers.requested(create("c1"))
    for each in before:
        answers.heard(each)
    answers.wants("commit", "c2")
    answers.requested(create("c3"))
    answers.heard({"type": "response.created", "response": {"id": "r2", "metadata": {"rt": tag}}})
    answers.heard(busy("c3"))
    answers.requested(create("c4"))


@pytest.mark.parametrize("tag", ["c1", None])
def test_V1_it_may_be_asked_for_again_if_the_response_may_be_that_of_an_older_create(tag: str | None) -> None:
    asked_again(tag)


@pytest.mark.parametrize(
    "answered",
    [
        CREATED,
        {"type": "response.created", "response": {"id": "r1", "metadata": {"rt": "c1"}}},
        {"type": "error", "error": {"code": "invalid_value", "event_id": "c1"}},
    ],
)
def test_V1_it_may_not_if_that_had_its_answer(answered: Json) -> None:
    with fails("V1 a commit that the server answers by itself is answered once"):
        asked_again(None, answered)


def test_V1_nor_if_its_tag_says_that_it_is_that_of_the_last() -> None:
    with fails("V1 a commit that the server answers by itself is answered once"):
        asked_again("c3")


def asked_again_after_an_interruption(*outputs: str) -> None:
    """What outputs ask for is interrupted, and then a commit answered by the server, but asked for again."""
    answers = Answers()
    for each in outputs:
        answers.wants("output", each)
    answers.withdraw("output")
    answers.requested(create("c1", instructions="Say Ahoy"))
    answers.heard(CREATED)
    answers.wants("commit", "c2")
    answers.requested(create("c3"))
    answers.heard({"type": "response.created", "response": {"id": "r2"}})
    answers.heard(busy("c3"))
    answers.requested(create("c4"))


def test_V1_it_may_be_asked_for_again_with_what_an_output_asked_for_before_an_interruption() -> None:
    asked_again_after_an_interruption("call_1")


def test_V1_it_may_not_if_no_output_had_asked_for_anything() -> None:
    with fails("V1 a commit that the server answers by itself is answered once"):
        asked_again_after_an_interruption()


def test_T3_a_spoken_text_answers_nothing() -> None:
    answers = Answers()
    answers.wants("text", "Hi")
    answers.requested(create("c1", instructions="Say Ahoy"))
    assert answers.unanswered == ["text Hi"]


def test_R3_a_refused_create_answers_nothing() -> None:
    answers = Answers()
    answers.wants("text", "Hi")
    answers.requested(create("c1"))
    answers.heard(busy("another"))
    assert answers.unanswered == []
    answers.heard(busy("c1"))
    assert answers.unanswered == ["text Hi"]


def empty(event_id: str) -> Json:
    return {"type": "error", "error": {"code": "input_audio_buffer_commit_empty", "event_id": event_id}}


@pytest.mark.parametrize("asked", [True, False])
def test_A5_a_commit_that_was_refused_as_empty_waits_for_nothing(asked: bool) -> None:
    answers = Answers()
    answers.wants("text", "Hi")
    answers.wants("commit", "c1")
    if asked:
        answers.requested(create("c2"))
    answers.heard(empty("c9"))
    answers.heard(empty("c1"))
    answers.heard(busy("c2"))
    assert answers.unanswered == ["text Hi"]


def test_V1_a_commit_that_was_refused_is_not_the_one_that_is_announced() -> None:
    """The server made that by itself: what it answers of it is not known."""
    answers = Answers()
    answers.wants("commit", "c1")
    answers.heard(empty("c1"))
    answers.wants("commit", "c2")
    answers.requested(create("c3"))
    answers.heard({"type": "input_audio_buffer.committed", "item_id": "i1"})
    answers.heard({"type": "input_audio_buffer.committed", "item_id": "i2"})
    answers.heard(CREATED)
    answers.heard(busy("c3"))
    answers.requested(create("c4"))


@pytest.mark.parametrize("cut", [True, False])
def test_R7_interrupted_what_was_there_is_answered_by_the_response_that_it_met(cut: bool) -> None:
    answers = Answers()
    answers.wants("text", "Hi")
    answers.wants("text", "More")
    answers.requested(create("c1"))
    if cut:
        answers.interrupted()
    answers.heard(seen("Hi"))
    answers.heard(CREATED)
    answers.heard(seen("More"))
    answers.heard(busy("c1"))
    assert answers.unanswered == (["text More"] if cut else ["text Hi", "text More"])


def test_R3_unless_it_was_interrupted() -> None:
    answers = Answers()
    answers.wants("text", "Hi")
    answers.requested(create("c1"))
    answers.dropped()
    answers.heard(busy("c1"))
    assert answers.unanswered == []


def test_R7_a_response_of_the_server_answers_what_is_known_to_be_there() -> None:
    answers = Answers()
    answers.wants("text", "Hi")
    answers.wants("text", "More")
    answers.heard(seen("Hi"))
    answers.heard({"type": "conversation.item.done", "item": {"id": "i"}})
    answers.heard(CREATED)
    assert answers.unanswered == ["text More"]


@pytest.mark.parametrize(("call_id", "left"), [("call_1", []), ("call_2", ["output call_1"])])
def test_R7_a_response_of_the_server_s_own_answers_an_output_that_it_has(
    call_id: str, left: list[str]
) -> None:
    answers = Answers()
    answers.wants("output", "call_1")
    output = {"type": "function_call_output", "call_id": call_id, "output": "{}"}
    answers.heard({"type": "conversation.item.added", "item": output})
    answers.heard(CREATED)
    assert answers.unanswered == left


def test_V3_committed_speech_waits_but_not_silence() -> None:
    answers = Answers()
    answers.heard({"type": "input_audio_buffer.timeout_triggered", "item_id": "i1"})
    answers.committed("i1")
    answers.committed("i2")
    assert answers.unanswered == ["speech i2"]
    answers.heard(CREATED)
    assert answers.unanswered == []


def test_F8_after_an_interruption_outputs_ask_for_nothing() -> None:
    answers = Answers()
    answers.wants("output", "call_1")
    answers.requested(create("c1"))
    answers.wants("output", "call_2")
    answers.wants("text", "Hi")
    answers.withdraw("output")
    answers.heard(busy("c1"))
    assert answers.unanswered == ["text Hi"]


# --- servers of another make --------------------------------------------------------------------------------


def test_events_without_ids_are_about_the_active_response() -> None:
    assert plain({"type": "response.output_text.delta"}, "r1") == {
        "type": "response.output_text.delta",
        "response_id": "r1",
        "item_id": "",
    }
    named = {"type": "response.output_text.delta", "response_id": "r2", "item_id": "i2"}
    assert plain(named, "r1") == named
    assert plain({"type": "error"}, "r1") == {"type": "error"}


def test_an_event_by_both_of_its_names_counts_once() -> None:
    ga, beta = "response.output_audio.delta", "response.audio.delta"
    for kinds, expected in (
        ([ga, ga], [ga, ga]),
        ([beta, beta], [ga, ga]),
        ([ga, beta, ga, beta], [ga, REPEATED, ga, REPEATED]),
        ([beta, ga, "session.created", ga], [ga, REPEATED, "session.created", ga]),
        ([beta, "response.output_text.done"], [ga, "response.output_text.done"]),
        (["response.audio_transcript.done"], ["response.output_audio_transcript.done"]),
    ):
        first: dict[str, bool] = {}
        assert [named_once({"type": each}, first)["type"] for each in kinds] == expected
    assert plain({"type": REPEATED}, "r1")["response_id"] == "r1"


@pytest.mark.parametrize(
    ("tagged", "tag", "left"), [(False, "", []), (True, "", ["c1", "c2"]), (True, "c1", ["c2"])]
)
def test_R1_a_response_that_ends_before_it_was_announced_answers_a_create(
    tagged: bool, tag: str, left: list[str]
) -> None:
    ledger = Ledger(in_flight=["c1", "c2"], tagged=tagged)
    response: Json = {"id": "resp_1", "status": "cancelled", "output": []}
    ledger.hears({"type": "response.done", "response": {**response, "metadata": {"rt": tag}}}, 0.0)
    assert ledger.in_flight == left
    ledger.in_flight = ["c3"]
    ledger.hears({"type": "response.done", "response": {**response, "metadata": {"rt": "c3"}}}, 0.0)
    assert ledger.in_flight == ["c3"]  # it was heard of before
