"""E5: how a call ends, and what each leg is told; close codes and reasons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from realtime_translate import CloseClient, CloseUpstream, Config, Notice, OrderError, Outputs, Translator
from realtime_translate.mapping.to_client import shortened
from realtime_translate.session.tables import Opening
from tests.harness import SETTINGS, Desk

DEEPGRAM, COMPONENT = Config.deepgram(), Config.component()
STAGES = ["greeted", "dialled early", "dialling", "configuring", "ready", "speaking"]

both = pytest.mark.parametrize("config", [DEEPGRAM, COMPONENT], ids=["DG", "CO"])
everywhere = pytest.mark.parametrize("stage", STAGES)


def desk_at(config: Config, stage: str) -> Desk:
    desk = Desk(config)
    if stage in ("ready", "speaking"):
        desk.ready()
    else:
        desk.opened()
    if stage in ("dialled early", "configuring"):
        desk.dialled()
    if stage in ("dialling", "configuring"):
        desk.client(SETTINGS)
    if stage == "speaking":
        desk.client({"type": "InjectUserMessage", "content": "Hi"})
        desk.upstream(
            {"type": "response.created", "response": {"id": "r1"}},
            {"type": "response.output_audio.delta", "response_id": "r1", "item_id": "i", "delta": "AAAA"},
        )
    return desk


INPUTS: list[Callable[[Translator], Outputs]] = [
    lambda translator: translator.client_opened(),
    lambda translator: translator.upstream_opened(),
    lambda translator: translator.receive_from_client('{"type": "KeepAlive"}'),
    lambda translator: translator.receive_from_client(b"\x00" * 100),
    lambda translator: translator.receive_from_upstream('{"type": "session.updated", "session": {}}'),
    lambda translator: translator.receive_from_upstream("nonsense"),
    lambda translator: translator.handle_timeout(),
    lambda translator: translator.client_closed(1000),
    lambda translator: translator.upstream_closed(1006),
    lambda translator: translator.playback_reported(100),
    lambda translator: translator.function_result("call_1", "{}"),
    lambda translator: translator.close(),
]


def assert_over(desk: Desk) -> None:
    """Always true 7: after close there are no outputs and no deadline."""
    assert desk.translator.state.opening is Opening.CLOSED
    assert desk.translator.next_deadline is None
    assert not desk.translator.client_paused
    desk.clock.advance(100.0)
    for act in INPUTS:
        assert desk.act(act).outputs == []


# --- the client closes --------------------------------------------------------------------------------------


@both
@everywhere
@pytest.mark.parametrize("code", [1000, 1006, None])
def test_E5_client_closes_and_upstream_is_closed(config: Config, stage: str, code: int | None) -> None:
    desk = desk_at(config, stage)
    log = desk.act(lambda translator: translator.client_closed(code, "bye"))
    assert log.closes == [CloseUpstream(1000, "client closed")]
    assert log.client == []
    assert [each.fields for each in log.outputs if isinstance(each, Notice)] == [{"code": code}]
    assert_over(desk)


# --- upstream closes ----------------------------------------------------------------------------------------


@both
@pytest.mark.parametrize("stage", ["ready", "speaking"])
def test_E5_a_normal_end_of_upstream_closes_the_client_without_an_error(config: Config, stage: str) -> None:
    desk = desk_at(config, stage)
    log = desk.act(lambda translator: translator.upstream_closed(1000))
    assert log.closes == [CloseClient(1000, "upstream closed")]
    assert log.client == []
    assert log.notices == ["UPSTREAM_CLOSED"]
    assert_over(desk)


@pytest.mark.parametrize(
    ("config", "expected"), [(DEEPGRAM, "INTERNAL_SERVER_ERROR"), (COMPONENT, "unknown")], ids=["DG", "CO"]
)
@pytest.mark.parametrize("stage", ["ready", "speaking"])
@pytest.mark.parametrize("code", [1001, 1006, 1011, 4000, None])
def test_E5_any_other_end_of_upstream_is_told(
    config: Config, expected: str, stage: str, code: int | None
) -> None:
    desk = desk_at(config, stage)
    log = desk.act(lambda translator: translator.upstream_closed(code))
    assert log.errors == [expected]
    assert log.of("Error")[0]["description"]
    assert log.closes == [CloseClient(1000, "upstream closed")]
    assert_over(desk)


def test_E1_the_error_that_upstream_closed_with_is_told() -> None:
    desk = desk_at(COMPONENT, "ready")
    desk.upstream({"type": "error", "error": {"type": "x", "code": "odd", "message": "The moon is full."}})
    log = desk.act(lambda translator: translator.upstream_closed(4000))
    assert log.of("Error")[0]["description"] == "The moon is full."


def test_E5_upstream_closes_a_session_that_was_ready_unasked() -> None:
    desk = desk_at(COMPONENT, "dialled early")
    desk.upstream({"type": "session.updated", "session": {}})
    log = desk.act(lambda translator: translator.upstream_closed(1006))
    assert log.errors == ["unknown"]


# --- close() ------------------------------------------------------------------------------------------------


@everywhere
def test_E5_close_tells_a_deepgram_client_first(stage: str) -> None:
    desk = desk_at(DEEPGRAM, stage)
    log = desk.act(lambda translator: translator.close(1001, "deploy"))
    assert log.client == [{"type": "Error", "description": "deploy", "code": "SERVER_GOING_AWAY"}]
    assert log.outputs[1:] == [CloseClient(1001, "deploy"), CloseUpstream(1001, "deploy")]
    assert_over(desk)


@everywhere
def test_E5_close_closes_both_legs_of_the_component(stage: str) -> None:
    desk = desk_at(COMPONENT, stage)
    log = desk.act(lambda translator: translator.close())
    assert log.outputs == [CloseClient(1000, ""), CloseUpstream(1000, "")]
    assert_over(desk)


def test_E5_close_without_a_reason_still_says_something() -> None:
    log = desk_at(DEEPGRAM, "ready").act(lambda translator: translator.close())
    assert log.of("Error")[0]["description"]


@both
def test_E5_close_before_the_client_opened_ends_the_call(config: Config) -> None:
    desk = Desk(config)
    log = desk.act(lambda translator: translator.close())
    assert log.closes == [CloseClient(1000, ""), CloseUpstream(1000, "")]
    assert_over(desk)


@pytest.mark.parametrize("code", [1000, 1001, 1011, 3000, 4999])
def test_a_close_frame_may_carry_this_code(code: int) -> None:
    log = desk_at(COMPONENT, "ready").act(lambda translator: translator.close(code))
    assert [each.code for each in log.closes] == [code, code]


@pytest.mark.parametrize("code", [0, 999, 1005, 1006, 1015, 5000])
def test_a_close_frame_may_not_carry_that_code(code: int) -> None:
    desk = desk_at(COMPONENT, "ready")
    with pytest.raises(OrderError):
        desk.translator.close(code)
    assert desk.translator.state.opening is Opening.READY


# --- reasons ------------------------------------------------------------------------------------------------


@both
@pytest.mark.parametrize("reason", ["x" * 500, "ü" * 500, "€" * 500, "🐟" * 500, "x€" * 99])
def test_a_reason_fits_its_frame_and_is_cut_between_characters(config: Config, reason: str) -> None:
    log = desk_at(config, "ready").act(lambda translator: translator.close(1000, reason))
    for each in log.closes:
        size = len(each.reason.encode())
        assert 120 <= size <= 123
        assert reason.startswith(each.reason)


@pytest.mark.parametrize(
    ("reason", "short"), [("", ""), ("bye", "bye"), ("x" * 123, "x" * 123), ("\ud800", "?")]
)
def test_a_short_reason_stays_and_a_lone_surrogate_does_no_harm(reason: str, short: str) -> None:
    assert shortened(reason) == short


# --- fatal --------------------------------------------------------------------------------------------------


@everywhere
def test_a_fatal_error_is_told_then_both_legs_are_closed(stage: str) -> None:
    desk = desk_at(DEEPGRAM, stage)
    log = desk.client("no JSON")
    assert [type(each).__name__ for each in log.outputs] == [
        "Notice",
        "SendToClient",
        "CloseClient",
        "CloseUpstream",
    ]
    assert log.notices == ["SESSION_FAILED"]
    assert log.errors == ["UNPARSABLE_CLIENT_MESSAGE"]
    assert log.closes == [
        CloseClient(1000, "UNPARSABLE_CLIENT_MESSAGE"),
        CloseUpstream(1000, "UNPARSABLE_CLIENT_MESSAGE"),
    ]
    assert_over(desk)


def test_a_fatal_error_of_upstream_bounds_its_reason() -> None:
    """The component gets the upstream code, which is any text."""
    desk = desk_at(COMPONENT, "configuring")
    error: dict[str, Any] = {"type": "x", "code": "c" * 500, "message": "No."}
    log = desk.upstream({"type": "error", "error": error})
    assert log.errors == ["c" * 500]
    assert [len(each.reason) for each in log.closes] == [123, 123]


def test_E5_what_waited_is_dropped_with_the_call() -> None:
    desk = desk_at(COMPONENT, "configuring")
    desk.client({"type": "InjectUserMessage", "content": "Hi"})
    log = desk.act(lambda translator: translator.close())
    assert (log.upstream, log.of("ConversationText")) == ([], [])
