"""When a session is renewed, how often it is tried, and what the client hears of it (N1-N4, N14-N18)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from realtime_translate import (
    ClientDialect,
    CloseClient,
    CloseUpstream,
    Config,
    ConfigError,
    LocalProtocolError,
    ManualCommit,
    Notice,
    OpenUpstream,
    Outputs,
    Renewal,
    Translator,
)
from realtime_translate.config import Limits
from realtime_translate.session.tables import Opening
from tests.events import (
    PCM,
    TOOLS,
    UPDATED,
    call_done,
    committed,
    created,
    done,
    error,
    inject,
    started,
    stopped,
    user_item,
)
from tests.harness import Desk, Log, ready
from tests.unit.session.renewing import asked, config, dialled_again, ready_in, renewed, replayed

EXPIRED = error("session_expired", "Your session hit the maximum duration of 60 minutes.")
BOTH = pytest.mark.parametrize("dialect", ClientDialect)


def dials(log: Log) -> list[int]:
    """The legs that were dialled."""
    return [each.leg for each in log.outputs if isinstance(each, OpenUpstream)]


def told(log: Log, code: str) -> list[dict[str, Any]]:
    """The fields of the Notices of that code."""
    return [dict(each.fields) for each in log.outputs if isinstance(each, Notice) and each.code == code]


# --- why ----------------------------------------------------------------------------------------------------


def test_N1_without_renewal_a_lost_session_ends_the_call() -> None:
    log = ready(Desk, Config.deepgram(), TOOLS).lost()
    assert not dials(log)
    assert CloseClient(1000, "upstream closed") in log.closes


def test_N1_a_session_that_was_never_ready_is_not_renewed() -> None:
    desk = Desk(config())
    desk.opened()
    desk.client(TOOLS)
    desk.dialled()
    log = desk.lost()
    assert not dials(log)
    assert log.errors == ["INTERNAL_SERVER_ERROR"]


@BOTH
@pytest.mark.parametrize("code", [None, 1000, 1001, 1006, 1011, 4000])
def test_N2_a_close_is_a_loss(dialect: ClientDialect, code: int | None) -> None:
    desk = ready_in(config(dialect))
    log = desk.lost(code)
    assert dials(log) == [2]
    assert log.client == []
    assert log.closes == []


def test_N2_a_normal_close_is_none_where_the_host_says_so() -> None:
    desk = ready_in(config(on_normal_close=False))
    log = desk.lost(1000)
    assert not dials(log)
    assert CloseClient(1000, "upstream closed") in log.closes
    assert dials(ready_in(config(on_normal_close=False)).lost(1001)) == [2]


@BOTH
@pytest.mark.parametrize("reason", ["invalid_api_key", "insufficient_quota", "model_not_found"])
def test_N2_refused_access_is_not_mended_by_dialling_again(dialect: ClientDialect, reason: str) -> None:
    assert not dials(ready_in(config(dialect)).lost(4000, reason))
    desk = ready_in(config(dialect))
    log = desk.upstream(error(reason, "no"))
    assert not dials(log)
    assert len(log.closes) == 2


@BOTH
def test_N2_an_expiry_begins_a_renewal(dialect: ClientDialect) -> None:
    log = ready_in(config(dialect)).upstream(EXPIRED)
    assert log.client == []
    assert [type(each) for each in log.outputs if not isinstance(each, Notice)] == [
        CloseUpstream,
        OpenUpstream,
    ]


def test_N2_an_idle_end_is_none() -> None:
    desk = ready_in(config(ClientDialect.COMPONENT))
    log = desk.upstream(error("idle_timeout", "The session was idle"))
    assert not dials(log)
    assert log.errors == ["idle_timeout"]


def test_N2_the_last_error_tells_of_an_idle_end() -> None:
    desk = ready_in()
    desk.upstream(error("idle_timeout", "The session was idle"))
    assert not dials(desk.lost(1000))


def test_N2_two_responses_in_a_row_that_stall_are_a_dead_session() -> None:
    desk = ready_in(config(fields={"limits": Limits(first_output=5.0, slow_think=60.0)}))
    asked(desk)
    assert not dials(desk.wait(5.0))
    desk.wait(1.0)
    asked(desk, "And now?", "resp_2")
    log = desk.wait(5.0)
    assert dials(log) == [2]
    assert told(log, "RENEWAL_STARTED") == [{"cause": "dead", "attempt": 1}]
    assert log.warnings == []


def test_N2_a_response_that_ends_shows_that_the_session_lives() -> None:
    desk = ready_in(config(fields={"limits": Limits(first_output=5.0, slow_think=60.0)}))
    asked(desk)
    desk.wait(5.0)
    desk.wait(1.0)
    desk.client(inject("Two"))
    desk.upstream(user_item("", "Two"), created("resp_2"), done("resp_2"))
    desk.client(inject("Three"))
    desk.upstream(user_item("", "Three"), created("resp_3"))
    assert not dials(desk.wait(5.0))


@pytest.mark.parametrize("close", ["client", "host"])
def test_N2_nothing_is_renewed_for_a_client_that_is_gone(close: str) -> None:
    desk = ready_in()
    desk.act(lambda translator: translator.client_closed(1000) if close == "client" else translator.close())
    assert desk.lost().outputs == []


# --- planned ------------------------------------------------------------------------------------------------


def test_N3_a_session_of_that_age_is_renewed() -> None:
    desk = ready_in(config(after=600.0))
    assert not dials(desk.wait(599.0))
    log = desk.wait(1.0)
    assert dials(log) == [2]
    assert [type(each) for each in log.outputs] == [CloseUpstream, Notice, OpenUpstream]
    assert told(log, "RENEWAL_STARTED") == [{"cause": "age", "attempt": 1}]
    renewed(desk)
    assert not dials(desk.wait(599.0))
    assert dials(desk.wait(1.0)) == [3]


def test_N3_the_host_may_want_it_at_any_time() -> None:
    desk = ready_in(config(after=None))
    log = desk.act(lambda translator: translator.renew())
    assert dials(log) == [2]
    assert told(log, "RENEWAL_STARTED") == [{"cause": "host", "attempt": 1}]
    assert desk.act(lambda translator: translator.renew()).outputs == []


def test_N3_renew_needs_a_renewal() -> None:
    with pytest.raises(LocalProtocolError, match="renewal=Renewal"):
        ready(Desk, Config.deepgram(), TOOLS).translator.renew()


def test_N3_renew_does_nothing_before_the_session_is_ready() -> None:
    desk = Desk(config())
    desk.opened()
    assert desk.act(lambda translator: translator.renew()).outputs == []


def test_N3_it_waits_for_a_quiet_moment() -> None:
    desk = ready_in(config(after=None))
    asked(desk)
    assert not dials(desk.act(lambda translator: translator.renew()))
    assert desk.translator.state.opening is Opening.DRAINING
    assert dials(desk.upstream(done())) == [2]


def test_N3_it_does_not_wait_for_ever() -> None:
    desk = ready_in(config(after=None, patience=7.0))
    asked(desk)
    desk.act(lambda translator: translator.renew())
    assert not dials(desk.wait(6.9))
    assert dials(desk.wait(0.1)) == [2]


def test_N3_the_call_goes_on_meanwhile() -> None:
    desk = ready_in(config(after=None))
    asked(desk)
    desk.act(lambda translator: translator.renew())
    assert desk.client(PCM).upstream_types == ["input_audio_buffer.append"]
    assert desk.client(inject("More")).upstream_types == ["conversation.item.create"]
    desk.upstream(user_item("", "More"))
    assert not dials(desk.upstream(done()))  # the second text is to be answered first


BUSY = {
    "the user speaks": [started()],
    "the server is to answer": [started(), stopped(), committed()],
    "a function call is open": [created(), call_done(), done()],
    "an item is not confirmed": [inject()],
}


@pytest.mark.parametrize("before", BUSY.values(), ids=BUSY)
def test_N3_a_moment_is_not_quiet(before: list[dict[str, Any]]) -> None:
    desk = ready_in(config(after=None))
    for each in before:
        desk.client(each) if each["type"] == "InjectUserMessage" else desk.upstream(each)
    assert not dials(desk.act(lambda translator: translator.renew()))


def test_N3_a_turn_of_the_user_is_not_cut_under_manual_commit() -> None:
    manual = config(turns=ManualCommit(), after=None)
    desk = ready_in(manual)
    desk.client(bytes(4800))  # 100 ms
    assert not dials(desk.act(lambda translator: translator.renew()))
    short = ready_in(manual)
    short.client(bytes(4796))
    assert dials(short.act(lambda translator: translator.renew())) == [2]


def test_N3_a_commit_that_is_not_confirmed_is_waited_for() -> None:
    desk = ready_in(config(turns=ManualCommit(), after=None))
    desk.client(bytes(9600))
    desk.wait(0.4)
    desk.upstream(created("resp_1"), done("resp_1"))
    assert not dials(desk.act(lambda translator: translator.renew()))
    assert dials(desk.upstream(committed())) == [2]


# --- one at a time ------------------------------------------------------------------------------------------


def test_N4_what_an_older_leg_says_is_ignored() -> None:
    desk = ready_in()
    desk.lost()
    renewed(desk)
    translator = desk.translator
    before = json.dumps(translator.snapshot())
    assert translator.receive_from_upstream(json.dumps(created("resp_9")), 1) == ()
    assert translator.upstream_opened(1) == ()
    assert translator.upstream_closed(1006, "", 1) == ()
    assert json.dumps(translator.snapshot()) == before


def test_N4_from_the_second_leg_on_it_has_to_be_named() -> None:
    desk = ready_in()
    desk.lost()
    for act in (
        lambda: desk.translator.upstream_opened(),
        lambda: desk.translator.receive_from_upstream("{}"),
        lambda: desk.translator.upstream_closed(),
    ):
        with pytest.raises(LocalProtocolError, match="leg=2"):
            act()


def test_N4_after_the_close_no_leg_needs_to_be_named() -> None:
    """Every input is absorbed then, in whatever order a host's sockets end."""
    desk = ready_in()
    desk.lost()
    desk.translator.client_closed()
    assert desk.translator.receive_from_upstream("{}") == ()
    assert desk.translator.upstream_closed() == ()


