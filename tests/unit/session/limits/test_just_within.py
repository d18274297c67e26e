"""L3, A8, R1, E5: what is just within a limit goes, and one more does not."""

from __future__ import annotations

import base64
from types import SimpleNamespace
from typing import Any, cast

import pytest

from realtime_translate import Config, Limits
from realtime_translate.mapping import to_client
from realtime_translate.mapping.responses import Outcome
from realtime_translate.session.policies.response_slot import ends, events
from realtime_translate.session.state import ResponseSlot
from realtime_translate.session.timers import Timers
from tests.events import created, item_added, message
from tests.harness import SETTINGS, Desk, ready
from tests.unit.session.updates.messages import prompt


def over(desk: Desk, frames: list[Any]) -> list[bool]:
    """Whether the call ended with each of these frames."""
    return [bool(desk.client(each).closes) for each in frames]


def say(text: str) -> dict[str, Any]:
    return {"type": "InjectAgentMessage", "message": text, "behavior": "queue"}


@pytest.mark.parametrize("limit", [1, 3])
def test_L3_so_many_texts_may_wait_to_be_spoken(limit: int) -> None:
    desk = ready(Desk, Config.deepgram(limits=Limits(pending_messages=limit)))
    desk.upstream(created())
    assert over(desk, [say("Hi")] * (limit + 1)) == [False] * limit + [True]


@pytest.mark.parametrize(("sizes", "ends"), [((300, 300), False), ((300, 301), True)])
def test_L3_and_so_many_characters_of_them(sizes: tuple[int, int], ends: bool) -> None:
    desk = ready(Desk, Config.deepgram(limits=Limits(text_bytes_up=600)))
    desk.upstream(created())
    assert over(desk, [say("x" * size) for size in sizes]) == [False, ends]


@pytest.mark.parametrize("limit", [1, 3])
def test_L3_so_many_updates_may_wait(limit: int) -> None:
    desk = ready(Desk, Config.deepgram(limits=Limits(pending_messages=limit)))
    desk.upstream(created())
    assert over(desk, [prompt()] * (limit + 1)) == [False] * limit + [True]


@pytest.mark.parametrize(("more", "ends"), [(0, False), (1, True)])
def test_L3_and_so_many_characters_of_those(more: int, ends: bool) -> None:
    size = len('{"type":"UpdatePrompt","prompt":""}')
    desk = ready(Desk, Config.deepgram(limits=Limits(text_bytes_up=600)))
    desk.upstream(created())
    texts = ["x" * (300 - size), "x" * (300 - size + more)]
    assert over(desk, [prompt(text) for text in texts]) == [False, ends]


def waiting(limits: Limits) -> Desk:
    desk = Desk(Config.deepgram(limits=limits))
    desk.opened()
    desk.client(SETTINGS)
    return desk


@pytest.mark.parametrize(("more", "ends"), [("", False), (" ", True)])
def test_L3_so_many_bytes_of_text_may_wait_for_the_session(more: str, ends: bool) -> None:
    desk = waiting(Limits(text_bytes_up=600))
    frame = '{"type": "InjectUserMessage", "content": "é"}'
    padding = 300 - len(frame.encode())
    frames = [frame + " " * padding, frame + " " * padding + more]
    assert over(desk, frames) == [False, ends]


@pytest.mark.parametrize(("more", "ends"), [(0, False), (2, True)])
def test_A8_so_much_audio_may_wait_for_the_session(more: int, ends: bool) -> None:
    desk = waiting(Limits(pending_audio_seconds=1.0))
    assert desk.translator.client_paused is False
    assert over(desk, [bytes(23_998)]) == [False]
    assert desk.translator.client_paused is False
    assert over(desk, [bytes(2)]) == [False]
    assert desk.translator.client_paused is True
    assert over(desk, [bytes(24_000 + more)]) == [ends]


@pytest.mark.parametrize(
    ("sizes", "runs"), [((300, 300), [600]), ((300, 302), [300, 302]), ((300, 200, 102), [500, 102])]
)
def test_A8_waiting_audio_is_one_run_up_to_what_a_frame_may_be(
    sizes: tuple[int, ...], runs: list[int]
) -> None:
    desk = waiting(Limits(frame_bytes_up=600))
    assert over(desk, [bytes(size) for size in sizes]) == [False] * len(sizes)
    kept: Any = desk.translator.snapshot()
    assert [len(each) for each in runs_of(kept)] == runs


def runs_of(snapshot: Any) -> list[bytes]:
    restored = snapshot["call"]["opening"]["waiting"]
    return [base64.b64decode(each["audio"]) for each in restored]


@pytest.mark.parametrize(
    ("reason", "short"),
    [("x" * 123, "x" * 123), ("x" * 124, "x" * 123), ("é" * 62, "é" * 61), ("\ud800", "?")],
)
def test_E5_a_reason_fits_its_frame(reason: str, short: str) -> None:
    assert to_client.shortened(reason) == short


# --- R1, L2 -------------------------------------------------------------------------------------------------


def test_L2_thirty_two_ended_and_cut_responses_are_known() -> None:
    slot, env = ResponseSlot(), cast(Any, SimpleNamespace(timers=Timers()))
    for number in range(34):
        slot.active = f"r{number}"
        ends.finish(slot, env, slot.active, Outcome(cancelled=True))
        assert slot.ended == slot.cut == [f"r{each}" for each in range(max(0, number - 31), number + 1)]


def test_L2_and_thirty_two_open_items() -> None:
    slot = ResponseSlot()
    for number in range(34):
        event = SimpleNamespace(item=SimpleNamespace(id=f"i{number}"), output_index=number)
        events._track(slot, cast(Any, event))
        assert slot.open_items == [f"i{each}" for each in range(max(0, number - 31), number + 1)]


def test_R4_items_without_ids_are_known_by_their_places() -> None:
    desk = ready(Desk)
    desk.upstream(created(), {**item_added(message(status="in_progress", item_id="")), "output_index": 1})
    kept: Any = desk.translator.snapshot()
    assert kept["call"]["slot"]["open_items"] == ["#1"]
