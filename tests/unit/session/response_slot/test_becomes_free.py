"""From every state of the slot, with a server that goes silent, the slot becomes free (*Always true* 8)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from realtime_translate import Config
from realtime_translate.config import Limits
from realtime_translate.session.tables import SLOT, SlotState
from tests.events import (
    TOOLS,
    busy,
    call_added,
    call_done,
    created,
    delta,
    error,
    inject,
    item_added,
    message,
    speech,
)
from tests.harness import Desk, ready
from tests.unit.session.played import (
    MANUAL,
    VAD,
    asked,
    begun,
    begun_by_server,
    confirmed,
    creates,
    tags_echoed,
)

LIMITS = Limits()
BOUND = LIMITS.first_output + LIMITS.response_stall + LIMITS.create_timeout + 2 * LIMITS.error_grace
"""Seconds after which no state may be what it was, whatever waits."""


def crossed(desk: Desk) -> None:
    tags_echoed(desk)
    asked(desk)
    begun_by_server(desk)


def given_up(desk: Desk) -> None:
    begun_by_server(desk)
    desk.wait(60)


def interrupted(desk: Desk) -> None:
    begun_by_server(desk)
    desk.upstream(delta("resp_s"), speech("speech_started"))


def interrupted_without_an_id(desk: Desk) -> None:
    desk.upstream(created(None), delta(None), speech("speech_started"))


def interrupted_twice(desk: Desk) -> None:
    crossed(desk)
    desk.client({"type": "InjectAgentMessage", "message": "Stop.", "behavior": "interrupt"})


def doomed(desk: Desk) -> None:
    asked(desk)
    desk.client({"type": "InjectAgentMessage", "message": "Stop.", "behavior": "interrupt"})


def with_an_open_item(desk: Desk) -> None:
    begun(desk)
    desk.upstream(item_added(message(status="in_progress")), delta())


def with_an_open_call(desk: Desk) -> None:
    begun(desk)
    desk.upstream(item_added(message(status="in_progress")), call_added(), call_done())


def after_an_error(desk: Desk) -> None:
    with_an_open_item(desk)
    desk.upstream(error("server_error"))


def interrupted_after_an_error(desk: Desk) -> None:
    after_an_error(desk)
    desk.upstream(speech("speech_started"))


def tried_again(desk: Desk) -> None:
    asked(desk)
    desk.upstream(error("server_error"))
    desk.wait(1)


def with_an_update(desk: Desk) -> None:
    begun(desk)
    desk.client({"type": "UpdatePrompt", "prompt": "Be brief."})


WAYS: Mapping[str, tuple[SlotState, Callable[[Desk], object]]] = {
    "free": (SlotState.FREE, lambda desk: None),
    "expected": (SlotState.EXPECTED, lambda desk: desk.upstream(speech("committed"))),
    "requested": (SlotState.REQUESTED, asked),
    "doomed": (SlotState.REQUESTED, doomed),
    "tried again": (SlotState.REQUESTED, tried_again),
    "doubted": (SlotState.DOUBTED, lambda desk: (asked(desk), desk.upstream(error("server_error")))),
    "running": (SlotState.RUNNING, begun),
    "with an open item": (SlotState.RUNNING, with_an_open_item),
    "with an open call": (SlotState.RUNNING, with_an_open_call),
    "with an update": (SlotState.RUNNING, with_an_update),
    "after an error": (SlotState.RUNNING, after_an_error),
    "interrupted": (SlotState.RUNNING, interrupted),
    "interrupted after an error": (SlotState.RUNNING, interrupted_after_an_error),
    "interrupted, without an id": (SlotState.RUNNING, interrupted_without_an_id),
    "crossed": (SlotState.CROSSED, crossed),
    "interrupted, crossed": (SlotState.CROSSED, interrupted_twice),
    "refused": (SlotState.REFUSED, lambda desk: desk.upstream(busy(asked(desk)))),
    "given up": (SlotState.GIVEN_UP, given_up),
}


def test_every_state_is_walked() -> None:
    assert {state for state, _ in WAYS.values()} == set(SLOT)


@pytest.mark.parametrize("config", [VAD, MANUAL, Config.component()], ids=["VAD", "manual", "component"])
@pytest.mark.parametrize("name", WAYS)
def test_R1_from_every_state_the_slot_becomes_free_and_a_later_text_is_asked_for(
    name: str, config: Config
) -> None:
    state, go = WAYS[name]
    if state is SlotState.EXPECTED:
        config = VAD
    desk = ready(Desk, config, TOOLS)
    go(desk)
    assert desk.slot is state
    begin = desk.clock.now
    while desk.translator.next_deadline is not None:
        desk.wait_deadline()
        assert desk.clock.now < begin + BOUND
    assert desk.slot is SlotState.FREE
    asked_now = creates(confirmed(desk, "Are you there?"))
    assert asked_now or creates(desk.wait(LIMITS.call_hold)), "at once, or when a call was waited for (R8)"


@pytest.mark.parametrize("name", WAYS)
def test_R1_from_every_state_a_text_that_comes_at_once_is_asked_for(name: str) -> None:
    """After its item, and by a create of its own: one that was in flight before does not answer it (R2)."""
    desk = ready(Desk, VAD, TOOLS)
    WAYS[name][1](desk)
    desk.client(inject("Are you there?"))
    begin, times = desk.clock.now, 0
    while desk.translator.next_deadline is not None and not times:
        times += creates(desk.wait_deadline())
    assert times == 1
    assert desk.clock.now < begin + BOUND
