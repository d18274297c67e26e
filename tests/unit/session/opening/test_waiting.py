"""S5, A8, L3: what the client sends before the session is ready."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from realtime_translate import Config, Limits
from tests.events import UPDATED
from tests.harness import SETTINGS, Desk, Log

DEEPGRAM, COMPONENT = Config.deepgram(), Config.component()
MULAW = {**SETTINGS, "audio": {"input": {"encoding": "mulaw", "sample_rate": 8000}}}

both = pytest.mark.parametrize("preset", [Config.deepgram, Config.component], ids=["DG", "CO"])


def text(content: object) -> dict[str, object]:
    return {"type": "InjectUserMessage", "content": str(content)}


def desk_at(config: Config, stage: str, settings: dict[str, Any] = SETTINGS) -> Desk:
    """A call that has come so far: greeted, dialled early, dialling, or configuring."""
    desk = Desk(config)
    desk.opened()
    if stage in ("dialled early", "configuring"):
        desk.dialled()
    if stage in ("dialling", "configuring"):
        desk.client(settings)
    return desk


def appended(log: Log) -> bytes:
    return b"".join(base64.b64decode(each["audio"]) for each in log.of("input_audio_buffer.append"))


# --- S5 -----------------------------------------------------------------------------------------------------

MESSAGES: list[dict[str, Any] | bytes] = [
    text("Hi"),
    b"\x00\x00" * 2400,
    {"type": "FunctionCallResponse", "id": "c1", "name": "tide", "content": "{}"},
    {"type": "UpdatePrompt", "prompt": "More."},
]


@both
@pytest.mark.parametrize("stage", ["dialling", "configuring"])
@pytest.mark.parametrize("message", MESSAGES)
def test_S5_between_settings_and_ready_everything_waits(preset: Any, stage: str, message: Any) -> None:
    desk = desk_at(preset(), stage)
    log = desk.client(message)
    assert (log.client, log.upstream, log.closes) == ([], [], [])
    assert log.notices == ([] if isinstance(message, bytes) else ["MESSAGE_WAITS"])


@pytest.mark.parametrize("stage", ["greeted", "dialled early"])
@pytest.mark.parametrize("message", MESSAGES)
def test_S5_before_settings_a_deepgram_client_may_send_nothing_else(stage: str, message: Any) -> None:
    log = desk_at(DEEPGRAM, stage).client(message)
    assert log.errors == ["NON_SETTINGS_MESSAGE_BEFORE_SETTINGS"]
    assert len(log.closes) == 2


@pytest.mark.parametrize("stage", ["greeted", "dialled early"])
def test_S5_before_settings_the_components_text_and_audio_wait(stage: str) -> None:
    desk = desk_at(COMPONENT, stage)
    for message in (text("first"), b"\x01\x02" * 100, b"\x03\x04" * 100, text("second")):
        log = desk.client(message)
        assert (log.client, log.upstream, log.closes) == ([], [], [])
    desk.client(SETTINGS)
    if stage == "greeted":
        assert desk.dialled().upstream_types == ["session.update"]
    log = desk.upstream(UPDATED)
    assert log.upstream_types == [
        "conversation.item.create",
        "input_audio_buffer.append",
        "conversation.item.create",
    ]
    assert appended(log) == b"\x01\x02" * 100 + b"\x03\x04" * 100
    assert [each["content"] for each in log.of("ConversationText")] == ["first", "second"]


@both
def test_S5_no_upstream_event_makes_it_go_earlier(preset: Any) -> None:
    desk = desk_at(preset(), "configuring")
    desk.client(text("Hi"))
    log = desk.upstream(
        {"type": "session.created", "session": {}},
        {"type": "response.created", "response": {"id": "r1"}},
        {"type": "response.output_audio.delta", "response_id": "r1", "delta": "AAAA"},
        {"type": "response.done", "response": {"id": "r1", "status": "completed"}},
        {"type": "input_audio_buffer.committed", "item_id": "i1"},
    )
    assert (log.client, log.upstream, log.closes) == ([], [], [])


@both
def test_S5_an_empty_frame_waits_like_any_other(preset: Any) -> None:
    desk = desk_at(preset(), "configuring")
    desk.client(b"")
    assert desk.upstream(UPDATED).upstream == []


# --- A8 -----------------------------------------------------------------------------------------------------


@both
@pytest.mark.parametrize(("settings", "second"), [(SETTINGS, 48000), (MULAW, 8000)], ids=["pcm", "mulaw"])
def test_A8_thirty_seconds_may_wait_and_no_byte_more(preset: Any, settings: Any, second: int) -> None:
    desk = desk_at(preset(), "dialling", settings)
    for _ in range(30):
        assert desk.client(b"\x01" * second).closes == []
    log = desk.client(b"\x01")
    assert log.errors == ["CLIENT_AUDIO_OVERFLOW"]
    assert len(log.closes) == 2


@both
def test_A8_nothing_of_it_is_dropped(preset: Any) -> None:
    desk = desk_at(preset(), "dialling")
    sent = bytes(range(256)) * 5625  # 30 s
    for start in range(0, len(sent), 48000):
        desk.client(sent[start : start + 48000])
    desk.dialled()
    assert appended(desk.upstream(UPDATED)) == sent


@both
@pytest.mark.parametrize("stage", ["dialling", "configuring"])
def test_A8_from_half_of_it_the_client_is_paused_until_ready(preset: Any, stage: str) -> None:
    desk = desk_at(preset(limits=Limits(pending_audio_seconds=2)), stage)
    desk.client(b"\x00" * 47998)
    assert not desk.translator.client_paused
    desk.client(b"\x00" * 2)
    assert desk.translator.client_paused
    if stage == "dialling":
        desk.dialled()
    desk.upstream(UPDATED)
    assert not desk.translator.client_paused


def test_A8_before_settings_nobody_is_paused() -> None:
    """Settings would wait in the same socket."""
    desk = desk_at(Config.component(limits=Limits(pending_audio_seconds=2)), "dialled early")
    desk.client(b"\x00" * 60000)
    assert not desk.translator.client_paused
    desk.client(SETTINGS)
    assert desk.translator.client_paused


def test_A8_before_settings_the_bound_holds_too() -> None:
    desk = desk_at(Config.component(limits=Limits(pending_audio_seconds=2)), "greeted")
    desk.client(b"\x00" * 64000)
    assert desk.client(b"\x00").errors == ["CLIENT_AUDIO_OVERFLOW"]


@both
def test_A8_after_ready_the_count_starts_anew(preset: Any) -> None:
    desk = desk_at(preset(limits=Limits(pending_audio_seconds=2)), "configuring")
    desk.client(b"\x00" * 96000)
    desk.upstream(UPDATED)
    assert desk.client(b"\x00" * 96000).closes == []


@both
def test_A8_frames_that_are_each_small_enough_stay_so_when_they_waited(preset: Any) -> None:
    desk = desk_at(preset(limits=Limits(frame_bytes_up=5000)), "configuring")
    for _ in range(10):
        desk.client(b"\x01\x02" * 1000)
    log = desk.upstream(UPDATED)
    assert log.errors == []
    assert appended(log) == b"\x01\x02" * 10000


# --- L3 -----------------------------------------------------------------------------------------------------


@both
def test_L3_256_messages_may_wait_and_not_one_more(preset: Any) -> None:
    desk = desk_at(preset(), "configuring")
    for number in range(256):
        assert desk.client(text(number)).closes == []
    log = desk.client(text(256))
    assert log.errors == ["CLIENT_MESSAGE_OVERFLOW"]
    assert len(log.closes) == 2


@both
def test_L3_all_of_them_are_delivered_in_order(preset: Any) -> None:
    desk = desk_at(preset(limits=Limits(pending_messages=20)), "configuring")
    for number in range(20):
        desk.client(text(number))
        desk.client(b"\x00\x00")
    log = desk.upstream(UPDATED)
    assert log.upstream_types == ["conversation.item.create", "input_audio_buffer.append"] * 20
    assert [each["content"] for each in log.of("ConversationText")] == [str(n) for n in range(20)]


@both
def test_L3_keepalives_do_not_count(preset: Any) -> None:
    desk = desk_at(preset(limits=Limits(pending_messages=1)), "configuring")
    for _ in range(3):
        assert desk.client({"type": "KeepAlive"}).closes == []
    assert desk.client(text("Hi")).closes == []


@both
def test_L3_after_ready_the_count_starts_anew(preset: Any) -> None:
    desk = desk_at(preset(limits=Limits(pending_messages=1)), "configuring")
    desk.client(text("first"))
    desk.upstream(UPDATED)
    snapshot: Any = desk.translator.snapshot()
    assert snapshot["call"]["opening"]["texts"] == 0
    assert snapshot["call"]["opening"]["waiting"] == []


@both
def test_L2_a_closed_call_forgets_what_waited(preset: Any) -> None:
    desk = desk_at(preset(), "dialling")
    desk.client(text("x" * 10_000))
    desk.client(b"\x00" * 10_000)
    assert len(str(desk.translator.snapshot())) > 20_000
    desk.translator.close()
    assert len(str(desk.translator.snapshot())) < 6_000
    assert not desk.translator.client_paused
