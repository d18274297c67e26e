"""A spoken turn in the simulation, with the translator in the middle and without it (A2, V2, O1)."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable
from functools import cache
from typing import Protocol

import numpy as np
from attrs import define, field

from realtime_translate import Config, OpenUpstream, Outputs, SendToClient, SendToUpstream, Translator
from realtime_translate.audio import AudioFormat
from realtime_translate.testing import FakeClock, RealtimeServer, Reply, Say
from tests.benchmarks import events
from tests.harness import counter
from tests.quality.measure import Signal, recording, resampled_ideally, to_bytes

FADE, WHOLE = 0.01, 2.5
"""Seconds: how long the speech fades out, and how long it and the silence after it are."""
BEGINS = 1.0
"""When the user begins: long after the session is ready."""
SPEECH = 0.649
"""Seconds of the sentence."""
FRAME = 0.0005
"""Of the user's audio. The simulated server takes a whole append for speech or for silence, so that longer
frames would show where they are cut instead of how late they are.
"""
REPLY = Say("There are two berths free for tonight.")


class _Side(Protocol):
    """What is between the user and the server. `first_audio`: when the agent's first audio was there."""

    first_audio: float | None

    def hear(self, frame: bytes) -> Iterable[str]:
        """A frame of the user's audio; what goes to the server."""
        ...

    def take(self, event: str) -> Iterable[str]:
        """An event of the server; what goes to the server."""
        ...

    def wait(self) -> Iterable[str]:
        """Time has come to the deadline; what goes to the server."""
        ...

    @property
    def next_deadline(self) -> float | None:
        """When `wait` is due."""
        ...


@define
class _Direct:
    """A client of the server's own protocol, which asks for the same session."""

    clock: FakeClock
    update: str
    first_audio: float | None = None
    next_deadline: float | None = None

    def begin(self) -> list[str]:
        return [self.update]

    def hear(self, frame: bytes) -> list[str]:
        audio = base64.b64encode(frame).decode("ascii")
        return [json.dumps({"type": "input_audio_buffer.append", "audio": audio})] if frame else []

    def take(self, event: str) -> list[str]:
        if self.first_audio is None and json.loads(event)["type"] == "response.output_audio.delta":
            self.first_audio = self.clock()
        return []

    def wait(self) -> list[str]:
        return []


@define
class _Translated:
    """A Deepgram client and the translator."""

    clock: FakeClock
    client: AudioFormat
    output: AudioFormat
    first_audio: float | None = None
    sent: list[str] = field(factory=list)
    translator: Translator = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.translator = Translator(Config.deepgram(), clock=self.clock, new_id=counter("T"))

    def begin(self) -> list[str]:
        self.translator.client_opened()
        settings = events.settings(input=self.client, output=self.output)
        outputs = self.translator.receive_from_client(settings)
        assert any(isinstance(each, OpenUpstream) for each in outputs)
        return self._up(self.translator.upstream_opened())

    def hear(self, frame: bytes) -> list[str]:
        return self._up(self.translator.receive_from_client(frame))

    def take(self, event: str) -> list[str]:
        return self._up(self.translator.receive_from_upstream(event))

    def wait(self) -> list[str]:
        return self._up(self.translator.handle_timeout())

    @property
    def next_deadline(self) -> float | None:
        return self.translator.next_deadline

    def _up(self, outputs: Outputs) -> list[str]:
        heard = any(isinstance(each, SendToClient) and isinstance(each.data, bytes) for each in outputs)
        if heard and self.first_audio is None:
            self.first_audio = self.clock()
        up = [each.data for each in outputs if isinstance(each, SendToUpstream)]
        self.sent += up
        return up


def turn(
    client: AudioFormat, upstream: AudioFormat, output: AudioFormat, fade: float = FADE
) -> tuple[float, float]:
    """Seconds from the end of the user's speech to the agent's first audio: without the translator, in the
    format that upstream carries, and with it.
    """
    signal = spoken(client.rate, fade)
    clock = FakeClock()
    translated = _Translated(clock, client, output)
    with_it = _played(clock, translated, translated.begin, client, signal)
    clock = FakeClock()
    direct = _Direct(clock, translated.sent[0])
    same = resampled_ideally(signal, client.rate, upstream.rate)
    return _played(clock, direct, direct.begin, upstream, same), with_it


def _played(
    clock: FakeClock, side: _Side, begin: Callable[[], Iterable[str]], audio: AudioFormat, signal: Signal
) -> float:
    """The call, until the agent is heard."""
    server = RealtimeServer(clock=clock, new_id=counter("s"), script=[Reply(REPLY)])
    created, begun = server.opened(), begin()
    _pass_on(server, side, created)
    _send(server, side, begun)
    data = to_bytes(audio, signal)
    for number in range(round(WHOLE / FRAME)):
        _run(clock, server, side, BEGINS + number * FRAME)
        one, other = (round(at * FRAME * audio.rate) * audio.sample_bytes for at in (number, number + 1))
        _send(server, side, side.hear(data[one:other]))
        if side.first_audio is not None:
            assert not [each for each in server.violations if not each.race]
            return side.first_audio - BEGINS - SPEECH
    raise AssertionError("the agent was never heard")


@cache
def spoken(rate: int, fade: float = FADE) -> Signal:
    """A sentence that fades out, as it was cut off where it was still to be heard; and silence."""
    native, sentence = recording("sentence_22050.wav")
    t = np.arange(len(sentence)) / native
    faded = sentence * np.clip((len(sentence) / native - t) / fade, 0, 1)
    signal = np.rint(resampled_ideally(faded, native, rate))
    return np.concatenate([signal, np.zeros(round(rate * WHOLE) - len(signal))])


def _run(clock: FakeClock, server: RealtimeServer, side: _Side, until: float) -> None:
    """Time passes, from one deadline of either side to the next."""
    while True:
        deadlines = [each for each in (server.next_deadline, side.next_deadline) if each is not None]
        due = min(deadlines, default=until)
        clock.set(max(clock.now, min(due, until)))
        if due > until or not deadlines:
            clock.set(until)
            return
        _send(server, side, side.wait())
        _pass_on(server, side, server.handle_timeout())


def _send(server: RealtimeServer, side: _Side, frames: Iterable[str]) -> None:
    for frame in frames:
        _pass_on(server, side, server.receive(frame))


def _pass_on(server: RealtimeServer, side: _Side, received: Iterable[str]) -> None:
    for event in received:
        _send(server, side, side.take(event))
