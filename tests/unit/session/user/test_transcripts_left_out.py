"""What the user said, from servers that leave out what OpenAI's always sends (O4, O6)."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import ClientDialect
from realtime_translate.config import Limits
from tests.events import (
    committed,
    created,
    failed,
    heard,
    speech,
    spoken,
    started,
    stopped,
    text_done,
    written,
)
from tests.harness import Desk, Log
from tests.unit.session.played import ready_in
from tests.unit.session.user.words import (
    BOTH,
    COMPONENT,
    DEEPGRAM,
    remembered,
    told,
    without_transcription,
)

Json = dict[str, Any]
TIMES = ("start", "duration", "last_word_end", "channel", "channel_index")


def so_far(transcript: str, item_id: str | None = "u1") -> Json:
    """A transcript that another follows, as xAI sends it."""
    return {**written(transcript, item_id), "status": "in_progress"}


def words(log: Log) -> list[str]:
    return [each.split(": ")[1] for each in told(log)]


def times(transcript: Json) -> Json:
    return {name: transcript[name] for name in TIMES if name in transcript}


def begun(desk: Desk) -> list[str]:
    return [each["item_id"] for each in remembered(desk)["begun"]]


# --- never committed ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("item_id", ["u1", None])
def test_O4_an_item_that_was_never_committed_has_interim_and_final_transcripts(item_id: str | None) -> None:
    desk = ready_in(COMPONENT)
    log = desk.upstream(heard("Any ", item_id), heard("berths", item_id), written("Any berths?", item_id))
    assert told(log) == ["interim: Any ", "interim: Any berths", "final: Any berths?"]
    assert begun(desk) == []


def test_O4_an_item_that_was_never_committed_is_told_to_deepgrams_clients_once() -> None:
    desk = ready_in(DEEPGRAM)
    log = desk.upstream(heard("Any "), written("Any berths?"), written("Any berths?"), heard("late"))
    assert told(log) == ["user: Any berths?"]
    assert log.notices.count("TRANSCRIPT_DROPPED") == 1
    assert begun(desk) == [], "nothing is kept that is not told"


def test_O4_nothing_more_of_an_item_that_was_never_committed_once_it_was_told() -> None:
    desk = ready_in(COMPONENT)
    desk.upstream(heard("Any "), written("Any berths?"))
    log = desk.upstream(heard("Any "), so_far("Any"), written("Any berths?"), committed(), written("Any?"))
    assert told(log) == []
    assert log.notices.count("TRANSCRIPT_DROPPED") == 2


def test_O4_pieces_before_the_commit_and_after_it_are_of_one_item() -> None:
    desk = ready_in(COMPONENT)
    log = desk.upstream(heard("Any "), committed(), heard("berths?"), written("Any berths?"))
    assert told(log) == ["interim: Any ", "interim: Any berths?", "final: Any berths?"]


@BOTH
def test_O4_what_was_never_committed_waits_for_nothing_and_holds_nothing_back(dialect: ClientDialect) -> None:
    desk = ready_in(dialect)
    desk.upstream(*spoken("u1"))
    assert words(desk.upstream(written("Two", "u2"))) == ["Two"]
    assert words(desk.upstream(written("One", "u1"))) == ["One"]


# --- where it is --------------------------------------------------------------------------------------------

PLACE: Json = {"start": 4.35, "duration": 1.005, "channel": [1, 2], "channel_index": [1, 2]}


@pytest.mark.parametrize("event", [heard("Hi"), so_far("Hi"), written("Hi")])
def test_O4_a_transcript_says_where_it_is_as_the_server_does(event: Json) -> None:
    [told_so] = ready_in(COMPONENT).upstream({**event, **PLACE}).of("Transcript")
    assert times(told_so) == PLACE


def test_O4_what_a_piece_says_of_its_place_holds_for_the_final_one() -> None:
    desk = ready_in(COMPONENT)
    desk.upstream(*spoken(), {**heard("Hi"), **PLACE})
    [final] = desk.upstream(written("Hi")).of("Transcript")
    assert times(final) == {**PLACE, "last_word_end": 1.75}


def test_O4_the_place_is_kept_while_the_transcript_waits_for_its_turn() -> None:
    desk = ready_in(COMPONENT)
    desk.upstream(committed("u1"), committed("u2"), {**written("Two", "u2"), **PLACE})
    _, two = desk.upstream(written("One", "u1")).of("Transcript")
    assert times(two) == PLACE


@pytest.mark.parametrize(
    ("given", "channel"),
    [
        ([0], [0]),
        ([3, 8], [3, 8]),
        ([], [0, 1]),
        (1, [0, 1]),
        ("left", [0, 1]),
        ([0, "1"], [0, 1]),
        ([True], [0, 1]),
        ([-1, 1], [0, 1]),
        ([0, 2**16], [0, 1]),
        ([0] * 9, [0, 1]),
        ({"alternatives": []}, [0, 1]),
        (None, [0, 1]),
    ],
)
def test_O4_a_channel_is_a_few_small_numbers(given: object, channel: list[int]) -> None:
    desk = ready_in(COMPONENT)
    [final] = desk.upstream({**written("Hi"), "channel": given, "channel_index": given}).of("Transcript")
    assert (final["channel"], final["channel_index"]) == (channel, channel)
    [end] = desk.upstream({**stopped(), "channel": given}).of("UtteranceEnd")
    assert end["channel"] == channel


@pytest.mark.parametrize("given", [None, -1, 1e15, 1e300])
def test_O4_a_place_that_cannot_be_is_none(given: float | None) -> None:
    desk = ready_in(COMPONENT)
    [final] = desk.upstream({**written("Hi"), "start": given, "duration": given}).of("Transcript")
    assert times(final) == {"channel": [0, 1], "channel_index": [0, 1]}


def test_O4_the_beginning_of_the_audio_is_a_place() -> None:
    [final] = ready_in(COMPONENT).upstream({**written("Hi"), "start": 0, "duration": 0}).of("Transcript")
    assert (final["start"], final["duration"]) == (0, 0)


# --- the end of speech --------------------------------------------------------------------------------------


def test_O6_speech_stopped_without_an_item_ends_what_was_begun_last() -> None:
    desk = ready_in(COMPONENT)
    desk.upstream(started("u1", 500), stopped("u1", 900), started("u2", 1000))
    end = {"type": "input_audio_buffer.speech_stopped", "channel": [0, 2], "last_word_end": 2.2}
    assert desk.upstream(end).client == [{"type": "UtteranceEnd", "channel": [0, 2], "last_word_end": 2.2}]
    [two] = desk.upstream(written("Hi", "u2")).of("Transcript")
    assert (two["start"], two["duration"], two["last_word_end"]) == (1.0, 1.2, 2.2)
    [one] = desk.upstream(written("Hi", "u1")).of("Transcript")
    assert one["last_word_end"] == 0.9


def test_O6_a_bare_speech_stopped_that_ends_nothing_is_told() -> None:
    end = {"type": "input_audio_buffer.speech_stopped"}
    assert ready_in(COMPONENT).upstream(end).client == [
        {"type": "UtteranceEnd", "channel": [0, 1], "last_word_end": 0.0}
    ]


def test_O6_where_the_last_word_ends_goes_before_where_the_audio_does() -> None:
    desk = ready_in(COMPONENT)
    [end] = desk.upstream({**stopped(at=1750), "last_word_end": 1.5}).of("UtteranceEnd")
    assert end["last_word_end"] == 1.5
    [end] = desk.upstream({**stopped(at=1750), "last_word_end": None}).of("UtteranceEnd")
    assert end["last_word_end"] == 1.75
    [end] = desk.upstream({**stopped(at=-5), "last_word_end": -1}).of("UtteranceEnd")
    assert end["last_word_end"] == 0.0


def test_O6_a_stop_that_is_taken_back_is_one_piece_of_speech() -> None:
    desk = ready_in(COMPONENT)
    desk.upstream(started(at=500), stopped(at=900), started(at=1200), stopped(at=1750), committed())
    [final] = desk.upstream(written("Hi")).of("Transcript")
    assert (final["start"], final["duration"]) == (0.5, 1.25)
    assert begun(desk) == []


# --- ids that are missing -----------------------------------------------------------------------------------


def test_O4_speech_that_began_without_an_id_gets_one_when_it_is_committed() -> None:
    desk = ready_in(COMPONENT)
    bare = speech("speech_started", item_id=None, audio_start_ms=500)
    desk.upstream(bare, stopped("", 1750), committed("u1"))
    [final] = desk.upstream(written("Hi", "u1")).of("Transcript")
    assert (final["start"], final["duration"]) == (0.5, 1.25)


def test_O4_of_several_without_ids_the_last_is_meant_and_the_others_are_forgotten() -> None:
    desk = ready_in(COMPONENT)
    for start in (500, 2500):
        desk.upstream(speech("speech_started", item_id=None, audio_start_ms=start))
    [final] = desk.upstream(started("u2"), heard("Hi", "u1")).of("Transcript")
    assert final["start"] == 2.5
    assert begun(desk) == ["u2", "u1"]


@BOTH
def test_O4_a_transcript_without_an_id_is_of_the_item_that_waits_longest(dialect: ClientDialect) -> None:
    desk = ready_in(dialect)
    desk.upstream(*spoken("u1"), *spoken("u2"), *spoken("u3"), written("Two", "u2"))
    assert words(desk.upstream(written("One", None))) == ["One", "Two"]
    desk.upstream(failed(""))
    desk.upstream(created())
    assert words(desk.upstream(text_done("Yes."))) == ["Yes."], "and nothing is waited for"


def test_O4_pieces_without_an_id_are_of_that_item_too() -> None:
    desk = ready_in(COMPONENT)
    desk.upstream(*spoken("u1"))
    log = desk.upstream(heard("O", None), heard("ne", "u1"))
    assert told(log) == ["interim: O", "interim: One"]


def test_O4_a_commit_of_what_was_told_takes_no_other_speech_along() -> None:
    desk = ready_in(COMPONENT)
    desk.upstream(written("One", "u1"), speech("speech_started", item_id=None, audio_start_ms=500))
    desk.upstream(committed("u1"), committed("u2"))
    assert desk.upstream(written("Two", "u2")).of("Transcript")[0]["start"] == 0.5


def test_O4_without_transcription_nothing_is_kept_of_what_was_committed() -> None:
    desk = without_transcription(COMPONENT)
    desk.upstream(*spoken("u1"))
    assert begun(desk) == []


# --- transcripts that come several times --------------------------------------------------------------------


@BOTH
def test_O4_what_was_understood_so_far_is_no_final_transcript(dialect: ClientDialect) -> None:
    desk = ready_in(dialect)
    log = desk.upstream(started(), so_far("Hello?"), stopped(), committed(), so_far("Hello, my name is"))
    log.outputs += desk.upstream(so_far("Hello, my name is"), written("Hello, my name is Alex.")).outputs
    interim = ["interim: Hello?", "interim: Hello, my name is", "final: Hello, my name is Alex."]
    assert told(log) == (interim if dialect is COMPONENT else ["user: Hello, my name is Alex."])


@pytest.mark.parametrize("status", ["completed", None, "whatever"])
def test_O4_any_other_status_is_final(status: str | None) -> None:
    assert told(ready_in(DEEPGRAM).upstream({**written("Hi"), "status": status})) == ["user: Hi"]


def test_O4_nothing_so_far_once_the_final_text_is_known() -> None:
    desk = ready_in(COMPONENT)
    desk.upstream(committed("u1"), committed("u2"), written("Two", "u2"))
    assert told(desk.upstream(so_far("T", "u2"), heard("T", "u2"))) == []


def test_O4_an_answer_waits_for_the_final_text_and_not_for_the_first() -> None:
    desk = ready_in(DEEPGRAM)
    desk.upstream(*spoken(), so_far("Hello?"), created())
    assert told(desk.upstream(text_done("Hi."))) == []
    assert told(desk.upstream(written("Hello there."))) == ["user: Hello there.", "agent: Hi."]


def test_O4_an_answer_does_not_wait_long_for_a_final_text_that_never_comes() -> None:
    desk = ready_in(DEEPGRAM)
    desk.upstream(*spoken(), so_far("Hello?"), created(), text_done("Hi."))
    assert told(desk.wait(1.0)) == ["agent: Hi."]
    assert told(desk.upstream(written("Hello there."))) == ["user: Hello there."]


# --- L2 -----------------------------------------------------------------------------------------------------


def test_L2_of_what_is_never_committed_the_last_are_remembered() -> None:
    desk = ready_in(COMPONENT)
    desk.upstream(*(heard("Hi", f"u{number}") for number in range(80)))
    assert begun(desk) == [f"u{number}" for number in range(48, 80)]


def test_L2_what_was_understood_so_far_has_a_bound() -> None:
    desk = ready_in(COMPONENT, limits=Limits(item_text=10))
    log = desk.upstream(so_far("12345678"), so_far("12345678901"), heard("90"), heard("1"))
    assert told(log) == ["interim: 12345678", "interim: 1234567890"]