def test_N4_a_leg_that_was_never_dialled_is_a_mistake() -> None:
    desk = ready_in()
    for leg in (2, 0, -1):
        with pytest.raises(LocalProtocolError, match="there is no leg"):
            desk.translator.receive_from_upstream("{}", leg)
    with pytest.raises(LocalProtocolError, match="is an int"):
        desk.translator.receive_from_upstream("{}", "1")  # type: ignore[arg-type]


def test_N4_an_old_socket_may_say_something_until_the_next_is_dialled() -> None:
    desk = ready_in(config(delays=(1.0,)))
    desk.lost()
    assert desk.translator.state.opening is Opening.WAITING
    assert desk.upstream(created()).outputs == []
    assert desk.lost().outputs == []
    assert desk.dialled().outputs == []
    assert dials(desk.wait(1.0)) == [2]
    with pytest.raises(LocalProtocolError, match="before upstream_opened"):
        desk.translator.receive_from_upstream("{}", 2)


LATE: dict[str, Callable[[Translator], Outputs]] = {
    "a frame": lambda translator: translator.receive_from_upstream("{}", 1),
    "its close": lambda translator: translator.upstream_closed(1006, "", 1),
    "its opening": lambda translator: translator.upstream_opened(1),
}


@pytest.mark.parametrize("act", LATE.values(), ids=LATE)
def test_N4_what_comes_of_a_socket_when_the_next_is_due_is_not_of_that(
    act: Callable[[Translator], Outputs],
) -> None:
    desk = ready_in(config(delays=(0.5,)))
    desk.lost()
    desk.clock.advance(0.5)
    assert dials(desk.act(act)) == [2]
    assert desk.translator.state.opening is Opening.REDIALLING


