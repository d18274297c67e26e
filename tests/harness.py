"""Two ways of driving a Translator in tests: `Desk`, where the test plays upstream by hand, and `Pair`,
against the model.

Both run on a `FakeClock` and sort what comes out by leg.
"""

from __future__ import annotations

import base64
import itertools
import json
import struct
from collections.abc import Callable
from typing import Any

from attrs import define, field

from realtime_translate import (
    CloseClient,
    CloseUpstream,
    Config,
    Notice,
    OpenUpstream,
    Output,
    Outputs,
    SendToClient,
    SendToUpstream,
    Translator,
)
from realtime_translate.session.tables import SlotState
from realtime_translate.testing import FakeClock, RealtimeServer

__all__ = [
    "SETTINGS",
    "Desk",
    "Log",
    "Pair",
    "assert_same",
    "audio_in",
    "counter",
    "opened",
    "ready",
    "restored",
]

Json = dict[str, Any]

SETTINGS: Json = {
    "type": "Settings",
    "audio": {"input": {"encoding": "linear16", "sample_rate": 24000}},
    "agent": {},
}
"""Without a format the audio would be another one in each dialect (S10)."""


def counter(prefix: str) -> Callable[[], str]:
    """An id source: prefix1, prefix2, …"""
    numbers = itertools.count(1)
    return lambda: f"{prefix}{next(numbers)}"


def restored(translator: Translator, config: Config, clock: Callable[[], float]) -> Translator:
    """A translator that goes on where this one stands, from a snapshot that travelled as JSON (*Always true*
    6).
    """
    snapshot = json.loads(json.dumps(translator.snapshot()))
    return Translator.restore(snapshot, config, clock=clock, new_id=counter("R"))


@define
class Log:
    """Outputs, sorted by leg. Client frames: JSON objects, and bytes for audio."""

    outputs: list[Output] = field(factory=list)

    @property
    def client(self) -> list[Json | bytes]:
        return [
            each.data if isinstance(each.data, bytes) else json.loads(each.data)
            for each in self.outputs
            if isinstance(each, SendToClient)
        ]

    @property
    def upstream(self) -> list[Json]:
        return [json.loads(each.data) for each in self.outputs if isinstance(each, SendToUpstream)]

    @property
    def client_types(self) -> list[str]:
        return ["audio" if isinstance(each, bytes) else each["type"] for each in self.client]

    @property
    def upstream_types(self) -> list[str]:
        return [each["type"] for each in self.upstream]

    @property
    def notices(self) -> list[str]:
        return [each.code for each in self.outputs if isinstance(each, Notice)]

    @property
    def errors(self) -> list[str]:
        """Their codes."""
        return [each["code"] for each in self.of("Error")]

    @property
    def warnings(self) -> list[str]:
        """Their codes."""
        return [each["code"] for each in self.of("Warning")]

    @property
    def closes(self) -> list[CloseClient | CloseUpstream]:
        return [each for each in self.outputs if isinstance(each, (CloseClient, CloseUpstream))]

    def of(self, kind: str) -> list[Json]:
        """The text messages of that type on either leg."""
        return [
            each for each in [*self.client, *self.upstream] if isinstance(each, dict) and each["type"] == kind
        ]


def assert_same(copied: Outputs, outputs: Outputs) -> None:
    """Equal but for one least significant bit of resampled audio (*Always true* 6)."""
    assert [_without_audio(each) for each in copied] == [_without_audio(each) for each in outputs]
    for mine, theirs in zip(copied, outputs, strict=True):
        if mine != theirs:
            pairs = zip(_samples(mine), _samples(theirs), strict=True)
            assert max(abs(one - other) for one, other in pairs) <= 1


def _without_audio(output: Output) -> object:
    """An output, but for its audio only the size of that."""
    audio = audio_in(output)
    return output if audio is None else (type(output), len(audio))


def audio_in(output: Output) -> bytes | None:
    """The audio that an output carries on either leg."""
    if isinstance(output, SendToClient) and isinstance(output.data, bytes):
        return output.data
    if isinstance(output, SendToUpstream) and output.data.startswith('{"type":"input_audio_buffer.append"'):
        return base64.b64decode(json.loads(output.data)["audio"])
    return None


def _samples(output: Output) -> tuple[int, ...]:
    """The audio of an output as linear16 samples."""
    audio = audio_in(output) or b""
    return struct.unpack(f"<{len(audio) // 2}h", audio)


