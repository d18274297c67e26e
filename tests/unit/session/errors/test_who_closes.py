"""How a call ends: upstream closes, the client closes, the host closes (E5, *Always true* 7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from realtime_translate import CloseClient, CloseUpstream, Config, OrderError, Outputs, Translator
from tests.events import audio, call_item, created, done, error, text_done
from tests.harness import SETTINGS, Desk, ready

DEEPGRAM, COMPONENT = Config.deepgram(), Config.component()
BOTH = pytest.mark.parametrize("config", [DEEPGRAM, COMPONENT], ids=["deepgram", "component"])
ENDS: dict[str, Callable[[Translator], Outputs]] = {
    "client": lambda translator: translator.client_closed(1001, "gone"),
    "upstream": lambda translator: translator.upstream_closed(1006),
    "host": lambda translator: translator.close(),
    "fatal": lambda translator: translator.receive_from_upstream(
        '{"type":"error","error":{"code":"session_expired"}}'
    ),
}


def busy(config: Config = DEEPGRAM) -> Desk:
    desk = ready(Desk, config)
    desk.client({"type": "InjectUserMessage", "content": "Hi"})
    desk.upstream(created(), audio())
    assert desk.translator.next_deadline is not None
    return desk


@BOTH
@pytest.mark.parametrize("code", [None, 1001, 1006, 1011, 3000, 4000])
def test_E5_upstream_closes_and_the_client_is_told_and_closed(code: int | None, config: Config) -> None:
    log = ready(Desk, config).act(lambda translator: translator.upstream_closed(code, "reason"))
    [told] = log.client
    assert isinstance(told, dict)
    expected = "INTERNAL_SERVER_ERROR" if config is DEEPGRAM else "unknown"
    assert (told["type"], told["code"]) == ("Error", expected)
    assert log.closes == [CloseClient(1000, "upstream closed")]
    assert log.notices == ["UPSTREAM_CLOSED"]


@BOTH
def test_E5_upstream_closes_normally_and_the_client_is_closed_without_an_error(config: Config) -> None:
    log = ready(Desk, config).act(lambda translator: translator.upstream_closed(1000))
    assert (log.client, log.closes) == ([], [CloseClient(1000, "upstream closed")])


@BOTH
def test_E5_the_client_closes_and_upstream_is_closed(config: Config) -> None:
    log = busy(config).act(ENDS["client"])
    assert (log.client, log.upstream, log.closes) == ([], [], [CloseUpstream(1000, "client closed")])


def test_E5_close_tells_a_deepgram_client_first_and_then_closes_both_legs() -> None:
    log = busy().act(lambda translator: translator.close(1001, "deploy"))
    [told] = log.client
    assert told == {"type": "Error", "code": "SERVER_GOING_AWAY", "description": "deploy"}
    assert [type(each).__name__ for each in log.outputs] == ["SendToClient", "CloseClient", "CloseUpstream"]
    assert log.closes == [CloseClient(1001, "deploy"), CloseUpstream(1001, "deploy")]


def test_E5_close_says_something_also_without_a_reason() -> None:
    [told] = ready().act(ENDS["host"]).of("Error")
    assert told["description"] == "the server is going away"


def test_E5_close_closes_both_legs_of_a_component_call() -> None:
    log = busy(COMPONENT).act(ENDS["host"])
    assert (log.client, log.closes) == ([], [CloseClient(1000, ""), CloseUpstream(1000, "")])


@pytest.mark.parametrize("reason", ["x" * 500, "\N{SNOWMAN}" * 100, "é" + "x" * 122])
def test_E5_a_close_reason_fits_its_frame(reason: str) -> None:
    [client, upstream] = ready().act(lambda translator: translator.close(reason=reason)).closes
    assert client.reason == upstream.reason
    assert 120 < len(client.reason.encode()) <= 123
    assert reason.startswith(client.reason)


@BOTH
@pytest.mark.parametrize("end", ENDS)
def test_E5_timers_stop(end: str, config: Config) -> None:
    desk = busy(config)
    desk.act(ENDS[end])
    assert desk.translator.next_deadline is None
    assert desk.translator.state.next_timer is None


INPUTS: dict[str, Callable[[Translator], Outputs]] = {
    "client_opened": lambda translator: translator.client_opened(),
    "upstream_opened": lambda translator: translator.upstream_opened(),
    "text": lambda translator: translator.receive_from_client('{"type":"InjectUserMessage","content":"Hi"}'),
    "bad text": lambda translator: translator.receive_from_client("oops"),
    "audio": lambda translator: translator.receive_from_client(b"\x01" * 9600),
    "event": lambda translator: translator.receive_from_upstream('{"type":"session.updated","session":{}}'),
    "bad event": lambda translator: translator.receive_from_upstream("oops"),
    "timeout": lambda translator: translator.handle_timeout(),
    "playback": lambda translator: translator.playback_reported(100),
    "function result": lambda translator: translator.function_result("call_1", "{}"),
    **{f"{end} once more": act for end, act in ENDS.items()},
}


@BOTH
@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("opened", ["client", "both", "all"])
def test_after_close_every_input_returns_nothing(end: str, config: Config, opened: str) -> None:
    desk = Desk(config)
    if opened == "all":
        desk.ready()
    else:
        desk.opened()
    if opened == "both":
        desk.client(SETTINGS)
        desk.dialled()
    try:
        desk.act(ENDS[end])
    except OrderError:  # an event of a socket that is not open
        desk.act(ENDS["host"])
    for name, act in INPUTS.items():
        desk.wait(1000.0)
        assert desk.act(act).outputs == [], name
        assert desk.translator.next_deadline is None
        assert not desk.translator.client_paused
    assert desk.translator.state.opening.value == "closed"


IDLE = error("idle_timeout", "Nobody spoke.")


@pytest.mark.parametrize(
    "last",
    [done("resp_1"), created("resp_2"), audio(response_id="resp_2"), text_done("Hi.", "msg_2", "resp_2")],
    ids=lambda event: event["type"],
)
def test_nothing_comes_out_after_the_close_within_one_input(last: dict[str, Any]) -> None:
    """The end of the response ends the call (E3): the wish that waited for it asks for nothing, no audio
    follows.
    """
    desk = ready(Desk, COMPONENT)
    desk.upstream(created())
    desk.client({"type": "InjectUserMessage", "content": "Hi"})
    desk.wait(2.0)
    desk.upstream(IDLE)
    log = desk.upstream(last)
    assert log.outputs[-1] == CloseUpstream(1000, "idle_timeout")
    assert (log.upstream, len(log.closes)) == ([], 2)


def test_a_call_ends_once() -> None:
    """Two calls of functions that were not declared: each of them is fatal."""
    log = ready().upstream(created(), done("resp_1", call_item("call_1"), call_item("call_2")))
    assert [each["code"] for each in log.of("Error")] == ["NON_EXISTENT_FUNCTION_CALLED"]
    assert [type(each).__name__ for each in log.outputs[-2:]] == ["CloseClient", "CloseUpstream"]


def test_a_timer_that_ends_the_call_is_the_last_to_fire() -> None:
    """The input that comes at the same time is too late."""
    desk = Desk()
    desk.opened()
    desk.clock.advance(15.0)
    log = desk.client(SETTINGS)
    [told] = log.of("Error")
    assert told["code"] == "CLIENT_MESSAGE_TIMEOUT"
    assert log.outputs[-1] == CloseUpstream(1000, "CLIENT_MESSAGE_TIMEOUT")


def test_close_before_the_client_opened_leaves_nothing_to_do_later() -> None:
    translator: Any = Desk().translator
    translator.close()
    assert translator.client_opened() == ()
    assert translator.next_deadline is None


EXPIRED = "Your session hit the maximum duration of 60 minutes."


def closing(desk: Desk, code: int | None, reason: str = "") -> list[tuple[str, str]]:
    log = desk.act(lambda translator: translator.upstream_closed(code, reason))
    return [(each["code"], each["description"]) for each in log.of("Error")]


def expiry(config: Config) -> str:
    return "MAXIMUM_SESSION_LENGTH_REACHED" if config is DEEPGRAM else "session_max_duration"


@BOTH
@pytest.mark.parametrize("code", [1000, 1001, None])
@pytest.mark.parametrize("reason", [EXPIRED, "session_expired", "invalid_request_error.session_expired"])
def test_E3_a_reason_that_speaks_of_the_longest_time_is_an_expiry(
    config: Config, code: int | None, reason: str
) -> None:
    assert closing(ready(Desk, config), code, reason) == [(expiry(config), reason)]


@BOTH
@pytest.mark.parametrize(
    ("after", "code", "is_expiry"), [(3300, 1001, True), (3299, 1001, False), (3300, 1011, False)]
)
def test_E3_going_away_after_the_session_was_about_to_end_is_an_expiry(
    config: Config, after: float, code: int, is_expiry: bool
) -> None:
    desk = Desk(config)
    desk.opened()
    desk.client(SETTINGS)
    desk.dialled()
    desk.upstream({"type": "session.created", "session": {}}, {"type": "session.updated", "session": {}})
    desk.wait(after)
    other = "INTERNAL_SERVER_ERROR" if config is DEEPGRAM else "unknown"
    [(told, why)] = closing(desk, code)
    assert (told, why) == (
        expiry(config) if is_expiry else other,
        "the upstream server closed the connection",
    )


@BOTH
def test_E3_without_a_beginning_nothing_has_lasted_long(config: Config) -> None:
    desk = ready(Desk, config)
    desk.wait(10_000)
    assert closing(desk, 1001, "bye")[0][0] != expiry(config)


@BOTH
def test_E5_other_reasons_are_read_like_errors(config: Config) -> None:
    reason = "invalid_request_error.invalid_api_key"
    code = "INTERNAL_SERVER_ERROR" if config is DEEPGRAM else "invalid_api_key"
    assert closing(ready(Desk, config), 3000, reason) == [
        (code, "the upstream server refused access (invalid_api_key)")
    ]
    code = "INTERNAL_SERVER_ERROR" if config is DEEPGRAM else "unknown"
    assert closing(ready(Desk, config), 1011, "out of memory") == [(code, "out of memory")]


@BOTH
def test_E5_the_last_error_counts_more_than_the_reason(config: Config) -> None:
    desk = ready(Desk, config)
    desk.upstream(error("server_error", "Our fault."))
    assert closing(desk, 1001, EXPIRED)[0][1] == "Our fault."


@BOTH
def test_S8_the_reason_of_upstream_is_told_before_ready_that_of_a_dial_is_the_hosts_own(
    config: Config,
) -> None:
    begun = "the upstream server closed before the session was ready"
    desk = Desk(config)
    desk.opened()
    desk.client(SETTINGS)
    assert closing(desk, None, "connect to 10.0.0.1 failed")[0][1] == begun
    desk = Desk(config)
    desk.opened()
    desk.client(SETTINGS)
    desk.dialled()
    assert closing(desk, 1008, "full")[0][1] == f"{begun}: full"


@BOTH
@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("HTTP 401 invalid_api_key", "refused access (401 invalid_api_key)"),
        ("HTTP 403", "refused access (403)"),
        ("HTTP 429 insufficient_quota", "takes no more calls for now (429 insufficient_quota)"),
        ("HTTP 500", "is not available (500)"),
        ("HTTP 503 overloaded.now-", "is not available (503 overloaded.now-)"),
        ("HTTP 404 model_not_found", "refused the connection (404 model_not_found)"),
    ],
)
def test_S8_how_the_server_refused_the_dial_is_told(config: Config, reason: str, told: str) -> None:
    desk = Desk(config)
    desk.opened()
    desk.client(SETTINGS)
    ((code, description),) = closing(desk, None, reason)
    assert description == f"the upstream server {told}"
    assert code == ("INTERNAL_SERVER_ERROR" if config is DEEPGRAM else "upstream_closed_before_session_ready")


@pytest.mark.parametrize(
    "reason",
    ["HTTP 401 of 10.0.0.1", "HTTP 401\n", "HTTP 4011", "HTTP 999", "not HTTP 401", "HTTP 401 " + 65 * "x"],
)
def test_S8_other_reasons_of_a_dial_are_not_told(reason: str) -> None:
    desk = Desk(DEEPGRAM)
    desk.opened()
    desk.client(SETTINGS)
    assert closing(desk, None, reason)[0][1] == "the upstream server closed before the session was ready"


def test_S8_a_refusal_names_no_account() -> None:
    desk = Desk(DEEPGRAM)
    desk.opened()
    desk.client(SETTINGS)
    assert (
        "org-AbCdEfGhIjKlMnOpQrStUvWx"
        not in closing(desk, None, "HTTP 429 org-AbCdEfGhIjKlMnOpQrStUvWx")[0][1]
    )


def test_S8_after_the_dial_that_reason_is_one_of_upstream() -> None:
    desk = Desk(DEEPGRAM)
    desk.opened()
    desk.client(SETTINGS)
    desk.dialled()
    begun = "the upstream server closed before the session was ready"
    assert closing(desk, 1011, "HTTP 503")[0][1] == f"{begun}: HTTP 503"