# --- attempts -----------------------------------------------------------------------------------------------


def test_N14_a_dial_that_was_refused_for_a_while_is_tried_again() -> None:
    desk = ready_in()
    desk.lost()
    assert dials(desk.lost(None, "HTTP 503")) == [3]


def test_N14_attempts_come_later_and_later() -> None:
    desk = ready_in(config(attempts=4, delays=(0.0, 0.5, 2.0)))
    assert dials(desk.lost()) == [2]
    log = desk.lost(None, "refused")
    assert not dials(log)
    assert told(log, "RENEWAL_FAILED") == [{"cause": "closed", "attempt": 1, "next": 0.5}]
    assert dials(desk.wait(0.5)) == [3]
    desk.lost()
    assert not dials(desk.wait(1.9))
    assert dials(desk.wait(0.1)) == [4]
    desk.lost()
    assert dials(desk.wait(2.0)) == [5]


@BOTH
def test_N15_when_no_attempt_is_left_the_client_is_told(dialect: ClientDialect) -> None:
    desk = ready_in(config(dialect, attempts=2, delays=(0.0,)))
    desk.lost()
    desk.lost()
    log = desk.lost()
    component = dialect is ClientDialect.COMPONENT
    assert log.errors == ["upstream_closed_before_session_ready" if component else "INTERNAL_SERVER_ERROR"]
    assert [type(each) for each in log.closes] == [CloseClient, CloseUpstream]
    assert told(log, "RENEWAL_FAILED") == [{"cause": "closed", "attempt": 2, "next": None}]


