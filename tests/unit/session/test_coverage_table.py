"""The table of what becomes of each message agrees with the registries and with what happens."""

from __future__ import annotations

import re
from typing import Any

import pytest

from realtime_translate import deepgram, openai
from realtime_translate.cli.coverage import COVERAGE, Row
from realtime_translate.config import ClientDialect
from realtime_translate.session.routes import UPSTREAM
from tests.events import answer, audio, call_item, created, done, item_done, settings
from tests.harness import Desk, Log
from tests.unit.session.coverage_calls import CALLS, UPDATES, desk, heard
from tests.unit.session.test_upstream_events import event

FATES = {"translated", "approximated", "absorbed", "refused"}
CODES = {
    *(str(each) for each in deepgram.ErrorCode),
    *(str(each) for each in deepgram.WarningCode),
}
CLIENT_IN, CLIENT_OUT = "client to translator", "translator to client"
UPSTREAM_OUT, UPSTREAM_IN = "translator to upstream", "upstream to translator"
DIALECTS = list(ClientDialect)


def rows(direction: str, dialect: str | None = None) -> list[Row]:
    return [row for row in COVERAGE if row.direction == direction and dialect in (None, row.dialect)]


def types(direction: str, dialect: str) -> list[str]:
    return [row.type for row in rows(direction, dialect)]


def each(direction: str) -> Any:
    """A test for each row of a direction."""
    given = rows(direction)
    return pytest.mark.parametrize("row", given, ids=[f"{row.dialect}-{row.type}" for row in given])


# --- what is listed -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", DIALECTS)
def test_all_37_messages_of_deepgram_s_protocol_are_listed(dialect: str) -> None:
    listed = {*types(CLIENT_IN, dialect)}, {*types(CLIENT_OUT, dialect)}
    registries = deepgram.CLIENT_MESSAGES, deepgram.SERVER_MESSAGES
    assert listed[0] == set(deepgram.CLIENT_MESSAGES) == set(deepgram.COMPONENT_CLIENT_MESSAGES)
    assert listed[1] >= set(deepgram.SERVER_MESSAGES)
    classes = [each for table in registries for each in table.values()]
    assert sum(map(len, classes)) == 37, "History counts twice: texts and calls"


def test_the_component_s_own_messages_are_listed_in_its_dialect() -> None:
    own = {*deepgram.COMPONENT_SERVER_MESSAGES} - {*deepgram.SERVER_MESSAGES}
    assert own == {"AgentDone", "Transcript", "UtteranceEnd"}
    assert {*types(CLIENT_OUT, "component")} - {*types(CLIENT_OUT, "deepgram")} == own


@pytest.mark.parametrize("dialect", DIALECTS)
def test_all_57_events_of_openai_s_protocol_are_listed(dialect: str) -> None:
    listed = types(UPSTREAM_OUT, dialect), types(UPSTREAM_IN, dialect)
    assert listed == (list(openai.CLIENT_EVENTS), list(openai.SERVER_EVENTS))
    assert sum(map(len, listed)) == 57


def test_each_is_listed_once_with_a_fate_and_a_note() -> None:
    assert len({(row.dialect, row.direction, row.type) for row in COVERAGE}) == len(COVERAGE)
    assert {row.fate for row in COVERAGE} == FATES
    assert all(row.note for row in COVERAGE)
    assert {(row.protocol, row.direction) for row in COVERAGE} == {
        ("deepgram", CLIENT_IN), ("deepgram", CLIENT_OUT), ("openai", UPSTREAM_OUT), ("openai", UPSTREAM_IN),
    }  # fmt: skip


