"""Everything that the model sends is valid to the official SDK."""

from __future__ import annotations

from typing import Annotated, Any

import pytest

from realtime_translate.testing import CHOICES, HEALTHY, Call, Group, Reply, Say, TranscriptionFailure
from tests.unit.testing.model.calls import CALLS, played
from tests.unit.testing.model.harness import LOUD, QUIET, Harness, Pick, user

pytestmark = pytest.mark.oracle
realtime = pytest.importorskip("openai.types.realtime")
pydantic = pytest.importorskip("pydantic")
UNION: Any = Annotated[realtime.RealtimeServerEvent, pydantic.Field(discriminator="type")]

SCRIPT = [
    Reply(Say("Good evening, how are you?")),
    Reply(Say("Let me see."), Call("f", '{"a": 1}')),
    Reply(Say("word " * 50)),
    Reply(Say("Well", audio_ms=100), status="incomplete"),
    Reply(status="failed", reason="rate_limit_exceeded"),
]


def spoken_turn(harness: Harness) -> None:
    for sample, count in ((QUIET, 4), (LOUD, 5), (QUIET, 4)):
        for _ in range(count):
            harness.append(100, sample)


def session(harness: Harness) -> None:
    """A session with every kind of answer in it."""
    harness.listen(
        transcription={"model": "whisper-1"}, turn_detection={"type": "server_vad", "idle_timeout_ms": 5000}
    )
    spoken_turn(harness)
    harness.run(4.0)
    harness.send("conversation.item.create", item=user("Hi.", id="mine"))
    harness.send("response.create", response={"output_modalities": ["text"], "metadata": {"rt": "1"}})
    harness.run(2.0)
    call_id = harness.of("response.function_call_arguments.done")[0]["call_id"]
    output = {"type": "function_call_output", "call_id": call_id, "output": "1"}
    harness.send("conversation.item.create", item=output)
    harness.send("response.create")
    harness.run(0.5)
    spoken_turn(harness)
    harness.run(2.0)
    spoken = harness.of("response.output_audio.done")[0]["item_id"]
    harness.send("conversation.item.truncate", item_id=spoken, content_index=0, audio_end_ms=100)
    harness.send("conversation.item.retrieve", item_id="mine")
    harness.send("conversation.item.delete", item_id="mine")
    harness.send("input_audio_buffer.clear")
    harness.send("response.create", response={"conversation": "none"})
    harness.send("response.cancel")
    harness.run(20.0)


TROUBLE = [
    (name, number)
    for name, row in CHOICES.items()
    if row.group in (Group.FAULT, Group.END)
    for number in range(1, len(row.options))
]


@pytest.mark.parametrize(("name", "number"), TROUBLE)
def test_trouble_is_valid_too(name: str, number: int) -> None:
    adapter = pydantic.TypeAdapter(UNION)
    for call in CALLS:
        for event in played(call, **{name: number}).events:
            adapter.validate_python(event, strict=True)


@pytest.mark.parametrize("pick", [0, 1])
@pytest.mark.parametrize("heard", ["Hello there.", TranscriptionFailure()])
def test_events_are_valid(pick: int, heard: str | TranscriptionFailure) -> None:
    several = {"semantic_end", "transcription_result", "answer_delay", "call_output_item"}  # tested elsewhere
    orders = {name for name, row in CHOICES.items() if row.group in HEALTHY}
    names = orders - several
    harness = Harness(
        script=SCRIPT,
        transcribe=lambda _: heard,
        choices=Pick(**dict.fromkeys(names, pick)),
        session_limit=60.0,
    )
    session(harness)
    harness.run(60.0)
    adapter = pydantic.TypeAdapter(UNION)
    for event in harness.events:
        adapter.validate_python(event, strict=True)
    assert len(set(harness.kinds())) >= 30
