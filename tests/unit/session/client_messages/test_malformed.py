"""T4, T5, L1: text frames of the client that are not what they should be, and KeepAlive."""

from __future__ import annotations

import json
from typing import Any

import pytest

from realtime_translate import Config, Limits, Notice
from realtime_translate.session.tables import Opening
from tests.harness import SETTINGS, Desk

DEEPGRAM, COMPONENT = Config.deepgram(), Config.component()
KEEP_ALIVE = {"type": "KeepAlive"}
TEXT = {"type": "InjectUserMessage", "content": "Hi"}

both = pytest.mark.parametrize("preset", [Config.deepgram, Config.component], ids=["DG", "CO"])
ready_or_not = pytest.mark.parametrize("ready", [True, False], ids=["ready", "greeted"])


def desk(config: Config, ready: bool) -> Desk:
    made = Desk(config)
    if ready:
        made.ready()
    else:
        made.opened()
    return made


# --- T4 -----------------------------------------------------------------------------------------------------


@both
@ready_or_not
def test_T4_keepalive_goes_nowhere_and_is_not_answered(preset: Any, ready: bool) -> None:
    log = desk(preset(), ready).client(KEEP_ALIVE)
    assert (log.client, log.upstream, log.closes) == ([], [], [])


@both
def test_T4_keepalive_does_not_extend_the_settings_timeout(preset: Any) -> None:
    made = desk(preset(), ready=False)
    made.wait(14.0)
    made.client(KEEP_ALIVE)
    assert made.wait(1.0).errors == ["CLIENT_MESSAGE_TIMEOUT"]


@both
def test_T4_keepalive_between_settings_and_ready_waits_for_nothing(preset: Any) -> None:
    made = desk(preset(), ready=False)
    made.client(SETTINGS)
    assert made.client(KEEP_ALIVE).notices == ["KEEPALIVE_ABSORBED"]
    made.dialled()
    assert made.upstream({"type": "session.updated", "session": {}}).notices == []


# --- T5 -----------------------------------------------------------------------------------------------------

UNPARSABLE = [
    pytest.param("", id="empty"),
    pytest.param("hello", id="no JSON"),
    pytest.param("[]", id="no object"),
    pytest.param("null", id="null"),
    pytest.param("{}", id="no type"),
    pytest.param('{"type": 7}', id="type is no string"),
    pytest.param('{"type": "InjectUserMessage"}', id="missing field"),
    pytest.param('{"type": "InjectUserMessage", "content": 7}', id="field of the wrong type"),
    pytest.param('{"type": "Settings", "audio": 7, "agent": {}}', id="audio of the wrong type"),
    pytest.param('{"type": "Settings", "audio": {}, "agent": {"greeting": 1}}', id="wrong type inside"),
]
UNKNOWN_TYPE = pytest.param('{"type": "Metadata"}', id="unknown type")
CROOKED = [
    pytest.param('{"type": "InjectUserMessage", "content": NaN}', id="NaN"),
    pytest.param('{"type": "KeepAlive", "x": 1e999}', id="1e999"),
    pytest.param('{"type": "KeepAlive", "x": -Infinity}', id="-Infinity"),
    pytest.param('{"type": "InjectUserMessage", "content": "\\ud800"}', id="lone surrogate"),
    pytest.param('{"type": "KeepAlive", "x": ' + "9" * 10**6 + "}", id="a million digits"),
    pytest.param('{"type": "KeepAlive", "x": ' + "[" * 10**5 + "]" * 10**5 + "}", id="nested too deep"),
    pytest.param(
        '{"type": "KeepAlive", "x": ' + '{"a":' * 10**5 + "1" + "}" * 10**5 + "}", id="deep objects"
    ),
]


@ready_or_not
@pytest.mark.parametrize("frame", [*UNPARSABLE, UNKNOWN_TYPE, *CROOKED])
def test_T5_L1_deepgram_hangs_up(ready: bool, frame: str) -> None:
    made = desk(DEEPGRAM, ready)
    log = made.client(frame)
    assert log.errors == ["UNPARSABLE_CLIENT_MESSAGE"]
    assert len(log.closes) == 2
    assert log.upstream == []
    assert made.translator.state.opening is Opening.CLOSED


@ready_or_not
@pytest.mark.parametrize("frame", [*UNPARSABLE, *CROOKED])
def test_T5_L1_the_component_goes_on(ready: bool, frame: str) -> None:
    made = desk(COMPONENT, ready)
    log = made.client(frame)
    assert log.errors == ["unparsable_client_message"]
    assert (log.closes, log.upstream) == ([], [])
    assert_goes_on(made, ready)


@ready_or_not
def test_T5_the_component_is_told_of_an_unknown_type(ready: bool) -> None:
    made = desk(COMPONENT, ready)
    log = made.client({"type": "Metadata"})
    assert log.errors == ["disallowed_client_message_type"]
    assert log.closes == []
    assert_goes_on(made, ready)


