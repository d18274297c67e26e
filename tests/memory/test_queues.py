"""What waits has a bound in number and in size, and what reaches it is told (A8, L2, L3).

One table of everything that waits in a call. Each is filled with the largest that fits, and over it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from realtime_translate import Config, Limits, SendToClient
from tests.fuzz.calls import Call, Json
from tests.fuzz.stages import begun

LIMITS = Limits(
    pending_messages=16,
    pending_audio_seconds=1.0,
    item_text=2**12,
    frame_bytes_up=2**15,
    frame_bytes_down=2**16,
)
SLACK = 25_000
"""Characters of a snapshot of which nothing waits, and of what is around each thing that does."""
BIG = "x" * 3000


def text(number: int) -> Json:
    return {"type": "InjectUserMessage", "content": f"{number}{BIG}"}


def spoken(number: int) -> Json:
    return {"type": "InjectAgentMessage", "message": f"{number}{BIG}", "behavior": "queue"}


def think(number: int) -> Json:
    return {"type": "UpdateThink", "think": {"provider": {"type": "open_ai"}, "prompt": f"{number}{BIG}"}}


def output(kind: str, number: int, **fields: Any) -> Json:
    return {"type": f"response.{kind}", "response_id": "r1", "item_id": f"k{number}", **fields}


def call_item(number: int) -> Json:
    item = {"type": "function_call", "id": f"k{number}", "call_id": f"k{number}", "name": "look"}
    return output("output_item.done", number, item={**item, "arguments": BIG, "status": "completed"})


def transcript(number: int) -> list[Json]:
    """Its own comes late: the first of all never does."""
    ids = {"item_id": f"k{number}", "content_index": 0}
    kind = "conversation.item.input_audio_transcription.completed"
    return [
        {"type": "input_audio_buffer.committed", "item_id": f"k{number}"},
        *([{"type": kind, **ids, "transcript": BIG}] if number else []),
    ]


def transcript_delta(number: int) -> list[Json]:
    kind = "conversation.item.input_audio_transcription.delta"
    return [
        {"type": "input_audio_buffer.committed", "item_id": f"k{number}"},
        {"type": kind, "item_id": f"k{number}", "content_index": 0, "delta": BIG},
    ]


Feed = Callable[[int], "Json | list[Json] | bytes"]
ENDS, GOES_ON = True, False
QUEUES: Mapping[str, tuple[str, str, Feed, bool, int]] = {
    # what waits: state, leg, message, whether too many end the call, characters that may wait
    "audio before ready (A8)": ("configuring", "client", lambda _: b"\1" * 9600, ENDS, 64_000),
    "texts before ready": ("configuring", "client", text, ENDS, LIMITS.frame_bytes_up),
    "texts not confirmed": ("ready", "client", text, GOES_ON, 0),
    "updates": ("answering", "client", think, ENDS, 2 * LIMITS.frame_bytes_up),
    "texts to speak": ("answering", "client", spoken, ENDS, LIMITS.frame_bytes_up),
    "function calls": ("answering", "upstream", call_item, ENDS, LIMITS.frame_bytes_down),
    "agent's deltas": (
        "answering",
        "upstream",
        lambda number: output("output_text.delta", number, delta=BIG),
        GOES_ON,
        2 * 96 * LIMITS.item_text,
    ),
    "agent's words for the user's": (
        "server's turn",
        "upstream",
        lambda number: output("output_text.done", number, text=f"{number}{BIG}"),
        GOES_ON,
        LIMITS.item_text,
    ),
    "transcripts out of order": ("ready", "upstream", transcript, GOES_ON, LIMITS.item_text),
    "transcripts in pieces": ("ready", "upstream", transcript_delta, GOES_ON, 32 * LIMITS.item_text),
}


def feed(call: Call, leg: str, what: Json | list[Json] | bytes) -> None:
    for each in what if isinstance(what, list) else [what]:
        call.client(each) if leg == "client" else call.upstream(each)


@pytest.mark.parametrize("preset", [Config.deepgram, Config.component], ids=["deepgram", "component"])
@pytest.mark.parametrize("queue", QUEUES)
def test_what_waits_has_a_bound(queue: str, preset: Any) -> None:
    stage, leg, message, ends, bound = QUEUES[queue]
    call = begun(preset(limits=LIMITS), stage)
    largest = count = 0
    while count < 200 and call.phase != "closed":
        feed(call, leg, message(count))
        largest = max(largest, len(json.dumps(call.translator.snapshot())))
        count += 1
    assert largest <= bound + SLACK
    assert count > 4, "something may wait"
    assert (call.phase == "closed") == ends
    if ends:
        told = [each.data for each in call.outputs if isinstance(each, SendToClient)]
        assert any(json.loads(each)["type"] == "Error" for each in told if isinstance(each, str))


@pytest.mark.parametrize("preset", [Config.deepgram, Config.component], ids=["deepgram", "component"])
def test_A8_the_host_is_asked_to_stop_reading_before_the_bound(preset: Any) -> None:
    call = begun(preset(limits=LIMITS), "configuring")
    paused: list[bool] = []
    while call.phase != "closed":
        paused.append(call.translator.client_paused)
        call.client(b"\1" * 2400)
    assert paused == [False] * 10 + [True] * 11, "from half a second on, of one second"
