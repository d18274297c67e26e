"""What the user said, as text, in commit order (O4). What waits: test_transcripts_before_answers."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import ClientDialect, ManualCommit
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
from tests.harness import SETTINGS
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

# --- Deepgram's dialect -------------------------------------------------------------------------------------


def test_O4_one_text_an_item_and_its_history() -> None:
    desk = ready_in()
    desk.upstream(*spoken())
    assert desk.upstream(written("Any berths?")).client == [
        {"type": "ConversationText", "role": "user", "content": "Any berths?"},
        {"type": "History", "role": "user", "content": "Any berths?"},
    ]
    assert desk.upstream(written("Any berths?"), written("Any other?")).client == []


def test_O4_no_history_if_the_client_does_not_want_it() -> None:
    desk = ready_in(given={**SETTINGS, "flags": {"history": False}})
    assert desk.upstream(*spoken(), written("Hi")).client_types[1:] == ["ConversationText"]


def test_O4_pieces_are_not_told() -> None:
    desk = ready_in()
    desk.upstream(*spoken())
    assert desk.upstream(heard("Any "), heard("berths?")).client == []
    assert told(desk.upstream(written("Any berths?"))) == ["user: Any berths?"]


def test_O4_under_manual_commit_too() -> None:
    desk = ready_in(turns=ManualCommit())
    assert told(desk.upstream(committed(), written("Any berths?"))) == ["user: Any berths?"]


@BOTH
@pytest.mark.parametrize("nothing", ["", None, " \n"])
def test_O4_nothing_for_an_empty_transcript(dialect: ClientDialect, nothing: str | None) -> None:
    desk = ready_in(dialect)
    desk.upstream(*spoken())
    assert desk.upstream(written(nothing)).client == []
    assert told(desk.upstream(*spoken("u2"), written("Hi", "u2"))) != [], "and nothing waits for it"


@BOTH
def test_I2_O4_nothing_for_an_item_that_timed_out(dialect: ClientDialect) -> None:
    """The server commits silence and may find words in it."""
    desk = ready_in(dialect)
    timeout = speech("timeout_triggered", item_id="u1", audio_start_ms=500, audio_end_ms=5500)
    log = desk.upstream(timeout, committed(), heard("Thank"), written("Thank you."), committed(), heard("."))
    assert told(log) == []
    desk.upstream(created())
    log = desk.upstream(text_done("Still there?"))
    assert told(log) == ["agent: Still there?"], "and the agent does not wait for it"


@BOTH
def test_O4_nothing_more_of_an_item_that_was_told(dialect: ClientDialect) -> None:
    desk = ready_in(dialect)
    desk.upstream(*spoken(), written("Hi"))
    assert desk.upstream(heard("Hi"), written("Hi"), failed()).of("Transcript") == []
    assert told(desk.upstream(written("Hi"))) == []


# --- the component's dialect --------------------------------------------------------------------------------


def test_O4_the_components_client_gets_transcripts() -> None:
    desk = ready_in(COMPONENT)
    desk.upstream(*spoken())
    interim, second, final = desk.upstream(heard("Any "), heard("berths?"), written("Any berths?")).client
    whole = {
        "type": "Transcript",
        "transcript": "Any ",
        "is_final": False,
        "speech_final": False,
        "channel": [0, 1],
        "channel_index": [0, 1],
        "start": 0.5,
        "duration": 1.25,
        "last_word_end": 1.75,
        "alternatives": [{"transcript": "Any "}],
    }
    assert interim == whole
    said = {"transcript": "Any berths?", "alternatives": [{"transcript": "Any berths?"}]}
    assert second == {**whole, **said}
    assert final == {**whole, **said, "is_final": True, "speech_final": True}


def test_O4_pieces_are_accumulated_by_item() -> None:
    desk = ready_in(COMPONENT)
    desk.upstream(*spoken("u1"), *spoken("u2"))
    log = desk.upstream(heard("One", "u1"), heard("Two", "u2"), heard(" and", "u1"), heard(" more", "u2"))
    assert told(log) == ["interim: One", "interim: Two", "interim: One and", "interim: Two more"]


def test_O4_a_piece_before_the_commit() -> None:
    desk = ready_in(COMPONENT)
    log = desk.upstream(
        started(), heard("Any "), stopped(), committed(), heard("berths"), written("Any berths?")
    )
    assert told(log) == ["interim: Any ", "interim: Any berths", "final: Any berths?"]
    first, _, final = log.of("Transcript")
    assert ("duration" in first, "last_word_end" in first, first["start"]) == (False, False, 0.5)
    assert (final["duration"], final["last_word_end"]) == (1.25, 1.75)


def test_O4_no_interim_after_the_final_text_is_known() -> None:
    desk = ready_in(COMPONENT)
    desk.upstream(*spoken("u1"), *spoken("u2"), written("Two", "u2"))
    assert desk.upstream(heard("T", "u2")).client == []


@pytest.mark.parametrize("nothing", ["", None])
def test_O4_an_empty_piece_is_not_told(nothing: str | None) -> None:
    assert ready_in(COMPONENT).upstream(*spoken(), heard(nothing)).of("Transcript") == []


@pytest.mark.parametrize(
    ("events", "times"),
    [
        ([committed()], {}),
        ([started(at=None), stopped(at=None), committed()], {}),
        ([started(at=500), committed()], {"start": 0.5}),
        ([stopped(at=1750), started(at=None), stopped(at=1750), committed()], {"last_word_end": 1.75}),
        (
            [started(at=0), stopped(at=750), committed()],
            {"start": 0.0, "duration": 0.75, "last_word_end": 0.75},
        ),
        (
            [started(at=12.5), stopped(at=262.5), committed()],
            {"start": 0.0125, "duration": 0.25, "last_word_end": 0.2625},
        ),
    ],
)
def test_O4_times_where_the_server_gives_them(events: list[Json], times: dict[str, float]) -> None:
    desk = ready_in(COMPONENT)
    desk.upstream(*events)
    [final] = desk.upstream(written("Hi")).of("Transcript")
    got = {name: final[name] for name in ("start", "duration", "last_word_end") if name in final}
    assert got == times


def test_O4_the_end_of_speech_may_come_after_the_commit() -> None:
    desk = ready_in(COMPONENT)
    desk.upstream(started(), committed(), stopped())
    assert desk.upstream(written("Hi")).of("Transcript")[0]["duration"] == 1.25


def test_O4_a_second_start_before_the_commit_begins_another_item() -> None:
    desk = ready_in(COMPONENT)
    desk.upstream(started("u1", 500), started("u2", 3000), stopped("u2", 4000), committed("u2"))
    assert desk.upstream(written("Hi", "u2")).of("Transcript")[0]["start"] == 3.0


def test_O4_the_components_client_does_not_wait_for_the_user() -> None:
    desk = ready_in(COMPONENT)
    desk.upstream(*spoken(), created())
    assert told(desk.upstream(text_done("Two berths."))) == ["agent: Two berths."]
    assert told(desk.upstream(written("Any berths?"))) == ["final: Any berths?"]


# --- order --------------------------------------------------------------------------------------------------


@BOTH
def test_O4_in_commit_order(dialect: ClientDialect) -> None:
    desk = ready_in(dialect)
    desk.upstream(*spoken("u1"), *spoken("u2"), *spoken("u3"))
    assert told(desk.upstream(written("Three", "u3"), written("Two", "u2"))) == []
    log = desk.upstream(written("One", "u1"))
    word = "user" if dialect is DEEPGRAM else "final"
    assert told(log) == [f"{word}: One", f"{word}: Two", f"{word}: Three"]
    assert "TRANSCRIPT_LATE" not in desk.wait(5.0).notices


@BOTH
def test_O4_one_that_failed_or_is_empty_holds_nothing_back(dialect: ClientDialect) -> None:
    desk = ready_in(dialect)
    desk.upstream(*spoken("u1"), *spoken("u2"), *spoken("u3"), written("Three", "u3"))
    desk.upstream(failed("u1"))
    log = desk.upstream(written("", "u2"))
    assert [each.split(": ")[1] for each in told(log)] == ["Three"]


@BOTH
def test_O4_one_that_does_not_come_is_waited_for_a_second(dialect: ClientDialect) -> None:
    desk = ready_in(dialect)
    desk.upstream(*spoken("u1"), *spoken("u2"), written("Two", "u2"))
    assert desk.wait(0.99).outputs == []
    log = desk.wait(0.01)
    assert [each.split(": ")[1] for each in told(log)] == ["Two"]
    assert "TRANSCRIPT_LATE" in log.notices
    late = desk.upstream(written("One", "u1"))
    assert [each.split(": ")[1] for each in told(late)] == ["One"], "late, and told all the same"
    assert told(desk.upstream(written("One", "u1"))) == []


def test_O4_a_late_one_has_its_times() -> None:
    desk = ready_in(COMPONENT)
    desk.upstream(*spoken("u1"), *spoken("u2"), written("Two", "u2"))
    desk.wait(1.0)
    [late] = desk.upstream(written("One", "u1")).of("Transcript")
    assert (late.get("start"), late.get("duration"), late.get("last_word_end")) == (0.5, 1.25, 1.75)


def test_O4_behind_a_late_one_the_next_is_waited_for_anew() -> None:
    desk = ready_in()
    desk.upstream(*(event for name in ("u1", "u2", "u3", "u4") for event in spoken(name)))
    desk.upstream(written("Two", "u2"))
    desk.wait(0.5)
    desk.upstream(written("Four", "u4"))
    assert told(desk.wait(0.5)) == ["user: Two"]
    assert desk.wait(0.5).outputs == []
    assert told(desk.wait(0.5)) == ["user: Four"]


@BOTH
def test_O4_an_item_that_was_never_committed_is_told_at_once(dialect: ClientDialect) -> None:
    """Servers that skip `committed`, or bring it after the transcript."""
    desk = ready_in(dialect)
    desk.upstream(*spoken("u1"))
    log = desk.upstream(started("u2", 5000), stopped("u2", 6000), written("Two", "u2"))
    assert [each.split(": ")[1] for each in told(log)] == ["Two"]
    log = desk.upstream(committed("u2"), written("Two", "u2"), written("Unknown", "u9"))
    assert [each.split(": ")[1] for each in told(log)] == ["Unknown"]


@BOTH
def test_O4_where_events_have_no_item_ids_each_is_told(dialect: ClientDialect) -> None:
    desk = ready_in(dialect)
    log = desk.upstream(committed(None), heard("O", None), written("One", None))
    log.outputs += desk.upstream(committed(None), written("Two", None)).outputs
    assert [each.split(": ")[1] for each in told(log)][-2:] == ["One", "Two"]


@BOTH
def test_O4_the_user_is_heard_in_a_session_without_transcription(dialect: ClientDialect) -> None:
    """The server was not asked or cannot; what it does bring is told."""
    desk = without_transcription(dialect)
    log = desk.upstream(*spoken("u1"), *spoken("u2"), written("Two", "u2"))
    assert [each.split(": ")[1] for each in told(log)] == ["Two"]


@pytest.mark.parametrize("error", [{}, {"code": None}, {"code": "DeploymentNotFound", "message": "secret"}])
def test_O4_a_failure_is_noticed(error: Json) -> None:
    desk = ready_in()
    desk.upstream(*spoken())
    log = desk.upstream(failed("u1", **error))
    [failure] = [each for each in log.outputs if getattr(each, "code", "") == "TRANSCRIPTION_FAILED"]
    fields: Any = getattr(failure, "fields", {})
    assert fields["code"] == (error.get("code") or "unknown")
    assert (log.client_types, "secret" in str(log.outputs)) == (["Warning"], False)


# --- L2 -----------------------------------------------------------------------------------------------------


@BOTH
def test_L2_what_was_told_is_forgotten(dialect: ClientDialect) -> None:
    desk = ready_in(dialect)
    for number in range(80):
        desk.upstream(*spoken(f"u{number}"), written("Hi", f"u{number}"))
    state = remembered(desk)
    assert (state["begun"], state["items"], len(state["settled"])) == ([], [], 32)


@BOTH
def test_L2_of_what_never_comes_the_last_are_remembered(dialect: ClientDialect) -> None:
    desk = ready_in(dialect)
    for number in range(80):
        desk.upstream(started(f"u{number}"), committed(f"v{number}"))
    state = remembered(desk)
    assert (len(state["begun"]), len(state["items"])) == (32, 32)
    assert [each["item_id"] for each in state["items"]] == [f"v{number}" for number in range(48, 80)]


def test_L2_pieces_beyond_the_limit_are_not_collected() -> None:
    desk = ready_in(COMPONENT, limits=Limits(item_text=10))
    desk.upstream(*spoken())
    log = desk.upstream(heard("12345678"), heard("90123"), heard("90"))
    assert told(log)[-1] == "interim: 1234567890"
    assert told(desk.upstream(written("1234567890123"))) == ["final: 1234567890123"]
