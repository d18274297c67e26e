"""The scripted client of a simulation: sends what its script says, when it says so, and answers calls."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from attrs import define, field, frozen

from ..audio import PCM_24K, AudioFormat
from .audio_formats import declared
from .inputs import is_array, is_object
from .script import Action, Answer, Close, Script, Send, Speak

__all__ = ["Answers", "ClientEvent", "Hangup", "ScriptedClient", "calls_in", "utterance"]


@frozen
class Hangup:
    """The client closes its socket."""

    code: int


ClientEvent: TypeAlias = "str | bytes | Hangup"

# Speech alternates between two values, high and low: it is neither silence nor one value all over.
_SPEECH: Mapping[str, tuple[bytes, bytes]] = {
    "linear16": (b"\x00\x10", b"\x00\xf0"),
    "mulaw": (b"\x1e", b"\x9e"),
    "alaw": (b"\x34", b"\xb4"),
}
_HALF_PERIOD_MS = 5


def utterance(audio: AudioFormat, start_ms: int, end_ms: int, *, speech: bool) -> bytes:
    """From `start_ms` to `end_ms` of an utterance, without a jump where frames meet."""
    start, end = audio.bytes_of(start_ms), audio.bytes_of(end_ms)
    if not speech:
        # By positions: where a millisecond is no whole number of samples, frames differ by one.
        return audio.silence(end_ms - start_ms + 1)[: end - start]
    high, low = _SPEECH[audio.encoding]
    half = audio.bytes_of(_HALF_PERIOD_MS) // audio.sample_bytes
    positions = range(start // audio.sample_bytes, end // audio.sample_bytes)
    return b"".join(low if position // half % 2 else high for position in positions)


@define(eq=False)
class Answers:
    """How calls are answered: the lines for a function are used in order, and the last one repeats."""

    _left: dict[str, list[Answer]] = field(factory=dict[str, list[Answer]])

    @classmethod
    def of(cls, answers: tuple[Answer, ...]) -> Answers:
        """From the `answer` lines of a script."""
        left: dict[str, list[Answer]] = {}
        for answer in answers:
            left.setdefault(answer.name, []).append(answer)
        return cls(left)

    def take(self, name: str) -> Answer | None:
        """The answer to the next call of `name`."""
        left = self._left.get(name)
        if not left:
            return None
        return left.pop(0) if len(left) > 1 else left[0]


def calls_in(frame: str | bytes) -> list[dict[str, object]]:
    """The calls of a FunctionCallRequest; none in any other frame to the client."""
    message: object = json.loads(frame) if isinstance(frame, str) else None
    if not is_object(message) or message.get("type") != "FunctionCallRequest":
        return []
    calls = message.get("functions")
    return [call for call in calls if is_object(call)] if is_array(calls) else []


class ScriptedClient:
    """The client of a simulation. `next_event` gives what it does; `receive` hears what it is sent."""

    def __init__(self, script: Script, answers: Answers, undeclared: AudioFormat = PCM_24K) -> None:
        """`answers` may be shared with the host, which runs the functions that have an endpoint. It speaks in
        the format `undeclared` where Settings name none (S10).
        """
        self._timeline = heapq.merge(*map(_expand, script.actions), key=lambda entry: entry[0])
        self._upcoming = next(self._timeline, None)
        self._answers = answers
        self._replies: list[tuple[float, int, str]] = []
        self._sequence = 0
        self._format = self._undeclared = undeclared

    @property
    def next_deadline(self) -> float | None:
        """When the client acts next."""
        times = [entry[0] for entry in (self._upcoming, *self._replies[:1]) if entry is not None]
        return min(times, default=None)

    def next_event(self) -> ClientEvent:
        """What the client does at `next_deadline`, which is not None."""
        if self._upcoming is None or (self._replies and self._replies[0][0] < self._upcoming[0]):
            return heapq.heappop(self._replies)[2]
        event = self._upcoming[1]
        self._upcoming = next(self._timeline, None)
        return self._perform(event)

    def receive(self, frame: str | bytes, now: float) -> None:
        """The client got `frame`: it answers the calls of a FunctionCallRequest that are its own."""
        for call in calls_in(frame):
            if call.get("client_side", True):
                self._answer(call, now)

    def _answer(self, call: Mapping[str, object], now: float) -> None:
        answer = self._answers.take(str(call.get("name")))
        if answer is None:
            return
        reply = {
            "type": "FunctionCallResponse",
            "id": call.get("id"),
            "name": answer.name,
            "content": answer.content,
        }
        self._sequence += 1
        heapq.heappush(self._replies, (now + answer.delay, self._sequence, json.dumps(reply)))

    def _perform(self, event: _Event) -> ClientEvent:
        if isinstance(event, Close):
            return Hangup(event.code)
        if isinstance(event, _Frame):
            return utterance(self._format, event.start_ms, event.end_ms, speech=event.speech)
        self._note_settings(event.text)
        return event.text

    def _note_settings(self, text: str) -> None:
        try:
            message: object = json.loads(text)
        except ValueError:
            return
        if is_object(message) and message.get("type") == "Settings":
            self._format = declared(message, "input", self._undeclared)


@frozen
class _Frame:
    """One audio frame of a `Speak`."""

    start_ms: int
    end_ms: int
    speech: bool


_Event: TypeAlias = "Send | Close | _Frame"


def _expand(action: Action) -> Iterator[tuple[float, _Event]]:
    """An action as timed events: the frames of a `Speak` come one `frame_ms` after another."""
    if not isinstance(action, Speak):
        yield action.t, action
        return
    for start in range(0, action.duration_ms, action.frame_ms):
        end = min(start + action.frame_ms, action.duration_ms)
        yield action.t + start / 1000, _Frame(start, end, action.speech)
