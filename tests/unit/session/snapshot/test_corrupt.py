"""What `restore` takes must run: corrupt snapshots that were once taken (*Always true* 6)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from realtime_translate import Config, ContextMode, SnapshotError, Translator
from realtime_translate.testing import FakeClock
from tests.events import created
from tests.harness import SETTINGS, Desk
from tests.unit.session.renewing import config, ready_in


def taken(*frames: Any) -> tuple[Desk, dict[str, Any]]:
    desk = Desk()
    desk.ready()
    desk.upstream(created())
    for frame in frames:
        desk.client(frame)
    snapshot: dict[str, Any] = json.loads(json.dumps(desk.translator.snapshot()))
    return desk, snapshot


def test_Always_6_a_timer_without_what_it_waits_for_does_nothing() -> None:
    desk, snapshot = taken({"type": "InjectUserMessage", "content": "Hi"})
    snapshot["call"]["user_texts"]["waiting"] = []
    clock = FakeClock(500.0)
    translator = Translator.restore(snapshot, desk.config, clock=clock)
    clock.advance(2.0)
    assert translator.handle_timeout() == ()


@pytest.mark.parametrize("frame", ["closed", "", "{}", '{"type":"KeepAlive"}', '{"type":"UpdatePrompt"}'])
def test_Always_6_what_waits_to_be_sent_is_an_update(frame: str) -> None:
    desk, snapshot = taken({"type": "UpdatePrompt", "prompt": "Be kind."})
    snapshot["call"]["updates"]["waiting"][0] = frame
    with pytest.raises(SnapshotError, match="an update in the snapshot is corrupt"):
        Translator.restore(snapshot, desk.config, clock=FakeClock(500.0))


OTHER = ["closed", "{}", '{"type":"KeepAlive"}', '{"type":"Settings","audio":{},"agent":"stored"}']


@pytest.mark.parametrize(
    ("lost", "frame"), [(True, ""), *((lost, frame) for lost in (False, True) for frame in OTHER)]
)
def test_Always_6_another_session_can_be_asked_for_what_settings_say(lost: bool, frame: str) -> None:
    desk = ready_in(config(delays=(1.0,)))
    if lost:
        desk.lost()
    snapshot: Any = desk.translator.snapshot()
    snapshot["call"]["opening"]["settings"] = frame
    with pytest.raises(SnapshotError, match="the Settings in the snapshot are corrupt"):
        Translator.restore(snapshot, desk.config, clock=FakeClock(500.0))


def test_N1_a_call_that_began_without_renewals_ends_with_its_session() -> None:
    """Nothing was kept of it that another session could be asked for."""
    snapshot = ready_in(Config.deepgram()).translator.snapshot()
    translator = Translator.restore(snapshot, config(), clock=FakeClock(500.0))
    assert translator.renew() == ()
    translator.upstream_closed(1006)
    assert translator.state.opening == "closed"


BROKEN: list[dict[str, Any]] = [
    {"role": "user"},
    {"type": "thought"},
    {"type": "message", "role": "assistant"},
    {"type": "message", "role": "assistant", "content": 1},
]


@pytest.mark.parametrize("item", BROKEN)
@pytest.mark.parametrize("sent", [False, True])
def test_Always_6_items_of_the_past_can_be_sent(sent: bool, item: dict[str, Any]) -> None:
    said = [{"type": "History", "role": role, "content": "A berth?"} for role in ("user", "assistant")]
    desk = Desk(Config.deepgram(context=ContextMode.ITEMS))
    desk.opened()
    desk.client({**SETTINGS, "agent": {"context": {"messages": said}}})
    desk.dialled()
    if sent:
        desk.upstream({"type": "session.updated", "session": {}})
    snapshot: Any = desk.translator.snapshot()
    Translator.restore(snapshot, desk.config, clock=FakeClock(500.0))
    if sent:
        snapshot["call"]["past"]["items"][1]["item"] = item
    else:
        snapshot["plan"]["context_items"][1] = item
    with pytest.raises(SnapshotError, match="an item in the snapshot is corrupt"):
        Translator.restore(snapshot, desk.config, clock=FakeClock(500.0))
