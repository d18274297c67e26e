"""A call with a network: a client, a translator and the server model, joined by delayed legs, on one clock.

Frames keep their order on a leg and arrive after a delay; the host fires timers late, or only when the next
frame comes. A second translator, restored from a snapshot of the first, gets the same inputs and must give
the same outputs.
"""

from __future__ import annotations

import json
import random
import struct
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from realtime_translate import (
    ClientDialect,
    CloseClient,
    CloseUpstream,
    Config,
    Notice,
    OpenUpstream,
    Outputs,
    SendToClient,
    SendToUpstream,
    Translator,
)
from realtime_translate.audio import ALAW_8K, MULAW_8K, PCM_24K, AudioFormat, Conversion
from realtime_translate.testing import Call, FakeClock, RealtimeServer, Reply, Say, ServerView, Violation
from tests.harness import assert_same, audio_in, counter

__all__ = ["TOOL", "Json", "World"]

Json = dict[str, Any]
TOOL = "get_weather"
CANCELLED = '{"error":"cancelled"}'
CUT: Json = {"type": "an interruption"}
_OUTPUT = "function_call_output"
STEP = 1 / 1024
"""Durations are multiples of this, so that sums of them are exact."""


class Chance:
    """A seeded source of the server's choices and of the network's delays."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def choose(self, name: str, options: int) -> int:
        return self.random.randrange(options)

    def delay(self, longest: int) -> float:
        """Seconds: so many steps at most."""
        return self.random.randrange(longest + 1) * STEP


class World:
    """The whole call. `texts`, `spoken` (bytes of audio): what the client sent; `open_calls`: what it has not
    answered.

    `expected` and `appended`: audio upstream as it should be and as it is, one entry a commit.
    """

    def __init__(self, config: Config, seed: int, *, delays: int = 200, lateness: int = 40) -> None:
        self.config = config
        self.chance = Chance(seed)
        self.delays, self.lateness = delays, lateness
        self.clock = FakeClock(0.0)
        self.translator = Translator(config, clock=self.clock, new_id=counter("T"))
        self.twin: Translator | None = None
        self.server = RealtimeServer(
            clock=self.clock,
            new_id=counter("s"),
            script=self._reply,
            choices=self.chance,
            latency=32 * STEP,
            token_interval=16 * STEP,
        )
        self.up: deque[tuple[float, str]] = deque()
        self.down: deque[tuple[float, str]] = deque()
        self.dialled_at: float | None = None
        self.upstream_frames: list[Json] = []
        self.client_frames: list[Json | bytes] = []
        self.texts: list[str] = []
        self.spoken = 0
        self.reference = Conversion(PCM_24K, PCM_24K)
        self.expected = [bytearray()]
        self.appended = [bytearray()]
        self.open_calls: list[Json] = []
        self.notices: list[str] = []
        self.answers = 0
        self.cancelled = 0
        self.journal: list[Json] = []
        self.pcm_heard = 0
        self.ready = False
        self.told_of: str | None = None
        self.unforeseen: list[str] = []
        self.closed = False
        self.ended: set[str] = set()
        self.lapsed: set[str] = set()
        self.told_of_audio = False
        self.cut_responses: set[str] = set()
        self.said: list[str] = []
        self._reply_number = 0

    # --- the client -------------------------------------------------------------------------------

    def open(self) -> None:
        self._feed(lambda translator: translator.client_opened())

    def send(self, message: Json) -> None:
        if message["type"] == "InjectUserMessage":
            self.texts.append(message["content"])
        frame = json.dumps(message)
        self._feed(lambda translator: translator.receive_from_client(frame))

    def declare(self, audio: AudioFormat) -> None:
        """The format of the client's audio, once Settings have told it."""
        carried = audio if audio in (MULAW_8K, ALAW_8K) else PCM_24K
        self.reference = Conversion(audio, carried)

    def speak(self, audio: bytes) -> None:
        self._feed(lambda translator: translator.receive_from_client(audio))
        self.spoken += len(audio)  # a commit that was due came before it
        self.expected[-1] += self.reference.feed(audio)

    def inject(self, text: str, behavior: str) -> None:
        """Something for the agent to say."""
        if behavior == "interrupt":
            self._cut(always=True)
        name = "content" if self.component else "message"
        self.send({"type": "InjectAgentMessage", name: text, "behavior": behavior})

    def report_playback(self, share: float) -> None:
        """The host says how much of the audio was played."""
        played = int(self.pcm_heard * share)
        self._feed(lambda translator: translator.playback_reported(played))

    def answer(self, index: int, content: str) -> None:
        """Answer one of the calls that wait."""
        call = self.open_calls.pop(index % len(self.open_calls))
        self.answers += 1
        self.send(
            {"type": "FunctionCallResponse", "id": call["id"], "name": call["name"], "content": content}
        )

    def hang_up(self) -> None:
        self._feed(lambda translator: translator.client_closed(1000))

    # --- time -------------------------------------------------------------------------------------

    def run(self, until: float) -> None:
        """Let everything happen that happens by then, in the order of time."""
        while (next_stop := min(self._stops(), default=until + 1)) <= until:
            self.clock.set(max(next_stop, self.clock.now))
            self._arrivals()
        self.clock.set(max(until, self.clock.now))

    def jump(self) -> None:
        """Go to the next thing that happens."""
        stops = self._stops()
        if stops:
            self.run(max(min(stops), self.clock.now))

    def restart(self) -> None:
        """Go on with a translator restored from a snapshot; from now on both are fed and compared."""
        snapshot = json.loads(json.dumps(self.translator.snapshot()))
        self.twin = Translator.restore(snapshot, self.config, clock=self.clock, new_id=counter("X"))
        assert self.twin.snapshot() == self.translator.snapshot()

    def _stops(self) -> list[float]:
        stops = [self.up[0][0]] if self.up else []
        stops += [self.down[0][0]] if self.down else []
        stops += [at for at in (self.server.next_deadline, self.dialled_at) if at is not None]
        deadline = self.translator.next_deadline
        if deadline is not None:
            stops.append(deadline + self.chance.delay(self.lateness))
        return stops

    def _arrivals(self) -> None:
        now = self.clock.now
        if self.dialled_at is not None and self.dialled_at <= now:
            self.dialled_at = None
            self._frames_down(self.server.opened())
            self._feed(lambda translator: translator.upstream_opened())
        while self.up and self.up[0][0] <= now:
            self._frames_down(self.server.receive(self.up.popleft()[1]))
        self._frames_down(self.server.handle_timeout())
        while self.down and self.down[0][0] <= now:
            frame = self.down.popleft()[1]
            self._hear(json.loads(frame))
            self._feed(partial(_receive, frame))
        deadline = self.translator.next_deadline
        if deadline is not None and deadline <= now:
            self._feed(lambda translator: translator.handle_timeout())

    def _hear(self, event: Json) -> None:
        """What the translator is told of the server's responses, in a few words of our own."""
        kind = event["type"]
        self.ready = self.ready or kind == "session.updated"
        self.told_of_audio = self.told_of_audio or kind == "response.output_audio.delta"
        if kind == "response.created":
            self.told_of = event["response"]["id"]
        elif kind == "response.done":
            self.ended.add(event["response"]["id"])
            if event["response"]["id"] not in self.cut_responses:
                self.said += [text for item in event["response"]["output"] for text in _words(item)]
            if event["response"]["id"] == self.told_of:
                self.told_of = None

    # --- joints -----------------------------------------------------------------------------------

    def _feed(self, call: Callable[[Translator], Outputs]) -> None:
        outputs = call(self.translator)
        if self.twin is not None:
            assert_same(call(self.twin), outputs)
        assert not (self.closed and outputs), "outputs after close"
        for before, output in zip((None, *outputs), outputs, strict=False):
            self._perform(output)
            audio = audio_in(output)
            if _is_silence(output):  # it ends the stream
                self.expected[-1] += self.reference.flush()
            if isinstance(output, SendToUpstream) and audio and not _is_silence(before):
                self.appended[-1] += audio

    def _perform(self, output: object) -> None:
        now = self.clock.now
        if isinstance(output, SendToUpstream):
            self.upstream_frames.append(json.loads(output.data))
            self.journal.append(self.upstream_frames[-1])
            self._sent(self.upstream_frames[-1])
            after = self.up[-1][0] if self.up else now
            self.up.append((max(after, now + self.chance.delay(self.delays)), output.data))
        elif isinstance(output, SendToClient):
            self._client_frame(output.data)
        elif isinstance(output, Notice):
            self.notices.append(output.code)
        elif isinstance(output, OpenUpstream):
            self.dialled_at = now + self.chance.delay(self.delays)
        elif isinstance(output, (CloseClient, CloseUpstream)):
            self.closed = True
            self.up.clear()
            self.down.clear()
            self.dialled_at = None

    def _sent(self, frame: Json) -> None:
        assert self.ready or frame["type"] == "session.update", "S5"
        if frame["type"] == "response.cancel":
            self.cut_responses.add(frame["response_id"])
            if frame["response_id"] not in self.ended:
                self.unforeseen.append(frame["event_id"])
        if frame["type"] == "session.update" and not self.told_of_audio:
            self.unforeseen.append(frame["event_id"])
        if frame["type"] == "input_audio_buffer.clear":
            assert not self.appended[-1], "a clear took along what the user said"
        if frame["type"] == "input_audio_buffer.commit":
            self.expected[-1] += self.reference.flush()
            self.expected.append(bytearray())
            self.appended.append(bytearray())
        if frame["type"] == "response.create" and self.told_of is None:
            self.unforeseen.append(frame["event_id"])

    def _frames_down(self, frames: tuple[str, ...]) -> None:
        for frame in frames:
            if self.closed:
                return
            after = self.down[-1][0] if self.down else self.clock.now
            self.down.append((max(after, self.clock.now + self.chance.delay(self.delays)), frame))

    def _client_frame(self, data: str | bytes) -> None:
        if isinstance(data, bytes):
            self.client_frames.append(data)
            self.pcm_heard += 10
            return
        message: Json = json.loads(data)
        self.client_frames.append(message)
        if message["type"] == "FunctionCallRequest":
            self.open_calls += message["functions"]
        elif message["type"] == "FunctionCallCancelled":
            gone = {each["id"] for each in message["functions"]}
            self.open_calls = [each for each in self.open_calls if each["id"] not in gone]
            self.cancelled += len(gone)
        elif message["type"] == "UserStartedSpeaking":
            self._cut()

    def _cut(self, *, always: bool = False) -> None:
        """Answers of calls that are open now ask for nothing any more (F8)."""
        self.journal.append(CUT)
        if self.told_of is not None and (always or self.config.barge_in):
            self.cut_responses.add(self.told_of)
        self.lapsed |= {each["id"] for each in self.open_calls}

    def _reply(self, view: ServerView, request: Mapping[str, object]) -> Reply:
        """Mostly words, now and then calls, one or two, with or without words; no endless chain of calls."""
        self._reply_number += 1
        if "instructions" in request:
            return Reply(Say(str(request["instructions"]).splitlines()[-1], audio_ms=200))
        words = Say(
            f"Reply number {self._reply_number}.", audio_ms=self.chance.random.randrange(5) * 100 + 100
        )
        last = view.items[-1] if view.items else {}
        if last.get("type") == "function_call_output" or not view.session.get("tools"):
            return Reply(words)
        call = Call(TOOL, '{"city": "Oslo"}')
        replies = [Reply(words), Reply(words), Reply(call), Reply(words, call), Reply(call, call)]
        return self.chance.random.choice(replies)

    # --- what was said ----------------------------------------------------------------------------

    @property
    def component(self) -> bool:
        return self.config.dialect is ClientDialect.COMPONENT

    def texts_upstream(self) -> list[str]:
        """User texts that went upstream, in order."""
        return [
            part["text"]
            for frame in self.upstream_frames
            if frame["type"] == "conversation.item.create" and frame["item"].get("role") == "user"
            for part in frame["item"]["content"]
        ]

    def told(self) -> str:
        """All that the client was told of the agent's words."""
        texts = (frame for frame in self.client_frames if isinstance(frame, dict))
        words = [each["content"] for each in texts if each["type"] == "ConversationText"]
        return "\n".join(words)

    def outputs_upstream(self) -> int:
        """How many function outputs went upstream."""
        items = (
            frame["item"] for frame in self.upstream_frames if frame["type"] == "conversation.item.create"
        )
        return sum(item["type"] == "function_call_output" for item in items)

    def audio_is_right(self, *, whole: bool) -> bool:
        """Whether what was said went upstream: nothing else, or if `whole` all of it (*Always true* 2)."""
        *closed, last = zip(self.expected, self.appended, strict=True)
        return all(len(said) == len(sent) and self._same(said, sent) for said, sent in closed) and (
            self._same(last[0], last[1]) and (not whole or len(last[0]) == len(last[1]))
        )

    def _same(self, said: bytearray, sent: bytearray) -> bool:
        """Whether `sent` begins `said`, give or take a bit where a resampler was restored (6)."""
        if said.startswith(sent):
            return True
        pairs = zip(_samples(said), _samples(sent), strict=False)
        return self.twin is not None and len(sent) <= len(said) and all(abs(a - b) <= 1 for a, b in pairs)

    def handle_timeout_early(self) -> None:
        """A host that fires too early gets nothing."""
        deadline = self.translator.next_deadline
        if deadline is None or deadline > self.clock.now:
            assert self.translator.handle_timeout() == ()
            assert self.translator.next_deadline == deadline

    def complaints(self) -> list[Violation]:
        """What a client could have avoided."""
        return [each for each in self.server.violations if not each.race and not self._unavoidable(each)]

    def _unavoidable(self, violation: Violation) -> bool:
        """Spoken texts wait for no call, and past `call_hold` nothing does (R8); and the server may start a
        response while our create or a change of the voice is on its way, or end one while our cancel is
        (*Always true* 1): the model knows of no network, so it cannot tell.
        """
        if violation.rule == 9:
            spoken = "instructions" in json.dumps(violation.event)
            return not violation.answered and (spoken or "CALL_HOLD_OVER" in self.notices)
        event_id = (violation.event or {}).get("event_id")
        if violation.rule in (3, 5):
            return event_id in self.unforeseen
        return violation.rule in (1, 2) and self.server_answered_by_itself and event_id in self.unforeseen

    def unanswered(self) -> list[Json]:
        """User texts, commits and function outputs that no response was asked for. Outputs before an
        interruption ask for none (F8), and a spoken text answers nothing (T3).
        """
        waiting: list[Json] = []
        for frame in self.journal:
            kind = frame["type"]
            if kind == "response.create":
                waiting = waiting if "instructions" in frame["response"] else []
            elif frame is CUT:
                waiting = [each for each in waiting if each.get("item", {}).get("type") != _OUTPUT]
            elif kind == "input_audio_buffer.commit" or (
                kind == "conversation.item.create" and self._asks_for_more(frame["item"])
            ):
                waiting.append(frame)
        return [frame for frame in waiting if not self.server_answered_by_itself]

    def _asks_for_more(self, item: Json) -> bool:
        if item.get("type") == _OUTPUT:
            return item["output"] != CANCELLED and item["call_id"] not in self.lapsed
        return item.get("role") == "user" and item["content"][0]["text"] != "user was here"

    @property
    def server_answered_by_itself(self) -> bool:
        """Whether the server's own turn detection may have answered instead."""
        update = next((frame for frame in self.upstream_frames if frame["type"] == "session.update"), None)
        if update is None:
            return True
        turns = update["session"]["audio"]["input"]["turn_detection"]
        return bool(turns and (turns["create_response"] or turns.get("idle_timeout_ms")))


def _is_silence(output: object) -> bool:
    return isinstance(output, Notice) and output.code == "SILENCE_SENT"


def _samples(audio: bytearray) -> tuple[int, ...]:
    return struct.unpack(f"<{len(audio) // 2}h", audio)


def _words(item: Json) -> list[str]:
    """What a whole message of the agent says."""
    if item["type"] != "message" or item["status"] != "completed":
        return []
    return [part.get("transcript") or part.get("text") or "" for part in item["content"]]


def _receive(frame: str, translator: Translator) -> Outputs:
    return translator.receive_from_upstream(frame)
