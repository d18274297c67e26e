"""Recorded sessions of other servers, played to a translator: the frames of both its peers, each at its time.

A recorded server speaks of the events of its own client. What it says of one is said of the event of ours
that stands in the same place; where there is none, nothing is said, and `unasked` remembers it. Where a
recording ends, or answers what is not asked any more, `StandIn` goes on like a plain server.
"""

from __future__ import annotations

import base64
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from math import inf
from pathlib import Path
from typing import Any

from attrs import evolve

from realtime_translate import (
    ClientDialect,
    CloseClient,
    CloseUpstream,
    Config,
    OpenUpstream,
    Output,
    SendToClient,
    SendToUpstream,
)
from realtime_translate.cli.recorded_client import fitting_client, item_text
from realtime_translate.cli.trace import Line, read_trace
from realtime_translate.openai.dialects import OPENAI_GA, UpstreamDialect
from tests.harness import Desk

__all__ = ["DELTA", "STAND_IN_SAYS", "Session"]

Json = dict[str, Any]
Act = Callable[[], None]

FRAME, FRAME_SECONDS = b"\x00\x10" * 480, 0.02
"""The user's audio."""
DELTA = base64.b64encode(bytes(2048)).decode()
"""As much as the running servers sent in one delta; the recordings have its first bytes."""
LONGEST_GAP = 4.0
"""Seconds between two appends of one stretch of audio: most appends are left out of the recordings."""
STAND_IN_SAYS = "As you say."
DEBOUNCE = 0.4
"""Of the recorded host: its commits tell when the audio really ended."""


class StandIn:
    """A plain server: confirms items, and answers each `response.create` at once."""

    def __init__(self) -> None:
        self.answers = 0

    def receive(self, event: Json) -> list[Json]:
        if event["type"] == "conversation.item.create":
            item = {"id": "item", "status": "completed", **event["item"]}
            return [{"type": "conversation.item.created", "item": item}]
        return self._answer(event.get("response", {})) if event["type"] == "response.create" else []

    def _answer(self, asked: Json) -> list[Json]:
        self.answers += 1
        response = {"id": f"answer{self.answers}", "metadata": asked.get("metadata"), "output": []}
        place = {"response_id": response["id"], "item_id": f"said{self.answers}", "content_index": 0}
        return [
            {"type": "response.created", "response": {**response, "status": "in_progress"}},
            {"type": "response.output_audio.delta", **place, "delta": DELTA},
            {"type": "response.output_audio_transcript.done", **place, "transcript": STAND_IN_SAYS},
            {"type": "response.output_audio.done", **place},
            {"type": "response.done", "response": {**response, "status": "completed"}},
        ]