def test_the_codes_in_the_notes_exist() -> None:
    named = {code for row in COVERAGE for code in re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b", row.note)}
    assert named
    assert named <= CODES


# --- what goes out ------------------------------------------------------------------------------------------

SENT: dict[str, Log] = {
    dialect.value: Log([output for play in CALLS for output in play(dialect).outputs]) for dialect in DIALECTS
}


@each(CLIENT_OUT)
def test_what_is_said_to_be_sent_to_the_client_is_sent(row: Row) -> None:
    kind = "audio" if row.type == deepgram.BINARY else row.type
    assert (kind in SENT[row.dialect].client_types) == (row.fate != "absorbed")
    assert row.note.startswith("never sent: ") == (row.fate == "absorbed")


@each(UPSTREAM_OUT)
def test_what_is_said_to_be_sent_upstream_is_sent(row: Row) -> None:
    assert (row.type in SENT[row.dialect].upstream_types) == (row.fate != "absorbed")
    assert row.note.startswith("never sent: ") == (row.fate == "absorbed")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_nothing_else_is_sent(dialect: str) -> None:
    kinds = {deepgram.BINARY if kind == "audio" else kind for kind in SENT[dialect].client_types}
    assert kinds <= {*types(CLIENT_OUT, dialect)}
    assert {*SENT[dialect].upstream_types} <= {*types(UPSTREAM_OUT, dialect)}


# --- what comes in from upstream ----------------------------------------------------------------------------

SAYING = {
    "response.output_text.delta": {"delta": "Hi. You"},
    "response.output_text.done": {"text": "Hi."},
    "response.output_audio_transcript.delta": {"delta": "Hi. You"},
    "response.output_audio_transcript.done": {"transcript": "Hi."},
}


def upstream_event(at: Desk, kind: str) -> Log:
    """The event, where it has something to say."""
    if kind == "session.updated":
        at.client({"type": "UpdatePrompt", **UPDATES["UpdatePrompt"]})
    elif kind not in ("response.created", "error"):  # an error waits for the end of a response (R5)
        at.upstream(created())
        at.upstream(heard("committed"))
    if kind == "response.output_audio.done":
        at.upstream(audio())
    return at.upstream({**event(kind), **SAYING.get(kind, {})})


@each(UPSTREAM_IN)
def test_what_becomes_of_an_upstream_event_is_what_is_said(row: Row) -> None:
    at = desk(ClientDialect(row.dialect))
    at.ready(settings())
    log = upstream_event(at, row.type)
    told = "UPSTREAM_ABSORBED" in log.notices
    if row.fate == "translated":
        assert log.client
        assert not told
    else:
        assert log.client == []
    if row.note.startswith("no counterpart"):
        assert told
        assert len(log.outputs) == 1
    if row.fate == "approximated":
        assert [each["content"] for each in at.upstream(done()).of("ConversationText")] == ["Hi. You"]


def test_what_nothing_listens_to_is_absorbed() -> None:
    heard_of = {cls.type for cls in UPSTREAM} | {"error", "session.created", "response.output_audio.delta"}
    assert {row.fate for row in rows(UPSTREAM_IN) if row.type not in heard_of} == {"absorbed"}


# --- what comes in from the client --------------------------------------------------------------------------

FRAMES: dict[str, Any] = {
    **UPDATES,
    "Settings": {"audio": {}, "agent": {}},
    "UpdateThink_Live": {"think_live": {"provider": {"type": "deepgram", "model": "m"}}},
    "InjectUserMessage": {"content": "Hi"},
    "InjectAgentMessage": {"message": "Hi"},
    "FunctionCallResponse": answer(),
    "__customToThinkProvider": {"content": {}},
}


def client_message(row: Row) -> Log:
    """The message, where it has something to do."""
    at = desk(ClientDialect(row.dialect))
    if row.type == "Settings":
        at.opened()
        at.dialled()
    else:
        at.ready(settings())
    if row.type == "FunctionCallResponse":
        at.upstream(created(), item_done(call_item()))
    if row.type == "ForceEndTurn":
        at.client(b"\x01\x02" * 4800)
    return at.client(
        b"\x01\x02" if row.type == deepgram.BINARY else {"type": row.type, **FRAMES.get(row.type, {})}
    )


@each(CLIENT_IN)
def test_what_becomes_of_a_client_message_is_what_is_said(row: Row) -> None:
    log = client_message(row)
    assert log.closes == []
    warnings = [each["code"] for each in log.of("Warning")]
    if row.fate == "refused":
        assert log.upstream == []
        [code] = warnings
        assert row.note.startswith(f"Warning {code}")
    else:
        assert (warnings, log.of("Error")) == ([], [])
    if row.fate == "absorbed":
        assert (log.client, log.upstream) == ([], [])
    if row.fate in ("translated", "approximated"):
        named = {kind for kind in openai.CLIENT_EVENTS if kind in row.note}
        assert log.upstream_types
        assert named <= {*log.upstream_types}
