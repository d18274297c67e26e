"""What a hostile frame costs: time and memory in proportion to its size, and no more (L1)."""

from __future__ import annotations

import json
import sys
import time
import tracemalloc
from collections.abc import Callable, Generator
from contextlib import contextmanager

import pytest

from realtime_translate import Config, ContextMode, SendToClient

from .calls import Call, raw
from .payloads import DEAREST, DOWN, SETTINGS_OF_SIZE, UP, Payload
from .stages import begun

SIZE = 10_000
MOST_GROWTH = 8.0
"""Four times the size takes four times as long; a quadratic path would take sixteen times as long."""
MOST_A_BYTE = 20e-6
"""Seconds; the slowest path takes under 1 µs on a machine of its own."""
MOST_A_FRAME = 0.200
"""Seconds. On an ordinary server, which sums a million numbers in `ORDINARY`, the dearest frame of a client
takes a quarter of that, and past calls, with the items that they become, a half (L4).
"""
ORDINARY = 0.015
MOST_MEMORY = 80
"""Bytes while a frame is handled, for each byte of it. `{},` is an object of 64 bytes to Python."""

CONFIGS = {"deepgram": Config.deepgram(context=ContextMode.ITEMS), "component": Config.component()}
KINDS = [
    *(pytest.param("answering", "upstream", payload, id=f"down-{name}") for name, payload in DOWN.items()),
    *(pytest.param("calling", "client", payload, id=f"up-{name}") for name, payload in UP.items()),
    *(
        pytest.param("fresh", "settings", payload, id=f"settings-{name}")
        for name, payload in SETTINGS_OF_SIZE.items()
    ),
]
each_kind = pytest.mark.parametrize(("stage", "leg", "payload"), KINDS)
each_config = pytest.mark.parametrize("config", CONFIGS)
of_a_kind = pytest.mark.parametrize(
    "config", ["deepgram", pytest.param("component", marks=pytest.mark.again)]
)
"""Both dialects handle a kind of frame by the same code; the second one says it again."""


def most_a_frame() -> float:
    """Seconds, on this machine and now."""
    return MOST_A_FRAME * pace()


@contextmanager
def untraced() -> Generator[None, None, None]:
    """What measures coverage looks at each line, and takes longer than what is measured."""
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(tracer)


def hit(call: Call, leg: str, frame: str | bytes) -> None:
    if leg == "upstream":
        call.translator.receive_from_upstream(frame)
        return
    call.translator.receive_from_client(frame)
    if leg == "settings" and call.phase == "dialling":
        call.translator.upstream_opened()
        call.translator.receive_from_upstream('{"type":"session.updated","session":{}}')


def seconds(config: Config, stage: str, leg: str, frames: list[str | bytes]) -> float:
    """The best of three, of processor time: others work here as well."""
    times: list[float] = []
    for _ in range(3):
        call = begun(config, stage)
        with untraced():
            started = time.process_time()
            for frame in frames:
                hit(call, leg, frame)
            times.append(time.process_time() - started)
    return min(times)


def proportional(measure: Callable[[int], float]) -> bool:
    """Whether four times as much takes no more than `MOST_GROWTH` as long; a second look where it does."""
    return any(measure(4) <= MOST_GROWTH * measure(1) + 0.002 for _ in range(3))


@of_a_kind
@each_kind
def test_L1_a_frame_takes_time_in_proportion_to_its_size(
    config: str, stage: str, leg: str, payload: Payload
) -> None:
    def measure(times: int) -> float:
        return seconds(CONFIGS[config], stage, leg, [payload(times * SIZE)])

    assert proportional(measure)
    assert measure(4) < MOST_A_BYTE * 4 * SIZE


