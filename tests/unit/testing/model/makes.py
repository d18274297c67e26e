"""What the tests of servers of other makes share: a client of theirs, and what it sends."""

from __future__ import annotations

from typing import Any

from tests.unit.testing.model.harness import LOUD, QUIET, Harness

Json = dict[str, Any]

R, ITEM = "response.", "conversation.item."
TRANSCRIBED = f"{ITEM}input_audio_transcription.completed"
TOOL: Json = {"type": "function", "name": "f", "parameters": {"type": "object", "properties": {}}}
NESTED_TOOL: Json = {"type": "function", "function": {each: TOOL[each] for each in ("name", "parameters")}}
SAID: Json = {"type": "message", "role": "assistant"}


def server(name: str, **options: Any) -> Harness:
    return Harness(dialect=name, **options)


def update(harness: Harness, **session: Any) -> Json:
    """The session that an update leads to, or the error."""
    harness.forget()
    harness.send("session.update", session=session)
    harness.run(0.1)
    shown: Json = (harness.errors or [harness.events[-1]["session"]])[0]
    return shown


def ask(harness: Harness, **response: Any) -> None:
    """A create as clients of that server send it, without a tag where it takes none."""
    harness.send("response.create", response={"metadata": {"tag": "1"}, **response})
    harness.run(3.0)


def turn(harness: Harness, loud: int = 400) -> None:
    harness.append(loud, LOUD)
    harness.append(1000, QUIET)
    harness.run(3.0)
