"""Memory of a call does not grow with its length (L2), and its state stays under a fixed size (*Always true*
7).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from realtime_translate import Config, ManualCommit, ServerVad, Translator
from realtime_translate.testing import FakeClock
from tests.events import (
    answer,
    audio,
    audio_done,
    call_item,
    cancelled,
    conversation_item,
    created,
    done,
    error,
    item_added,
    item_done,
    message,
    settings,
    text,
    text_done,
    transcript,
    transcript_done,
)
from tests.harness import counter

Json = dict[str, Any]
WORDS = "Two berths are free today, and one more tomorrow. " * 20
SMALL = 26_624
"""Characters of a snapshot: what is remembered for recognising late events, at the longest ids below."""


class Line:
    """A call without the comparing of `Desk`, which would be slow over hundreds of turns."""

    def __init__(self, config: Config) -> None:
        self.clock = FakeClock(64.0)
        self.translator = Translator(config, clock=self.clock, new_id=counter("T"))
        self.translator.client_opened()
        self.client(settings())
        self.translator.upstream_opened()
        self.upstream({"type": "session.updated", "session": {}})

    def client(self, frame: Json | bytes) -> None:
        self.translator.receive_from_client(frame if isinstance(frame, bytes) else json.dumps(frame))

    def upstream(self, *events: Json) -> None:
        for event in events:
            self.translator.receive_from_upstream(json.dumps(event))

    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.translator.handle_timeout()

    @property
    def size(self) -> int:
        return len(json.dumps(self.translator.snapshot()))


def ids(turn: int) -> tuple[str, str]:
    return f"resp_{turn:020}", f"item_{turn:020}"


def spoken(line: Line, turn: int) -> None:
    response, item = ids(turn)
    user = f"user_{turn:020}"
    line.client(b"\x01" * 9600)
    line.upstream(
        {"type": "input_audio_buffer.speech_started", "item_id": user},
        {"type": "input_audio_buffer.speech_stopped", "item_id": user},
        {"type": "input_audio_buffer.committed", "item_id": user},
    )
    line.wait(1.0)
    line.upstream(
        created(response),
        item_added(message(item_id=item, status="in_progress"), response),
        transcript(WORDS, item, response),
        audio(item_id=item, response_id=response),
        audio_done(item, response),
        transcript_done(WORDS, item, response),
        item_done(message(WORDS, item_id=item, part="output_audio"), response),
        done(response, message(WORDS, item_id=item, part="output_audio")),
    )


def typed(line: Line, turn: int) -> None:
    response, item = ids(turn)
    line.client({"type": "InjectUserMessage", "content": WORDS})
    line.wait(3.0)
    line.upstream(
        created(response), text(WORDS, item, response), text_done(WORDS, item, response), done(response)
    )


def called(line: Line, turn: int) -> None:
    response, _ = ids(turn)
    calls = [f"call_{turn:020}_{number}" for number in range(2)]
    line.upstream(created(response), *(item_done(call_item(each), response) for each in calls))
    for each in calls:
        line.client(answer(each))
    line.upstream(done(response, *(call_item(each) for each in calls)))
    line.upstream(created(f"{response}b"), done(f"{response}b"))


def unfinished(line: Line, turn: int) -> None:
    """Nothing ends: deltas without a done, items that stay open, calls that nobody answers, no
    `response.done`.
    """
    response, item = ids(turn)
    line.upstream(
        created(response),
        item_added(message(item_id=item, status="in_progress"), response),
        item_added({**call_item(f"call_{turn}"), "status": "in_progress"}, response),
        text("Two", item, response),
        text("Two", "", response),
        error("odd", WORDS),
        cancelled(f"unheard_{turn}"),
        {"type": "input_audio_buffer.timeout_triggered", "item_id": f"idle_{turn}"},
        conversation_item(message(WORDS, item_id=f"more_{turn}"), "done"),
        {"type": "odd.event", "item": WORDS},
    )


def nameless(line: Line, turn: int) -> None:
    """A server without any ids."""
    line.upstream(
        {"type": "response.created", "response": {}},
        text(f"Turn {turn}", "", ""),
        text_done(f"Turn {turn}.", "", ""),
        {"type": "response.done", "response": {"status": "completed"}},
    )


TURNS: dict[str, Callable[[Line, int], None]] = {
    "spoken": spoken,
    "typed": typed,
    "function calls": called,
    "unfinished": unfinished,
    "nameless": nameless,
}
CONFIGS = {
    "deepgram": Config.deepgram(),
    "manual": Config.deepgram(turn_detection=ManualCommit(debounce=0.5, ceiling=4.0)),
    "component": Config.component(turn_detection=ServerVad(create_response=False)),
}


@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize("turn", TURNS)
def test_L2_a_long_call_needs_no_more_memory_than_a_short_one(turn: str, config: str) -> None:
    line = Line(CONFIGS[config])
    sizes: list[int] = []
    for number in range(400):
        TURNS[turn](line, number)
        sizes.append(line.size)
    assert line.translator.state.opening.value == "ready"
    assert max(sizes[300:]) <= max(sizes[100:200]) + 100, "but for longer numbers"
    assert max(sizes) < SMALL


def test_L2_all_of_it_together() -> None:
    line = Line(CONFIGS["component"])
    for number in range(600):
        list(TURNS.values())[number % len(TURNS)](line, number)
    assert line.size < SMALL