class Desk:
    """A translator and a test that plays both peers.

    Each input also goes to a copy that was restored from a snapshot taken just before it: nothing may differ
    (*Always true* 6).
    """

    def __init__(self, config: Config | None = None, *, now: float = 100.0) -> None:
        self.config = config or Config.deepgram()
        self.clock = FakeClock(now)
        self.translator = Translator(self.config, clock=self.clock, new_id=counter("T"))

    @property
    def slot(self) -> SlotState:
        return self.translator.state.response

    def act(self, act: Callable[[Translator], Outputs]) -> Log:
        """Any input, here and on the copy."""
        copy = restored(self.translator, self.config, self.clock)
        outputs = act(self.translator)
        assert_same(act(copy), outputs)
        assert copy.snapshot() == self.translator.snapshot()
        return Log(list(outputs))

    def client(self, frame: Json | str | bytes) -> Log:
        return self.act(lambda translator: translator.receive_from_client(_frame(frame)))

    def upstream(self, *events: Json | str | bytes) -> Log:
        return Log([each for event in events for each in self._upstream(_frame(event)).outputs])

    def _upstream(self, frame: str | bytes) -> Log:
        return self.act(lambda translator: translator.receive_from_upstream(frame, translator.state.leg))

    def wait(self, seconds: float) -> Log:
        self.clock.advance(seconds)
        return self.act(lambda translator: translator.handle_timeout())

    def wait_deadline(self) -> Log:
        """Jump to the next deadline and report it."""
        deadline = self.translator.next_deadline
        assert deadline is not None
        self.clock.set(deadline)
        return self.wait(0.0)

    def opened(self) -> Log:
        return self.act(lambda translator: translator.client_opened())

    def dialled(self) -> Log:
        return self.act(lambda translator: translator.upstream_opened(translator.state.leg))

    def lost(self, code: int | None = 1006, reason: str = "") -> Log:
        """The socket to the server closes."""
        return self.act(lambda translator: translator.upstream_closed(code, reason, translator.state.leg))

    def ready(self, settings: Json | None = None) -> Log:
        """Open both legs, send Settings and confirm them."""
        outputs: list[Output] = [*self.opened().outputs]
        outputs += self.client(settings or SETTINGS).outputs
        outputs += self.dialled().outputs
        outputs += self.upstream({"type": "session.updated", "session": {}}).outputs
        return Log(outputs)


def opened(config: Config | None = None) -> Desk:
    """A call whose client is there, and nothing more."""
    desk = Desk(config)
    desk.opened()
    return desk


def ready(way: type[Desk] = Desk, config: Config | None = None, settings: Json = SETTINGS) -> Desk:
    """A call whose session is ready."""
    desk = way(config)
    desk.ready(settings)
    return desk


class Pair:
    """A translator and the simulated server, joined by queues, on one clock. The test is the client."""

    def __init__(self, config: Config | None = None, **server: Any) -> None:
        self.clock = FakeClock(0.0)
        self.translator = Translator(config or Config.deepgram(), clock=self.clock, new_id=counter("T"))
        self.server = RealtimeServer(clock=self.clock, new_id=counter("s"), **server)
        self.log = Log()
        self._frames: list[str] = []
        self._take(self.translator.client_opened())

    def client(self, frame: Json | str | bytes) -> None:
        self._take(self.translator.receive_from_client(_frame(frame)))

    def run(self, until: float) -> None:
        """Let time pass to `until`, stopping at each deadline of both sides."""
        while True:
            self._drain()
            deadlines = (self.translator.next_deadline, self.server.next_deadline)
            next_stop = min((each for each in deadlines if each is not None), default=None)
            if next_stop is None or next_stop > until:
                break
            self.clock.set(max(next_stop, self.clock.now))
            self._take(self.translator.handle_timeout())
            self._frames += self.server.handle_timeout()
        self.clock.set(until)

    def _drain(self) -> None:
        while self._frames:
            self._take(self.translator.receive_from_upstream(self._frames.pop(0)))
        if self.server.closed:
            self._take(self.translator.upstream_closed(*self.server.closed))

    def _take(self, outputs: Outputs) -> None:
        self.log.outputs.extend(outputs)
        for output in outputs:
            if isinstance(output, SendToUpstream):
                self._frames += self.server.receive(output.data)
            elif isinstance(output, OpenUpstream):
                self._frames += self.server.opened()
                self._take(self.translator.upstream_opened(output.leg))


def _frame(frame: Json | str | bytes) -> str | bytes:
    return json.dumps(frame) if isinstance(frame, dict) else frame
