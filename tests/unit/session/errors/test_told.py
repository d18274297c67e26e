"""Upstream errors as the client is told of them (E1-E3)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from realtime_translate import ClientDialect, Config
from realtime_translate.mapping.errors import Fault, fatal_code, fault
from realtime_translate.masking import masked
from realtime_translate.openai.objects import ErrorDetail
from tests.events import created, done, error, text, text_done
from tests.harness import SETTINGS, Desk, Log, ready
from tests.shared_material import shared

DEEPGRAM, COMPONENT = Config.deepgram(), Config.component()
BOTH = pytest.mark.parametrize("config", [DEEPGRAM, COMPONENT], ids=["deepgram", "component"])


def closed(log: Log) -> bool:
    return [type(each).__name__ for each in log.closes] == ["CloseClient", "CloseUpstream"]


def told(log: Log) -> list[tuple[str, str, str]]:
    return [
        (each["type"], each["code"], each["description"]) for each in (*log.of("Error"), *log.of("Warning"))
    ]


# --- E1 -----------------------------------------------------------------------------------------------------


def test_E1_a_deepgram_client_gets_a_warning_with_the_code_and_the_message() -> None:
    log = ready().upstream(error("cannot_update_voice", "The voice is fixed."))
    assert told(log) == [("Warning", "cannot_update_voice", "The voice is fixed.")]
    assert (log.closes, log.notices) == ([], ["UPSTREAM_ERROR"])


def test_E1_a_component_client_gets_an_error_with_the_code_and_the_message() -> None:
    log = ready(Desk, COMPONENT).upstream(error("cannot_update_voice", "The voice is fixed."))
    assert told(log) == [("Error", "cannot_update_voice", "The voice is fixed.")]
    assert log.closes == []


@BOTH
def test_E1_an_error_without_a_code_is_told_by_its_type(config: Config) -> None:
    [(_, code, description)] = told(ready(Desk, config).upstream(error(None, "Odd.")))
    assert (code, description) == ("invalid_request_error", "Odd.")


@BOTH
def test_E1_an_error_that_says_nothing_is_told_all_the_same(config: Config) -> None:
    [(_, code, description)] = told(ready(Desk, config).upstream({"type": "error", "error": {}}))
    assert (code, description) == ("unknown", "the upstream server reported an error")


@BOTH
def test_E1_the_session_goes_on_after_an_error(config: Config) -> None:
    desk = ready(Desk, config)
    desk.upstream(error("invalid_value"), error(None, kind="server_error"))
    assert "ConversationText" in desk.upstream(created(), text_done("Hi.")).client_types


ACCESS = [
    error("invalid_api_key", "Incorrect API key provided: sk-123."),
    error(None, "Missing bearer or basic authentication in header"),
    error(None, "Incorrect API key provided: sk-123."),
    error("invalid_model"),
    error("missing_model"),
    error("beta_api_shape_disabled"),
    error("insufficient_quota"),
    error("account_deactivated"),
    error("billing_hard_limit_reached"),
    error("credit_balance_exhausted"),
    error("model_not_found"),
    error(None, kind="insufficient_quota"),
]


@pytest.mark.parametrize("event", ACCESS, ids=str)
@BOTH
def test_E1_a_code_that_is_fatal_by_nature_ends_the_session(event: dict[str, Any], config: Config) -> None:
    log = ready(Desk, config).upstream(event)
    [(kind, code, description)] = told(log)
    named = event["error"]["code"] or event["error"]["type"]
    expected = "INTERNAL_SERVER_ERROR" if config is DEEPGRAM else named
    assert (kind, code) == ("Error", expected)
    assert "sk-123" not in description, "it speaks of the host's credentials"
    assert closed(log)


def test_E1_an_error_that_upstream_closes_with_ends_a_deepgram_session() -> None:
    desk = ready()
    desk.upstream(error(None, "Our fault.", kind="server_error"))
    log = desk.act(lambda translator: translator.upstream_closed(1011))
    assert told(log) == [("Error", "INTERNAL_SERVER_ERROR", "Our fault.")]


def test_E1_an_error_that_upstream_closes_with_keeps_its_code_for_the_component() -> None:
    desk = ready(Desk, COMPONENT)
    desk.upstream(error("quantum_failure", "Our fault."))
    log = desk.act(lambda translator: translator.upstream_closed(1011))
    assert told(log) == [("Error", "quantum_failure", "Our fault.")]


@BOTH
def test_E1_an_earlier_error_is_not_why_upstream_closes(config: Config) -> None:
    desk = ready(Desk, config)
    desk.upstream(error("quantum_failure", "Our fault."), {"type": "rate_limits.updated", "rate_limits": []})
    [(_, code, description)] = told(desk.act(lambda translator: translator.upstream_closed(1006)))
    assert code == ("INTERNAL_SERVER_ERROR" if config is DEEPGRAM else "unknown")
    assert description == "the upstream server closed the connection"


# --- E2 -----------------------------------------------------------------------------------------------------

BENIGN = [
    error("conversation_already_has_active_response"),
    error("response_cancel_not_active"),
    error("input_audio_buffer_commit_empty"),
    error(None, "Conversation already has an active response"),
    error(None, "Cancellation failed: no active response found"),
    error(None, "Error committing input audio buffer: buffer too small. Expected at least 100ms."),
]


@pytest.mark.parametrize("event", BENIGN, ids=str)
@BOTH
def test_E2_benign_errors_are_silent(event: dict[str, Any], config: Config) -> None:
    desk = ready(Desk, config)
    log = desk.upstream(event)
    assert (log.client, log.upstream, log.closes) == ([], [], [])
    assert log.notices == ["UPSTREAM_ERROR_BENIGN"]
    [(_, _, description)] = told(desk.act(lambda translator: translator.upstream_closed(1006)))
    assert description == "the upstream server closed the connection"


# --- E3 -----------------------------------------------------------------------------------------------------

EXPIRED = [
    error("session_expired", "Your session hit the maximum duration of 60 minutes."),
    error("session_max_duration", "Over."),
    error(None, "Your session hit the maximum duration of 60 minutes."),
]


@pytest.mark.parametrize("event", EXPIRED, ids=str)
@BOTH
def test_E3_the_end_of_the_session_s_time_has_the_dialect_s_code(
    event: dict[str, Any], config: Config
) -> None:
    log = ready(Desk, config).upstream(event)
    code = "MAXIMUM_SESSION_LENGTH_REACHED" if config is DEEPGRAM else "session_max_duration"
    assert told(log) == [("Error", code, event["error"]["message"])]
    assert closed(log)


IDLE = error("idle_timeout", "Nobody spoke.")


def test_E3_an_idle_timeout_ends_a_component_session() -> None:
    log = ready(Desk, COMPONENT).upstream(IDLE)
    assert told(log) == [("Error", "idle_timeout", "Nobody spoke.")]
    assert closed(log)


def test_E3_an_idle_timeout_waits_for_the_text_of_the_response_that_is_active() -> None:
    desk = ready(Desk, COMPONENT)
    desk.upstream(created(), text("Are you"))
    log = desk.upstream(IDLE)
    assert (log.client, log.closes) == ([], [])
    desk.upstream(text(" there?"))
    log = desk.upstream(done("resp_1"))
    assert [each for each in log.client_types if each in ("ConversationText", "Error")] == [
        "ConversationText",
        "Error",
    ]
    assert (log.of("ConversationText")[0]["content"], told(log)) == (
        "Are you there?",
        [("Error", "idle_timeout", "Nobody spoke.")],
    )
    assert closed(log)


def test_E3_an_idle_timeout_whose_response_never_ends_is_told_when_upstream_closes() -> None:
    desk = ready(Desk, COMPONENT)
    desk.upstream(created(), IDLE, text("Are you"))
    log = desk.act(lambda translator: translator.upstream_closed(1006))
    assert told(log) == [("Error", "idle_timeout", "Nobody spoke.")]


def test_E3_after_a_response_without_an_idle_timeout_the_session_goes_on() -> None:
    assert ready(Desk, COMPONENT).upstream(created(), done("resp_1")).closes == []


def test_E3_an_idle_timeout_is_no_end_in_deepgram_s_dialect() -> None:
    log = ready().upstream(IDLE)
    assert (told(log), log.closes) == ([("Warning", "idle_timeout", "Nobody spoke.")], [])


# --- reading an error ---------------------------------------------------------------------------------------


def test_R6_a_code_counts_before_a_message() -> None:
    read = fault(ErrorDetail(code="idle_timeout", message="Conversation already has an active response"))
    assert read.fault is Fault.IDLE
    assert fault(ErrorDetail(code="new_code", type="server_error")).fault is Fault.SERVER
    assert fault(ErrorDetail(code="new_code", message="ALREADY HAS AN ACTIVE RESPONSE.")).fault is Fault.BUSY
    assert fault(ErrorDetail(code="new_code", message="What?")).fault is Fault.OTHER


def test_an_error_of_ours_names_its_event() -> None:
    assert fault(ErrorDetail(event_id="T1_4")).event_id == "T1_4"
    assert fault(ErrorDetail(event_id=None)).event_id == ""


@pytest.mark.parametrize("component", [False, True])
def test_every_fatal_code_is_a_text(component: bool) -> None:
    for code in ("session_expired", "invalid_api_key"):
        assert isinstance(fatal_code(fault(ErrorDetail(code=code)), component=component), str)


# --- the errors that were seen in real traffic --------------------------------------------------------------


def observed() -> list[dict[str, Any]]:
    lines = shared("examples", "observed-errors.jsonl").read_text(encoding="utf-8").splitlines()
    return [each for each in map(json.loads, lines) if each["service"] == "openai"]


@pytest.mark.parametrize("dialect", ClientDialect)
def test_every_observed_error_is_as_fatal_as_it_was(dialect: ClientDialect) -> None:
    seen = observed()
    assert len(seen) > 30
    for each in seen:
        desk = Desk(Config(dialect))
        desk.ready({**SETTINGS})
        log = desk.upstream(each["event"])
        assert bool(log.closes) == (each["fatal"] == "yes"), each
        if each["fatal"] == "yes":
            assert closed(log)
            assert log.client_types == ["Error"]
        elif each["event"].get("type") == "error":
            assert_told_unless_benign(log, each["event"]["error"], dialect)
        assert desk.upstream(created("next")).client == []


def assert_told_unless_benign(log: Log, detail: dict[str, Any], dialect: ClientDialect) -> None:
    if log.notices == ["UPSTREAM_ERROR_BENIGN"]:
        assert log.client == []
        said = f"{detail['code']} {detail['message']}"
        assert any(
            word in said
            for word in (
                "active response",
                "active_response",
                "commit_empty",
                "cancel_not_active",
                "truncat",
                "delet",
                "already shorter",
            )
        )
        return
    kind = "Warning" if dialect is ClientDialect.DEEPGRAM else "Error"
    named = detail["code"] or detail["type"] or "unknown"
    assert told(log) == [(kind, named, masked(detail["message"]))]