@of_a_kind
@each_kind
def test_L1_a_frame_takes_memory_in_proportion_to_its_size(
    config: str, stage: str, leg: str, payload: Payload
) -> None:
    frame = payload(4 * SIZE)
    hit(begun(CONFIGS[config], stage), leg, frame)  # what is imported and built on first use is not its own
    call = begun(CONFIGS[config], stage)
    tracemalloc.start()
    try:
        hit(call, leg, frame)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MOST_MEMORY * len(frame) + 2**16


def _many(frame: Callable[[int], object]) -> Callable[[int], list[str | bytes]]:
    return lambda count: [raw(frame(number)) for number in range(count)]  # type: ignore[arg-type]


FLOODS: dict[str, tuple[str, Callable[[int], list[str | bytes]]]] = {
    "deltas of a letter": (
        "upstream",
        _many(
            lambda _: {
                "type": "response.output_text.delta",
                "response_id": "r1",
                "item_id": "i1",
                "delta": "x",
            }
        ),
    ),
    "items": (
        "upstream",
        _many(
            lambda number: {
                "type": "response.output_item.added",
                "response_id": "r1",
                "item": {"type": "message", "role": "assistant", "id": f"k{number}"},
            }
        ),
    ),
    "responses": (
        "upstream",
        _many(lambda number: {"type": "response.created", "response": {"id": f"k{number}"}}),
    ),
    "commits": (
        "upstream",
        _many(lambda number: {"type": "input_audio_buffer.committed", "item_id": f"k{number}"}),
    ),
    "audio of a byte": ("client", _many(lambda _: b"\1")),
    "texts": ("client", _many(lambda number: {"type": "InjectUserMessage", "content": f"Text {number}"})),
    "prompts": ("client", _many(lambda number: {"type": "UpdatePrompt", "prompt": f"Text {number}"})),
    "spoken texts": (
        "client",
        _many(lambda _: {"type": "InjectAgentMessage", "message": "So.", "behavior": "queue"}),
    ),
    "interruptions": (
        "client",
        _many(lambda _: {"type": "InjectAgentMessage", "message": "So.", "behavior": "interrupt"}),
    ),
}


@each_config
@pytest.mark.parametrize("flood", FLOODS)
def test_L1_a_flood_takes_time_in_proportion_to_its_length(config: str, flood: str) -> None:
    leg, frames = FLOODS[flood]
    assert proportional(lambda times: seconds(CONFIGS[config], "answering", leg, frames(150 * times)))


def pace() -> float:
    """How many times slower than an ordinary server this machine is now."""
    started = time.process_time()
    sum(range(1_000_000))
    return max(1.0, (time.process_time() - started) / ORDINARY)


@of_a_kind
@pytest.mark.parametrize("kind", DEAREST)
def test_L4_no_frame_of_a_client_is_dear(config: str, kind: str) -> None:
    frame = DEAREST[kind]()
    stage, leg = ("fresh", "settings") if '"Settings"' in frame[:30] else ("ready", "client")

    def cheap() -> bool:
        return seconds(CONFIGS[config], stage, leg, [frame]) <= most_a_frame()

    assert any(cheap() for _ in range(3))


@of_a_kind
@pytest.mark.parametrize(
    "unit", ["[" * 55 + "]" * 55, "[]", "{}", '""', '"\\""', '{"a":1}', "1", '"a,b,c"'], ids=str
)
def test_L4_a_frame_over_the_limits_costs_next_to_nothing(config: str, unit: str) -> None:
    frame = '{"type":"KeepAlive","x":[' + ",".join([unit] * ((2**20 - 50) // (len(unit) + 1))) + "]}"
    assert "values" in refusal(config, frame)
    assert any(seconds(CONFIGS[config], "ready", "client", [frame]) <= most_a_frame() for _ in range(3))
    assert "bytes" in refusal(config, frame.ljust(2**20 + 1))


def refusal(config: str, frame: str) -> str:
    call = begun(CONFIGS[config], "ready")
    told = [each.data for each in call.client(frame) if isinstance(each, SendToClient)]
    return str(json.loads(told[0])["description"])