@BOTH
def test_N15_an_expiry_is_told_as_one(dialect: ClientDialect) -> None:
    desk = ready_in(config(dialect, attempts=1))
    desk.upstream(EXPIRED)
    component = dialect is ClientDialect.COMPONENT
    expected = "session_max_duration" if component else "MAXIMUM_SESSION_LENGTH_REACHED"
    assert desk.lost().errors == [expected]


def test_N14_a_session_that_expires_while_it_is_told_is_an_attempt_that_failed() -> None:
    desk = ready_in()
    asked(desk)
    desk.lost()
    dialled_again(desk)
    log = desk.upstream(EXPIRED)
    assert told(log, "RENEWAL_FAILED") == [{"cause": "expired", "attempt": 1, "next": 0.0}]
    assert dials(log) == [3]


LAST = pytest.mark.parametrize("last", [{"attempts": 1}, {"lifetime": 1}])
"""The second session is the last: it closes before attempts are counted anew, or none may follow it."""


@LAST
@pytest.mark.parametrize(
    ("dialect", "code"),
    [(ClientDialect.DEEPGRAM, "INTERNAL_SERVER_ERROR"), (ClientDialect.COMPONENT, "unknown")],
)
def test_N15_a_last_session_that_closes_is_a_loss_by_any_code(
    dialect: ClientDialect, code: str, last: dict[str, Any]
) -> None:
    for close in (1000, 1006):
        desk = ready_in(config(dialect, **last))
        desk.lost()
        renewed(desk)
        log = desk.lost(close)
        assert not dials(log)
        assert log.errors == [code]
        assert CloseClient(1000, "upstream closed") in log.closes


@LAST
@pytest.mark.parametrize(("normal", "reason"), [(False, ""), (True, "idle_timeout")])
def test_E5_a_normal_end_that_is_no_loss_is_no_error(normal: bool, reason: str, last: dict[str, Any]) -> None:
    desk = ready_in(config(on_normal_close=normal, **last))
    desk.lost()
    renewed(desk)
    log = desk.lost(1000, reason)
    assert log.errors == []
    assert CloseClient(1000, "upstream closed") in log.closes


def test_N15_refused_access_ends_it_at_once() -> None:
    for act in (
        lambda desk: desk.lost(4000, "invalid_api_key"),
        lambda desk: desk.lost(None, "HTTP 403"),
        lambda desk: Log([*desk.dialled().outputs, *desk.upstream(error("invalid_api_key", "no")).outputs]),
    ):
        desk = ready_in()
        desk.lost()
        log = act(desk)
        assert log.errors == ["INTERNAL_SERVER_ERROR"]
        assert not dials(log)


def test_N14_a_session_that_does_not_last_counts_as_an_attempt() -> None:
    desk = ready_in(config(attempts=2, delays=(0.0,), ready_for=10.0))
    desk.lost()
    renewed(desk)
    desk.wait(9.9)
    desk.lost()
    renewed(desk)
    desk.wait(9.9)
    assert desk.lost().errors == ["INTERNAL_SERVER_ERROR"]


def test_N14_planned_renewals_are_no_attempts_that_failed() -> None:
    desk = ready_in(config(attempts=1, after=None, delays=(5.0,)))
    for leg in (2, 3, 4):
        assert dials(desk.act(lambda translator: translator.renew())) == [leg]
        renewed(desk)


def test_N14_a_session_that_lasts_makes_attempts_count_anew() -> None:
    desk = ready_in(config(attempts=1, ready_for=10.0))
    for leg in (2, 3, 4):
        desk.wait(10.0)
        assert dials(desk.lost()) == [leg]
        renewed(desk)


def test_N14_a_call_is_renewed_so_often() -> None:
    desk = ready_in(config(lifetime=2, ready_for=0.0, after=30.0))
    for _ in range(2):
        desk.lost()
        renewed(desk)
    assert not dials(desk.wait(30.0))
    log = desk.lost()
    assert not dials(log)
    assert log.errors == ["INTERNAL_SERVER_ERROR"]


def test_N14_a_dial_that_takes_too_long_is_given_up() -> None:
    desk = ready_in(config(delays=(0.0,), fields={"limits": Limits(configure_timeout=3.0)}))
    desk.lost()
    log = desk.wait(3.0)
    assert [each.code for each in log.closes] == [1000]
    assert dials(log) == [3]
    desk.dialled()
    assert dials(desk.wait(3.0)) == [4]


