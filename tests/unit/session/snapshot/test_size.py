"""How large a snapshot can get: idle, after a long call, with everything waiting at its limit (L2)."""

from __future__ import annotations

import json

from realtime_translate import Config, Limits, Translator
from realtime_translate.testing import FakeClock
from tests.events import audio, call_item, created, done, item_done, settings, text_done
from tests.harness import SETTINGS, Desk, counter

IDLE = 6_000
"""Characters of the snapshot of a call in which nothing has happened yet."""
LIMITS = Limits(pending_audio_seconds=1.0, pending_messages=8, frame_bytes_up=4_000, item_text=2_000)
AUDIO = 48_000
"""Bytes of one second of linear16 at 24000."""
BASE64 = 4 / 3


def size(translator: Translator) -> int:
    return len(json.dumps(translator.snapshot()))


def test_an_idle_call_is_small() -> None:
    desk = Desk()
    assert size(desk.translator) < IDLE
    desk.ready(settings())
    assert size(desk.translator) < IDLE


def test_L2_a_call_of_a_thousand_turns_is_as_small_as_one_of_a_hundred() -> None:
    desk = Desk()
    desk.ready(settings(functions=[{"name": "weather"}]))
    translator, clock, sizes = desk.translator, desk.clock, dict[int, int]()
    for turn in range(1, 1001):
        response, item, call_id = f"r{turn:04}", f"i{turn:04}", f"c{turn:04}"
        for event in (
            created(response),
            audio(b"\1" * 960, item, response),
            text_done("It rains.", item, response),
            item_done(call_item(call_id, "weather")),
            done(response, call_item(call_id, "weather")),
        ):
            translator.receive_from_upstream(json.dumps(event))
        answer = {"type": "FunctionCallResponse", "id": call_id, "name": "weather", "content": "3 m"}
        translator.receive_from_client(json.dumps(answer))
        clock.advance(30.0)
        translator.handle_timeout()
        sizes[turn] = size(translator)
    assert abs(sizes[1000] - sizes[200]) < 200
    assert max(sizes.values()) < 60_000


def test_A8_L3_what_waits_before_ready_is_bounded() -> None:
    config = Config.component(limits=LIMITS)
    clock = FakeClock(100.0)
    translator = Translator(config, clock=clock, new_id=counter("T"))
    translator.client_opened()
    translator.receive_from_client(json.dumps(SETTINGS))
    frame = json.dumps({"type": "InjectUserMessage", "content": "x" * 380})
    for _ in range(LIMITS.pending_messages):
        translator.receive_from_client(frame)
        for _ in range(2):
            translator.receive_from_client(b"\1" * (AUDIO // LIMITS.pending_messages // 2))
    assert translator.state.opening.value == "dialling"
    assert size(translator) < IDLE + 2 * LIMITS.frame_bytes_up + BASE64 * AUDIO
    assert size(translator) > BASE64 * AUDIO
    restored = Translator.restore(json.loads(json.dumps(translator.snapshot())), config, clock=clock)
    assert size(restored) == size(translator)
    translator.receive_from_client(b"\1")
    assert translator.state.opening.value == "closed"


def test_L3_what_waits_during_a_response_is_bounded() -> None:
    config = Config.deepgram(limits=LIMITS)
    desk = Desk(config)
    desk.ready(settings())
    translator = desk.translator
    translator.receive_from_upstream(json.dumps(created()))
    prompt = {"type": "UpdatePrompt", "prompt": "p" * 100}
    speech = {"type": "InjectAgentMessage", "message": "m" * 300, "behavior": "queue"}
    user = {"type": "InjectUserMessage", "content": "u" * 300}
    for _ in range(LIMITS.pending_messages):
        for message in (prompt, speech, user):
            translator.receive_from_client(json.dumps(message))
    assert translator.state.opening.value == "ready"
    most = IDLE + LIMITS.item_text + 3 * LIMITS.frame_bytes_up
    assert 5_000 < size(translator) < most
