"""Sessions with the simulated server, written down as recorders of real ones do."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

from realtime_translate import Config, Outputs, SendToClient, SendToUpstream
from realtime_translate.testing import Reply, Transcribe
from tests.harness import Pair
from tests.unit.testing.model.harness import LOUD, QUIET, Harness, Pick, audio

__all__ = ["Json", "Tape", "TappedPair", "line", "shortened", "update", "user_item"]

Json = dict[str, Any]
SHORTEST = base64.b64encode(b"\x00\x10" * 6).decode()
"""What is left of audio."""


def line(leg: str, direction: str, event: Json, seconds: float | None = None) -> Json:
    """One line of a recording."""
    t_ms = None if seconds is None else round(seconds * 1000)
    return {"t_ms": t_ms, "leg": leg, "dir": direction, "event": shortened(event)}


def shortened(event: Json) -> Json:
    """Audio is cut to a few bytes."""
    if event["type"] == "input_audio_buffer.append":
        return {**event, "audio": SHORTEST}
    return {**event, "delta": SHORTEST} if event["type"].endswith("audio.delta") else event


def update(**session: Any) -> Json:
    """The client's first event."""
    sound = {"type": "audio/pcm", "rate": 24000}
    turns = {"type": "server_vad", "create_response": True, "interrupt_response": True}
    hearing = {"format": sound, "turn_detection": turns, "transcription": {"model": "gpt-transcribe"}}
    sounds = {"input": hearing, "output": {"format": sound}}
    described = {"type": "realtime", "instructions": "Be brief.", "output_modalities": ["audio"]}
    return {"type": "session.update", "session": {**described, "audio": sounds, **session}}


def user_item(text: str) -> Json:
    """The user types."""
    content = [{"type": "input_text", "text": text}]
    return {
        "type": "conversation.item.create",
        "item": {"type": "message", "role": "user", "content": content},
    }


class Tape:
    """A client without a translator: only the leg to the server is recorded. `timed`: with times."""

    def __init__(
        self,
        script: Sequence[Reply],
        *,
        timed: bool = False,
        transcribe: Transcribe = lambda _: "",
        picks: Mapping[str, int],
    ) -> None:
        self.harness = Harness(script=script, choices=Pick(**picks), transcribe=transcribe, opened=False)
        self.timed = timed
        self.lines: list[Json] = []
        self._heard(self.harness.keep(self.harness.server.opened()))

    def send(self, event: Json) -> None:
        """Say it, and go on at once."""
        self.lines.append(line("upstream", "out", event, self._now))
        self._heard(self.harness.keep(self.harness.server.receive(json.dumps(event))))

    def speak(self, words: int, silence: int) -> None:
        """So many appends of 100 ms with speech, and then without."""
        for sample in (*[LOUD] * words, *[QUIET] * silence):
            self.send({"type": "input_audio_buffer.append", "audio": audio(100, sample)})
            if self.timed:
                self.wait(0.1)

    def wait(self, seconds: float) -> None:
        end = self.harness.clock.now + seconds
        while (due := self.harness.server.next_deadline) is not None and due <= end:
            self._wait(due - self.harness.clock.now)
        self._wait(end - self.harness.clock.now)

    def wait_for(self, kind: str) -> Json:
        """Let time pass until an event of that type has come; the first one is returned."""
        while not (found := [each["event"] for each in self.lines if each["event"]["type"] == kind]):
            due = self.harness.server.next_deadline
            assert due is not None, f"no {kind} comes"
            self._wait(max(0.0, due - self.harness.clock.now))
        return found[0]

    @property
    def _now(self) -> float | None:
        return self.harness.clock.now if self.timed else None

    def _wait(self, seconds: float) -> None:
        self._heard(self.harness.run(seconds))

    def _heard(self, events: list[Json]) -> None:
        self.lines += [line("upstream", "in", event, self._now) for event in events]


class TappedPair(Pair):
    """A client, a translator and the server: both legs are recorded, all with times."""

    def __init__(self, config: Config | None = None, **server: Any) -> None:
        self.lines: list[Json] = []
        super().__init__(config, **server)

    def client(self, frame: Json | str | bytes) -> None:
        if isinstance(frame, dict):
            self.lines.append(line("client", "in", frame, self.clock.now))
        super().client(frame)

    def speak(self, words: int, silence: int) -> None:
        """So many binary frames of 100 ms with speech, and then without; recordings leave those out."""
        for sample in (*[LOUD] * words, *[QUIET] * silence):
            self.client(sample * 2400)
            self.run(self.clock.now + 0.1)

    def _drain(self) -> None:
        while self._frames:
            self.lines.append(line("upstream", "in", json.loads(self._frames[0]), self.clock.now))
            self._take(self.translator.receive_from_upstream(self._frames.pop(0)))
        super()._drain()

    def _take(self, outputs: Outputs) -> None:
        legs = {SendToClient: "client", SendToUpstream: "upstream"}
        self.lines += [
            line(legs[type(each)], "out", json.loads(each.data), self.clock.now)
            for each in outputs
            if isinstance(each, (SendToClient, SendToUpstream)) and isinstance(each.data, str)
        ]
        super()._take(outputs)

    def answer(self, content: str) -> None:
        """Answer all calls."""
        for call in (call for each in self.log.of("FunctionCallRequest") for call in each["functions"]):
            answer = {"id": call["id"], "name": call["name"], "content": content}
            self.client({"type": "FunctionCallResponse", **answer})