class Session:
    """A recording and the translator that hears it.

    `server`: its row. `cut`: seconds after which the stand-in answers. `unasked`: kinds of events that the
    recorded server answered, and that were not sent here. `heard`: what of the recording was played.
    """

    def __init__(
        self, path: Path, config: Config | None = None, cut: float = inf, server: UpstreamDialect = OPENAI_GA
    ) -> None:
        self.trace = read_trace(path.read_text("utf-8"), path.name)
        self.cut = cut
        self.outputs: list[Output] = []
        self.unasked: list[str] = []
        self.heard: list[Json] = []
        self.stand_in: StandIn | None = None
        self._sent: dict[str, list[Json]] = defaultdict(list)
        self._recorded: dict[str, int] = defaultdict(int)
        self._names: dict[str, tuple[str, int, Callable[[Json], str]]] = {}
        # Of some sessions only the leg to the server was recorded: a client is made that fits it.
        whole = bool(self.trace.select("client", "in"))
        self._fitting = None if whole else fitting_client(self.trace, ClientDialect.DEEPGRAM)
        config = config or (self._fitting.config if self._fitting else Config())
        self.desk = Desk(evolve(config, upstream=server))
        self._begin = self.desk.clock.now

    # --- what came out --------------------------------------------------------------------------------------

    def sent(self, kind: str) -> list[Json]:
        """What went upstream, of one type."""
        return self._sent[f"{kind} "]

    @property
    def told(self) -> list[Json | bytes]:
        """What went to the client."""
        frames = [each.data for each in self.outputs if isinstance(each, SendToClient)]
        return [each if isinstance(each, bytes) else json.loads(each) for each in frames]

    @property
    def closed(self) -> bool:
        """Whether the host was told to hang up."""
        return any(isinstance(each, (CloseClient, CloseUpstream)) for each in self.outputs)

    # --- the session ----------------------------------------------------------------------------------------

    def play(self) -> None:
        """From the first line to the last."""
        self._take(self.desk.opened().outputs)
        if self._fitting is not None:
            self.client(dict(self._fitting.settings))
        for t, act in sorted(self._acts(), key=lambda each: each[0]):
            self._run(t)
            act()

    def client(self, frame: Json | bytes) -> None:
        """The client says something."""
        self._take(self.desk.client(frame).outputs)

    def close_upstream(self, code: int) -> None:
        """The server is gone."""
        self._take(self.desk.act(lambda translator: translator.upstream_closed(code)).outputs)

    def wait(self, seconds: float) -> None:
        """Let time pass, with a stop at each deadline."""
        self._run(self.desk.clock.now - self._begin + seconds)

    def _run(self, until: float) -> None:
        clock, end = self.desk.clock, self._begin + until
        while (due := self.desk.translator.next_deadline) is not None and due <= end:
            clock.set(max(due, clock.now))
            self._take(self.desk.wait(0.0).outputs)
        clock.set(max(end, clock.now))

    def _acts(self) -> Iterator[tuple[float, Act]]:
        first = self.trace.lines[0].t
        for line in self.trace.lines:
            act = self._act(line, line.t - first)
            if act is not None:
                yield line.t - first, act
        if self._fitting is None:
            for t in self._audio():
                yield t - first, lambda: self.client(FRAME)

    def _act(self, line: Line, t: float) -> Act | None:
        event: Json = dict(line.event)
        if line.is_from("client", "in"):
            return lambda: self.client(event)
        if line.is_from("upstream", "in"):
            last = line is self.trace.select("upstream", "in")[-1]
            return lambda: self._server(event, last=last or t >= self.cut)
        if line.is_from("upstream", "out"):
            return lambda: self._client_of(line, event)
        return None

    def _audio(self) -> Iterator[float]:
        """When the client sends a frame: without a pause, though the recording has appends now and then."""
        appends = [line.t for line in self.trace.select("upstream", "out", "input_audio_buffer.append")]
        commits = self.trace.select("upstream", "out", "input_audio_buffer.commit")
        for t, after in pairwise([*appends, *(line.t - DEBOUNCE for line in commits), inf]):
            yield t
            frames = int((after - t) / FRAME_SECONDS) if after - t < LONGEST_GAP else 0
            yield from (t + number * FRAME_SECONDS for number in range(1, frames))

    # --- the server -----------------------------------------------------------------------------------------

    def _server(self, event: Json, *, last: bool) -> None:
        """What the recorded server says, up to where the stand-in takes over."""
        if self.stand_in is not None:
            return
        if last:
            self.stand_in = StandIn()
        if self._fitting is None and event["type"].endswith("audio.delta"):
            event["delta"] = DELTA
        try:
            ours = self._ours(event)
        except LookupError as missing:
            self.unasked.append(str(missing.args[0]))
        else:
            self.heard.append(ours)
            self._take(self.desk.upstream(ours).outputs)

    def _ours(self, value: Any) -> Any:
        """With the ids of our events and items in the place of those that were recorded."""
        if isinstance(value, dict):
            return {key: self._ours(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self._ours(each) for each in value]
        if not isinstance(value, str) or value not in self._names:
            return value
        kind, place, name = self._names[value]
        if place >= len(self._sent[kind]):
            raise LookupError(kind.strip())
        return name(self._sent[kind][place])

    # --- the recorded client --------------------------------------------------------------------------------

    def _client_of(self, line: Line, event: Json) -> None:
        """What the server's client sent is remembered; where there is no other, our client says it too."""
        kind = _kind(event)
        place = self._recorded[kind]
        self._recorded[kind] += 1
        self._names |= {name(event): (kind, place, name) for name in _NAMES if name(event)}
        if self._fitting is None or line in self._fitting.context:
            return
        if kind == "input_audio_buffer.append ":
            self.client(FRAME)
        elif kind == "conversation.item.create message":
            self.client({"type": "InjectUserMessage", "content": item_text(event["item"])})
        elif kind == "conversation.item.create function_call_output":
            answer = {"id": event["item"]["call_id"], "name": "", "content": event["item"]["output"]}
            self.client({"type": "FunctionCallResponse", **answer})

    def _take(self, outputs: Sequence[Output]) -> None:
        """Remember outputs, and then let the stand-in answer what went upstream."""
        self.outputs += outputs
        if any(isinstance(each, OpenUpstream) for each in outputs):
            self._take(self.desk.dialled().outputs)
        events = [json.loads(each.data) for each in outputs if isinstance(each, SendToUpstream)]
        for event in events:
            self._sent[_kind(event)].append(event)
        for event in events:
            for answer in self.stand_in.receive(event) if self.stand_in else ():
                self._take(self.desk.upstream(answer).outputs)


def _kind(event: Json) -> str:
    return f"{event['type']} {event.get('item', {}).get('type', '')}"


def _event_id(event: Json) -> str:
    return str(event.get("event_id") or "")


def _item_id(event: Json) -> str:
    return str(event.get("item", {}).get("id") or "")


_NAMES = (_event_id, _item_id)
"""What a server may say again. The tag of a response is the id of its event."""
