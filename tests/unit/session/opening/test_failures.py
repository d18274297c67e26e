"""S7-S9: openings that fail."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import CloseClient, CloseUpstream, Config, Limits
from tests.events import UPDATED
from tests.harness import SETTINGS, Desk, Log

BOTH_CLOSED = [CloseClient, CloseUpstream]
DEEPGRAM, COMPONENT = Config.deepgram(), Config.component()

both = pytest.mark.parametrize("config", [DEEPGRAM, COMPONENT], ids=["DG", "CO"])
never_ready = pytest.mark.parametrize(
    ("config", "code"),
    [(DEEPGRAM, "INTERNAL_SERVER_ERROR"), (COMPONENT, "upstream_closed_before_session_ready")],
    ids=["DG", "CO"],
)


def desk_at(config: Config, stage: str) -> Desk:
    desk = Desk(config)
    desk.opened()
    if stage in ("dialled early", "configuring"):
        desk.dialled()
        desk.upstream({"type": "session.created", "session": {"type": "realtime"}})
    if stage in ("dialling", "configuring"):
        desk.client(SETTINGS)
    return desk


def error(code: str | None, message: str = "No.", event_id: str | None = None, type_: str = "x") -> Any:
    return {
        "type": "error",
        "error": {"type": type_, "code": code, "message": message, "event_id": event_id},
    }


def closed(log: Log) -> list[type]:
    return [type(each) for each in log.closes]


def assert_over(desk: Desk) -> None:
    """After close there are no outputs and no deadline."""
    assert desk.translator.next_deadline is None
    assert desk.upstream(UPDATED).outputs == []
    assert desk.client(SETTINGS).outputs == []


# --- S7 -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("event_id", ["T1_1", None])
@pytest.mark.parametrize(
    ("config", "upstream", "expected"),
    [
        (DEEPGRAM, error("unknown_parameter"), "INVALID_SETTINGS"),
        (DEEPGRAM, error(None), "INVALID_SETTINGS"),
        (DEEPGRAM, error("invalid_api_key"), "INTERNAL_SERVER_ERROR"),
        (DEEPGRAM, error("insufficient_quota"), "INTERNAL_SERVER_ERROR"),
        (DEEPGRAM, error(None, type_="server_error"), "INTERNAL_SERVER_ERROR"),
        (DEEPGRAM, error("session_expired"), "MAXIMUM_SESSION_LENGTH_REACHED"),
        (COMPONENT, error("unknown_parameter"), "unknown_parameter"),
        (COMPONENT, error("invalid_api_key"), "invalid_api_key"),
        (COMPONENT, error(None), "x"),
        (COMPONENT, error("session_expired"), "session_max_duration"),
    ],
)
def test_S7_an_error_that_answers_our_update_is_fatal(
    config: Config, upstream: Any, expected: str, event_id: str | None
) -> None:
    desk = desk_at(config, "configuring")
    log = desk.upstream({**upstream, "error": {**upstream["error"], "event_id": event_id}})
    assert log.errors == [expected]
    assert closed(log) == BOTH_CLOSED
    assert log.of("SettingsApplied") == []
    assert_over(desk)


def test_S7_the_client_is_told_what_was_wrong() -> None:
    log = desk_at(DEEPGRAM, "configuring").upstream(error("unknown_parameter", "Unknown parameter: 'x'."))
    assert log.of("Error")[0]["description"] == "Unknown parameter: 'x'."
    assert [(each.code, each.reason) for each in log.closes] == [(1000, "INVALID_SETTINGS")] * 2


def test_S7_credentials_of_the_host_are_not_quoted() -> None:
    log = desk_at(DEEPGRAM, "configuring").upstream(error("invalid_api_key", "Incorrect API key: sk-123"))
    assert "sk-123" not in log.of("Error")[0]["description"]


@both
def test_S7_an_error_that_answers_something_else_is_not(config: Config) -> None:
    desk = desk_at(config, "configuring")
    assert desk.upstream(error("odd", event_id="elsewhere")).closes == []
    assert desk.upstream(UPDATED).client_types == ["SettingsApplied"]


@both
def test_S7_after_ready_an_error_is_no_refusal(config: Config) -> None:
    desk = Desk(config)
    desk.ready()
    assert desk.upstream(error("odd")).closes == []
    assert desk.upstream(error("odd", event_id="T1_1")).closes == []


@both
def test_S7_before_our_update_an_error_does_not_answer_it(config: Config) -> None:
    desk = desk_at(config, "dialled early")
    assert desk.upstream(error("odd")).closes == []
    assert desk.client(SETTINGS).upstream_types == ["session.update"]


# --- S8 -----------------------------------------------------------------------------------------------------


@never_ready
@pytest.mark.parametrize("stage", ["dialled early", "configuring"])
@pytest.mark.parametrize("close_code", [1000, 1006, None])
def test_S8_upstream_closes_before_ready(
    config: Config, code: str, stage: str, close_code: int | None
) -> None:
    desk = desk_at(config, stage)
    log = desk.act(lambda translator: translator.upstream_closed(close_code))
    assert log.errors == [code]
    assert log.closes == [CloseClient(1000, "upstream closed")]
    assert_over(desk)


@never_ready
@pytest.mark.parametrize("stage", ["greeted", "dialling"])
def test_S9_a_failed_dial_is_the_same(config: Config, code: str, stage: str) -> None:
    desk = desk_at(config, stage)
    log = desk.act(lambda translator: translator.upstream_closed())
    assert log.errors == [code]
    assert closed(log) == [CloseClient]
    assert_over(desk)


def test_S8_the_error_that_upstream_closed_with_is_told() -> None:
    desk = desk_at(DEEPGRAM, "dialled early")
    desk.upstream(error("odd", "The moon is full."))
    log = desk.act(lambda translator: translator.upstream_closed(4000))
    assert log.of("Error")[0]["description"].endswith(": The moon is full.")
    log = desk_at(DEEPGRAM, "dialled early").act(lambda translator: translator.upstream_closed(4000))
    assert log.of("Error")[0]["description"].endswith("ready")


# --- S9 -----------------------------------------------------------------------------------------------------


@both
@pytest.mark.parametrize("stage", ["greeted", "dialled early"])
def test_S9_settings_must_come_in_time(config: Config, stage: str) -> None:
    desk = desk_at(config, stage)
    assert desk.wait(14.9).outputs == []
    log = desk.wait(0.1)
    assert log.errors == ["CLIENT_MESSAGE_TIMEOUT"]
    assert closed(log) == BOTH_CLOSED
    assert_over(desk)


@both
def test_S9_the_time_for_settings_counts_from_client_opened(config: Config) -> None:
    desk = desk_at(config, "greeted")
    assert desk.translator.next_deadline == desk.clock.now + 15.0
    desk.wait(5.0)
    desk.dialled()
    assert desk.translator.next_deadline == desk.clock.now + 10.0


@both
def test_S9_settings_end_that_time(config: Config) -> None:
    desk = Desk(config)
    desk.ready()
    assert desk.wait(60.0).of("Error") == []


@never_ready
@pytest.mark.parametrize("stage", ["dialling", "configuring"])
def test_S9_session_updated_must_come_in_time(config: Config, code: str, stage: str) -> None:
    desk = desk_at(config, stage)
    assert desk.wait(9.9).outputs == []
    log = desk.wait(0.1)
    assert log.errors == [code]
    assert closed(log) == BOTH_CLOSED
    assert_over(desk)


@both
def test_S9_the_time_for_session_updated_counts_from_settings(config: Config) -> None:
    desk = desk_at(config, "dialling")
    desk.wait(9.0)
    desk.dialled()
    desk.upstream({"type": "session.created", "session": {}})
    assert desk.translator.next_deadline == desk.clock.now + 1.0


@both
def test_S9_ready_ends_that_time(config: Config) -> None:
    desk = Desk(config)
    desk.ready()
    assert desk.translator.next_deadline is None


@both
def test_S9_the_timeouts_are_configured(config: Config) -> None:
    config = Config(config.dialect, limits=Limits(settings_timeout=1.0, configure_timeout=2.0))
    desk = desk_at(config, "greeted")
    assert desk.translator.next_deadline == desk.clock.now + 1.0
    desk.client(SETTINGS)
    assert desk.translator.next_deadline == desk.clock.now + 2.0


# --- S10 ----------------------------------------------------------------------------------------------------


@both
@pytest.mark.parametrize("stage", ["greeted", "dialled early"])
def test_S10_what_cannot_work_is_fatal_with_the_path(config: Config, stage: str) -> None:
    desk = desk_at(config, stage)
    log = desk.client({**SETTINGS, "audio": {"input": {"encoding": "opus", "sample_rate": 48000}}})
    assert log.errors == ["INVALID_SETTINGS"]
    assert log.of("Error")[0]["description"].startswith("audio.input.encoding: ")
    assert closed(log) == BOTH_CLOSED
    assert log.upstream == []
    assert_over(desk)


@both
def test_S10_a_stored_agent_is_fatal(config: Config) -> None:
    log = desk_at(config, "greeted").client({**SETTINGS, "agent": "2c9f3b1e"})
    assert log.errors == ["AGENT_ID_NOT_SUPPORTED"]
    assert closed(log) == BOTH_CLOSED


@both
def test_S10_what_was_left_out_is_noticed(config: Config) -> None:
    log = desk_at(config, "greeted").client({**SETTINGS, "tags": ["a"], "agent": {"speak": []}})
    assert log.notices == ["SETTING_LEFT_OUT"]
