from __future__ import annotations

import json

from realtime_translate import Translator
from realtime_translate.cli.host import Host
from realtime_translate.testing import FakeClock

THINK = {"provider": {"type": "open_ai", "model": "gpt-realtime-2.1"}}
SETTINGS = json.dumps({"type": "Settings", "audio": {}, "agent": {"think": THINK}})


def host_at(now: float) -> Host:
    clock = FakeClock(now)
    return Host(Translator(clock=clock, new_id=lambda: "id"), clock)


def test_a_dial_is_wanted_from_settings_until_the_socket_is_open() -> None:
    host = host_at(3.0)
    host.open_client()
    assert host.dial_wanted_at is None
    host.from_client(SETTINGS)
    assert host.dial_wanted_at == 3.0
    host.open_upstream()
    assert host.dial_wanted_at is None
    assert host.upstream_is_open


def test_a_client_that_leaves_takes_its_dial_with_it() -> None:
    host = host_at(3.0)
    host.open_client()
    host.from_client(SETTINGS)
    host.close_client(1000)
    assert host.dial_wanted_at is None
    assert not host.client_is_open


def test_steps_are_handed_over_once() -> None:
    host = host_at(0.0)
    host.open_client()
    assert [step.type for step in host.take_steps()] == ["open", "Welcome"]
    assert host.take_steps() == []


def test_frames_wait_in_a_queue_for_each_leg() -> None:
    host = host_at(0.0)
    host.open_client()
    host.from_client(SETTINGS)
    host.open_upstream()
    assert [json.loads(frame)["type"] for frame in host.to_client] == ["Welcome"]
    assert [json.loads(frame)["type"] for frame in host.to_upstream] == ["session.update"]
