"""Every error that was seen on the wire, and what becomes of it here (E1-E4, R5)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from realtime_translate import Config
from realtime_translate.mapping.errors import TELLING
from tests.harness import SETTINGS, Desk, ready
from tests.shared_material import shared

BENIGN = {
    "conversation_already_has_active_response",
    "input_audio_buffer_commit_empty",
    "response_cancel_not_active",
}
BOTH = pytest.mark.parametrize(
    "config", [Config.deepgram(), Config.component()], ids=["deepgram", "component"]
)


def observed(service: str) -> list[dict[str, Any]]:
    lines = shared("examples", "observed-errors.jsonl").read_text("utf-8").splitlines()
    return [each for each in map(json.loads, lines) if each["service"] == service]


def upstream_errors(*, fatal: bool) -> list[dict[str, Any]]:
    lines = [each for each in observed("openai") if each["event"].get("type") == "error"]
    return [each["event"] for each in lines if (each["fatal"] == "yes") is fatal]


@BOTH
def test_E1_what_ends_the_session_there_ends_it_here(config: Config) -> None:
    events = upstream_errors(fatal=True)
    assert len(events) == 6
    for event in events:
        log = ready(Desk, config).upstream(event)
        assert log.client_types == ["Error"], event
        assert len(log.closes) == 2


@BOTH
def test_E1_what_does_not_end_the_session_there_does_not_here(config: Config) -> None:
    events = upstream_errors(fatal=False)
    assert len(events) == 25
    for event in events:
        code, message = event["error"]["code"], event["error"]["message"]
        log = ready(Desk, config).upstream(event)
        assert log.closes == [], event
        if code in BENIGN or any(words in f"{code} {message}".lower() for words in TELLING):  # E2
            assert log.client == []
            continue
        (told,) = log.of("Error" if config.dialect.value == "component" else "Warning")
        assert told["code"] == (code or event["error"]["type"] or "unknown")
        assert told["description"] == message


@BOTH
def test_S7_before_ready_any_of_them_answers_the_update(config: Config) -> None:
    """They carry no id of ours: the session never becomes ready, unless nothing was refused at all."""
    for event in [*upstream_errors(fatal=True), *upstream_errors(fatal=False)]:
        desk = Desk(config)
        desk.opened()
        desk.client(SETTINGS)
        desk.dialled()
        log = desk.upstream({**event, "error": {**event["error"], "event_id": None}})
        if "input_audio_transcription" in (event["error"].get("param") or ""):  # the call can do without
            assert log.upstream_types == ["session.update"]
            continue
        assert log.client_types == ["Error"], event
        assert len(log.closes) == 2
        assert "SettingsApplied" not in log.client_types


@BOTH
def test_E4_an_error_of_no_event_is_only_noticed(config: Config) -> None:
    (line,) = (each for each in observed("openai") if each["fatal"] == "n/a")
    log = ready(Desk, config).upstream(line["event"])
    assert log.closes == []
    assert "UPSTREAM_MALFORMED" in log.notices


@BOTH
def test_O4_a_failed_transcription_is_no_error(config: Config) -> None:
    (event,) = (
        each["event"] for each in observed("openai") if each["event"].get("type", "").endswith("failed")
    )
    log = ready(Desk, config).upstream(event)
    assert (log.closes, log.notices) == ([], ["TRANSCRIPTION_FAILED"])
    assert log.client_types == (["Warning"] if config.dialect.value == "deepgram" else []), "once (O9)"


@BOTH
def test_R5_a_failed_response_ends_its_turn_only(config: Config) -> None:
    (event,) = (each["event"] for each in observed("openai") if each["event"].get("type") == "response.done")
    desk = ready(Desk, config)
    desk.upstream({"type": "response.created", "response": {"id": "resp_1"}})
    log = desk.upstream(event)
    assert log.of("Warning")[0]["code"] == "THINK_REQUEST_FAILED"
    assert "rate_limit_exceeded" in log.of("Warning")[0]["description"]
    assert log.client_types[-1] == "AgentAudioDone"
    assert log.closes == []


# --- Deepgram's own codes for the same mistakes -------------------------------------------------------------


def mistakes() -> dict[str, tuple[list[Any], float]]:
    """What a client does wrong, by the code that the real service answers with, and the seconds it waits."""
    return {
        "UNPARSABLE_CLIENT_MESSAGE": (['{"type": "Nonsense"}'], 0.0),
        "CLIENT_MESSAGE_TIMEOUT": ([], 15.0),
    }


def test_the_codes_of_fatal_errors_are_deepgrams() -> None:
    seen = {each["event"].get("code"): each["fatal"] for each in observed("deepgram")}
    for code, (frames, seconds) in mistakes().items():
        assert seen[code].startswith("yes")
        desk = Desk()
        desk.opened()
        log = [*[desk.client(frame) for frame in frames], desk.wait(seconds)]
        (error,) = (each for part in log for each in part.of("Error"))
        assert error["code"] == code
        assert desk.translator.state.opening.value == "closed"


def test_an_unknown_field_is_fatal_as_in_the_real_service_where_the_host_wants_it() -> None:
    desk = Desk(Config.deepgram(strict_fields=True))
    desk.opened()
    log = desk.client({**SETTINGS, "agent": {"tags": ["x"]}})
    assert log.of("Error")[0]["code"] == "UNPARSABLE_CLIENT_MESSAGE"
    assert "agent.tags" in log.of("Error")[0]["description"]


def test_O8_slow_thinking_is_a_warning_as_in_the_real_service() -> None:
    (seen,) = (each for each in observed("deepgram") if each["event"].get("code") == "SLOW_THINK_REQUEST")
    assert seen["fatal"] == "no"
    desk = ready(Desk, Config.deepgram())
    desk.upstream({"type": "response.created", "response": {"id": "resp_1"}})
    log = desk.wait(5.0)
    assert [each["code"] for each in log.of("Warning")] == ["SLOW_THINK_REQUEST"]
    assert log.closes == []
