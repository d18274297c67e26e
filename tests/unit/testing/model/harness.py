"""Drives a RealtimeServer on virtual time and keeps what it sends."""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Callable
from typing import Any

from realtime_translate.testing import ALL, FakeClock, RealtimeServer

LOUD = b"\x00\x10"
QUIET = b"\x00\x00"


def audio(ms: int, sample: bytes = LOUD) -> str:
    """`ms` milliseconds of 24 kHz PCM, in base64."""
    return base64.b64encode(sample * (24 * ms)).decode()


def user(text: str, **fields: object) -> dict[str, object]:
    """A text item of the user."""
    return {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}], **fields}


class Pick:
    """The named choices, of any group; 0 for the others."""

    groups = ALL

    def __init__(self, **picks: int) -> None:
        self.picks = picks

    def choose(self, name: str, options: int) -> int:
        picked = self.picks.get(name, 0)
        assert picked < options
        return picked


class Harness:
    """A client of the model. Every event that came is in `events`, its time in `times`."""

    def __init__(self, *, start: float = 0.0, opened: bool = True, **options: Any) -> None:
        counter, self.sent = itertools.count(1), itertools.count(1)
        self.clock = FakeClock(start)
        options.setdefault(
            "model", "gpt-realtime"
        )  # which waits 200 ms for the end of speech, and does not reason
        self.server = RealtimeServer(clock=self.clock, new_id=lambda: str(next(counter)), **options)
        self.events: list[dict[str, Any]] = []
        self.times: list[float] = []
        if opened:
            self.keep(self.server.opened())

    def keep(self, frames: tuple[str, ...]) -> list[dict[str, Any]]:
        events = [json.loads(frame) for frame in frames]
        self.events += events
        self.times += [self.clock.now] * len(events)
        return events

    def forget(self) -> None:
        """Drop what came so far."""
        self.events.clear()
        self.times.clear()

    def send(self, kind: str, **fields: object) -> list[dict[str, Any]]:
        event: dict[str, Any] = {"type": kind, "event_id": f"c{next(self.sent)}", **fields}
        if kind == "input_audio_buffer.append":
            del event["event_id"]
        elif kind == "response.create":
            event["response"] = {"metadata": {"tag": event["event_id"]}, **event.get("response", {})}
        return self.keep(self.server.receive(json.dumps(event)))

    def update(self, **session: object) -> None:
        """A session.update, and its answer awaited."""
        self.send("session.update", session={"type": "realtime", **session})
        self.run(0.1)

    def listen(self, **fields: object) -> None:
        """A session.update of `audio.input`."""
        self.update(audio={"input": fields})

    def append(self, ms: int, sample: bytes = LOUD) -> None:
        self.send("input_audio_buffer.append", audio=audio(ms, sample))
        self.run(0.1)

    def say(self, text: str, **fields: object) -> None:
        self.send("conversation.item.create", item=user(text, **fields))

    def run(self, seconds: float) -> list[dict[str, Any]]:
        """Let time pass; returns what came meanwhile."""
        count, end = len(self.events), self.clock.now + seconds
        while (due := self.server.next_deadline) is not None and due <= end:
            self.clock.set(max(due, self.clock.now))
            self.keep(self.server.handle_timeout())
        self.clock.set(end)
        self.keep(self.server.handle_timeout())
        return self.events[count:]

    def run_until(self, done: Callable[[], bool], seconds: float = 20.0) -> None:
        """Let time pass, step by step, until `done`."""
        end = self.clock.now + seconds
        while not done():
            due = self.server.next_deadline
            assert due is not None, "nothing more will come"
            assert due <= end, "it did not come in time"
            self.clock.set(max(due, self.clock.now))
            self.keep(self.server.handle_timeout())

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] == kind]

    def kinds(self) -> list[str]:
        """The types of all that came, runs of the same type once."""
        return [kind for kind, _ in itertools.groupby(event["type"] for event in self.events)]

    @property
    def errors(self) -> list[dict[str, Any]]:
        return [event["error"] for event in self.of("error")]

    @property
    def rules(self) -> list[tuple[int | None, bool]]:
        """The rules that were broken, and whether an error answered it."""
        return [(violation.rule, violation.answered) for violation in self.server.violations]


def manual(**options: Any) -> Harness:
    harness = Harness(**options)
    harness.listen(turn_detection=None)
    harness.forget()
    return harness
