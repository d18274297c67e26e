"""Sessions of clients of the Realtime API without a translator: `traces/ga-*`, `beta-*` and `xai-*`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from realtime_translate.testing import Call, Reply, Say, Transcribe, TranscriptionFailure

from .tape import Tape, update, user_item

__all__ = ["SERVERS", "TRACES"]

Picks = Mapping[str, int]
ANSWER = Reply(Say("The harbour is calm today. Two boats came in."))
TOOL = {"type": "function", "name": "tide", "parameters": {"type": "object", "properties": {}}}
HEALTHY: Picks = {}
LATER: Picks = {"rate_limits": 1}
"""They do not come: they would come after the end of the recording."""


def opened(tape: Tape, **session: Any) -> Tape:
    tape.send(update(**session))
    tape.wait_for("session.updated")
    return tape


def typed(picks: Picks = HEALTHY) -> Tape:
    """A text, and a spoken answer."""
    tape = opened(Tape([ANSWER], picks=picks))
    tape.send(user_item("How is the harbour?"))
    tape.send({"type": "response.create"})
    tape.wait(5.0)
    return tape


def history(picks: Picks = HEALTHY) -> Tape:
    """What was said before, and a text."""
    tape = opened(Tape([Reply(Say("It was the Heron."))], picks=picks), output_modalities=["text"])
    tape.send(user_item("I wait for a boat called Heron."))
    content = [{"type": "output_text", "text": "I will look out for it."}]
    item = {"type": "message", "role": "assistant", "content": content}
    tape.send({"type": "conversation.item.create", "item": item})
    tape.send(user_item("Which boat was it?"))
    tape.send({"type": "response.create"})
    tape.wait(5.0)
    return tape


def called(picks: Picks = HEALTHY) -> Tape:
    """A text, a call, its output before the response is done, and the answer."""
    script = [Reply(Call("tide", '{"harbour": "west"}')), Reply(Say("It rises until noon."))]
    tape = opened(Tape(script, picks=picks), tools=[TOOL])
    tape.send(user_item("Does the tide rise in the west?"))
    tape.send({"type": "response.create"})
    call = tape.wait_for("response.function_call_arguments.done")
    output = {"type": "function_call_output", "call_id": call["call_id"], "output": "rising until 12:00"}
    tape.send({"type": "conversation.item.create", "item": output})
    tape.wait_for("response.done")
    tape.send({"type": "response.create"})
    tape.wait(5.0)
    return tape


def spoken(picks: Picks = HEALTHY, transcribe: Transcribe = lambda _: "How is the harbour?") -> Tape:
    """A spoken turn whose end the server finds."""
    tape = opened(Tape([ANSWER], transcribe=transcribe, picks=picks))
    tape.speak(12, 8)
    tape.wait(8.0)
    return tape


def not_transcribed() -> Tape:
    """The same, but there is nobody to write it down."""
    failure = TranscriptionFailure("DeploymentNotFound", "Input transcription failed.")
    return spoken(LATER, lambda _: failure)


def idle() -> Tape:
    """A text and its answer, and then silence until the server speaks up."""
    tape = opened(
        Tape([Reply(Say("It is calm.")), Reply(Say("Are you there?"))], timed=True, picks=HEALTHY),
        audio={
            "input": {
                "format": {"type": "audio/pcm", "rate": 24000},
                "turn_detection": {"type": "server_vad", "idle_timeout_ms": 5000},
                "transcription": {"model": "gpt-transcribe"},
            },
            "output": {"format": {"type": "audio/pcm", "rate": 24000}},
        },
    )
    tape.send(user_item("How is the harbour?"))
    tape.send({"type": "response.create"})
    tape.wait_for("response.done")
    tape.speak(0, 60)
    return tape


TRACES: Mapping[str, Callable[[], Tape]] = {
    "ga-openai-text-in-audio-out": typed,
    "ga-openai-tool-call-round": called,
    "ga-openai-vad-audio-turn": spoken,
    "ga-openai-idle-timeout": idle,
    "ga-openai-history-seeding": history,
    "ga-azure-vad-audio-turn": lambda: spoken(LATER),
    "ga-azure-vad-transcription-failed": not_transcribed,
    "beta-openai-text-in-audio-out": lambda: typed({"event_names": 1, "item_events": 3, **LATER}),
}
SERVERS: Mapping[str, Callable[[], Tape]] = {
    "xai-text-in-audio-out": lambda: typed({"newer": 1, "item_events": 1, **LATER}),
    "xai-history-seeding": lambda: history({"newer": 1, **LATER}),
    "xai-tool-call-round": lambda: called({"newer": 1, **LATER}),
    "xai-vad-audio-turn": lambda: spoken({"newer": 1, "transcription_deltas": 2, **LATER}),
}
