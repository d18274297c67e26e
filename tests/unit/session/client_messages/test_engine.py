"""What the engine does with a frame of the client before a policy sees it (S5, T4, T5, L1)."""

from __future__ import annotations

import json

import pytest

from realtime_translate import CloseUpstream, Config, Level, Notice
from realtime_translate.config import Limits
from tests.harness import Desk, Log, opened, ready

DEEPGRAM, COMPONENT = Config.deepgram(), Config.component()


def code(log: Log) -> str:
    [told] = log.of("Error")
    return str(told["code"])


@pytest.mark.parametrize("frame", [b"\x01\x02", {"type": "InjectUserMessage", "content": "Hi"}])
@pytest.mark.parametrize("early", [False, True])
def test_S5_nothing_of_a_deepgram_client_comes_before_settings(frame: object, early: bool) -> None:
    desk = opened()
    if early:
        desk.dialled()
    log = desk.client(frame)  # type: ignore[arg-type]
    assert code(log) == "NON_SETTINGS_MESSAGE_BEFORE_SETTINGS"
    assert log.outputs[-1] == CloseUpstream(1000, "NON_SETTINGS_MESSAGE_BEFORE_SETTINGS")


@pytest.mark.parametrize("config", [DEEPGRAM, COMPONENT])
def test_T4_keep_alive_goes_nowhere_at_any_time(config: Config) -> None:
    for desk in (opened(config), ready(Desk, config)):
        log = desk.client({"type": "KeepAlive"})
        assert (log.client, log.upstream, log.notices) == ([], [], ["KEEPALIVE_ABSORBED"])


@pytest.mark.parametrize(
    ("frame", "component"),
    [
        ("oops", "unparsable_client_message"),
        ("[]", "unparsable_client_message"),
        ({"type": 5}, "unparsable_client_message"),
        ({"type": "InjectUserMessage"}, "unparsable_client_message"),
        ({"type": "InjectUserMessage", "content": 5}, "unparsable_client_message"),
        ({"type": "InjectUserMassage", "content": "Hi"}, "disallowed_client_message_type"),
    ],
    ids=str,
)
def test_T5_what_cannot_be_parsed(frame: object, component: str) -> None:
    log = ready().client(frame)  # type: ignore[arg-type]
    assert (code(log), len(log.closes)) == ("UNPARSABLE_CLIENT_MESSAGE", 2)
    desk = ready(Desk, COMPONENT)
    log = desk.client(frame)  # type: ignore[arg-type]
    assert (code(log), log.closes, log.notices) == (component, [], ["CLIENT_MESSAGE_REFUSED"])
    assert desk.client({"type": "InjectUserMessage", "content": "Hi"}).of("ConversationText")


def test_T5_unknown_fields_are_noticed_or_fatal() -> None:
    frame = {"type": "InjectUserMessage", "content": "Hi", "mood": "good"}
    log = ready().client(frame)
    [noticed] = [each for each in log.outputs if isinstance(each, Notice)]
    assert (noticed.code, noticed.level, noticed.fields["paths"]) == ("UNKNOWN_FIELDS", Level.INFO, "mood")
    assert log.of("ConversationText")
    strict = ready(Desk, Config.deepgram(strict_fields=True)).client(frame)
    assert (code(strict), strict.of("Error")[0]["description"]) == (
        "UNPARSABLE_CLIENT_MESSAGE",
        "unknown field mood",
    )


@pytest.mark.parametrize(("size", "fits"), [(400, True), (401, False)])
def test_L1_an_oversized_frame(size: int, fits: bool) -> None:
    limits = Limits(frame_bytes_up=400)
    frame = json.dumps({"type": "InjectUserMessage", "content": ""})
    frame = frame.replace('""', '"' + "x" * (size - len(frame)) + '"')
    assert len(frame) == size
    for config in (Config.deepgram(limits=limits), Config.component(limits=limits)):
        desk = Desk(config)
        desk.ready()
        assert bool(desk.client(frame).of("Error")) is not fits
        desk = Desk(config)
        desk.ready()
        log = desk.client(b"\x01" * size)
        assert [each["code"] for each in log.of("Error")] == ["CLIENT_MESSAGE_TOO_LARGE"] * (not fits)
        assert len(log.closes) == (0 if fits else 2), "fatal in both dialects"


def test_R1_audio_of_an_unknown_response_begins_it() -> None:
    """Output of a response that nothing announced, whose first delta is audio."""
    desk = ready()
    log = desk.upstream({"type": "response.output_audio.delta", "response_id": "resp_7", "delta": "AAAAAA=="})
    assert (log.client, log.notices) == ([b"\x00\x00\x00\x00"], ["RESPONSE_UNANNOUNCED"])
    assert desk.translator.state.response_id == "resp_7"
