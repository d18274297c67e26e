"""O7, B1, E4, T5: each Notice of the engine names what it is about."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import Config, Limits, Notice
from tests.events import (
    audio,
    audio_done,
    call_added,
    created,
    event,
    inject,
    item_added,
    item_done,
    message,
    speech,
    text,
    text_done,
    transcript,
    transcript_done,
)
from tests.harness import SETTINGS, Desk, Log, ready

CO = Config.component()
BOTH = pytest.mark.parametrize("config", [Config.deepgram(), CO], ids=["DG", "CO"])
Json = dict[str, Any]


def fields(log: Log, code: str) -> list[Any]:
    return [dict(each.fields) for each in log.outputs if isinstance(each, Notice) and each.code == code]


LATE = [
    audio(),
    audio_done(),
    text("One."),
    text_done("One."),
    transcript("One."),
    transcript_done("One."),
    item_added(message("One.")),
    item_done(message("One.")),
    call_added(response_id="resp_1"),
    event("content_part.added", item_id="msg_1", part={"type": "audio"}),
]


@BOTH
@pytest.mark.parametrize("late", LATE, ids=lambda late: late["type"])
def test_B1_of_a_response_that_was_cut_nothing_goes_on(config: Config, late: Json) -> None:
    desk = ready(Desk, config)
    desk.upstream(created(), audio(), speech("speech_started", item_id="u1"))
    log = desk.upstream(late)
    assert fields(log, "OUTPUT_LATE") == [{"type": late["type"]}]
    assert [each for each in log.outputs if not isinstance(each, Notice)] == []


@BOTH
def test_B1_a_response_that_begins_with_its_audio_is_heard(config: Config) -> None:
    desk = ready(Desk, config)
    desk.upstream(created(), audio(), speech("speech_started", item_id="u1"))
    log = desk.upstream(audio(item_id="msg_2", response_id="resp_2"))
    assert "audio" in log.client_types
    assert fields(log, "OUTPUT_LATE") == []


@pytest.mark.parametrize(
    "frame", ["{", "[]", '{"content": "x"}', '{"type": 7}', '{"type": "InjectUserMessage"}']
)
def test_T5_what_is_refused_is_logged_with_the_reason_that_the_client_reads(frame: str) -> None:
    log = ready(Desk, CO).client(frame)
    (error,) = log.of("Error")
    assert isinstance(error["description"], str)
    assert fields(log, "CLIENT_MESSAGE_REFUSED") == [{"reason": error["description"]}]


@pytest.mark.parametrize("frame", ["{", "[]", '{"delta": "x"}', '{"type": 7}'])
def test_E4_what_is_no_event_is_logged_with_the_reason_that_the_client_reads(frame: str) -> None:
    log = ready(Desk, CO).upstream(frame)
    (error,) = log.of("Error")
    assert isinstance(error["description"], str)
    assert fields(log, "UPSTREAM_MALFORMED") == [{"reason": error["description"]}]


def test_S5_what_waits_for_Settings_is_named() -> None:
    desk = Desk(CO)
    desk.opened()
    assert fields(desk.client(inject()), "MESSAGE_WAITS") == [{"type": "InjectUserMessage"}]


def test_O7_what_comes_before_the_session_is_ready_is_named() -> None:
    desk = Desk(CO)
    desk.opened()
    desk.client(SETTINGS)
    desk.dialled()
    assert fields(desk.upstream(created()), "UPSTREAM_ABSORBED") == [{"type": "response.created"}]


def test_L1_a_frame_of_exactly_so_many_bytes_may_wait() -> None:
    desk = Desk(Config.deepgram(limits=Limits(frame_bytes_up=1000)))
    desk.opened()
    desk.client(SETTINGS)
    assert desk.client(bytes(1000)).closes == []
    assert [each.code for each in desk.client(bytes(1001)).closes] == [1000, 1000]
