"""E2: errors that answer our truncate, cancel, delete or clear are silent, and no others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from realtime_translate import Config, ServerVad, SilenceKeepalive
from tests.events import audio, created, error, transcript
from tests.harness import SETTINGS, Desk, Log

VAD = ServerVad(create_response=False, interrupt_response=False)
STARTED = {"type": "input_audio_buffer.speech_started", "item_id": "u1"}
BOTH = pytest.mark.parametrize("preset", [Config.deepgram, Config.component], ids=["deepgram", "component"])
OURS = ["conversation.item.truncate", "conversation.item.delete", "response.cancel"]


def interrupted(config: Config) -> tuple[Desk, Log]:
    """The agent was cut while its first of two items was heard."""
    desk = Desk(config)
    desk.ready()
    first, second = audio(b"\x01" * 48000), audio(b"\x01" * 48000, "msg_2")
    desk.upstream(created(), transcript("Yes. So"), first, second)
    desk.clock.advance(0.5)
    log = desk.upstream(STARTED)
    assert sorted(log.upstream_types) == sorted(OURS)
    return desk, log


def nothing_told(desk: Desk, event_id: str) -> None:
    log = desk.upstream(error("invalid_value", "Not that.", event_id))
    assert (log.client, log.upstream, log.notices) == ([], [], ["UPSTREAM_ERROR_BENIGN"])


@BOTH
@pytest.mark.parametrize("kind", OURS)
def test_E2_errors_that_answer_a_barge_in_are_silent(preset: Callable[..., Config], kind: str) -> None:
    desk, log = interrupted(preset(turn_detection=VAD))
    (ours,) = log.of(kind)
    nothing_told(desk, ours["event_id"])
    end = desk.act(lambda translator: translator.upstream_closed(1006))
    assert [each["description"] for each in end.of("Error")] == ["the upstream server closed the connection"]


@BOTH
def test_E2_errors_that_answer_a_clear_are_silent(preset: Callable[..., Config]) -> None:
    desk = Desk(preset(turn_detection=VAD, keepalive=SilenceKeepalive(every=4.0)))
    desk.ready()
    desk.wait(4.0)
    (clear,) = desk.client(b"\x01\x02" * 2400).of("input_audio_buffer.clear")
    nothing_told(desk, clear["event_id"])


@BOTH
@pytest.mark.parametrize("event_id", [None, "T1_999"])
def test_E2_an_error_that_answers_none_of_them_is_told(
    preset: Callable[..., Config], event_id: str | None
) -> None:
    desk, _ = interrupted(preset(turn_detection=VAD))
    log = desk.upstream(error("invalid_value", "Not that.", event_id))
    log.outputs += desk.wait(3.0).outputs  # it may be the end of the response (R5)
    assert [(each["code"], each["description"]) for each in log.client if isinstance(each, dict)] == [
        ("invalid_value", "Not that.")
    ]


def test_E2_an_error_that_ends_the_session_does_so_whatever_it_answers() -> None:
    desk, log = interrupted(Config.deepgram(turn_detection=VAD))
    (ours,) = log.of("response.cancel")
    assert len(desk.upstream(error("session_expired", "Over.", ours["event_id"])).closes) == 2


def test_L2_what_may_fail_is_forgotten_in_the_end() -> None:
    desk = Desk(Config.deepgram(turn_detection=VAD))
    desk.ready(SETTINGS)
    ids = list[str]()
    for number in range(40):
        name = f"r{number}"
        desk.upstream(created(name), audio(b"\x01" * 4800, f"i{number}", name))
        ids += [each["event_id"] for each in desk.upstream(STARTED).upstream]
    assert len(ids) == 80
    assert desk.upstream(error("invalid_value", event_id=ids[0])).client_types == ["Warning"]
    nothing_told(desk, ids[-1])


UNDOING = [
    error("invalid_value", "Audio content of 1000ms is already shorter than 1200ms"),
    error("unsupported_content_type", "Only model output audio messages can be truncated"),
    error("item_truncate_invalid_item_id", "The item with id 'msg_1' does not exist."),
    error("item_delete_invalid_item_id", "The item with id 'msg_2' does not exist."),
    error(None, "Error truncating item: the item with id 'msg_1' does not exist."),
    error(None, "Unsupported event: conversation.item.delete"),
    error(None, "Unknown event 'response.cancel'", kind="unknown_or_invalid_event"),
    error("not_implemented", "input_audio_buffer.clear is not supported"),
]


@BOTH
@pytest.mark.parametrize("event", UNDOING, ids=lambda event: event["error"]["message"])
@pytest.mark.parametrize("event_id", [None, "", "event_TODO"])
def test_E2_where_the_server_names_no_event_of_ours_its_words_tell(
    preset: Callable[..., Config], event: dict[str, Any], event_id: str | None
) -> None:
    desk, _ = interrupted(preset(turn_detection=VAD))
    log = desk.upstream({**event, "error": {**event["error"], "event_id": event_id}})
    assert (log.client, log.notices) == ([], ["UPSTREAM_ERROR_BENIGN"])


@BOTH
def test_E2_an_error_that_answers_another_event_of_ours_is_told_whatever_its_words(
    preset: Callable[..., Config],
) -> None:
    desk, _ = interrupted(preset(turn_detection=VAD))
    text = desk.client({"type": "InjectUserMessage", "content": "Hi"}).of("conversation.item.create")[0]
    log = desk.upstream(error("x", "It can be truncated.", text["event_id"]))
    assert "UPSTREAM_ERROR" in log.notices
