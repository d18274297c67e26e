"""The table of what becomes of each message agrees with the registries and with the code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import realtime_translate
from realtime_translate import Config, deepgram, openai
from realtime_translate.session.coverage import COVERAGE, Row
from tests.harness import Desk
from tests.unit.session.agent_events import created
from tests.unit.session.test_upstream_events import event

PACKAGE = Path(realtime_translate.__file__).parent
FATES = {"translated", "approximated", "absorbed", "refused"}


def rows(direction: str) -> dict[str, Row]:
    return {row.type: row for row in COVERAGE if row.direction == direction}


CLIENT_IN, CLIENT_OUT = rows("client to translator"), rows("translator to client")
UPSTREAM_OUT, UPSTREAM_IN = rows("translator to upstream"), rows("upstream to translator")


def test_all_37_messages_of_deepgram_s_protocol_are_listed() -> None:
    assert set(CLIENT_IN) == set(deepgram.CLIENT_MESSAGES)
    assert set(CLIENT_OUT) >= set(deepgram.SERVER_MESSAGES)
    classes = [
        each for table in (deepgram.CLIENT_MESSAGES, deepgram.SERVER_MESSAGES) for each in table.values()
    ]
    assert sum(map(len, classes)) == 37, "History counts twice: texts and calls"
    assert set(CLIENT_OUT) == set(deepgram.SERVER_MESSAGES) | set(deepgram.COMPONENT_SERVER_MESSAGES)


def test_all_57_events_of_openai_s_protocol_are_listed() -> None:
    assert set(UPSTREAM_OUT) == set(openai.CLIENT_EVENTS)
    assert set(UPSTREAM_IN) == set(openai.SERVER_EVENTS)
    assert len(UPSTREAM_OUT) + len(UPSTREAM_IN) == 57


def test_each_is_listed_once_with_a_fate_and_a_note() -> None:
    assert len({(row.protocol, row.direction, row.type) for row in COVERAGE}) == len(COVERAGE)
    assert {row.fate for row in COVERAGE} == FATES
    assert all(row.note for row in COVERAGE)
    assert {row.protocol for row in COVERAGE} == {"deepgram", "openai"}


# --- what goes out: a search of the source ------------------------------------------------------------------


def trees() -> Iterator[ast.AST]:
    for folder in ("session", "mapping"):
        for path in sorted((PACKAGE / folder).rglob("*.py")):
            if path.name != "coverage.py":
                yield ast.parse(path.read_text(encoding="utf-8"))


def built(module: Any) -> set[type]:
    """The classes of a protocol that are called anywhere: `deepgram.Welcome(…)`."""
    name = module.__name__.rpartition(".")[2]
    calls = (node.func for tree in trees() for node in ast.walk(tree) if isinstance(node, ast.Call))
    found = {func.attr for func in calls if isinstance(func, ast.Attribute) and name_of(func.value) == name}
    return {getattr(module, each) for each in found if isinstance(getattr(module, each), type)}


def name_of(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def written(kinds: set[str]) -> set[str]:
    """Types in frames that are put together by hand: `{"type": "session.update", …}`, or as a prefix of
    text.
    """
    found: set[str] = set()
    for tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Dict):
                pairs = zip(node.keys, node.values, strict=True)
                found |= {
                    value_of(value) for key, value in pairs if key is not None and value_of(key) == "type"
                }
            elif value_of(node).startswith('{"type":"'):
                found.add(value_of(node).split('"')[3])
    return found & kinds


def value_of(node: ast.AST) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def sent(table: dict[str, Row]) -> set[str]:
    return {row.type for row in table.values() if row.fate == "translated"}


def test_what_is_said_to_be_sent_upstream_is_what_the_code_can_send() -> None:
    classes = built(openai)
    made = {kind for kind, types in openai.CLIENT_EVENTS.items() if classes & set(types)}
    assert made | written(set(openai.CLIENT_EVENTS)) == sent(UPSTREAM_OUT)


def test_what_is_said_to_be_sent_to_the_client_is_what_the_code_can_send() -> None:
    classes = built(deepgram)
    registry = {**deepgram.SERVER_MESSAGES, **deepgram.COMPONENT_SERVER_MESSAGES}
    made = {kind for kind, types in registry.items() if classes & set(types)}
    assert made | {deepgram.BINARY} == sent(CLIENT_OUT), "agent audio is sent as bytes, not as a message"


@pytest.mark.parametrize("table", [CLIENT_OUT, UPSTREAM_OUT], ids=["client", "upstream"])
def test_what_is_never_sent_says_so(table: dict[str, Row]) -> None:
    assert {row.fate for row in table.values()} == {"translated", "absorbed"}
    assert all((row.note == "never sent") == (row.fate == "absorbed") for row in table.values())


# --- what comes in: what happens ----------------------------------------------------------------------------


def ready() -> Desk:
    desk = Desk(Config.component())
    desk.ready()
    return desk


@pytest.mark.parametrize("kind", UPSTREAM_IN)
def test_what_becomes_of_an_upstream_event_is_what_is_said(kind: str) -> None:
    """Refused events are answered with Warning NOT_SUPPORTED_YET, absorbed ones with nothing."""
    desk = ready()
    if kind != "response.created":
        desk.upstream(created())
    log = desk.upstream(event(kind))
    fate = UPSTREAM_IN[kind].fate
    if fate == "absorbed":
        assert log.client == []
    assert ("NOT_SUPPORTED_YET" in log.notices) == (fate == "refused" or kind in CUTS)


CUTS = {"input_audio_buffer.speech_started"}
"""It is translated, but cutting the agent's answer is not supported yet."""

UPDATES = {
    "UpdateListen": {"listen": {"provider": {"type": "deepgram"}}},
    "UpdateThink": {"think": {"provider": {"type": "open_ai", "model": "gpt-4o"}}},
    "UpdateSpeak": {"speak": {"provider": {"type": "deepgram", "model": "aura-2-thalia-en"}}},
    "UpdatePrompt": {"prompt": "Be brief."},
    "UpdateThink_Live": {"think_live": {"provider": {"type": "deepgram", "model": "m"}}},
    "InjectUserMessage": {"content": "Hi"},
    "InjectAgentMessage": {"message": "Hi"},
    "FunctionCallResponse": {"id": "c1", "name": "tide", "content": "1"},
    "Settings": {"audio": {}, "agent": {}},
    "__customToThinkProvider": {"content": {}},
}


@pytest.mark.parametrize("kind", CLIENT_IN)
@pytest.mark.parametrize("dialect", ["deepgram", "component"])
def test_what_becomes_of_a_client_message_is_what_is_said(kind: str, dialect: str) -> None:
    desk = Desk(Config.component() if dialect == "component" else Config.deepgram())
    if kind == "Settings":
        desk.opened()
    else:
        desk.ready()
    frame = b"\x01\x02" if kind == deepgram.BINARY else {"type": kind, **UPDATES.get(kind, {})}
    log = desk.client(frame)
    fate = CLIENT_IN[kind].fate
    assert ("NOT_SUPPORTED_YET" in log.notices) == (fate == "refused"), log.outputs
    assert [each["code"] for each in log.of("Warning")] == ["NOT_SUPPORTED_YET"] * (fate == "refused")
    assert log.closes == []
    if fate == "absorbed":
        assert (log.client, log.upstream) == ([], [])