def test_N14_a_session_that_is_refused_is_an_attempt_that_failed() -> None:
    desk = ready_in(config(delays=(0.0,)))
    desk.lost()
    desk.dialled()
    log = desk.upstream(error("server_full", "All sessions are in use"))
    assert told(log, "RENEWAL_FAILED")[0]["cause"] == "server_full"
    assert isinstance(log.closes[0], CloseUpstream)
    assert dials(log) == [3]


# --- silence ------------------------------------------------------------------------------------------------


@BOTH
def test_N16_the_client_hears_nothing(dialect: ClientDialect) -> None:
    desk = ready_in(config(dialect), {**TOOLS, "agent": {**TOOLS["agent"], "greeting": "Hello!"}})
    assert Log([*desk.lost().outputs, *renewed(desk).outputs]).client == []


def test_N16_the_end_of_a_session_that_is_renewed_is_not_told_before() -> None:
    event = {"type": "session.created", "session": {}}
    limits = {"limits": Limits(session_warning=100.0)}
    renews = Desk(config(fields=limits))
    lasts = Desk(config(after=None, fields=limits))
    for desk, warnings in ((renews, []), (lasts, ["MAXIMUM_SESSION_LENGTH_APPROACHING"])):
        desk.opened()
        desk.client(TOOLS)
        desk.dialled()
        desk.upstream(event, UPDATED)
        assert desk.wait(100.0).warnings == warnings


def test_N16_the_end_of_the_last_session_is_told_before() -> None:
    desk = ready_in(config(lifetime=2, fields={"limits": Limits(session_warning=100.0)}))
    for warnings in ([], ["MAXIMUM_SESSION_LENGTH_APPROACHING"]):
        desk.lost()
        desk.dialled()
        desk.upstream({"type": "session.created", "session": {}}, UPDATED)
        assert desk.wait(100.0).warnings == warnings


def test_N17_a_notice_says_what_was_kept() -> None:
    desk = ready_in()
    asked(desk)
    desk.upstream(done())
    desk.lost()
    desk.clock.advance(0.25)
    log = renewed(desk)
    assert told(log, "RENEWAL_DONE") == [{"items": 1, "dropped": 0, "seconds": 0.25}]


def test_N17_the_client_is_without_an_agent_for_the_dial_and_two_round_trips() -> None:
    desk = ready_in()
    asked(desk)
    desk.lost()
    desk.clock.advance(0.3)  # the dial
    desk.dialled()
    desk.clock.advance(0.1)  # the update
    told_of = desk.upstream(UPDATED)
    desk.clock.advance(0.1)  # the ledger
    log = replayed(desk, told_of)
    assert told(log, "RENEWAL_DONE")[0]["seconds"] == 0.5
    assert log.upstream_types == ["response.create"]


def test_N18_timers_of_the_slot_stand_still() -> None:
    desk = ready_in(config(delays=(50.0,)))
    asked(desk)
    desk.lost()
    assert desk.translator.state.next_timer == ("attempt", desk.clock.now + 50.0)
    desk.wait(50.0)
    dialled_again(desk)
    desk.wait(2.0)  # no item is confirmed
    name, deadline = desk.translator.state.next_timer or ("", 0.0)
    assert (name, deadline) == ("slow", desk.clock.now + 5.0)


def test_N18_a_restored_call_whose_socket_is_gone_renews() -> None:
    given = config()
    desk = ready_in(given)
    elsewhere = Translator.restore(desk.translator.snapshot(), given, clock=desk.clock)
    assert dials(Log(list(elsewhere.upstream_closed(leg=elsewhere.state.leg)))) == [2]


@pytest.mark.parametrize(
    "fields",
    [
        {"after": 0},
        {"attempts": 0},
        {"attempts": 1.5},
        {"lifetime": 0},
        {"delays": ()},
        {"delays": (-1.0,)},
        {"delays": [1.0]},
        {"patience": -1},
        {"patience": None},
        {"ledger_items": 0},
        {"on_normal_close": 1},
        {"audio_seconds": float("inf")},
    ],
)
def test_N1_a_renewal_is_checked_when_it_is_made(fields: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=f"renewal.{next(iter(fields))} must"):
        Renewal(**fields)


def test_N18_the_minute_of_notices_goes_on() -> None:
    desk = ready_in(config(fields={"limits": Limits(notices_per_minute=1)}))
    desk.upstream({"type": "unheard of"}, {"type": "unheard of"})
    desk.lost()
    snapshot: Any = desk.translator.snapshot()
    assert set(snapshot["timers"]["deadlines"]) == {"notices", "configure"}
