"""L5: a peer cannot make a host log without bound, nor log a client's secrets."""

from __future__ import annotations

import json
from typing import Any

import pytest

from realtime_translate import Config, Limits, Notice
from tests.harness import SETTINGS, Desk, Log

BOTH = pytest.mark.parametrize("preset", [Config.deepgram, Config.component], ids=["deepgram", "component"])
KEEPALIVE = {"type": "KeepAlive", "mood": 1}


def ready(preset: Any, most: int = 3) -> Desk:
    desk = Desk(preset(limits=Limits(notices_per_minute=most)))
    desk.ready()
    return desk


def told(log: Log) -> list[tuple[object, object]]:
    return [
        (each.fields["code"], each.fields["count"])
        for each in log.outputs
        if isinstance(each, Notice) and each.code == "NOTICES_SUPPRESSED"
    ]


@BOTH
def test_L5_so_many_notices_of_a_code_come_in_a_minute(preset: Any) -> None:
    desk = ready(preset)
    desk.wait(60.0)
    came = [desk.client(KEEPALIVE).notices for _ in range(5)]
    assert came == [["UNKNOWN_FIELDS", "KEEPALIVE_ABSORBED"]] * 3 + [[]] * 2
    assert desk.upstream({"type": "later"}).notices == ["UPSTREAM_UNKNOWN"], "each code has its own count"
    desk.wait(59.0)
    assert desk.client(KEEPALIVE).notices == []
    assert told(desk.wait(1.0)) == [("UNKNOWN_FIELDS", 3), ("KEEPALIVE_ABSORBED", 3)]
    assert desk.translator.next_deadline is None
    assert desk.client(KEEPALIVE).notices == ["UNKNOWN_FIELDS", "KEEPALIVE_ABSORBED"]


@BOTH
def test_L5_where_nothing_is_kept_back_no_timer_runs(preset: Any) -> None:
    desk = ready(preset)
    for _ in range(4):
        for _ in range(3):
            assert desk.client(KEEPALIVE).notices == ["UNKNOWN_FIELDS", "KEEPALIVE_ABSORBED"]
        assert desk.translator.next_deadline is None
        assert desk.wait(60.0).outputs == []


@BOTH
def test_L5_the_end_of_a_call_tells_too(preset: Any) -> None:
    desk = ready(preset)
    for _ in range(5):
        desk.client(KEEPALIVE)
    log = desk.act(lambda translator: translator.client_closed(1000))
    assert told(log) == [("UNKNOWN_FIELDS", 2), ("KEEPALIVE_ABSORBED", 2)]
    assert log.notices[-1] == "CLIENT_CLOSED"


@BOTH
def test_L5_the_end_of_a_call_tells_once(preset: Any) -> None:
    desk = ready(preset)
    for _ in range(5):
        desk.client(KEEPALIVE)
    desk.act(lambda translator: translator.client_closed(1000))
    for late in ("upstream_closed", "client_closed", "close"):
        assert desk.act(lambda translator, late=late: getattr(translator, late)(1000)).outputs == []


@BOTH
def test_L5_a_flood_is_logged_no_more_than_that(preset: Any) -> None:
    desk = Desk(preset())
    desk.ready()
    frame = json.dumps({"type": "KeepAlive", **{f"k{number}": 1 for number in range(10)}})
    outputs = [each for _ in range(1000) for each in desk.translator.receive_from_client(frame)]
    assert len(outputs) == 2 * 120


@BOTH
def test_L5_what_a_client_wrote_is_cut(preset: Any) -> None:
    desk = Desk(preset())
    desk.opened()
    long = "v" * 500
    speak = {"provider": {"type": "open_ai", "model": long, "voice": long, long: 1}}
    think = {"provider": {"type": "open_ai", "model": long}, long: 1}
    log = desk.client({**SETTINGS, "agent": {"speak": speak, "think": think}, long: 1})
    log.outputs += desk.client({"type": long}).outputs
    notes = [each for each in log.outputs if isinstance(each, Notice)]
    assert {"UNKNOWN_FIELDS", "MODEL_REPLACED"} <= {each.code for each in notes}
    assert all("v" * 65 not in f"{each.message} {dict(each.fields)}" for each in notes)


@BOTH
def test_L5_what_stands_in_a_field_for_a_secret_is_in_no_notice(preset: Any) -> None:
    secret = "hush-hush"
    headers = {"url": "https://example.com", "headers": {"authorization": secret}}
    provider = {
        "type": "x",
        "credentials": {"type": "iam", "access_key_id": secret, "secret_access_key": secret},
    }
    functions = [{"name": "f", "endpoint": headers}, {"name": "g", "endpoint": {"headers": {"x": 7}}}]
    agent = {
        "speak": {"provider": provider, "endpoint": headers},
        "think": {"provider": provider, "endpoint": headers},
    }
    for think in (agent["think"], {**agent["think"], "functions": functions}):
        desk = Desk(preset())
        desk.opened()
        log = desk.client({**SETTINGS, "agent": {**agent, "think": think}})
        assert secret not in str([each for each in log.outputs if isinstance(each, Notice)])
        assert secret not in json.dumps(log.client)
