"""The scripted client of a simulation: sends what its script says, when it says so, and answers calls."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from attrs import define, field, frozen

from .inputs import is_array, is_object, sub_object
from .script import Action, Answer, Close, Script, Send, Speak

__all__ = ["Answers", "ClientEvent", "Hangup", "ScriptedClient", "calls_in"]


@frozen
class Hangup:
    """The client closes its socket."""

    code: int


ClientEvent: TypeAlias = "str | bytes | Hangup"

# Speech-like and silent samples of each encoding. Speech alternates between two values: neither silence nor
# one value all over. The silence of G.711 is not zero.
_SAMPLES: Mapping[str, tuple[tuple[bytes, bytes], bytes]] = {
    "linear16": ((b"\x00\x10", b"\x00\xf0"), b"\x00\x00"),
    "mulaw": ((b"\x1e", b"\x9e"), b"\xff"),
    "alaw": ((b"\x34", b"\xb4"), b"\xd5"),
}
_HALF_PERIOD_MS = 5


@frozen
class AudioFormat:
    """The format that the client's Settings declared, linear16 at 24000 Hz unless they did."""

    encoding: str = "linear16"
    rate: int = 24000

    @classmethod
    def of_settings(cls, settings: Mapping[str, object]) -> AudioFormat:
        """The input format in a Settings message. What makes no sense is left to the translator to refuse."""
        declared = sub_object(settings, "audio", "input")
        encoding, rate = declared.get("encoding"), declared.get("sample_rate")
        return cls(
            encoding if isinstance(encoding, str) and encoding in _SAMPLES else "linear16",
            rate if isinstance(rate, int) and 1000 <= rate <= 192_000 else 24000,
        )

    def audio(self, start_ms: int, end_ms: int, *, speech: bool) -> bytes:
        """The audio from `start_ms` to `end_ms` of an utterance, without a jump where frames meet."""
        loud, silent = _SAMPLES[self.encoding]
        first, last = start_ms * self.rate // 1000, end_ms * self.rate // 1000
        if not speech:
            return silent * (last - first)
        half = max(1, self.rate * _HALF_PERIOD_MS // 1000)
        return b"".join(loud[position // half % 2] for position in range(first, last))


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

    def __init__(self, script: Script, answers: Answers) -> None:
        """`answers` may be shared with the host, which runs the functions that have an endpoint."""
        self._timeline = heapq.merge(*map(_expand, script.actions), key=lambda entry: entry[0])
        self._upcoming = next(self._timeline, None)
        self._answers = answers
        self._replies: list[tuple[float, int, str]] = []
        self._sequence = 0
        self._format = AudioFormat()

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
            return self._format.audio(event.start_ms, event.end_ms, speech=event.speech)
        self._note_settings(event.text)
        return event.text

    def _note_settings(self, text: str) -> None:
        try:
            message: object = json.loads(text)
        except ValueError:
            return
        if is_object(message) and message.get("type") == "Settings":
            self._format = AudioFormat.of_settings(message)


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
