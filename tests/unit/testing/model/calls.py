"""Whole calls to the model, for tests that compare what servers make of the same client."""

from __future__ import annotations

from collections.abc import Callable

from realtime_translate.testing import Call, Reply, Say
from tests.unit.testing.model.harness import LOUD, QUIET, Harness, Pick, audio

SCRIPT = [
    Reply(Say("Good evening, how are you this fine day?")),
    Reply(Say("Let me see."), Call("f", '{"a": 1}')),
    Reply(Say("word " * 40, audio_ms=9000)),
    Reply(Say("And one more.")),
]


def spoken(harness: Harness, *samples: tuple[bytes, int]) -> None:
    """A turn of the user: runs of appends of 100 ms."""
    for sample, count in samples:
        for _ in range(count):
            harness.append(100, sample)


def written(harness: Harness) -> None:
    """A text, two responses with a call and its answer between, a truncation, a cancel, deletions."""
    harness.update(audio={"input": {"turn_detection": None}}, tools=[{"type": "function", "name": "f"}])
    harness.say("Hi.", id="mine")
    harness.send("response.create")
    harness.run(4.0)
    for ms in (50, 100):
        where = {"item_id": _spoken_item(harness), "content_index": 0, "audio_end_ms": ms}
        harness.send("conversation.item.truncate", **where)
    harness.say("More.")
    harness.send("response.create")
    harness.run(0.5)
    harness.say("Meanwhile.")
    harness.run(4.0)
    output = {"type": "function_call_output", "call_id": _call(harness), "output": "1"}
    harness.send("conversation.item.create", item=output)
    harness.send("response.create")
    harness.run(0.5)
    harness.send("response.cancel")
    harness.run(0.02)
    harness.send("response.create")
    harness.run(3.0)
    harness.send("conversation.item.delete", item_id="mine")
    harness.say("Hi again.", id="mine")
    harness.send("input_audio_buffer.append", audio=audio(200))
    harness.send("input_audio_buffer.commit")
    harness.send("input_audio_buffer.commit")
    harness.run(40.0)


def busy(harness: Harness) -> None:
    """A text and the answer to a call while the response still runs."""
    harness.send("response.create")
    harness.run(0.3)
    harness.say("Meanwhile.")
    output = {"type": "function_call_output", "call_id": _call(harness), "output": "1"}
    harness.send("conversation.item.create", item=output)
    harness.run(10.0)


def _spoken_item(harness: Harness) -> str:
    spoken_of = (each for each in harness.events if "audio.delta" in each["type"])
    return next((str(each.get("item_id")) for each in spoken_of), "none")


def _call(harness: Harness) -> str:
    named = (each for each in harness.events if each["type"].startswith("response.function_call_arguments"))
    return next((str(each["call_id"]) for each in named), "none")


def impatient(harness: Harness) -> None:
    """A response is asked for before the call of the one before has an output."""
    harness.send("response.create")
    harness.run(1.0)
    harness.send("response.create")
    harness.run(3.0)


def cancelled_early(harness: Harness) -> None:
    """A cancel that is sent before the response began."""
    harness.send("response.create")
    harness.send("response.cancel")
    harness.run(3.0)


def talked_over(harness: Harness) -> None:
    """Spoken turns with server VAD: with a pause in one, over the agent, and again at once."""
    harness.listen(
        turn_detection={"type": "server_vad", "silence_duration_ms": 300},
        transcription={"model": "gpt-transcribe"},
    )
    spoken(harness, (LOUD, 3), (QUIET, 1), (LOUD, 3), (QUIET, 4))
    harness.run(0.5)
    spoken(harness, (LOUD, 3), (QUIET, 3))
    spoken(harness, (LOUD, 3), (QUIET, 3))
    harness.run(30.0)


def in_a_hurry(harness: Harness) -> None:
    """VAD that does not interrupt: a turn ends while the agent speaks."""
    harness.listen(turn_detection={"type": "server_vad", "interrupt_response": False})
    spoken(harness, (LOUD, 3), (QUIET, 4))
    spoken(harness, (LOUD, 3), (QUIET, 4))
    harness.run(30.0)


def semantic(harness: Harness) -> None:
    harness.listen(turn_detection={"type": "semantic_vad", "eagerness": "high"})
    spoken(harness, (LOUD, 3), (QUIET, 30))
    harness.run(10.0)


def refused(harness: Harness) -> None:
    """A client that breaks rules, and hears of it."""
    harness.send("response.cancel")
    harness.send("conversation.item.delete", item_id="nobody's")
    harness.update(audio={"output": {"voice": "cedar"}})
    harness.run(1.0)


LONG = Say("word " * 40, audio_ms=9000)
CALLS: dict[Callable[[Harness], None], list[Reply]] = {
    written: SCRIPT,
    busy: [Reply(Call("f"), LONG)],
    impatient: [Reply(Call("f"))],
    talked_over: SCRIPT,
    in_a_hurry: [Reply(LONG)],
    semantic: SCRIPT,
    cancelled_early: SCRIPT,
    refused: SCRIPT,
}
"""Each call with what the agent says in it."""


def played(call: Callable[[Harness], None], **picks: int) -> Harness:
    """A call with a server that chooses so."""
    harness = Harness(script=CALLS[call], choices=Pick(**picks))
    if harness.server.closed is None:
        call(harness)
    return harness