def assert_goes_on(made: Desk, ready: bool) -> None:
    if ready:
        assert made.client(TEXT).upstream_types == ["conversation.item.create"]
    else:
        made.client(SETTINGS)
        assert made.dialled().upstream_types == ["session.update"]


@both
def test_T5_unknown_fields_are_ignored_with_a_notice(preset: Any) -> None:
    made = desk(preset(), ready=True)
    log = made.client({**TEXT, "mood": "good", "zeal": 1})
    assert log.upstream_types == ["conversation.item.create"]
    (unknown,) = [each for each in log.outputs if getattr(each, "code", "") == "UNKNOWN_FIELDS"]
    assert isinstance(unknown, Notice)
    assert unknown.fields == {"type": "InjectUserMessage", "paths": "mood, zeal"}


@both
def test_T5_so_are_those_deep_in_settings(preset: Any) -> None:
    made = desk(preset(), ready=False)
    log = made.client({**SETTINGS, "agent": {"listen": {"provider": {"type": "deepgram", "mood": 1}}}})
    assert "UNKNOWN_FIELDS" in log.notices
    assert log.of("Error") == []


@both
@ready_or_not
def test_T5_strict_fields_make_them_fatal(preset: Any, ready: bool) -> None:
    log = desk(preset(strict_fields=True), ready).client({**TEXT, "mood": "good"})
    assert log.errors == ["UNPARSABLE_CLIENT_MESSAGE"]
    assert "mood" in log.of("Error")[0]["description"]
    assert len(log.closes) == 2


@both
def test_T5_strict_fields_do_not_mind_what_is_known(preset: Any) -> None:
    made = Desk(preset(strict_fields=True))
    made.ready()
    assert made.client(TEXT).upstream_types == ["conversation.item.create"]


def test_T5_the_dialects_fields_are_known_to_it_alone() -> None:
    settings = {**SETTINGS, "agent": {"idleTimeoutMs": 10000}}
    assert desk(Config.component(strict_fields=True), ready=False).client(settings).errors == []
    assert desk(Config.deepgram(strict_fields=True), ready=False).client(settings).errors == [
        "UNPARSABLE_CLIENT_MESSAGE"
    ]


# --- L1 -----------------------------------------------------------------------------------------------------


def padded(size: int, character: str = "x") -> str:
    """A text message of so many bytes."""
    frame = json.dumps({**TEXT, "content": "y"}, ensure_ascii=False)
    room = size - len(frame.encode())
    return frame.replace('"y"', '"y' + character * (room // len(character.encode())) + '"')


@both
def test_L1_the_largest_text_frame(preset: Any) -> None:
    limits = Limits(frame_bytes_up=1000)
    assert desk(preset(limits=limits), ready=True).client(padded(1000)).errors == []


@pytest.mark.parametrize("frame", [padded(1001), padded(1001, "ü"), padded(1002, "€")])
def test_L1_a_larger_text_frame_is_unparsable(frame: str) -> None:
    limits = Limits(frame_bytes_up=1000)
    log = desk(Config.deepgram(limits=limits), ready=True).client(frame)
    assert log.errors == ["UNPARSABLE_CLIENT_MESSAGE"]
    made = desk(Config.component(limits=limits), ready=True)
    log = made.client(frame)
    assert log.errors == ["unparsable_client_message"]
    assert_goes_on(made, ready=True)


@pytest.mark.parametrize("character", ["ü", "€"])
def test_L1_the_size_of_a_frame_is_in_bytes(character: str) -> None:
    made = desk(Config.deepgram(limits=Limits(frame_bytes_up=1000)), ready=True)
    frame = padded(999, character)
    assert len(frame) < 1000 >= len(frame.encode()) > 990
    assert made.client(frame).errors == []


@both
@ready_or_not
def test_L1_an_oversized_audio_frame_is_fatal(preset: Any, ready: bool) -> None:
    made = desk(preset(limits=Limits(frame_bytes_up=1000)), ready)
    log = made.client(b"\x00" * 1001)
    assert log.errors == ["CLIENT_MESSAGE_TOO_LARGE"]
    assert len(log.closes) == 2


@both
def test_L1_the_largest_audio_frame(preset: Any) -> None:
    made = desk(preset(limits=Limits(frame_bytes_up=1000)), ready=True)
    assert made.client(b"\x00" * 1000).upstream_types == ["input_audio_buffer.append"]


def test_L1_the_default_is_16_MiB() -> None:
    assert Limits().frame_bytes_up == 16 * 1024 * 1024
    assert Limits().text_bytes_up == 1024 * 1024


@both
def test_L1_of_duplicate_keys_the_last_wins(preset: Any) -> None:
    log = desk(preset(), ready=True).client(
        '{"type": "KeepAlive", "type": "InjectUserMessage", "content": "a", "content": "b"}'
    )
    assert [each["content"] for each in log.of("ConversationText")] == ["b"]
