"""A long call on virtual time: a client and a server that do all that they can do, turn after turn.

The server is a script without a memory of its own, so that what grows is the translator's.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from realtime_translate import Config, OpenUpstream, Renewal, SendToUpstream, Translator
from realtime_translate.testing import FakeClock

__all__ = ["RENEWAL", "TURNS", "LongCall", "rounds"]

Json: TypeAlias = dict[str, Any]

SETTINGS: Json = {
    "type": "Settings",
    "experimental": True,
    "audio": {"input": {"encoding": "linear16", "sample_rate": 24000}, "output": {"encoding": "linear16"}},
    "agent": {
        "think": {
            "provider": {"type": "open_ai"},
            "prompt": "Be brief.",
            "functions": [{"name": "look"}, {"name": "run", "endpoint": {"url": "https://example.com"}}],
        },
        "greeting": "Hello.",
    },
}
RENEWAL = Renewal(after=345.0, patience=5.0, ledger_items=40, ledger_chars=4096, audio_seconds=0.5)
"""Twenty in two hours."""
_MINUTE = 60.0
_BETWEEN = 0.25
"""Seconds between two turns."""
_PAUSE = 8.0
"""Seconds after each round of turns: all that waits comes to its end."""
_SPEECH = b"\x01\x02" * 480
_SOUND = b64encode(b"\x03\x04" * 2400).decode()
"""20 ms of the user, 100 ms of the agent."""


class LongCall:
    """One call. `turn` has a number of fixed width, so that longer numbers are no growth."""

    def __init__(self, config: Config) -> None:
        self.clock = FakeClock(1024.0)
        self.translator = Translator(config, clock=self.clock, new_id=lambda: "T")
        self.turn = 10**6
        self.items: list[str] = []
        """The items that were created upstream and not confirmed yet."""
        self.translator.client_opened()
        self.client(SETTINGS)
        self.translator.upstream_opened()
        self.upstream({"type": "session.created", "session": {}}, {"type": "session.updated", "session": {}})

    def client(self, frame: Json | bytes) -> None:
        self._take(
            self.translator.receive_from_client(frame if isinstance(frame, bytes) else json.dumps(frame))
        )

    def upstream(self, *events: Json) -> None:
        for event in events:
            leg = self.translator.state.leg
            self._take(self.translator.receive_from_upstream(json.dumps(event), leg))

    def wait(self, seconds: float) -> None:
        until = self.clock.now + seconds
        while (due := self.translator.next_deadline) is not None and due <= until:
            self.clock.set(due)
            self._take(self.translator.handle_timeout())
        self.clock.set(until)

    def _take(self, outputs: tuple[object, ...]) -> None:
        """Updates are confirmed at once; of the rest only the ids of new items are remembered."""
        for output in outputs:
            if isinstance(output, SendToUpstream):
                event = json.loads(output.data)
                if event["type"] == "session.update":
                    self.upstream({"type": "session.updated", "session": {}})
                elif event["type"] == "conversation.item.create":
                    self.items.append(event["item"].get("id") or event["event_id"])
            elif isinstance(output, OpenUpstream) and output.leg > 1:
                self._take(self.translator.upstream_opened(output.leg))

    # --- what a server says -----------------------------------------------------------------------------

    @property
    def response(self) -> str:
        return f"resp_{self.turn}"

    @property
    def item(self) -> str:
        return f"item_{self.turn}"

    def begin(self) -> None:
        self.upstream(
            {"type": "response.created", "response": {"id": self.response, "status": "in_progress"}}
        )

    def event(self, kind: str, **fields: Any) -> None:
        ids = {"response_id": self.response, "item_id": self.item, "content_index": 0, "output_index": 0}
        self.upstream({"type": f"response.{kind}", **ids, **fields})

    def speak(self, words: str = "It is half past. More will follow.") -> None:
        item = {
            "type": "message",
            "id": self.item,
            "role": "assistant",
            "status": "in_progress",
            "content": [],
        }
        self.event("output_item.added", item=item)
        for word in words.split():
            self.event("output_audio_transcript.delta", delta=f"{word} ")
        for _ in range(3):
            self.event("output_audio.delta", delta=_SOUND)

    def finish(self, words: str = "It is half past. More will follow.", status: str = "completed") -> None:
        part = {"type": "output_audio", "transcript": words}
        item = {"type": "message", "id": self.item, "role": "assistant", "content": [part], "status": status}
        self.event("output_audio_transcript.done", transcript=words)
        self.event("output_audio.done")
        self.event("output_item.done", item=item)
        self.done(status, item)

    def done(self, status: str = "completed", *items: Json, **details: Any) -> None:
        response = {"id": self.response, "status": status, "output": list(items), **details}
        self.upstream({"type": "response.done", "response": response})

    def hear(self, seconds: float = 0.1) -> str:
        """The user speaks; returns the item."""
        user = f"user_{self.turn}"
        self.upstream({"type": "input_audio_buffer.speech_started", "item_id": user, "audio_start_ms": 1})
        for _ in range(int(seconds * 50)):
            self.client(_SPEECH)
        self.upstream(
            {"type": "input_audio_buffer.speech_stopped", "item_id": user, "audio_end_ms": 90},
            {"type": "input_audio_buffer.committed", "item_id": user},
        )
        return user

    def transcribed(self, user: str, kind: str = "completed", **fields: Any) -> None:
        name = f"conversation.item.input_audio_transcription.{kind}"
        self.upstream({"type": name, "item_id": user, "content_index": 0, **fields})

    def call(self, name: str, number: int) -> str:
        call_id = f"call_{self.turn}_{number}"
        item = {"type": "function_call", "id": f"f_{self.turn}_{number}", "call_id": call_id, "name": name}
        self.event("output_item.added", item={**item, "status": "in_progress"})
        self.event("function_call_arguments.done", call_id=call_id, item_id=item["id"], arguments="{}")
        self.event("output_item.done", item={**item, "arguments": "{}", "status": "completed"})
        return call_id


def spoken(call: LongCall) -> None:
    user = call.hear()
    call.begin()
    call.transcribed(user, "delta", delta="What time")
    call.transcribed(user, transcript="What time is it?")
    call.speak()
    call.finish()


def late_transcript(call: LongCall) -> None:
    user = call.hear()
    call.begin()
    call.speak()
    call.finish()
    call.wait(1.5)
    call.transcribed(user, transcript="What time is it?")


def no_transcript(call: LongCall) -> None:
    user = call.hear()
    if call.turn % 2:
        call.transcribed(user, "failed", error={"code": "audio_unintelligible", "message": "No."})
    call.begin()
    call.speak()
    call.finish()


def typed(call: LongCall) -> None:
    call.client({"type": "InjectUserMessage", "content": f"Question {call.turn}"})
    for item in call.items[-1:]:
        message = {"type": "message", "role": "user", "id": item}
        call.upstream({"type": "conversation.item.added", "item": message})
    call.begin()
    call.event("output_text.delta", delta="Half past.")
    call.event("output_text.done", text="Half past.")
    call.done()


def refused(call: LongCall) -> None:
    """The item is refused, and so is an update; a response fails."""
    call.client({"type": "InjectUserMessage", "content": f"Question {call.turn}"})
    call.upstream({"type": "error", "error": {"code": "odd", "message": "No.", "event_id": "T_1"}})
    call.wait(2.5)
    call.begin()
    details = {"type": "failed", "error": {"code": "server_error"}}
    call.done("failed", status_details=details)


def called(call: LongCall) -> None:
    call.client({"type": "InjectUserMessage", "content": "Look."})
    call.wait(2.5)
    call.begin()
    ids = [call.call("look", 1), call.call("look", 2)]
    run = call.call("run", 3)
    call.done()
    for each in ids:
        call.client({"type": "FunctionCallResponse", "id": each, "name": "look", "content": "{}"})
    call.translator.function_result(run, "{}")
    call.turn += 1
    call.begin()
    call.speak()
    call.finish()


def interrupted(call: LongCall) -> None:
    call.begin()
    call.speak()
    user = call.hear()
    call.finish(status="cancelled")
    call.transcribed(user, transcript="Wait.")
    call.turn += 1
    call.begin()
    for number in range(3):
        call.call("look", number)  # never answered
    call.done()
    user = call.hear()
    call.transcribed(user, transcript="Never mind.")
    call.turn += 1
    call.begin()
    call.speak()
    call.finish()


def updated(call: LongCall) -> None:
    think = {"provider": {"type": "open_ai"}, "prompt": f"Be {call.turn}.", "functions": SETTINGS_FUNCTIONS}
    speed = 1.0 + (call.turn % 4) / 8
    call.client({"type": "UpdateThink", "think": think})
    call.client({"type": "UpdateSpeak", "speak": {"provider": {"type": "open_ai", "speed": speed}}})
    listen = {"provider": {"type": "deepgram", "keyterms": [f"term {call.turn}"]}}
    call.client({"type": "UpdateListen", "listen": listen})
    call.client({"type": "UpdatePrompt", "prompt": "And be kind."})


def told_to_speak(call: LongCall) -> None:
    for behavior in ("default", "queue", "interrupt"):
        call.client({"type": "InjectAgentMessage", "message": f"Notice {call.turn}.", "behavior": behavior})
        call.turn += 1
        call.begin()
        call.speak(f"Notice {call.turn}.")
        call.finish(f"Notice {call.turn}.")


def never_ended(call: LongCall) -> None:
    """Output without its end, announcements without what they announce, and what nobody knows."""
    call.begin()
    call.speak()
    call.event("output_text.done", text="So.")
    user = {"item_id": f"idle_{call.turn}"}
    call.upstream({"type": "input_audio_buffer.timeout_triggered", **user})
    call.upstream(
        {"type": "odd", "item": {"id": call.item}}, {"type": "rate_limits.updated", "rate_limits": []}
    )
    call.upstream({"type": "error", "error": {"code": "odd", "message": "No."}})
    call.wait(2.0)
    call.done()
    call.event("output_text.done", text="Too late.")


SETTINGS_FUNCTIONS = SETTINGS["agent"]["think"]["functions"]
TURNS: Mapping[str, Callable[[LongCall], None]] = {
    each.__name__: each
    for each in (
        spoken,
        late_transcript,
        no_transcript,
        typed,
        refused,
        called,
        interrupted,
        updated,
        told_to_speak,
        never_ended,
    )
}


def rounds(call: LongCall, minutes: float) -> int:
    """Turns of every kind, round after round, until so many minutes have passed; returns how many turns."""
    count = 0
    while call.clock.now - 1024.0 < minutes * _MINUTE:
        for turn in TURNS.values():
            turn(call)
            call.turn += 1
            call.wait(_BETWEEN)
            count += 1
        del call.items[:]
        call.wait(_PAUSE)
    return count
